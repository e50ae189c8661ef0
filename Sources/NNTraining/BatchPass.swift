import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork

/// Forward, loss and backward of one batch, in memory planned once.
final class BatchPass {
  let capacity: Int
  private let model: Model
  private let executor: CPUExecutor
  private let targets: BatchTargets

  convenience init(_ model: Model, rows: Int) throws(NNError) {
    self.init(
      model, rows: rows, try CPUExecutor(for: model, rows: rows, training: true),
      try BatchTargets(
        rows: rows, outputs: model.outputSize, scaling: model.targetScaling,
        members: model.members))
  }

  private init(_ model: Model, rows: Int, _ executor: CPUExecutor, _ targets: BatchTargets) {
    self.model = model
    capacity = rows
    self.executor = executor
    self.targets = targets
  }

  /// Makes the first layer leave out inputs of 0, or not.
  ///
  /// - Throws: `NNError.memory`.
  func leaveOutZeros(density: Double?) throws(NNError) {
    try executor.leaveOutZeros(density: density)
  }

  /// Computes the loss of the rows at start ..< start + count, and dLoss/dOutput of every layer;
  /// `gradients` computes the gradients.
  ///
  /// - Parameters:
  ///   - sheet: records the outputs before the update, for the metrics.
  ///   - isPrecise: see `LossInput`.
  func run(
    _ samples: SampleRows, from start: Int, count: Int, mode: Mode,
    classWeights: UnsafePointer<Float>?, gradients: UnsafeMutablePointer<Float>,
    sheet: PredictionLog?,
    isPrecise: Bool = false, pool: WorkerPool
  ) -> LossSum {
    executor.load(samples.features, from: start, count: count, order: samples.order)
    let next = start + count
    executor.announce(
      samples.features, from: next, count: min(count, samples.rows - next), order: samples.order)
    let outputs = executor.forward(rows: count, mode: mode, pool: pool)
    let batch = targets.load(
      samples, from: start, count: count, asIndices: hasIndices(samples, model))
    let sum = model.spec.loss(
      LossInput(
        outputs: model.rowsOfMembers(outputs), targets: batch.targets,
        sampleWeights: batch.weights, classWeights: classWeights,
        gradient: model.rowsOfMembers(executor.outputGradient(rows: count)),
        scratch: executor.lossScratch,
        isPrecise: isPrecise))
    executor.backward(rows: count, mode: mode, gradients: gradients, pool: pool)
    if let sheet {
      let joined = model.members > 1 ? model.joinMembers(outputs) : outputs
      sheet.take(joined, samples, from: start, model: model)
    }
    return sum
  }

  /// A bound of the magnitudes of the gradients; infinity if some may not be finite.
  func gradientBound(
    rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>, inputMagnitude: Float?
  ) -> Float {
    executor.gradientBound(
      rows: rows, mode: mode, gradients: gradients, inputMagnitude: inputMagnitude)
  }

  /// Computes the gradients, for `sink` or, without one, into `gradients`.
  func gradients(
    rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>, sink: (any GradientSink)?,
    pool: WorkerPool
  ) {
    executor.gradients(
      rows: rows, mode: mode, gradients: gradients, sink: sink, pool: pool)
  }

  /// Adds the batch's statistics to the running ones, after the update.
  func commit(rows: Int, mode: Mode) {
    executor.commit(rows: rows, mode: mode)
  }
}
