import NNData
import NNErrors
import NNMath
import NNNetwork

// Steps that a host makes itself, one at a time.

extension Trainer {
  /// One step on one batch: online learning. A schedule counts each call as an epoch of one step.
  ///
  /// - Returns: the loss before the step.
  package func trainBatch(_ samples: SampleRows) throws(NNError) -> Double {
    try requireRows(samples)
    if config.accumulate > 1, accumulator == nil {
      accumulator = try GradientAccumulator(parameters: model.parameterCount)
    }
    let weights = try config.classWeighting.weights(samples, model)
    let calls = optimizer.steps
    let rate = learningRate.at(
      epoch: calls, step: calls, epochs: config.epochs, steps: config.epochs)
    let sum = try run(
      Step(
        samples: samples, start: 0, count: samples.rows, epoch: calls,
        batch: accumulator?.batches ?? 0,
        classWeights: weights.map { UnsafePointer($0.base) }, sheet: nil, rate: rate))
    return sum.mean
  }

  /// The loss of a batch and its gradient, in training mode; nothing changes. Its statistics wait
  /// for `apply`.
  package func lossAndGradient(
    _ samples: SampleRows, into gradient: UnsafeMutablePointer<Float>
  ) throws(NNError) -> LossSum {
    try requireRows(samples)
    let weights = try config.classWeighting.weights(samples, model)
    let pass = try pass(rows: samples.rows)
    let mode = Mode.training(seed: config.seed, epoch: optimizer.steps, step: 0)
    differentiated = nil
    let sum = pass.run(
      samples, from: 0, count: samples.rows, mode: mode,
      classWeights: weights.map { UnsafePointer($0.base) }, gradients: gradient, sheet: nil,
      pool: pool)
    pass.gradients(
      rows: samples.rows, mode: mode, gradients: gradient, sink: nil, pool: pool)
    guard sum.mean.isFinite, largestMagnitude(gradient, gradients.count).isFinite else {
      throw .diverged("the loss or its gradient is not finite for this batch; scale the features")
    }
    differentiated = (samples.rows, mode)
    return sum
  }

  /// One update with a gradient from outside, [parameterCount].
  package func apply(gradient: UnsafePointer<Float>) throws(NNError) {
    guard !optimizer.searches else {
      throw .argument(
        "optimizer lbfgs evaluates the loss by itself and takes no gradient; configure another")
    }
    guard largestMagnitude(gradient, gradients.count).isFinite else {
      throw .diverged("the gradient must be finite; nothing was changed")
    }
    model.importRows(gradient, count: gradients.count, into: gradients.base)
    let calls = optimizer.steps
    let rate = learningRate.at(
      epoch: calls, step: calls, epochs: config.epochs, steps: config.epochs)
    let view = ArrayView(
      type: .float32, base: gradient, rows: 0, columns: 0, rowStride: 0, columnStride: 0)
    let none = SampleRows(rows: 0, features: view, targets: view, weights: nil, order: nil)
    try apply(
      Step(
        samples: none, start: 0, count: 0, epoch: calls, batch: 0, classWeights: nil, sheet: nil,
        rate: rate))
    if let batch = differentiated { pass?.commit(rows: batch.rows, mode: batch.mode) }
    differentiated = nil
  }

  private func requireRows(_ samples: SampleRows) throws(NNError) {
    let least = model.leastTrainingRows
    guard samples.rows >= least.rows else {
      throw .shape(
        "\(least.owner) needs at least \(least.rows) rows in a training batch, "
          + "got \(samples.rows)")
    }
  }
}
