import NNErrors
import NNMath

/// The different values of a category's rows and how many rows have each.
struct LevelCount {
  /// Rows that are not missing.
  private(set) var present = 0
  /// Different values.
  private(set) var different = 0
  private let areTexts: Bool
  private let texts: Buffer<Text>
  private let integers: Buffer<Int64>
  /// Rows with each value, in ascending order of the values, which stand first in their buffer.
  private let counts: Buffer<Int32>

  /// The texts of a column whose kind is not known.
  init(texts column: TableColumn, rows: Int, source: (Int) -> Int) throws(NNError) {
    try self.init(
      ColumnSpec(name: column.name ?? "", kind: .category), column, rows: rows,
      becomesLevels: false, source: source)
  }

  /// - Parameter becomesLevels: whether texts are refused that no level may have.
  /// - Throws: `NNError.dtype` for a value of another type than `values` says, `.limit` for a text
  ///   that is too long, `.argument` for one with a 0, `.memory`.
  init(
    _ spec: ColumnSpec, _ column: TableColumn, rows: Int, becomesLevels: Bool = true,
    source: (Int) -> Int
  ) throws(NNError) {
    areTexts = spec.values == .text
    texts = try Buffer(count: areTexts ? rows : 0)
    integers = try Buffer(count: areTexts ? 0 : rows)
    counts = try Buffer(count: rows)
    for position in 0..<rows {
      let row = source(position)
      switch (column.cell(row), spec.values) {
      case (.missing, _): continue
      case (.text(let text), .text):
        if becomesLevels { try Self.check(text, spec, row) }
        texts.base[present] = text
      case (.integer(let value), .integer): integers.base[present] = value
      case (.boolean(let value), .boolean): integers.base[present] = value ? 1 : 0
      case (let cell, _):
        throw .dtype(
          "row \(row): column \"\(spec.name)\" is a category of \(spec.values.rawValue) values, got "
            + "\(cell.quoted); set \"values\" to another type, or mend the value")
      }
      present += 1
    }
    if areTexts {
      try count(texts) { $0.compare($1.base, $1.count) }
    } else {
      try count(integers) { $0 < $1 ? -1 : $0 == $1 ? 0 : 1 }
    }
  }

  private static func check(_ text: Text, _ spec: ColumnSpec, _ row: Int) throws(NNError) {
    guard text.count <= LevelSet.longestLevel else {
      throw .limit(
        "row \(row): column \"\(spec.name)\" has a text of \(text.count) bytes, a level has at "
          + "most \(LevelSet.longestLevel); shorten it, or set the column's kind to \"ignore\"")
    }
    guard !text.hasZero else {
      throw .argument(
        "row \(row): column \"\(spec.name)\" has a text with a 0 byte, which no level may have; "
          + "take it out, or set the column's kind to \"ignore\"")
    }
  }

  /// Sorts values and moves the different ones to the front, counted.
  private mutating func count<Value>(
    _ values: Buffer<Value>, compare: (Value, Value) -> Int
  ) throws(NNError) {
    let spare = try Buffer<Value>(count: present)
    let sorted = mergeSort(values.base, count: present, spare: spare.base) { compare($0, $1) <= 0 }
    for index in 0..<present {
      if index == 0 || compare(sorted[index], sorted[index - 1]) != 0 { different += 1 }
      counts.base[different - 1] += 1
    }
    // Afterwards: `sorted` may be `values` itself.
    var row = 0
    for place in 0..<different {
      values.base[place] = sorted[row]
      row += Int(counts.base[place])
    }
  }

  /// The values that enough rows have; of too many the most frequent, among equals the first.
  ///
  /// - Throws: `NNError.memory`.
  mutating func levels(minCount: Int, most: Int) throws(NNError) -> LevelSet {
    let least = try leastCount(minCount: minCount, most: most)
    let room = room(above: least, most)
    var (kept, ofLeast, bytes) = (0, 0, 0)
    func isKept(_ index: Int) -> Bool {
      let count = Int(counts.base[index])
      if count > least { return true }
      guard count == least, count >= minCount, ofLeast < room else { return false }
      ofLeast += 1
      return true
    }
    for index in 0..<different where isKept(index) {
      if areTexts {
        texts.base[kept] = texts.base[index]
      } else {
        integers.base[kept] = integers.base[index]
      }
      kept += 1
    }
    guard areTexts else {
      let values = try Buffer<Int64>(count: kept)
      values.base.copy(from: integers.base, count: kept)
      return try LevelSet(integers: values)
    }
    for index in 0..<kept { bytes += texts.base[index].count }
    let text = try Buffer<UInt8>(count: bytes)
    let ends = try Buffer<UInt32>(count: kept)
    var end = 0
    for index in 0..<kept {
      (text.base + end).copy(from: texts.base[index].base, count: texts.base[index].count)
      end += texts.base[index].count
      ends.base[index] = UInt32(truncatingIfNeeded: end)
    }
    return try LevelSet(texts: text, ends: ends)
  }

  /// The rows that a level has at least, so that no more than `most` have more.
  private func leastCount(minCount: Int, most: Int) throws(NNError) -> Int {
    guard different > most else { return minCount }
    let copy = try Buffer<Int32>(count: different)
    let spare = try Buffer<Int32>(count: different)
    copy.base.copy(from: counts.base, count: different)
    let sorted = mergeSort(copy.base, count: different, spare: spare.base) { $0 >= $1 }
    return max(minCount, Int(sorted[most - 1]))
  }

  /// How many levels of exactly `least` rows still fit.
  private func room(above least: Int, _ most: Int) -> Int {
    var above = 0
    for index in 0..<different where Int(counts.base[index]) > least { above += 1 }
    return most - above
  }
}
