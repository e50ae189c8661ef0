import CPlatform
import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork

/// Makes steps. Owns the parts of a training besides the model: optimiser, gradients, memory for a
/// batch.
package final class Trainer {
  package let model: Model
  package private(set) var config: TrainingConfig
  /// The history of the training that runs or ran last.
  package internal(set) var history = TrainingHistory()
  /// Epochs finished, over continued trainings.
  var epochsDone = 0
  /// Of the training that `history` tells.
  var earlyStopping: EarlyStoppingState?
  var learningRate: LearningRate
  let optimizer: Optimizer
  let gradients: Buffer<Float>
  private(set) var pass: BatchPass?
  private(set) var pool: WorkerPool
  /// Whether the optimiser's memory was computed here; a file may have any values.
  var trustsMemory = true
  /// Checked within a long step; nil: never.
  var isCancelled: (() -> Bool)?
  /// For the rare step whose update might overflow.
  private var weightsBefore: Buffer<Float>?
  /// Of a config that accumulates.
  var accumulator: GradientAccumulator?
  /// The batch of the last `lossAndGradient`, whose statistics an update with its gradient adds to
  /// the running ones.
  var differentiated: (rows: Int, mode: Mode)?

  /// - Parameter threads: what config.threads means when it is absent.
  /// - Throws: `NNError.memory`, `.limit`.
  package convenience init(
    _ model: Model, _ config: TrainingConfig, defaultThreads: Int
  ) throws(NNError) {
    self.init(
      model, config,
      optimizer: try Optimizer(config.optimizer, shared: config.optimizerOptions, for: model),
      gradients: try Buffer(count: model.parameterCount), defaultThreads: defaultThreads)
  }

  private init(
    _ model: Model, _ config: TrainingConfig, optimizer: Optimizer, gradients: Buffer<Float>,
    defaultThreads: Int
  ) {
    self.model = model
    self.config = config
    learningRate = LearningRate(
      base: config.optimizerOptions.learningRate, schedule: config.schedule)
    self.optimizer = optimizer
    self.gradients = gradients
    pool = Self.pool(config, model, defaultThreads)
  }

  /// Whether a config's optimiser keeps the same memory as the present one.
  package func canContinue(with config: TrainingConfig) -> Bool {
    config.optimizer.slotNames == optimizer.function.slotNames
      && (config.optimizer.lbfgs == nil) == (optimizer.function.lbfgs == nil)
  }

  /// Takes a new config for a continued training; the optimiser's memory stays.
  package func reconfigure(_ config: TrainingConfig, defaultThreads: Int) {
    self.config = config
    optimizer.reconfigure(config.optimizer, config.optimizerOptions)
    learningRate = LearningRate(
      base: config.optimizerOptions.learningRate, schedule: config.schedule,
      plateau: learningRate.plateau)
    pool = Self.pool(config, model, defaultThreads)
  }

  private static func pool(_ config: TrainingConfig, _ model: Model, _ standard: Int) -> WorkerPool
  {
    let rows = config.batchSize == 0 ? 1024 : config.batchSize
    return WorkerPool.of(
      config.threads ?? standard, for: 3 * Double(rows) * Double(model.parameterCount))
  }

  /// Memory for batches of up to `rows` rows; reused if it is large enough.
  func pass(rows: Int) throws(NNError) -> BatchPass {
    if let pass, pass.capacity >= rows { return pass }
    let new = try BatchPass(model, rows: rows)
    pass = new
    return new
  }

  /// The arguments of a step.
  struct Step {
    let samples: SampleRows
    let start: Int
    let count: Int
    let epoch: Int
    let batch: Int
    let classWeights: UnsafePointer<Float>?
    let sheet: PredictionLog?
    let rate: Double
    /// Whether accumulated gradients must be used now.
    var endsEpoch = false

    /// The first feature of the batch that is not finite; nil: all are.
    fileprivate var firstNotFinite: (row: Int, column: Int, value: Double)? {
      for position in start..<start + count {
        let row = samples.source(position)
        for column in 0..<samples.features.columns {
          let value = samples.features.double(row, column)
          if !value.isFinite { return (row, column, value) }
        }
      }
      return nil
    }
  }

  /// Makes one step.
  ///
  /// - Returns: the batch's loss before the update.
  /// - Throws: `NNError.diverged`; the weights are then those before the step, bit for bit.
  func run(_ step: Step) throws(NNError) -> LossSum {
    differentiated = nil
    let pass = try self.pass(rows: step.count)
    if optimizer.searches { return try runSearch(step, pass) }
    let sum = evaluate(step, pass)
    if config.accumulate > 1, let accumulator {
      return try accumulate(sum, step, pass, accumulator)
    }
    try update(step, pass, loss: sum.mean)
    pass.commit(rows: step.count, mode: mode(step))
    return sum
  }

  /// Adds the gradients up and makes a step after `config.accumulate` batches.
  private func accumulate(
    _ sum: LossSum, _ step: Step, _ pass: BatchPass, _ accumulator: GradientAccumulator
  ) throws(NNError) -> LossSum {
    guard sum.mean.isFinite else {
      accumulator.reset()
      throw divergence(loss: sum.mean, step)
    }
    accumulator.begin(weight: sum.weight)
    pass.gradients(
      rows: step.count, mode: mode(step), gradients: gradients.base, sink: accumulator, pool: pool)
    if accumulator.batches == config.accumulate || step.endsEpoch {
      accumulator.finish(into: gradients.base)
      try apply(step)
    }
    pass.commit(rows: step.count, mode: mode(step))
    return sum
  }

  /// Updates the weights after a backward pass.
  ///
  /// The gradients of a small network stay in the first-level cache: checking them all costs less
  /// than computing a bound from the batch.
  private func update(_ step: Step, _ pass: BatchPass, loss: Double) throws(NNError) {
    guard loss.isFinite else { throw divergence(loss: loss, step) }
    let (rows, mode) = (step.count, mode(step))
    let bound =
      config.clips || gradients.count <= 4096
      ? .infinity
      : pass.gradientBound(
        rows: rows, mode: mode, gradients: gradients.base, inputMagnitude: step.samples.maxMagnitude
      )
    if isBounded(rate: step.rate, maxMagnitude: bound) {
      // No gradient can overflow: each part is used at once, while it is in the cache.
      optimizer.begin(learningRate: step.rate)
      pass.gradients(
        rows: rows, mode: mode, gradients: gradients.base, sink: optimizer, pool: pool)
      return
    }
    pass.gradients(
      rows: rows, mode: mode, gradients: gradients.base, sink: nil, pool: pool)
    try apply(step)
  }

  private func mode(_ step: Step) -> Mode {
    .training(seed: config.seed, epoch: step.epoch, step: step.batch)
  }

  private func evaluate(_ step: Step, _ pass: BatchPass) -> LossSum {
    pass.run(
      step.samples, from: step.start, count: step.count, mode: mode(step),
      classWeights: step.classWeights, gradients: gradients.base, sheet: step.sheet,
      isPrecise: optimizer.searches, pool: pool)
  }

  /// As `evaluate`, with all gradients.
  private func differentiate(_ step: Step, _ pass: BatchPass) -> LossSum {
    let sum = evaluate(step, pass)
    pass.gradients(
      rows: step.count, mode: mode(step), gradients: gradients.base, sink: nil, pool: pool)
    return sum
  }

  /// Updates the weights from `gradients`, unless anything is not finite.
  func apply(_ step: Step) throws(NNError) {
    var maxMagnitude = largestMagnitude(gradients.base, gradients.count)
    guard maxMagnitude.isFinite else { throw divergence(loss: 0, step) }
    maxMagnitude = clip(maxMagnitude)
    let isSafe = isBounded(rate: step.rate, maxMagnitude: maxMagnitude)
    if !isSafe { try keepWeights() }
    optimizer.update(gradients.base, learningRate: step.rate)
    if !isSafe, !weightsAreFinite { throw restoreAndReport(loss: 0, step) }
  }

  /// Whether no rule can move a weight out of the range of a float. With rate · decay > 1 a weight
  /// changes its sign and grows every step, although the loss stays finite.
  private func isBounded(rate: Double, maxMagnitude: Float) -> Bool {
    let shared = config.optimizerOptions
    return trustsMemory && rate >= 0 && rate <= 1e3 && maxMagnitude <= 1e15
      && rate * shared.weightDecay <= 1 && rate * shared.l1 <= 1e3
  }

  /// - Returns: the largest magnitude after clipping.
  private func clip(_ maxMagnitude: Float) -> Float {
    var maxMagnitude = maxMagnitude
    if let limit = config.clipValue {
      clamp(gradients.base, to: Float(limit), gradients.count)
      maxMagnitude = min(maxMagnitude, Float(limit))
    }
    if let limit = config.clipNorm {
      let norm = sumOfSquares(gradients.base, gradients.count).squareRoot()
      // As torch.nn.utils.clip_grad_norm_: the small constant keeps a zero norm harmless.
      let factor = limit / (norm + 1e-6)
      if factor < 1 { scale(gradients.base, by: Float(factor), gradients.count) }
    }
    return maxMagnitude
  }

  private func runSearch(_ step: Step, _ pass: BatchPass) throws(NNError) -> LossSum {
    try keepWeights()
    var first: LossSum?
    let loss = optimizer.minimize(
      model.weights.base, gradients.base, learningRate: step.rate,
      isCancelled: { isCancelled?() ?? false }
    ) {
      let sum = differentiate(step, pass)
      if first == nil { first = sum }
      step.sheet?.reset()
      return sum.mean
    }
    guard loss.isFinite, weightsAreFinite else { throw restoreAndReport(loss: loss, step) }
    if let sheet = step.sheet {
      sheet.reset()
      _ = evaluate(step, pass)
    }
    pass.commit(rows: step.count, mode: mode(step))
    if isCancelled?() ?? false {
      throw .cancelled("nns_cancel stopped the training in epoch \(step.epoch + 1), in its search")
    }
    return first ?? LossSum()
  }

  private var weightsAreFinite: Bool {
    largestMagnitude(model.weights.base, model.parameterCount).isFinite
  }

  private func keepWeights() throws(NNError) {
    if weightsBefore == nil { weightsBefore = try Buffer(count: model.weights.count) }
    weightsBefore?.copy(from: model.weights)
  }

  private func restoreAndReport(loss: Double, _ step: Step) -> NNError {
    if let weightsBefore { model.weights.copy(from: weightsBefore) }
    return divergence(loss: loss.isFinite ? .infinity : loss, step)
  }

  private func divergence(loss: Double, _ step: Step) -> NNError {
    if let place = step.firstNotFinite {
      return .diverged(
        "x must be finite to learn from it, row \(place.row), column \(place.column) is "
          + "\(place.value) (epoch \(step.epoch + 1), batch \(step.batch + 1)); that step was not made; "
          + "fill or drop such values: allow_nan only lets them in")
    }
    let what =
      loss.isNaN
      ? "training loss became NaN"
      : loss.isFinite ? "the gradient became infinite" : "training loss or weights became infinite"
    return .diverged(
      "\(what) in epoch \(step.epoch + 1), batch \(step.batch + 1); that step was not made; "
        + "lower learning_rate (now \(step.rate)) or scale the features")
  }
}
