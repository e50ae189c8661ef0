import NNErrors
import NNMath

// Groups: each category of many levels with the hour of each date, and of all dates.

extension TableFit {
  typealias FittedGroup = (spec: GroupSpec, means: GroupMeans, numbers: [NumberCode])

  /// Categories of more levels are grouped: those of few are inputs that a network multiplies by
  /// itself.
  private static let fewLevels = 9
  /// Of so many dates, or more, only each by itself.
  private static let mostDates = 3

  /// Learns the means of all groups.
  ///
  /// - Parameter given: the caller's; nil: those that are found.
  func fitGroups(
    _ columns: [ColumnSpec], _ levels: [LevelSet?], _ places: [Int], given: [GroupSpec]?
  ) throws(NNError) -> [FittedGroup] {
    guard options.hasGroupMeans, let target, (1...GroupMeans.mostOutputs).contains(target.means)
    else { return [] }
    var members = found(columns, levels)
    if let given {
      let names = try NameIndex(columns.map { $0.name })
      members = []
      for group in given { members.append(try group.places(in: columns, names)) }
    }
    var groups: [FittedGroup] = []
    for members in members {
      guard let levels = levels[members[0]] else { continue }
      groups.append(
        try fit(members[0], levels, Array(members.dropFirst()), columns, places, target))
    }
    return groups
  }

  /// Categories of many levels, each with the dates.
  private func found(_ columns: [ColumnSpec], _ levels: [LevelSet?]) -> [[Int]] {
    let dates = columns.indices.filter { columns[$0].kind == .date }
    var sets = dates.prefix(Self.mostDates).map { [$0] }
    if (2...Self.mostDates).contains(dates.count) { sets.append(Array(dates)) }
    let categories = levels.indices.filter { levels[$0].map { $0.count > Self.fewLevels } ?? false }
    return categories.flatMap { category in sets.map { [category] + $0 } }
  }

  private func fit(
    _ column: Int, _ levels: LevelSet, _ dates: [Int], _ columns: [ColumnSpec], _ places: [Int],
    _ target: FitTarget
  ) throws(NNError) -> FittedGroup {
    func cell(_ column: Int, _ row: Int) -> Cell { table.columns[places[column]].cell(row) }
    let means = try GroupMeans(table, rows: rows, source: source, target: target, seed: seed) {
      row in
      // Every value was seen when the levels were counted.
      GroupMeans.key(code: levels.code(of: cell(column, row)), dates: dates.count) {
        cell(dates[$0], row).micros
      }
    }
    var numbers: [NumberCode] = []
    for output in 0..<means.outputs {
      for position in 0..<rows {
        let row = source(position)
        pairs.base[position] = SortedValues.Pair(
          value: Double(means.ownMeans.base[row * means.outputs + output]),
          row: Int32(truncatingIfNeeded: row))
      }
      numbers.append(try fitCode(rows))
    }
    let spec = GroupSpec(
      category: columns[column].name, dates: dates.map { columns[$0].name },
      keys: means.keys.count, bins: numbers.map { $0.bins })
    return (spec, means, numbers)
  }
}

extension LevelSet {
  /// The code of a value of the category's own type, a missing one's too.
  fileprivate func code(of cell: Cell) -> Int {
    switch cell {
    case .missing: Self.missing
    case .text(let text): code(of: text)
    case .integer(let value): code(of: value)
    case .boolean(let value): code(of: value ? 1 : 0)
    default: Self.other
    }
  }
}
