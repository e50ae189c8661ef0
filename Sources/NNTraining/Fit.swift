import CPlatform
import NNData
import NNErrors
import NNMath
import NNNetwork

extension Trainer {
  /// Checks and allocates everything that a training needs; nothing of model and trainer changes.
  ///
  /// - Throws: `NNError` for arguments that do not fit, `.memory`.
  package func plan(
    _ config: TrainingConfig, train: Dataset, validation: Dataset?, observer: TrainingObserver
  ) throws(NNError) -> FitRun {
    try FitRun(self, config, train: train, validation: validation, observer: observer)
  }

  /// Trains with the trainer's own config, for its epochs or until something stops it.
  ///
  /// - Throws: as `plan`, and as `FitRun.start`.
  package func fit(
    train: Dataset, validation: Dataset?, observer: TrainingObserver
  ) throws(NNError) {
    try plan(config, train: train, validation: validation, observer: observer).start(warnings: [])
  }
}

/// One training: everything it needs, checked and allocated before the first step.
package struct FitRun {
  private let config: TrainingConfig
  private let trainer: Trainer
  private let samples: SampleRows
  private let heldOut: HeldOutRows?
  private let validation: SampleRows?
  private let observer: TrainingObserver
  private let sampler: BatchSampler
  private let classWeights: Buffer<Float>?
  private let sheet: PredictionLog?
  private let evaluator: Evaluator?
  private let validationValues: Buffer<Double>
  private let monitor: EarlyStoppingMonitor?
  /// Of a config that names no epochs; nil: they are all made.
  private let plateau: PlateauMonitor?
  private let began = nnc_seconds()
  private let firstEpoch: Int
  private let lastEpoch: Int
  /// Whether an interrupted training goes on.
  private let resumes: Bool
  /// Keeps the parts of a validation split alive.
  private let parts: [Dataset]

  private let columnNames: [String]
  private let accumulator: GradientAccumulator?
  /// The same for a callback; nil: there is none.
  private let namesToTell: ColumnNames?
  /// nil: what a training that diverges leaves is not its start.
  private let origin: TrainingStart?
  /// What the history tells before the first step.
  private let warnings: [String]

  private var model: Model { trainer.model }

  fileprivate init(
    _ trainer: Trainer, _ config: TrainingConfig, train: Dataset, validation: Dataset?,
    observer: TrainingObserver
  ) throws(NNError) {
    let model = trainer.model
    self.config = config
    let (rest, part, heldOut) = try Self.divide(
      train, validation, config, members: model.members)
    try checkFit(rest.sampleRows, model)
    if let part { try checkFit(part.sampleRows, model) }
    self.trainer = trainer
    self.observer = observer
    parts = part.map { [rest, $0] } ?? [rest]
    self.heldOut = heldOut
    samples = rest.sampleRows.holdingOut(heldOut?.rows)
    self.validation = part?.sampleRows.holdingOut(heldOut?.rows)
    sampler = try BatchSampler(samples, config.sampling, least: model.leastTrainingRows)
    classWeights = try config.classWeighting.weights(samples, model)
    let metrics = config.metrics.filter { $0.function != nil }
    let names = metrics.map { $0.name }
    let columns = Self.columns(names, validates: part != nil)
    columnNames = columns
    namesToTell = observer.report == nil ? nil : try ColumnNames(columns)
    monitor = try config.earlyStopping.map { options throws(NNError) in
      let column = try Self.column(options.metric, columns)
      let room = options.restoresBest ? try Buffer<Float>(count: model.weights.count) : nil
      return EarlyStoppingMonitor(
        options, column: column,
        isHigherBetter: options.isHigherBetter
          ?? Self.isHigherBetter(options.metric, config.metrics), bestWeights: room)
    }
    plateau =
      config.stopsOnPlateau
      ? PlateauMonitor(column: part == nil ? 0 : 1 + metrics.count) : nil
    if let metric = config.schedule.metric { _ = try Self.column(metric, columns) }
    sheet = metrics.isEmpty ? nil : try PredictionLog(for: model, samples, metrics: metrics)
    evaluator = try part.map { part throws(NNError) in
      try Evaluator(model, part.sampleRows, metrics: metrics)
    }
    validationValues = try Buffer(count: metrics.count)
    firstEpoch = trainer.epochsDone
    lastEpoch = firstEpoch + config.epochs
    resumes =
      config.continues && trainer.history.isInterrupted(after: firstEpoch, names: columns)
    if resumes, let state = trainer.earlyStopping { monitor?.resume(state) }
    let pass = try trainer.pass(rows: sampler.largestBatch)
    accumulator =
      config.accumulate > 1 ? try GradientAccumulator(parameters: model.parameterCount) : nil
    let density = try samples.features.density(count: samples.rows, order: samples.order)
    try pass.leaveOutZeros(density: config.leavesOutZeros ? density : nil)
    warnings = [
      try warningOfUnseenClasses(samples, model), try warningOfShift(samples, model),
    ].compactMap { $0 }
    origin = config.restoration == .last ? nil : try TrainingStart(trainer)
  }

  /// Runs the epochs.
  ///
  /// - Parameter warnings: what the history tells besides the training's own.
  /// - Throws: `NNError.diverged`, with the weights that the config's `restore` asks for;
  ///   `.cancelled`, `.callback`, with weights and history kept; what a metric throws; `.io`,
  ///   `.memory` when a checkpoint could not be made.
  package func start(warnings: [String]) throws(NNError) {
    try model.fitScalings(samples)
    model.temperature = 1
    if !resumes {
      trainer.history = TrainingHistory(names: columnNames, epochs: config.epochs)
      trainer.earlyStopping = nil
    }
    trainer.history.ending = .running
    trainer.history.warnings = warnings + self.warnings
    trainer.accumulator = accumulator
    trainer.isCancelled = observer.isCancelled
    defer { trainer.isCancelled = nil }
    defer { model.settle() }
    do throws(NNError) {
      defer { monitor?.tellUndefined(in: &trainer.history) }
      try epochs()
      let warning =
        warningOfGrowth(trainer.history.columns[0])
        ?? warningOfSlowness(trainer.history, samples, model, classWeights: classWeights)
      if let warning { trainer.history.warnings.append(warning) }
    } catch {
      switch error {
      case .diverged(let text):
        trainer.history.ending = .diverged
        throw .diverged(text + "; " + restore())
      case .cancelled: trainer.history.ending = .cancelled
      case .callback: trainer.history.ending = .callback
      default: if trainer.history.ending == .running { trainer.history.ending = .failed }
      }
      // A training that can go on as if nothing had happened keeps the weights of its last step.
      if !trainer.history.ending.isInterruption { monitor?.restore(model) }
      throw error
    }
  }

  /// Takes model and optimiser back to where the config wants them after a divergence.
  ///
  /// - Returns: which weights there are now, for the message.
  private func restore() -> String {
    guard let origin else { return "the last finite weights are kept" }
    let best = config.restoration == .start ? nil : monitor?.bestWeights
    origin.restore(trainer, best: best)
    return best == nil
      ? "the model has the weights of its start"
      : "the model has the weights of epoch \(trainer.history.bestEpoch), the best"
  }

  private func epochs() throws(NNError) {
    var lastCheckpoint = began
    for epoch in firstEpoch..<lastEpoch {
      guard let (values, batchLoss) = try run(epoch) else {
        trainer.history.ending = .callback
        break
      }
      let isOver = try finish(epoch, values)
      // The last checkpoint is saved when the training is complete.
      if !isOver, epoch + 1 < lastEpoch, let checkpoint = config.checkpoint,
        checkpoint.isDue(epoch: epoch + 1, last: lastCheckpoint)
      {
        try saveCheckpoint()
        lastCheckpoint = nnc_seconds()
      }
      let goesOn = try report(
        epoch, batch: sampler.batches - 1, loss: values[0], batchLoss: batchLoss,
        rate: values[values.count - 3], values: values)
      if isOver || !goesOn {
        trainer.history.ending =
          !isOver ? .callback : monitor == nil ? .converged : .earlyStopping
        break
      }
    }
    if trainer.history.ending == .running { trainer.history.ending = .completed }
    monitor?.restore(model)
    if model.spec.calibrates, let validation { try model.calibrate(validation, pool: trainer.pool) }
    if config.checkpoint != nil { try saveCheckpoint() }
  }

  /// Records an epoch, and passes its metrics to the schedule and to early stopping.
  ///
  /// - Returns: whether early stopping ends the training.
  private func finish(_ epoch: Int, _ values: [Double]) throws(NNError) -> Bool {
    trainer.epochsDone = epoch + 1
    try trainer.history.recordChecked(epoch: epoch + 1, values)
    if let metric = config.schedule.metric, let index = columnNames.firstIndex(of: metric) {
      trainer.learningRate.observe(
        values[index], isHigherBetter: Self.isHigherBetter(metric, config.metrics))
    }
    guard let monitor else { return plateau?.observe(values) ?? false }
    let isOver = monitor.observe(values, epoch: epoch + 1, model)
    trainer.history.bestEpoch = monitor.state.bestEpoch
    trainer.earlyStopping = monitor.state
    return isOver
  }

  private func saveCheckpoint() throws(NNError) {
    guard let save = observer.checkpoint else { return }
    do throws(NNError) {
      try save(trainer)
    } catch {
      let isComplete = trainer.history.ending != .running
      if !isComplete { trainer.history.ending = .checkpoint }
      throw error.ofCheckpoint(epoch: trainer.epochsDone, isComplete: isComplete)
    }
  }

  /// Steps of the whole training; a file may claim any number of epochs before it.
  private var allSteps: Int {
    let updates = (sampler.batches - 1) / config.accumulate + 1
    let (steps, overflow) = lastEpoch.multipliedReportingOverflow(by: updates)
    return overflow ? .max : steps
  }

  /// One epoch.
  ///
  /// - Returns: a value a column, and the loss of the last batch; nil: the callback ended it.
  private func run(_ epoch: Int) throws(NNError) -> (values: [Double], batchLoss: Double)? {
    let start = nnc_seconds()
    var sum = LossSum()
    var batchSum = LossSum()
    var rate = 0.0
    var rows = 0
    sheet?.reset()
    let ordered = samples.ordered(by: sampler.order(epoch: epoch))
    let learningRate = trainer.learningRate
    for batch in 0..<sampler.batches {
      if observer.isCancelled() {
        throw .cancelled(
          "nns_cancel stopped the training in epoch \(epoch + 1), batch \(batch + 1)")
      }
      let count = sampler.count(batch)
      rate = learningRate.at(
        epoch: epoch, step: trainer.optimizer.steps, epochs: lastEpoch, steps: allSteps)
      batchSum = try trainer.run(
        Trainer.Step(
          samples: ordered, start: batch * sampler.batchSize, count: count, epoch: epoch,
          batch: batch, classWeights: classWeights.map { UnsafePointer($0.base) }, sheet: sheet,
          rate: rate, endsEpoch: batch + 1 == sampler.batches))
      sum += batchSum
      rows += count
      if config.reportsBatches {
        let goesOn = try report(
          epoch, batch: batch, loss: sum.mean, batchLoss: batchSum.mean, rate: rate, values: nil)
        guard goesOn else { return nil }
      }
    }
    model.settle()
    let trained = nnc_seconds()
    var values = [sum.mean]
    for metric in config.metrics {
      if let function = metric.function, let sheet { values.append(try sheet.value(of: function)) }
    }
    try appendValidation(to: &values)
    values += [rate, nnc_seconds() - start, Double(rows) / max(trained - start, 1e-9)]
    return (values, batchSum.mean)
  }

  private func appendValidation(to values: inout [Double]) throws(NNError) {
    guard let evaluator, let validation else { return }
    values.append(try evaluator.run(validation, pool: trainer.pool, into: validationValues.base))
    for index in 0..<validationValues.count { values.append(validationValues.base[index]) }
  }

  /// - Parameter values: the epoch's, at its end.
  /// - Returns: whether the training goes on.
  private func report(
    _ epoch: Int, batch: Int, loss: Double, batchLoss: Double, rate: Double, values: [Double]?
  ) throws(NNError) -> Bool {
    guard let report = observer.report, let namesToTell else { return true }
    func told(_ record: EpochRecord?) -> CallbackAnswer {
      let validationLoss = evaluator == nil ? nil : record?.values[1 + validationValues.count]
      return report(
        ProgressReport(
          epoch: epoch + 1, epochs: lastEpoch, batch: batch + 1, batches: sampler.batches,
          loss: loss, batchLoss: batchLoss, validationLoss: validationLoss ?? .nan,
          learningRate: rate, seconds: nnc_seconds() - began, record: record))
    }
    let answer =
      values?.withUnsafeBufferPointer {
        told(EpochRecord(names: UnsafePointer(namesToTell.pointers.base), values: $0))
      } ?? told(nil)
    switch answer {
    case .goOn: return true
    case .stop: return false
    case .fail(let number):
      throw .callback(
        "the callback returned \(number) in epoch \(epoch + 1), batch \(batch + 1); "
          + "weights and history are kept")
    }
  }
}
