import NNErrors
import NNMath

/// How a data set is divided in two.
package enum SplitKind: Int32, Sendable {
  case random = 1
  case stratified = 2
  case group = 3
  case time = 4
}

extension Dataset {
  /// Divides the rows in two; features are not copied.
  ///
  /// - Parameters:
  ///   - fraction: share of the rows for `part`, strictly between 0 and 1; both sides get a row.
  ///   - key: [rows × 1], needed for groups, allowed for time.
  /// - Throws: `NNError.shape`, `.argument`, `.memory`.
  package func split(
    _ kind: SplitKind, fraction: Double, key: ArrayView?, seed: UInt64
  ) throws(NNError) -> (rest: Dataset, part: Dataset) {
    guard fraction > 0, fraction < 1 else {
      throw .argument("fraction must be a number, 0 < fraction < 1, got \(fraction)")
    }
    guard rows >= 2 else { throw .shape("a split needs at least 2 rows, got \(rows)") }
    try checkKey(key)
    let inPart = try Buffer<Bool>(count: rows)
    let wanted = min(max(1, Int((Double(rows) * fraction).rounded())), rows - 1)
    var random = RandomGenerator(seed: seed, purpose: .split)
    switch kind {
    case .random: try markRandom(inPart, wanted, &random)
    case .stratified: try markStratified(inPart, fraction, wanted, &random)
    case .group: try markGroups(inPart, fraction, key, &random)
    case .time: try markLatest(inPart, wanted, key)
    }
    return try divided(by: inPart)
  }

  func checkKey(_ key: ArrayView?) throws(NNError) {
    if let key, key.rows != rows || key.columns != 1 {
      throw .shape("key must be \(rows) x 1, one a row, got \(key.rows) x \(key.columns)")
    }
  }

  /// Both sides keep the rows' order.
  private func divided(by inPart: Buffer<Bool>) throws(NNError) -> (rest: Dataset, part: Dataset) {
    var size = 0
    for row in 0..<rows where inPart.base[row] { size += 1 }
    let part = try Buffer<Int32>(count: size)
    let rest = try Buffer<Int32>(count: rows - size)
    var (partCount, restCount) = (0, 0)
    for row in 0..<rows {
      if inPart.base[row] {
        part.base[partCount] = Int32(sourceRow(row))
        partCount += 1
      } else {
        rest.base[restCount] = Int32(sourceRow(row))
        restCount += 1
      }
    }
    return (Dataset(self, chosen: rest), Dataset(self, chosen: part))
  }

  func shuffledPositions(_ random: inout RandomGenerator) throws(NNError) -> Buffer<Int32> {
    let positions = try Buffer<Int32>(count: rows)
    for row in 0..<rows { positions.base[row] = Int32(row) }
    random.shuffle(positions.base, count: rows)
    return positions
  }

  private func markRandom(
    _ inPart: Buffer<Bool>, _ wanted: Int, _ random: inout RandomGenerator
  ) throws(NNError) {
    let positions = try shuffledPositions(&random)
    for index in 0..<wanted { inPart.base[Int(positions.base[index])] = true }
  }

  /// Refuses targets that are no classes, which cannot be stratified.
  func requireLabels() throws(NNError) {
    try requireTargets()
    guard targets.type.isInteger, targets.columns == 1 else {
      throw .dtype(
        "a stratified split needs one column of class labels, y has "
          + (targets.columns == 1 ? "fractions" : "\(targets.columns) columns")
          + "; split at random: NNS_SPLIT_RANDOM")
    }
  }

  /// Each class gives its share, rounded so that the shares add up to the whole.
  private func markStratified(
    _ inPart: Buffer<Bool>, _ fraction: Double, _ wanted: Int, _ random: inout RandomGenerator
  ) throws(NNError) {
    try requireLabels()
    let positions = try shuffledPositions(&random)
    try sort(positions) { self.targets.integer(self.sourceRow(Int($0)), 0) }
    var taken = 0
    var start = 0
    while start < rows {
      let label = targets.integer(sourceRow(Int(positions.base[start])), 0)
      var end = start
      while end < rows, targets.integer(sourceRow(Int(positions.base[end])), 0) == label {
        end += 1
      }
      // The running total is rounded, not each class, so that many small classes do not drift.
      let goal = end == rows ? wanted : Int((Double(end) * fraction).rounded())
      let count = min(max(0, goal - taken), end - start)
      for index in start..<start + count { inPart.base[Int(positions.base[index])] = true }
      taken += count
      start = end
    }
  }

  /// Rows with equal keys side by side.
  ///
  /// - Returns: the rows' positions by key; where each group begins, and behind the last the number
  ///   of rows; the groups in random order.
  func groups(
    by key: ArrayView, _ random: inout RandomGenerator
  ) throws(NNError) -> (positions: Buffer<Int32>, starts: Buffer<Int32>, drawn: Buffer<Int32>) {
    let positions = try shuffledPositions(&random)
    try sort(positions) { OrderedKey(key, Int($0)) }
    let starts = try Buffer<Int32>(count: rows + 1)
    var groups = 0
    for index in 0..<rows
    where index == 0
      || !OrderedKey(key, Int(positions.base[index - 1])).isEqual(
        OrderedKey(key, Int(positions.base[index])))
    {
      starts.base[groups] = Int32(index)
      groups += 1
    }
    starts.base[groups] = Int32(rows)
    let drawn = try Buffer<Int32>(count: groups)
    for group in 0..<groups { drawn.base[group] = Int32(group) }
    random.shuffle(drawn.base, count: groups)
    return (positions, starts, drawn)
  }

  /// Whole groups in random order until the share is reached.
  private func markGroups(
    _ inPart: Buffer<Bool>, _ fraction: Double, _ key: ArrayView?, _ random: inout RandomGenerator
  ) throws(NNError) {
    guard let key else { throw .null("a group split needs key, got NULL") }
    let (positions, starts, drawn) = try self.groups(by: key, &random)
    let groups = drawn.count
    guard groups >= 2 else {
      throw .argument("a group split needs at least 2 different keys, got \(groups)")
    }
    let wanted = Double(rows) * fraction
    var taken = 0
    for index in 0..<groups - 1 {
      let group = Int(drawn.base[index])
      let (start, end) = (Int(starts.base[group]), Int(starts.base[group + 1]))
      // A group joins if that brings the share nearer to the fraction; the first always joins.
      let isNearer = abs(Double(taken + end - start) - wanted) < abs(Double(taken) - wanted)
      guard taken == 0 || isNearer else { continue }
      for position in start..<end { inPart.base[Int(positions.base[position])] = true }
      taken += end - start
    }
  }

  private func markLatest(
    _ inPart: Buffer<Bool>, _ wanted: Int, _ key: ArrayView?
  ) throws(NNError) {
    let positions = try Buffer<Int32>(count: rows)
    for row in 0..<rows { positions.base[row] = Int32(row) }
    if let key { try sort(positions) { OrderedKey(key, Int($0)) } }
    for index in rows - wanted..<rows { inPart.base[Int(positions.base[index])] = true }
  }

  /// Sorts positions by a key; equal keys keep their order, so the order is the same everywhere.
  func sort<Key: Comparable>(
    _ positions: Buffer<Int32>, by key: (Int32) -> Key
  ) throws(NNError) {
    let spare = try Buffer<Int32>(count: rows)
    let sorted = mergeSort(positions.base, count: rows, spare: spare.base) {
      !(key($1) < key($0))
    }
    if sorted != positions.base { positions.copy(from: spare) }
  }
}

/// A key of any element type: integers compare exactly, NaN comes last.
struct OrderedKey: Comparable {
  private let integer: Int64
  private let number: Double
  private let isInteger: Bool

  init(_ view: ArrayView, _ row: Int) {
    isInteger = view.type.isInteger
    integer = isInteger ? view.integer(row, 0) : 0
    number = isInteger ? 0 : view.double(row, 0)
  }

  func isEqual(_ other: OrderedKey) -> Bool { !(self < other) && !(other < self) }

  static func < (a: OrderedKey, b: OrderedKey) -> Bool {
    if a.isInteger { return a.integer < b.integer }
    if a.number.isNaN || b.number.isNaN { return !a.number.isNaN && b.number.isNaN }
    return a.number < b.number
  }

  static func == (a: OrderedKey, b: OrderedKey) -> Bool { a.isEqual(b) }
}
