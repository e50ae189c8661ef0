import NNErrors
import NNJSON
import NNMath
import NNOptions

/// Where the bins of a number's piecewise-linear embedding meet: a row of the registry.
///
/// Reference: Gorishniy, Rubachev and Babenko 2022, "On Embeddings for Numerical Features in
/// Tabular Deep Learning", sections 3.2.1 (quantiles) and 3.2.2 (splits on the target).
package struct BinEdges: Kind {
  package static let role = "edges"
  package let name: String
  package let example: String
  let make: @Sendable (inout Options) throws(NNError) -> BinEdgesFunction

  package static let registry: [BinEdges] = [.target, .quantiles]
}

/// Edges with their options filled in.
struct BinEdgesFunction: Sendable {
  /// - Parameters:
  ///   - column: the values of a column in ascending order, at least one.
  ///   - bins: at most so many.
  /// - Returns: places between the least and the largest value, strictly ascending.
  let inner:
    @Sendable (_ column: SortedValues, _ target: FitTarget, _ bins: Int) throws(NNError) -> [Double]
}

/// A column's values in ascending order, each with its row.
struct SortedValues {
  struct Pair: BitwiseCopyable {
    let value: Double
    let row: Int32
  }

  let base: UnsafePointer<Pair>
  let count: Int

  /// Whether bins can tell more than the number itself.
  var hasThreeValues: Bool {
    let (least, largest) = (base[0].value, base[count - 1].value)
    return (0..<count).contains { base[$0].value > least && base[$0].value < largest }
  }
}

/// What a table's model learns, for splits: classes, numbers or nothing.
package struct FitTarget: @unchecked Sendable {
  /// Classes, 1 for numbers.
  let outputs: Int
  /// Of a row: the class index, or the number.
  let classes: UnsafePointer<Int32>?
  let numbers: UnsafePointer<Double>?

  package init(classes: UnsafePointer<Int32>, count: Int) {
    (self.classes, outputs, numbers) = (classes, count, nil)
  }

  package init(numbers: UnsafePointer<Double>) {
    (self.numbers, outputs, classes) = (numbers, 1, nil)
  }

  /// Means of a group: one of numbers, one of each class but the first.
  var means: Int { classes == nil ? 1 : outputs - 1 }

  /// What these are means of.
  func copyMeans(_ row: Int, to values: UnsafeMutablePointer<Double>) {
    if let numbers { values[0] = numbers[row] }
    guard let classes else { return }
    for output in 0..<means { values[output] = Int(classes[row]) == output + 1 ? 1 : 0 }
  }

  @inline(__always)
  func add(_ row: Int, to sums: UnsafeMutablePointer<Double>) {
    if let classes { sums[Int(classes[row])] += 1 } else if let numbers { sums[0] += numbers[row] }
  }
}

extension BinEdges {
  /// Equally many rows in each bin.
  static let quantiles = BinEdges(name: "quantiles", example: #"{"type": "quantiles"}"#) {
    _ throws(NNError) in
    BinEdgesFunction { column, _, bins throws(NNError) in quantileEdges(column, bins: bins) }
  }

  static func quantileEdges(_ column: SortedValues, bins: Int) -> [Double] {
    var edges: [Double] = []
    let (least, largest) = (column.base[0].value, column.base[column.count - 1].value)
    for bin in 1..<max(1, bins) {
      let value = column.base[bin * column.count / bins].value
      if value > edges.last ?? least, value < largest { edges.append(value) }
    }
    return edges
  }

  /// Where a tree of one column would split it: the split that explains most of the target first,
  /// until there are `bins` leaves. A leaf has `least_rows` rows; 0: four times the root of all.
  static let target = BinEdges(
    name: "target", example: #"{"type": "target", "least_rows": 10}"#
  ) { options throws(NNError) in
    let least = try options.integer("least_rows", default: 0, in: 0...1_000_000)
    return BinEdgesFunction { column, target, bins throws(NNError) in
      let groups = try ValueGroups(column, target)
      let standard = Int((4 * Double(column.count).squareRoot()).rounded(.up))
      return groups.splits(leaves: bins, leastRows: least > 0 ? least : standard)
    }
  }
}

/// Neighbouring values in at most 256 groups, with the target's sums: splits are sought between
/// groups.
private struct ValueGroups {
  private static let most = 256

  private let outputs: Int
  private var groups = 0
  /// The first and the last value of each group.
  private let low: Buffer<Double>
  private let high: Buffer<Double>
  /// Rows up to the end of each group, and the target's sums: [groups × outputs].
  private let rows: Buffer<Double>
  private let sums: Buffer<Double>

  init(_ column: SortedValues, _ target: FitTarget) throws(NNError) {
    outputs = target.outputs
    low = try Buffer(count: Self.most)
    high = try Buffer(count: Self.most)
    rows = try Buffer(count: Self.most + 1)
    sums = try Buffer(count: try checkedProduct(Self.most + 1, outputs, "splits"))
    let size = (column.count + Self.most - 1) / Self.most
    let hasFew = Self.different(column) <= Self.most
    var start = 0
    while start < column.count {
      var end = start
      // A group ends between different values, when it has its share of the rows.
      while end < column.count,
        end == start || column.base[end].value == column.base[end - 1].value
          || (!hasFew && end - start < size)
      { end += 1 }
      add(column, start..<end, target)
      start = end
    }
  }

  private static func different(_ column: SortedValues) -> Int {
    var count = 1
    for index in 1..<max(1, column.count)
    where column.base[index].value != column.base[index - 1].value {
      count += 1
      if count > most { break }
    }
    return count
  }

  private mutating func add(_ column: SortedValues, _ range: Range<Int>, _ target: FitTarget) {
    low.base[groups] = column.base[range.lowerBound].value
    high.base[groups] = column.base[range.upperBound - 1].value
    let before = sums.base + groups * outputs
    let now = before + outputs
    now.copy(from: before, count: outputs)
    for index in range { target.add(Int(column.base[index].row), to: now) }
    rows.base[groups + 1] = rows.base[groups] + Double(range.count)
    groups += 1
  }

  private struct Leaf {
    let range: Range<Int>
    var gain = 0.0
    var place = 0
  }

  /// The leaf whose split gains most is split, again and again.
  func splits(leaves: Int, leastRows: Int) -> [Double] {
    var all = [best(Leaf(range: 0..<groups), leastRows)]
    while all.count < leaves {
      var chosen = 0
      for index in all.indices where all[index].gain > all[chosen].gain { chosen = index }
      let leaf = all[chosen]
      guard leaf.gain > 0 else { break }
      all[chosen] = best(Leaf(range: leaf.range.lowerBound..<leaf.place), leastRows)
      all.append(best(Leaf(range: leaf.place..<leaf.range.upperBound), leastRows))
    }
    let starts = all.map { $0.range.lowerBound }.sorted().dropFirst()
    return starts.map { start in
      let (below, above) = (high.base[start - 1], low.base[start])
      let middle = (below + above) / 2
      // Between neighbouring doubles there is none.
      return middle > below ? middle : above
    }
  }

  /// Seeks the split of a leaf that takes most from the target's variance within leaves.
  private func best(_ leaf: Leaf, _ leastRows: Int) -> Leaf {
    var leaf = leaf
    let whole = explained(leaf.range)
    // Rounding must not look like a gain.
    let least = 1e-9 * (abs(whole) + 1e-300)
    for place in leaf.range.dropFirst() {
      let (left, right) = (leaf.range.lowerBound..<place, place..<leaf.range.upperBound)
      guard count(left) >= Double(leastRows), count(right) >= Double(leastRows) else { continue }
      let gain = explained(left) + explained(right) - whole
      if gain > max(leaf.gain, least) { (leaf.gain, leaf.place) = (gain, place) }
    }
    return leaf
  }

  private func count(_ range: Range<Int>) -> Double {
    rows.base[range.upperBound] - rows.base[range.lowerBound]
  }

  /// Σ over outputs of (sum of the target)² / rows.
  private func explained(_ range: Range<Int>) -> Double {
    let (start, end) = (
      sums.base + range.lowerBound * outputs, sums.base + range.upperBound * outputs
    )
    var squares = 0.0
    for output in 0..<outputs {
      let sum = end[output] - start[output]
      squares += sum * sum
    }
    return squares / max(1, count(range))
  }
}
