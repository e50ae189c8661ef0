import NNErrors
import NNMath

/// The scaling of a regression's targets: networks learn numbers near 0 best. Learnt from the first
/// training's targets, `(y - mean) / deviation`, and undone in predictions, which may be held
/// within the range of those targets.
///
/// Reference: sklearn.compose.TransformedTargetRegressor with StandardScaler.
package final class TargetScaling {
  /// [outputs]
  package let center: Buffer<Float>
  /// What the differences are multiplied by, above 0: [outputs].
  package let scale: Buffer<Float>
  /// The least and the largest target, where predictions stay between them: [outputs]; else empty.
  package let low: Buffer<Float>
  package let high: Buffer<Float>
  /// Whether it has seen targets, or read what it learnt from a file.
  package private(set) var isFitted = false
  private let scales: Bool

  /// - Parameters:
  ///   - scales: whether targets are standardised; else `center` is 0 and `scale` 1.
  ///   - clamps: whether predictions stay within the range of the targets.
  /// - Throws: `NNError.memory`.
  package convenience init(outputs: Int, scales: Bool, clamps: Bool) throws(NNError) {
    self.init(
      try Buffer(count: outputs), try Buffer(count: outputs),
      try Buffer(count: clamps ? outputs : 0), try Buffer(count: clamps ? outputs : 0), scales)
  }

  private init(
    _ center: Buffer<Float>, _ scale: Buffer<Float>, _ low: Buffer<Float>, _ high: Buffer<Float>,
    _ scales: Bool
  ) {
    (self.center, self.scale, self.low, self.high) = (center, scale, low, high)
    self.scales = scales
  }

  package var clamps: Bool { low.count > 0 }

  /// What a file keeps.
  package var tensors: [(name: String, values: Buffer<Float>)] {
    [("center", center), ("scale", scale)] + (clamps ? [("low", low), ("high", high)] : [])
  }

  /// Constant targets get scale 1.
  ///
  /// - Throws: `NNError.memory`.
  package func fit(_ samples: SampleRows) throws(NNError) {
    let moments = try ColumnMoments(
      FittingData(
        view: samples.targets, rows: samples.rows, order: samples.order, offsets: nil
      ) { _, _ in })
    for column in 0..<center.count {
      center.base[column] = scales ? Float(moments.mean(column)) : 0
      scale.base[column] =
        scales ? PreprocessMemory.factor(spread: moments.deviation(column)) : 1
    }
    fitRange(samples)
    isFitted = true
  }

  private func fitRange(_ samples: SampleRows) {
    for column in 0..<low.count {
      var (least, largest) = (Float.infinity, -Float.infinity)
      for position in 0..<samples.rows {
        let value = Float(samples.targets.double(samples.source(position), column))
        (least, largest) = (min(least, value), max(largest, value))
      }
      (low.base[column], high.base[column]) = (least, largest)
    }
  }

  /// Takes what was read into `center` and `scale`.
  ///
  /// - Throws: `NNError.format` for a value that is not finite, or a scale that is not above 0.
  package func take() throws(NNError) {
    for index in 0..<center.count
    where !center.base[index].isFinite || !scale.base[index].isFinite || scale.base[index] <= 0 {
      throw .format(
        "tensors target.center and target.scale: values must be finite, scales above 0; value "
          + "\(index) is \(center.base[index]) and \(scale.base[index])")
    }
    for index in 0..<low.count
    where !low.base[index].isFinite || !high.base[index].isFinite
      || low.base[index] > high.base[index]
    {
      throw .format(
        "tensors target.low and target.high: values must be finite and in order; value \(index) is "
          + "\(low.base[index]) and \(high.base[index])")
    }
    isFitted = true
  }

  package func forget() { isFitted = false }

  package func copy(from other: TargetScaling) {
    center.copy(from: other.center)
    scale.copy(from: other.scale)
    low.copy(from: other.low)
    high.copy(from: other.high)
    isFitted = other.isFitted
  }

  /// Scales targets [rows × outputs].
  package func apply(to targets: Matrix) {
    NNMath.standardize(
      targets.base, center: center.base, scale: scale.base, rows: targets.rows,
      columns: targets.columns)
  }

  /// Turns outputs [rows × outputs] into values of targets.
  package func undo(on outputs: Matrix) {
    for row in 0..<outputs.rows {
      let values = outputs.row(row)
      for column in 0..<outputs.columns {
        values[column] = values[column] / scale.base[column] + center.base[column]
      }
      // NaN stays what it is.
      for column in 0..<low.count where values[column] < low.base[column] {
        values[column] = low.base[column]
      }
      for column in 0..<low.count where values[column] > high.base[column] {
        values[column] = high.base[column]
      }
    }
  }
}
