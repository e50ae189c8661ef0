import NNData
import NNErrors
import NNMath
import NNNetwork

/// Forward, loss and backward of one batch, in memory planned once.
final class BatchPass {
  let capacity: Int
  private let model: Model
  private let workspace: Workspace
  private let targets: BatchTargets

  convenience init(_ model: Model, rows: Int) throws(NNError) {
    self.init(
      model, rows: rows, try Workspace(for: model, rows: rows, training: true),
      try BatchTargets(rows: rows, outputs: model.outputSize))
  }

  private init(_ model: Model, rows: Int, _ workspace: Workspace, _ targets: BatchTargets) {
    self.model = model
    capacity = rows
    self.workspace = workspace
    self.targets = targets
  }

  /// Makes the first layer leave out inputs of 0, or not.
  ///
  /// - Throws: `NNError.memory`.
  func leaveOutZeros(_ isSparse: Bool) throws(NNError) {
    try model.leaveOutZeros(isSparse, in: workspace)
  }

  /// Computes the loss of the rows at start ..< start + count, and dLoss/dOutput of every layer;
  /// `completeGradient` computes the gradients.
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
    model.load(samples.features, from: start, count: count, order: samples.order, into: workspace)
    let next = start + count
    model.announce(
      samples.features, from: next, count: min(count, samples.rows - next), order: samples.order,
      in: workspace)
    let outputs = model.forward(workspace, rows: count, mode: mode, pool: pool)
    let batch = targets.load(
      samples, from: start, count: count, asIndices: hasIndices(samples, model))
    let sum = model.spec.loss(
      LossInput(
        outputs: outputs, targets: batch.targets, sampleWeights: batch.weights,
        classWeights: classWeights, gradient: model.outputGradient(workspace, rows: count),
        scratch: workspace.lossScratch,
        isPrecise: isPrecise))
    model.backward(workspace, rows: count, mode: mode, gradients: gradients, pool: pool)
    sheet?.take(outputs, samples, from: start, model: model)
    return sum
  }

  /// A bound of the magnitudes of the gradients; infinity if some may not be finite.
  func gradientBound(
    rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>, inputMagnitude: Float?
  ) -> Float {
    model.gradientBound(
      workspace, rows: rows, mode: mode, gradients: gradients, inputMagnitude: inputMagnitude)
  }

  /// Computes the gradients, for `user` or, without one, into `gradients`.
  func completeGradient(
    rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>, user: Optimizer?,
    pool: WorkerPool
  ) {
    model.completeGradient(
      workspace, rows: rows, mode: mode, gradients: gradients, user: user, pool: pool)
  }

  /// Adds the batch's statistics to the running ones, after the update.
  func commit(rows: Int, mode: Mode) {
    model.commit(workspace, rows: rows, mode: mode)
  }
}
