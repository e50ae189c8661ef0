import CPlatform
import NNErrors
import NNMath
import NNOptions

extension PreprocessKind {
  static let none = PreprocessKind(name: "none", example: #"{"type": "none"}"#) {
    _ throws(NNError) in PreprocessFunction(keepsZeros: true)
  }

  /// `(x - mean) / deviation`, biased deviation; columns that are constant get scale 1.
  ///
  /// Reference: sklearn.preprocessing.StandardScaler.
  static let standardize = PreprocessKind(
    name: "standardize", example: #"{"type": "standardize"}"#
  ) { _ throws(NNError) in
    .scaling { data, memory throws(NNError) in
      let moments = try ColumnMoments(data)
      for column in 0..<data.columns {
        memory.setScaling(column, center: moments.mean(column), spread: moments.deviation(column))
      }
    }
  }

  /// `(x - least) / (largest - least)`; columns that are constant get scale 1.
  ///
  /// Reference: sklearn.preprocessing.MinMaxScaler.
  static let minmax = PreprocessKind(name: "minmax", example: #"{"type": "minmax"}"#) {
    _ throws(NNError) in
    .scaling { data, memory throws(NNError) in
      let moments = try ColumnMoments(data)
      for column in 0..<data.columns {
        memory.setScaling(column, center: moments.least(column), spread: moments.range(column))
      }
    }
  }

  /// `x · factor`
  static let scale = PreprocessKind(
    name: "scale", example: #"{"type": "scale", "factor": 0.0625}"#
  ) { options throws(NNError) in
    let factor = Float(try options.number("factor", in: .closed(-1e30, 1e30)))
    return PreprocessFunction(
      keepsZeros: true,
      apply: { block, _, _ in NNMath.scale(block.base, by: factor, block.rows * block.columns) })
  }
}

extension PreprocessFunction {
  /// `(x - center) · scale`, one pair a feature.
  ///
  /// - Parameter fit: calls `setScaling` for every feature.
  static func scaling(
    _ fit: @escaping @Sendable (FittingData, PreprocessMemory) throws(NNError) -> Void
  ) -> PreprocessFunction {
    let condition = "finite, scales above 0"
    return PreprocessFunction(
      ignoresOffset: true,
      tensors: [
        PreprocessTensor(name: "center", width: 1, condition: condition) { values, index, _ in
          values[index].isFinite
        },
        PreprocessTensor(name: "scale", width: 1, condition: condition) { values, index, _ in
          values[index].isFinite && values[index] > 0
        },
      ], fit: fit,
      apply: { block, first, memory in
        NNMath.standardize(
          block.base, center: memory.base + first, scale: memory.base + memory.features + first,
          rows: block.rows, columns: block.columns)
      })
  }
}

extension PreprocessMemory {
  /// Stores what to subtract from a feature and what to divide it by.
  func setScaling(_ column: Int, center: Double, spread: Double) {
    base[column] = Float(center)
    base[features + column] = Self.factor(spread: spread)
  }

  /// What differences are multiplied by; 1 if that is no finite number above 0.
  static func factor(spread: Double) -> Float {
    let factor = Float(1 / spread)
    return factor.isFinite && factor > 0 ? factor : 1
  }
}

/// Count, mean, variance, least and largest of every column, in double.
struct ColumnMoments {
  private let counts: Buffer<Double>
  private let means: Buffer<Double>
  private let squares: Buffer<Double>
  private let leasts: Buffer<Double>
  private let largests: Buffer<Double>

  /// One pass with Welford's update (Welford 1962): no second reading of the data.
  init(_ data: FittingData) throws(NNError) {
    let columns = data.columns
    counts = try Buffer(count: columns)
    means = try Buffer(count: columns)
    squares = try Buffer(count: columns)
    leasts = try Buffer(count: columns)
    largests = try Buffer(count: columns)
    leasts.base.update(repeating: .infinity, count: columns)
    largests.base.update(repeating: -.infinity, count: columns)
    let row = try Buffer<Float>(count: columns)
    for position in 0..<data.rows {
      data.copyRow(position, into: row.base)
      for column in 0..<columns where row.base[column].isFinite {
        add(Double(row.base[column]), to: column)
      }
    }
  }

  private func add(_ value: Double, to column: Int) {
    counts.base[column] += 1
    let distance = value - means.base[column]
    means.base[column] += distance / counts.base[column]
    squares.base[column] += distance * (value - means.base[column])
    leasts.base[column] = min(leasts.base[column], value)
    largests.base[column] = max(largests.base[column], value)
  }

  // Of a column without values the mean and the least are 0, of a constant one the spreads 1.

  func mean(_ column: Int) -> Double { means.base[column] }

  func least(_ column: Int) -> Double { counts.base[column] > 0 ? leasts.base[column] : 0 }

  func range(_ column: Int) -> Double {
    let range = largests.base[column] - leasts.base[column]
    return range > 0 ? range : 1
  }

  func deviation(_ column: Int) -> Double {
    guard counts.base[column] > 0, largests.base[column] > leasts.base[column] else { return 1 }
    let deviation = nnc_sqrt(squares.base[column] / counts.base[column])
    return deviation > 0 ? deviation : 1
  }
}
