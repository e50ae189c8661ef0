import NNErrors
import NNMath

/// A monotone function made of straight lines, which turns the numbers of a column into values near
/// 0: it goes through knots (x, z).
package struct NumberCurve: Sendable {
  /// Strictly ascending.
  package let x: [Double]
  /// Ascending.
  package let z: [Double]
  /// Whether the outermost lines go on beyond the knots; else values stay at the outermost z.
  package let extrapolates: Bool
  /// Values approach ± so much, `z / √(1 + (z / limit)²)`; 0: no limit.
  package let limit: Double

  package init(x: [Double], z: [Double], extrapolates: Bool, limit: Double) {
    (self.x, self.z, self.extrapolates, self.limit) = (x, z, extrapolates, limit)
  }

  package func callAsFunction(_ value: Double) -> Double {
    let line = onLine(value)
    guard limit > 0 else { return line }
    let share = line / limit
    return line / (1 + share * share).squareRoot()
  }

  private func onLine(_ value: Double) -> Double {
    let last = x.count - 1
    guard last > 0 else { return z[0] }
    if !extrapolates {
      if value <= x[0] { return z[0] }
      if value >= x[last] { return z[last] }
    }
    var (low, high) = (0, last - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if x[middle] <= value { low = middle } else { high = middle - 1 }
    }
    return z[low] + (value - x[low]) / (x[low + 1] - x[low]) * (z[low + 1] - z[low])
  }
}
