import NNErrors
import NNMath

/// The fold of each row of a data set: its model predicts the row, and the models of other folds
/// learn from it.
package struct Folds {
  package let count: Int
  /// 0 ..< count; -1: only learnt from.
  package let places: Buffer<Int32>
  /// Whether a fold learns from the folds before it only.
  private let isTime: Bool

  fileprivate init(count: Int, places: Buffer<Int32>, isTime: Bool) {
    (self.count, self.places, self.isTime) = (count, places, isTime)
  }

  /// Whether the model of a fold learns from a row.
  package func trains(_ row: Int, in fold: Int) -> Bool {
    isTime ? places.base[row] < fold : places.base[row] != fold
  }

  package func tests(_ row: Int, in fold: Int) -> Bool { places.base[row] == fold }
}

extension Dataset {
  /// Deals the rows to folds of sizes as equal as the kind allows.
  ///
  /// Time: the rows in their order, folds of `rows / (count + 1)` at the end; what is before the
  /// first has no fold.
  ///
  /// - Parameters:
  ///   - count: of the folds, at least 2.
  ///   - key: [rows × 1], needed for groups, allowed for time.
  /// - Throws: `NNError.shape`, `.argument`, `.dtype`, `.memory`.
  package func folds(
    _ kind: SplitKind, count: Int, key: ArrayView?, seed: UInt64
  ) throws(NNError) -> Folds {
    let most = kind == .time ? rows - 1 : rows
    guard count >= 2, count <= most else {
      throw .argument(
        "folds must be at least 2 and at most "
          + (kind == .time ? "the rows less one" : "the rows") + ", \(most), got \(count)")
    }
    try checkKey(key)
    let places = try Buffer<Int32>(count: rows)
    var random = RandomGenerator(seed: seed, purpose: .folds)
    switch kind {
    case .random: deal(try shuffledPositions(&random), count, into: places)
    case .stratified:
      try requireLabels()
      let positions = try shuffledPositions(&random)
      try sort(positions) { self.targets.integer(self.sourceRow(Int($0)), 0) }
      deal(positions, count, into: places)
    case .group: try dealGroups(key, count, &random, into: places)
    case .time: try dealTime(key, count, into: places)
    }
    return Folds(count: count, places: places, isTime: kind == .time)
  }

  /// In turn, like cards: neighbours in the order, such as rows of a class, spread evenly.
  private func deal(_ positions: Buffer<Int32>, _ count: Int, into places: Buffer<Int32>) {
    for index in 0..<rows { places.base[Int(positions.base[index])] = Int32(index % count) }
  }

  private func dealTime(
    _ key: ArrayView?, _ count: Int, into places: Buffer<Int32>
  ) throws(NNError) {
    let positions = try Buffer<Int32>(count: rows)
    for row in 0..<rows { positions.base[row] = Int32(row) }
    if let key { try sort(positions) { OrderedKey(key, Int($0)) } }
    let size = rows / (count + 1)
    let first = rows - count * size
    for index in 0..<rows {
      places.base[Int(positions.base[index])] = index < first ? -1 : Int32((index - first) / size)
    }
  }

  /// The largest group first, each into the fold with the fewest rows; equal groups in random
  /// order.
  private func dealGroups(
    _ key: ArrayView?, _ count: Int, _ random: inout RandomGenerator, into places: Buffer<Int32>
  ) throws(NNError) {
    guard let key else { throw .null("folds of groups need key, got NULL") }
    let (positions, starts, drawn) = try self.groups(by: key, &random)
    let groups = drawn.count
    guard groups >= count else {
      throw .argument("\(count) folds of groups need as many different keys, got \(groups)")
    }
    func size(_ group: Int32) -> Int32 { starts.base[Int(group) + 1] - starts.base[Int(group)] }
    let spare = try Buffer<Int32>(count: groups)
    let ordered = mergeSort(drawn.base, count: groups, spare: spare.base) { size($0) >= size($1) }
    let sizes = try Buffer<Int32>(count: count)
    for index in 0..<groups {
      let group = ordered[index]
      var least = 0
      for fold in 1..<count where sizes.base[fold] < sizes.base[least] { least = fold }
      sizes.base[least] += size(group)
      for place in starts.base[Int(group)]..<starts.base[Int(group) + 1] {
        places.base[Int(positions.base[Int(place)])] = Int32(least)
      }
    }
  }

  /// Some of the rows, in their order.
  ///
  /// - Throws: `NNError.memory`.
  package func part(where isChosen: (_ position: Int) -> Bool) throws(NNError) -> Dataset {
    var count = 0
    for position in 0..<rows where isChosen(position) { count += 1 }
    let chosen = try Buffer<Int32>(count: count)
    var index = 0
    for position in 0..<rows where isChosen(position) {
      chosen.base[index] = Int32(sourceRow(position))
      index += 1
    }
    return Dataset(self, chosen: chosen)
  }
}
