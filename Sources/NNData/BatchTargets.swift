import NNErrors
import NNMath

/// The targets of a batch.
package enum TargetRows {
  /// A class index a row.
  case indices(UnsafePointer<Int32>)
  /// [rows × outputs]
  case values(Matrix)
}

/// Memory for the targets and sample weights of one batch.
package struct BatchTargets {
  private let outputs: Int
  private let indices: Buffer<Int32>
  private let values: Buffer<Float>
  private let weights: Buffer<Float>
  private let scaling: TargetScaling?

  /// - Parameter scaling: applied to the targets; nil: they stay as they are.
  package init(rows: Int, outputs: Int, scaling: TargetScaling?) throws(NNError) {
    self.outputs = outputs
    self.scaling = scaling
    indices = try Buffer(count: rows)
    values = try Buffer(count: try checkedProduct(rows, outputs, "batch targets"))
    weights = try Buffer(count: rows)
  }

  /// Gathers the targets and weights at positions start ..< start + count.
  package func load(
    _ samples: SampleRows, from start: Int, count: Int, asIndices: Bool
  ) -> (targets: TargetRows, weights: UnsafePointer<Float>?) {
    samples.weights?.gather(from: start, count: count, order: samples.order, into: weights.base)
    let loaded = samples.weights == nil ? nil : UnsafePointer(weights.base)
    if asIndices {
      samples.targets.gatherIndices(
        from: start, count: count, order: samples.order, below: outputs, into: indices.base)
      return (.indices(UnsafePointer(indices.base)), loaded)
    }
    samples.targets.gather(from: start, count: count, order: samples.order, into: values.base)
    let targets = Matrix(values.base, rows: count, columns: samples.targets.columns)
    scaling?.apply(to: targets)
    return (.values(targets), loaded)
  }
}
