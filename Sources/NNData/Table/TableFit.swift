import NNErrors
import NNMath

/// Learns from the rows of a table what an encoder needs: kinds of columns, levels, curves, bins.
package struct TableFit {
  let table: Table
  let rows: Int
  let source: (Int) -> Int
  let options: TablePreprocess
  let target: FitTarget?
  /// Of the folds of group means.
  let seed: UInt64
  /// Scratch for the values of one column.
  let pairs: Buffer<SortedValues.Pair>
  private let spare: Buffer<SortedValues.Pair>
  private let sorted: Buffer<Double>

  /// - Parameters:
  ///   - rows: how many rows to learn from; `source` gives the table's row at a position.
  ///   - target: by the table's row; nil: splits on the target become quantiles.
  /// - Throws: `NNError.memory`.
  package init(
    _ table: Table, rows: Int, options: TablePreprocess, target: FitTarget?, seed: UInt64,
    source: @escaping (Int) -> Int
  ) throws(NNError) {
    (self.table, self.rows, self.source) = (table, rows, source)
    (self.options, self.target, self.seed) = (options, target, seed)
    pairs = try Buffer(count: rows)
    spare = try Buffer(count: rows)
    sorted = try Buffer(count: rows)
  }

  /// - Parameters:
  ///   - places: the table's columns to learn, in order.
  ///   - given: what a caller's spec says of columns, by name; the others are found out.
  ///   - groups: the caller's; nil: those of each category of many levels.
  package func encoder(
    _ places: [Int], given: [ColumnSpec], groups: [GroupSpec]?
  ) throws(NNError) -> TableEncoder {
    let names = try NameIndex(given.map { $0.name })
    var columns: [ColumnSpec] = []
    var numbers: [[NumberCode]] = []
    var levels: [LevelSet?] = []
    var dates: [(name: String, place: Int)] = []
    for place in places {
      let name = table.columns[place].name ?? "#\(place)"
      let known = names.place(of: name).map { given[$0] }
      let spec =
        if let known {
          known.withValues(of: table.columns[place].family)
        } else {
          try guess(place, name)
        }
      let column = try fit(spec, place, dates)
      if spec.kind == .date { dates.append((name, place)) }
      columns.append(column.spec)
      numbers.append(column.numbers)
      levels.append(column.levels)
    }
    let groups = try fitGroups(columns, levels, places, given: groups)
    return try TableEncoder(
      columns: columns, numbers: numbers, levels: levels, scalars: options.scalars,
      groups: groups.map { $0.spec }, groupMeans: groups.map { $0.means },
      groupNumbers: groups.map { $0.numbers })
  }

  private typealias Fitted = (spec: ColumnSpec, numbers: [NumberCode], levels: LevelSet?)

  private func fit(
    _ spec: ColumnSpec, _ place: Int, _ dates: [(name: String, place: Int)]
  ) throws(NNError) -> Fitted {
    switch spec.kind {
    case .ignore: return (spec, [], nil)
    case .category: return try fitCategory(spec, place)
    case .boolean:
      var learnt = ColumnSpec.Learnt()
      learnt.hasMissing = anyMissing(place)
      return (spec.with(learnt), [], nil)
    case .number:
      let (code, hasMissing) = try fitNumber(spec, place) { cell, _ in
        switch cell {
        case .number(let value): value
        case .integer(let value): Double(value)
        case .boolean(let value): value ? 1 : 0
        default: nil
        }
      }
      return (spec.with(learnt([code], hasMissing)), [code], nil)
    case .date: return try fitDate(spec, place, dates)
    }
  }

  private func learnt(_ codes: [NumberCode], _ hasMissing: Bool) -> ColumnSpec.Learnt {
    var learnt = ColumnSpec.Learnt()
    learnt.hasMissing = hasMissing
    learnt.bins = codes.map { $0.bins }
    return learnt
  }

  private func fitDate(
    _ spec: ColumnSpec, _ place: Int, _ dates: [(name: String, place: Int)]
  ) throws(NNError) -> Fitted {
    var codes: [NumberCode] = []
    var parts: [DatePart] = []
    var anyMissing = false
    for part in spec.parts.isEmpty ? DatePart.allCases : spec.parts {
      let (code, hasMissing) = try fitNumber(spec, place) { cell, _ in
        cell.micros.map { part.value($0) }
      }
      anyMissing = hasMissing
      // A part that is the same in all rows says nothing, unless the caller names it.
      guard code.low < code.high || !spec.parts.isEmpty else { continue }
      parts.append(part)
      codes.append(code)
    }
    var since: [String] = []
    let known = try NameIndex(spec.since == nil ? [] : dates.map { $0.name })
    let wanted = spec.since ?? dates.prefix(Self.mostDifferences).map { $0.name }
    for (index, name) in wanted.enumerated() {
      let found = spec.since == nil ? index : known.place(of: name)
      guard let other = found.map({ dates[$0] }) else {
        throw .argument(
          "spec: column \"\(spec.name)\": since must name date columns that stand before it, "
            + "\"\(name)\" is none")
      }
      let (code, _) = try fitNumber(spec, place) { cell, row in
        guard let end = cell.micros, let start = table.columns[other.place].cell(row).micros
        else { return nil }
        return DatePart.days(from: start, to: end)
      }
      guard code.low < code.high || spec.since != nil else { continue }
      since.append(name)
      codes.append(code)
    }
    return (spec.with(learnt(codes, anyMissing), parts: parts, since: since), codes, nil)
  }

  /// A date is compared with so many before it.
  private static let mostDifferences = 3

  /// - Parameter value: of a cell; nil: it is missing, or of a wrong type.
  private func fitNumber(
    _ spec: ColumnSpec, _ place: Int, _ value: (Cell, Int) -> Double?
  ) throws(NNError) -> (code: NumberCode, hasMissing: Bool) {
    var count = 0
    for position in 0..<rows {
      let row = source(position)
      let cell = table.columns[place].cell(row)
      guard let value = value(cell, row) else {
        if case .missing = cell { continue }
        if spec.kind == .date, cell.micros != nil { continue }
        throw .dtype(
          "row \(row): column \"\(spec.name)\" is a \(spec.kind.rawValue), got \(cell.quoted); "
            + "give another kind, or mend the value")
      }
      guard value.isFinite else { continue }
      pairs.base[count] = SortedValues.Pair(
        value: NumberCode.bounded(value), row: Int32(truncatingIfNeeded: row))
      count += 1
    }
    return (try fitCode(count), count < rows)
  }

  /// The code of the first numbers in `pairs`.
  func fitCode(_ count: Int) throws(NNError) -> NumberCode {
    guard count > 0 else { return try empty() }
    let ascending = mergeSort(pairs.base, count: count, spare: spare.base) { $0.value <= $1.value }
    for index in 0..<count { sorted.base[index] = ascending[index].value }
    let values = UnsafeBufferPointer(start: UnsafePointer(sorted.base), count: count)
    let curves = try options.curves { $0.knots(values) }
    let edges = try edges(SortedValues(base: ascending, count: count))
    return NumberCode(
      curves: curves, edges: edges, fill: numberQuantile(values, 0.5), low: values[0],
      high: values[count - 1])
  }

  /// A column without a number.
  private func empty() throws(NNError) -> NumberCode {
    NumberCode(
      curves: try options.curves { _ in ([0], [0]) }, edges: try Buffer(count: 0), fill: 0, low: 0,
      high: 0)
  }

  private func edges(_ column: SortedValues) throws(NNError) -> Buffer<Double> {
    guard let embedding = options.embedding else { return try Buffer(count: 0) }
    guard column.hasThreeValues else { return try Buffer(count: 0) }
    let (least, largest) = (column.base[0].value, column.base[column.count - 1].value)
    let inner =
      if let target {
        try embedding.edges.inner(column, target, embedding.bins)
      } else {
        BinEdges.quantileEdges(column, bins: embedding.bins)
      }
    let between = inner.filter { $0 > least && $0 < largest }
    // One bin alone would be the number again.
    guard !between.isEmpty else { return try Buffer(count: 0) }
    let edges = try Buffer<Double>(count: between.count + 2)
    edges.base[0] = least
    for (index, edge) in between.enumerated() { edges.base[index + 1] = edge }
    edges.base[between.count + 1] = largest
    return edges
  }

  private func anyMissing(_ place: Int) -> Bool {
    for position in 0..<rows {
      if case .missing = table.columns[place].cell(source(position)) { return true }
    }
    return false
  }
}

extension TableFit {
  /// The kind of a column that the caller did not describe.
  private func guess(_ place: Int, _ name: String) throws(NNError) -> ColumnSpec {
    let column = table.columns[place]
    let isDictionary = column.chunks.first?.dictionary != nil
    let isConstant = isConstant(place)
    guard !isConstant else { return ColumnSpec(name: name, kind: .ignore) }
    switch column.family {
    case .real: return ColumnSpec(name: name, kind: .number)
    case .integer:
      return ColumnSpec(name: name, kind: isDictionary ? .category : .number, values: .integer)
    case .boolean:
      return ColumnSpec(name: name, kind: isDictionary ? .category : .boolean, values: .boolean)
    case .date: return ColumnSpec(name: name, kind: .date)
    case .text:
      if areDates(place) { return ColumnSpec(name: name, kind: .date) }
      // Levels are counted once more when they are kept: such columns are few.
      let known = try LevelCount(texts: table.columns[place], rows: rows, source: source)
      let differs = rows >= 20 && Double(known.different) > 0.9 * Double(known.present)
      return ColumnSpec(name: name, kind: differs ? .ignore : .category)
    }
  }

  private func areDates(_ place: Int) -> Bool {
    var any = false
    for position in 0..<rows {
      switch table.columns[place].cell(source(position)) {
      case .missing: continue
      case .text(let text): guard text.date != nil else { return false }
      default: return false
      }
      any = true
    }
    return any
  }

  /// Whether all rows have the same value.
  private func isConstant(_ place: Int) -> Bool {
    guard rows > 0 else { return true }
    let column = table.columns[place]
    let first = column.cell(source(0))
    for position in 1..<max(1, rows) where !first.isSame(as: column.cell(source(position))) {
      return false
    }
    return true
  }

  private func fitCategory(_ spec: ColumnSpec, _ place: Int) throws(NNError) -> Fitted {
    var counts = try LevelCount(
      spec, table.columns[place], rows: rows, source: source)
    let levels = try counts.levels(minCount: spec.minCount, most: spec.maxLevels)
    var learnt = ColumnSpec.Learnt()
    learnt.hasMissing = counts.present < rows
    learnt.hasOther = levels.count < counts.different
    learnt.levels = levels.count
    return (spec.with(learnt), [], levels)
  }
}

extension Cell {
  fileprivate func isSame(as other: Cell) -> Bool {
    switch (self, other) {
    case (.missing, .missing): true
    case (.number(let a), .number(let b)): a == b
    case (.integer(let a), .integer(let b)), (.date(let a), .date(let b)): a == b
    case (.boolean(let a), .boolean(let b)): a == b
    case (.text(let a), .text(let b)): a.compare(b.base, b.count) == 0
    default: false
    }
  }
}
