import NNErrors
import NNMath

/// A monotone function made of straight lines, which turns the numbers of a column into values near
/// 0: it goes through knots (x, z).
package struct NumberCurve {
  /// [2 × points]: the places x, strictly ascending, then the values z there, ascending.
  package let knots: Buffer<Double>
  /// Whether the outermost lines go on beyond the knots; else values stay at the outermost z.
  package let extrapolates: Bool
  /// Values approach ± so much, `z / √(1 + (z / limit)²)`; 0: no limit.
  package let limit: Double

  /// Sums of squares of many such values are still finite in Float32.
  private static let largest = 1e15

  package init(knots: Buffer<Double>, extrapolates: Bool, limit: Double) {
    (self.knots, self.extrapolates, self.limit) = (knots, extrapolates, limit)
  }

  /// - Parameters: as many places as values, at least one.
  /// - Throws: `NNError.memory`.
  init(x: [Double], z: [Double], extrapolates: Bool, limit: Double) throws(NNError) {
    let knots = try Buffer<Double>(count: 2 * x.count)
    for index in x.indices {
      knots.base[index] = x[index]
      knots.base[x.count + index] = z[index]
    }
    self.init(knots: knots, extrapolates: extrapolates, limit: limit)
  }

  package var points: Int { knots.count / 2 }

  package func callAsFunction(_ value: Double) -> Double {
    let line = min(max(onLine(value), -Self.largest), Self.largest)
    guard limit > 0 else { return line }
    let share = line / limit
    return line / (1 + share * share).squareRoot()
  }

  private func onLine(_ value: Double) -> Double {
    let (x, z) = (knots.base, knots.base + points)
    let last = points - 1
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
    // Far from knots that are close, the share is infinite.
    guard z[low + 1] > z[low] else { return z[low] }
    return z[low] + (value - x[low]) / (x[low + 1] - x[low]) * (z[low + 1] - z[low])
  }
}
