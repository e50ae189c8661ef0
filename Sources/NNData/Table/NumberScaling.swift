import NNErrors
import NNJSON
import NNMath
import NNOptions

/// How the numbers of a table's column become values near 0: a row of the registry.
package struct NumberScaling: Kind {
  package static let role = "numbers"
  package static let aliases: [Alias] = [
    ("standard", "standardize"), ("quantile_normal", "quantile"),
  ]
  package let name: String
  package let example: String
  let make: @Sendable (inout Options) throws(NNError) -> NumberScalingFunction

  package static let registry: [NumberScaling] = [.quantile, .robust, .standardize]
}

/// A scaling with its options filled in: finds the knots of a column's curve.
struct NumberScalingFunction: Sendable {
  /// As `NumberCurve` has them.
  let extrapolates: Bool
  let limit: Double
  /// - Parameter sorted: the numbers in ascending order, at least one.
  let knots: @Sendable (_ sorted: UnsafeBufferPointer<Double>) -> (x: [Double], z: [Double])
}

extension NumberScaling {
  /// The normal quantile of a number's share among those seen, along straight lines between
  /// `n_quantiles` of them; numbers beyond stay at the outermost.
  ///
  /// Reference: sklearn.preprocessing.QuantileTransformer(output_distribution="normal").
  static let quantile = NumberScaling(
    name: "quantile", example: #"{"type": "quantile", "n_quantiles": 16}"#
  ) { options throws(NNError) in
    let count = try options.integer("n_quantiles", default: 256, in: 2...4096)
    return NumberScalingFunction(extrapolates: false, limit: 0) { sorted in
      let places = min(count, max(2, sorted.count))
      // As if the outermost stood half a place from the end: with few numbers ±5 would be far out.
      let margin = 0.5 / Double(max(2, sorted.count))
      var (x, z): ([Double], [Double]) = ([], [])
      var (sum, equal) = (0.0, 0.0)
      for index in 0..<places {
        let share = Double(index) / Double(places - 1)
        let value = numberQuantile(sorted, share)
        let normal = normalQuantile(min(max(share, margin), 1 - margin))
        if let last = x.last, value <= last {
          // Equal quantiles: the middle of theirs.
          (sum, equal) = (sum + normal, equal + 1)
          z[z.count - 1] = sum / equal
        } else {
          x.append(value)
          z.append(normal)
          (sum, equal) = (normal, 1)
        }
      }
      return (x, z)
    }
  }

  /// `(x - median) / (third - first quartile)`, then a smooth limit. Where the quartiles are equal:
  /// half the range.
  ///
  /// Reference: Holzmüller, Grinsztajn and Steinwart 2024 (RealMLP), whose limit is 3.
  static let robust = NumberScaling(
    name: "robust", example: #"{"type": "robust", "limit": 4}"#
  ) { options throws(NNError) in
    let limit = try options.number("limit", default: 3, in: .closed(0, 1e6))
    return NumberScalingFunction(extrapolates: true, limit: limit) { sorted in
      let middle = numberQuantile(sorted, 0.5)
      var spread = numberQuantile(sorted, 0.75) - numberQuantile(sorted, 0.25)
      if spread <= 0 { spread = (sorted[sorted.count - 1] - sorted[0]) / 2 }
      return line(middle, spread)
    }
  }

  /// `(x - mean) / deviation`, then a smooth limit if there is one.
  static let standardize = NumberScaling(
    name: "standardize", example: #"{"type": "standardize", "limit": 4}"#
  ) { options throws(NNError) in
    let limit = try options.number("limit", default: 0, in: .closed(0, 1e6))
    return NumberScalingFunction(extrapolates: true, limit: limit) { sorted in
      let count = Double(sorted.count)
      // From the median on: sums of numbers far from 0 would lose their differences.
      let origin = sorted[sorted.count / 2]
      let mean = origin + sorted.reduce(0.0) { $0 + ($1 - origin) } / count
      let variance = sorted.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / count
      return line(mean, variance.squareRoot())
    }
  }

  private static func line(_ center: Double, _ spread: Double) -> (x: [Double], z: [Double]) {
    let end = center + spread
    // Constant, or so little spread that doubles do not see it.
    return end > center && end.isFinite ? ([center, end], [0, 1]) : ([center], [0])
  }
}

/// The number that a share of sorted numbers does not exceed.
func numberQuantile(_ sorted: UnsafeBufferPointer<Double>, _ share: Double) -> Double {
  quantile(share, of: sorted.count) { sorted[$0] }
}
