import NNErrors
import NNMath

/// Turns the rows of a table into floats for a network's first layer, as it learnt from data.
package final class TableEncoder {
  /// In the order in which single rows come.
  package let columns: [ColumnSpec]
  /// Of each column: a number's codes, one a part of a date; else empty.
  package let numbers: [[NumberCode]]
  /// Of each category its levels; else nil.
  package let levels: [LevelSet?]
  package let groups: [GroupSpec]
  /// Of each group its means, and the codes of its numbers.
  package let groupMeans: [GroupMeans]
  package let groupNumbers: [[NumberCode]]
  /// What each float is.
  package let features: [TableFeature]
  /// Of each date the columns of its "since".
  package let since: [[Int]]
  /// Where the floats of each column begin.
  private let starts: [Int]
  /// The columns of each group: its category, then its dates.
  private let members: [[Int]]
  /// Where the floats of the groups begin.
  private let groupStart: Int

  /// - Parameters:
  ///   - scalars: how many floats scale a number.
  /// - Throws: `NNError.memory`.
  package convenience init(
    columns: [ColumnSpec], numbers: [[NumberCode]], levels: [LevelSet?], scalars: Int,
    groups: [GroupSpec], groupMeans: [GroupMeans], groupNumbers: [[NumberCode]]
  ) throws(NNError) {
    let names = try NameIndex(columns.map { $0.name })
    self.init(
      columns: columns, numbers: numbers, levels: levels, scalars: scalars, groups: groups,
      groupMeans: groupMeans, groupNumbers: groupNumbers, place: { names.place(of: $0) })
  }

  private init(
    columns: [ColumnSpec], numbers: [[NumberCode]], levels: [LevelSet?], scalars: Int,
    groups: [GroupSpec], groupMeans: [GroupMeans], groupNumbers: [[NumberCode]],
    place: (String) -> Int?
  ) {
    (self.columns, self.numbers, self.levels) = (columns, numbers, levels)
    (self.groups, self.groupMeans, self.groupNumbers) = (groups, groupMeans, groupNumbers)
    var features: [TableFeature] = []
    var starts: [Int] = []
    for column in columns {
      starts.append(features.count)
      features += column.features(scalars: scalars)
    }
    groupStart = features.count
    for group in groups { features += group.features(scalars: scalars) }
    (self.features, self.starts) = (features, starts)
    since = columns.map { ($0.since ?? []).compactMap(place) }
    members = groups.map { ([$0.category] + $0.dates).compactMap(place) }
  }

  /// What was noticeable about a value.
  package enum Event: Sendable {
    case none, missing, unknown, clipped
  }

  /// Writes the floats of one value to its place in a row.
  ///
  /// - Parameter others: the row's value in another of the model's columns.
  /// - Throws: `NNError.dtype` for a value of another type than the column's; `.argument` for a
  ///   missing value or an unknown level that is refused. The sentence lacks the row.
  package func encode(
    _ cell: Cell, column: Int, into row: UnsafeMutablePointer<Float>, others: (Int) -> Cell
  ) throws(NNError) -> Event {
    let floats = row + starts[column]
    switch columns[column].kind {
    case .ignore: return .none
    case .category: return try encodeCategory(cell, column, floats)
    case .boolean: return try encodeBoolean(cell, column, floats)
    case .number: return try encodeNumber(cell, column, floats)
    case .date: return try encodeDate(cell, column, floats, others)
    }
  }

  private func encodeNumber(
    _ cell: Cell, _ column: Int, _ floats: UnsafeMutablePointer<Float>
  ) throws(NNError) -> Event {
    let number: Double
    switch cell {
    case .number(let value): number = value
    case .integer(let value): number = Double(value)
    case .boolean(let value): number = value ? 1 : 0
    case .missing: return try encodeMissing(column, floats)
    default: throw wrongType(cell, column, "a number")
    }
    let code = numbers[column][0]
    code.write(number, to: floats)
    if hasMissing(column) { floats[code.size] = 0 }
    return number < code.low || number > code.high ? .clipped : .none
  }

  private func encodeDate(
    _ cell: Cell, _ column: Int, _ floats: UnsafeMutablePointer<Float>, _ others: (Int) -> Cell
  ) throws(NNError) -> Event {
    if case .missing = cell { return try encodeMissing(column, floats) }
    guard let micros = cell.micros else { throw wrongType(cell, column, "an ISO 8601 date") }
    var place = 0
    var event = Event.none
    let parts = columns[column].parts
    for (index, code) in numbers[column].enumerated() {
      let value =
        index < parts.count
        ? parts[index].value(micros)
        : others(since[column][index - parts.count]).micros.map {
          DatePart.days(from: $0, to: micros)
        }
      let known = value ?? code.fill
      code.write(known, to: floats + place)
      if known < code.low || known > code.high { event = .clipped }
      place += code.size
    }
    if hasMissing(column) { floats[place] = 0 }
    return event
  }

  /// A missing number or date: what stands for it, and a 1.
  private func encodeMissing(
    _ column: Int, _ floats: UnsafeMutablePointer<Float>
  ) throws(NNError) -> Event {
    try checkMissing(column)
    var place = 0
    for code in numbers[column] {
      code.write(code.fill, to: floats + place)
      place += code.size
    }
    if hasMissing(column) { floats[place] = 1 }
    return .missing
  }

  private func encodeBoolean(
    _ cell: Cell, _ column: Int, _ floats: UnsafeMutablePointer<Float>
  ) throws(NNError) -> Event {
    let value: Bool
    switch cell {
    case .boolean(let flag): value = flag
    case .integer(0), .number(0): value = false
    case .integer(1), .number(1): value = true
    case .missing:
      try checkMissing(column)
      floats[0] = 0
      if hasMissing(column) { floats[1] = 1 }
      return .missing
    default: throw wrongType(cell, column, "0 or 1, false or true")
    }
    floats[0] = value ? 1 : 0
    if hasMissing(column) { floats[1] = 0 }
    return .none
  }

  private func encodeCategory(
    _ cell: Cell, _ column: Int, _ floats: UnsafeMutablePointer<Float>
  ) throws(NNError) -> Event {
    if case .missing = cell {
      try checkMissing(column)
      floats[0] = Float(LevelSet.missing)
      return .missing
    }
    let code = try self.code(of: cell, column: column)
    if code != LevelSet.other {
      floats[0] = Float(code)
      return .none
    }
    switch columns[column].unknown {
    case .other: floats[0] = Float(LevelSet.other)
    case .missing: floats[0] = Float(LevelSet.missing)
    case .error:
      throw .argument(
        "column \"\(columns[column].name)\" has the unknown level \(cell.quoted), and its \"unknown\" is "
          + "\"error\"; train with that level, or set \"unknown\" to \"other\"")
    }
    return .unknown
  }

  /// The code of a category's value; 0: no level.
  package func code(of cell: Cell, column: Int) throws(NNError) -> Int {
    guard let levels = levels[column] else { return LevelSet.other }
    switch (cell, columns[column].values) {
    case (.text(let text), .text): return levels.code(of: text)
    case (.integer(let value), .integer): return levels.code(of: value)
    case (.boolean(let value), .boolean): return levels.code(of: value ? 1 : 0)
    case (.integer(let value), .boolean) where value == 0 || value == 1:
      return levels.code(of: value)
    case (.code(let code), _):
      guard code >= 0, code < Int64(levels.count + LevelSet.first) else {
        throw .argument(
          "column \"\(columns[column].name)\": a code must be in 0...\(levels.count + LevelSet.first - 1), "
            + "got \(code)")
      }
      return Int(code)
    default: throw wrongType(cell, column, categoryWord(column))
    }
  }

  private func categoryWord(_ column: Int) -> String {
    switch columns[column].values {
    case .text: "a text"
    case .integer: "an integer"
    case .boolean: "a boolean"
    }
  }

  @inline(__always)
  private func hasMissing(_ column: Int) -> Bool { columns[column].learnt?.hasMissing ?? false }

  private func checkMissing(_ column: Int) throws(NNError) {
    guard columns[column].refusesMissing else { return }
    throw .argument(
      "column \"\(columns[column].name)\" has a missing value, and its \"missing\" is \"error\"")
  }

  private func wrongType(_ cell: Cell, _ column: Int, _ must: String) -> NNError {
    .dtype(
      "column \"\(columns[column].name)\" must have \(must) in each row, got \(cell.quoted); "
        + "3, \"3\" and 3.0 are different")
  }
}

extension TableEncoder {
  /// Writes the floats of the groups of a row.
  ///
  /// - Parameters:
  ///   - cell: the row's value in a column of the model.
  ///   - own: the means that the row itself gets, as it was learnt from; nil: those of its group.
  /// - Throws: as the encoding of a value.
  package func encodeGroups(
    into row: UnsafeMutablePointer<Float>, own: (GroupMeans) -> UnsafePointer<Float>?,
    cell: (Int) -> Cell
  ) throws(NNError) {
    var floats = row + groupStart
    for (group, means) in groupMeans.enumerated() {
      let values =
        if let own = own(means) { own } else { means.means(of: try key(of: group, cell)) }
      for (output, code) in groupNumbers[group].enumerated() {
        code.write(Double(values[output]), to: floats)
        floats += code.size
      }
    }
  }

  /// Whether a group depends on a column.
  func isGrouped(_ column: Int) -> Bool { members.contains { $0.contains(column) } }

  private func key(of group: Int, _ cell: (Int) -> Cell) throws(NNError) -> UInt64 {
    let columns = members[group]
    let code = try levelCode(cell(columns[0]), column: columns[0])
    return GroupMeans.key(code: code, dates: columns.count - 1) { cell(columns[$0 + 1]).micros }
  }

  /// The code of a category's value, a missing one's too.
  func levelCode(_ cell: Cell, column: Int) throws(NNError) -> Int {
    if case .missing = cell { return LevelSet.missing }
    return try code(of: cell, column: column)
  }
}
