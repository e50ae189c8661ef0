import NNErrors
import NNMath

/// How a number becomes what the network gets of it.
package struct NumberCode {
  /// Each gives a float; at least one.
  package let curves: [NumberCurve]
  /// Where bins meet, ascending; empty: no embedding.
  package let edges: Buffer<Double>
  /// What stands for a missing number.
  package let fill: Double
  /// The least and the largest number seen.
  package let low: Double
  package let high: Double

  package init(
    curves: [NumberCurve], edges: Buffer<Double>, fill: Double, low: Double, high: Double
  ) {
    (self.curves, self.edges, self.fill) = (curves, edges, fill)
    (self.low, self.high) = (low, high)
  }

  /// Floats that it writes.
  package var size: Int { curves.count + (edges.count > 0 ? 1 : 0) }
  package var bins: Int { max(0, edges.count - 1) }

  /// Larger numbers count as this one: differences and squares are then finite.
  private static let largest = 1e100

  /// A finite number as curves and edges know it.
  static func bounded(_ value: Double) -> Double { min(max(value, -largest), largest) }

  /// Writes the number on each curve and its place among the bins.
  @inline(__always)
  func write(_ value: Double, to floats: UnsafeMutablePointer<Float>) {
    // Infinity, where a caller allows it, counts as the outermost number seen.
    let value = value.isFinite ? Self.bounded(value) : value < 0 ? low : high
    for index in curves.indices { floats[index] = Float(curves[index](value)) }
    if edges.count > 0 { floats[curves.count] = position(value) }
  }

  /// The bin, and the share of it that lies below.
  private func position(_ x: Double) -> Float {
    let last = edges.count - 1
    let edges = edges.base
    if x <= edges[0] { return 0 }
    if x >= edges[last] { return Float(last) }
    var (low, high) = (0, last - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if edges[middle] <= x { low = middle } else { high = middle - 1 }
    }
    let share = (x - edges[low]) / (edges[low + 1] - edges[low])
    // Rounded up, the share of a bin would be the next bin's.
    return min(Float(Double(low) + share), Float(low + 1).nextDown)
  }
}
