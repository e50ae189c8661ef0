import NNErrors
import NNMath

/// The scaling of a regression's targets: networks learn numbers near 0 best. Learnt from the first
/// training's targets, `(y - mean) / deviation`, and undone in predictions.
///
/// Reference: sklearn.compose.TransformedTargetRegressor with StandardScaler.
package final class TargetScaling {
  /// [outputs]
  package let center: Buffer<Float>
  /// What the differences are multiplied by, above 0: [outputs].
  package let scale: Buffer<Float>
  /// Whether it has seen targets, or read what it learnt from a file.
  package private(set) var isFitted = false

  /// - Throws: `NNError.memory`.
  package convenience init(outputs: Int) throws(NNError) {
    self.init(try Buffer(count: outputs), try Buffer(count: outputs))
  }

  private init(_ center: Buffer<Float>, _ scale: Buffer<Float>) {
    (self.center, self.scale) = (center, scale)
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
      center.base[column] = Float(moments.mean(column))
      scale.base[column] = PreprocessMemory.factor(spread: moments.deviation(column))
    }
    isFitted = true
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
    isFitted = true
  }

  package func forget() { isFitted = false }

  package func copy(from other: TargetScaling) {
    center.copy(from: other.center)
    scale.copy(from: other.scale)
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
    }
  }
}
