import NNErrors

/// How a number becomes what the network gets of it.
package struct NumberCode: Sendable {
  package let curve: NumberCurve
  /// Where bins meet, on the curve's scale, ascending; empty: no embedding.
  package let edges: [Double]
  /// What stands for a missing number.
  package let fill: Double
  /// The least and the largest number seen.
  package let low: Double
  package let high: Double

  package init(curve: NumberCurve, edges: [Double], fill: Double, low: Double, high: Double) {
    (self.curve, self.edges, self.fill) = (curve, edges, fill)
    (self.low, self.high) = (low, high)
  }

  /// Floats that it writes.
  package var size: Int { edges.isEmpty ? 1 : 2 }
  package var bins: Int { max(0, edges.count - 1) }

  /// Writes the number on the curve and its place among the bins.
  @inline(__always)
  func write(_ value: Double, to floats: UnsafeMutablePointer<Float>) {
    // Infinity, where a caller allows it, counts as the outermost number seen.
    let value = value.isFinite ? value : value < 0 ? low : high
    let z = curve(value)
    floats[0] = Float(z)
    if !edges.isEmpty { floats[1] = position(z) }
  }

  /// The bin, and the share of it that lies below.
  private func position(_ z: Double) -> Float {
    let last = edges.count - 1
    if z <= edges[0] { return 0 }
    if z >= edges[last] { return Float(last) }
    var (low, high) = (0, last - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if edges[middle] <= z { low = middle } else { high = middle - 1 }
    }
    let share = (z - edges[low]) / (edges[low + 1] - edges[low])
    // Rounded up, the share of a bin would be the next bin's.
    return min(Float(Double(low) + share), Float(low + 1).nextDown)
  }
}
