import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork

/// A batch that went forward in training mode and waits for the gradient of a loss of the caller's
/// own.
package final class KeptBatch {
  private let executor: CPUExecutor
  private let features: Buffer<Float>
  private let gradients: Buffer<Float>
  private var rows = 0
  private var mode = Mode.inference

  /// - Throws: `NNError.memory`, `.limit`.
  package convenience init(_ model: Model, rows: Int) throws(NNError) {
    self.init(
      try CPUExecutor(for: model, rows: rows, training: true, inputGradient: true),
      features: try Buffer(count: try checkedProduct(rows, model.inputSize, "batch memory")),
      gradients: try Buffer(count: model.parameterCount))
  }

  private init(_ executor: CPUExecutor, features: Buffer<Float>, gradients: Buffer<Float>) {
    (self.executor, self.features, self.gradients) = (executor, features, gradients)
  }

  package var capacity: Int { executor.capacity }
  /// Rows that wait; 0: none.
  package var rowsKept: Int { rows }

  /// Forgets the batch, not its memory.
  package func drop() { rows = 0 }

  /// The features are copied: the caller's may be gone when `backward` comes.
  fileprivate func forward(_ view: ArrayView, mode: Mode, pool: WorkerPool) -> Matrix {
    (rows, self.mode) = (view.rows, mode)
    // Rows that are not floats are copied by the executor itself, less their offsets.
    var source = view
    if view.type == .float32 {
      view.gather(from: 0, count: view.rows, order: nil, into: features.base)
      source = ArrayView(
        dense: .float32, UnsafeRawPointer(features.base), rows: view.rows, columns: view.columns)
    }
    executor.load(source, from: 0, count: rows, order: nil)
    return executor.forward(rows: rows, mode: mode, pool: pool)
  }

  fileprivate func commit() { executor.commit(rows: rows, mode: mode) }

  fileprivate func backward(_ outputGradient: ArrayView, pool: WorkerPool) -> BatchGradient? {
    let target = executor.outputGradient(rows: rows)
    outputGradient.gather(from: 0, count: rows, order: nil, into: target.base)
    executor.backward(rows: rows, mode: mode, gradients: gradients.base, pool: pool)
    executor.gradients(
      rows: rows, mode: mode, gradients: gradients.base, sink: nil, pool: pool)
    return executor.inputGradient(rows: rows).map {
      BatchGradient(parameters: UnsafePointer(gradients.base), inputs: $0)
    }
  }
}

/// The gradient of a kept batch, in its memory.
package struct BatchGradient {
  /// [parameterCount], as stored.
  package let parameters: UnsafePointer<Float>
  /// [rows × inputSize], of the features after preprocessing.
  package let inputs: Matrix
}

extension Trainer {
  /// Runs features forward in training mode, adds the batch's statistics to the running ones, and
  /// keeps the batch.
  ///
  /// - Returns: raw outputs [rows × outputSize], in the batch's memory.
  /// - Throws: `NNError.shape`; `.diverged`, and then nothing is kept or changed.
  package func forward(_ features: ArrayView, into batch: KeptBatch) throws(NNError) -> Matrix {
    let least = model.leastTrainingRows
    guard features.rows >= least.rows else {
      throw .shape(
        "\(least.owner) needs at least \(least.rows) rows in a training batch, "
          + "got \(features.rows)")
    }
    let outputs = batch.forward(
      features, mode: .training(seed: config.seed, epoch: optimizer.steps, step: 0), pool: pool)
    guard largestMagnitude(outputs.base, outputs.count).isFinite else {
      batch.drop()
      throw .diverged("the outputs of this batch are not finite; scale the features")
    }
    batch.commit()
    return outputs
  }

  /// Brings dLoss/doutputs [rows × outputSize] down to parameters and inputs.
  ///
  /// - Throws: `NNError.diverged` where the gradient is not finite.
  package func backward(
    _ outputGradient: ArrayView, of batch: KeptBatch
  ) throws(NNError) -> BatchGradient {
    guard let gradient = batch.backward(outputGradient, pool: pool),
      largestMagnitude(gradient.parameters, gradients.count).isFinite,
      largestMagnitude(gradient.inputs.base, gradient.inputs.count).isFinite
    else { throw .diverged("the gradient is not finite for these d_outputs; scale the loss") }
    return gradient
  }
}
