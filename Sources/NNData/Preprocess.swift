import CPlatform
import NNErrors
import NNJSON
import NNMath
import NNOptions

/// A scaling of the features before layer 0: `(x - center) · scale`, one pair a feature.
package struct PreprocessKind: Kind {
  package static let role = "preprocess"
  package static let aliases: [Alias] = [("standard_scaler", "standardize"), ("min_max", "minmax")]
  package let name: String
  package let example: String
  /// Reads the options and returns the rule.
  package let make: @Sendable (inout Options) throws(NNError) -> PreprocessRule

  /// The members, in the order of the reference page.
  package static let registry: [PreprocessKind] = [
    PreprocessKind(name: "none", example: #"{"type": "none"}"#) { _ throws(NNError) in .none },
    // (x - mean) / deviation, biased deviation as scikit-learn's StandardScaler; columns that are
    // constant get scale 1.
    PreprocessKind(name: "standardize", example: #"{"type": "standardize"}"#) {
      _ throws(NNError) in .standardize
    },
    // (x - least) / (largest - least); columns that are constant get scale 1.
    PreprocessKind(name: "minmax", example: #"{"type": "minmax"}"#) { _ throws(NNError) in .minmax
    },
    PreprocessKind(name: "scale", example: #"{"type": "scale", "factor": 0.0625}"#) {
      options throws(NNError) in
      .scale(try options.number("factor", in: .closed(-1e30, 1e30)))
    },
  ]
}

package enum PreprocessRule: Sendable {
  case none, standardize, minmax
  case scale(Double)

  /// Whether it must see data before it can scale.
  package var needsFit: Bool {
    switch self {
    case .none, .scale: false
    case .standardize, .minmax: true
    }
  }

  package var isNone: Bool { if case .none = self { true } else { false } }
}

/// The fitted scaling of a model.
package final class Preprocess {
  package let rule: PreprocessRule
  /// [features] each.
  package let center: Buffer<Float>
  package let scale: Buffer<Float>
  package var isFitted: Bool

  package convenience init(rule: PreprocessRule, features: Int) throws(NNError) {
    self.init(
      rule: rule, center: try Buffer(count: features), scale: try Buffer(count: features))
  }

  private init(rule: PreprocessRule, center: Buffer<Float>, scale: Buffer<Float>) {
    self.rule = rule
    self.center = center
    self.scale = scale
    isFitted = !rule.needsFit
    var factor: Float = 1
    if case .scale(let given) = rule { factor = Float(given) }
    scale.base.update(repeating: factor, count: scale.count)
  }

  /// Whether rows are left unchanged.
  package var isIdentity: Bool { rule.isNone }

  /// Whether 0 is always mapped to 0.
  package var keepsZeros: Bool {
    switch rule {
    case .none, .scale: true
    case .standardize, .minmax: false
    }
  }

  package func apply(to block: Matrix) {
    guard !rule.isNone else { return }
    standardize(
      block.base, center: center.base, scale: scale.base, rows: block.rows, columns: block.columns)
  }

  /// Fits to rows of features; values that are not finite are ignored.
  ///
  /// - Parameter order: the rows to use; nil: the first `rows`.
  package func fit(
    _ view: ArrayView, rows: Int, order: UnsafePointer<Int32>?
  ) throws(NNError) {
    guard rule.needsFit else { return }
    let moments = try ColumnMoments(view, rows: rows, order: order)
    for column in 0..<view.columns {
      let (middle, spread) = moments.centerAndSpread(column, rule)
      center.base[column] = Float(middle)
      let factor = Float(1 / spread)
      scale.base[column] = factor.isFinite && factor > 0 ? factor : 1
    }
    isFitted = true
  }
}

/// Count, mean, variance, least and largest of every column, in double.
private struct ColumnMoments {
  private let count: Buffer<Double>
  private let mean: Buffer<Double>
  private let squares: Buffer<Double>
  private let least: Buffer<Double>
  private let largest: Buffer<Double>

  /// One pass with Welford's update (Welford 1962): no second reading of the data.
  init(_ view: ArrayView, rows: Int, order: UnsafePointer<Int32>?) throws(NNError) {
    let columns = view.columns
    count = try Buffer(count: columns)
    mean = try Buffer(count: columns)
    squares = try Buffer(count: columns)
    least = try Buffer(count: columns)
    largest = try Buffer(count: columns)
    least.base.update(repeating: .infinity, count: columns)
    largest.base.update(repeating: -.infinity, count: columns)
    let row = try Buffer<Float>(count: columns)
    for position in 0..<rows {
      view.copyRow(order.map { Int($0[position]) } ?? position, into: row.base)
      for column in 0..<columns where row.base[column].isFinite {
        take(Double(row.base[column]), column)
      }
    }
  }

  private func take(_ value: Double, _ column: Int) {
    count.base[column] += 1
    let distance = value - mean.base[column]
    mean.base[column] += distance / count.base[column]
    squares.base[column] += distance * (value - mean.base[column])
    least.base[column] = min(least.base[column], value)
    largest.base[column] = max(largest.base[column], value)
  }

  /// What to subtract and what to divide by; 1 for a column that is constant or has no values.
  func centerAndSpread(_ column: Int, _ rule: PreprocessRule) -> (Double, Double) {
    guard count.base[column] > 0 else { return (0, 1) }
    let range = largest.base[column] - least.base[column]
    if case .minmax = rule { return (least.base[column], range > 0 ? range : 1) }
    let deviation = nnc_sqrt(squares.base[column] / count.base[column])
    return (mean.base[column], range > 0 && deviation > 0 ? deviation : 1)
  }
}
