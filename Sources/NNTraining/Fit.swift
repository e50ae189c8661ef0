import CPlatform
import NNData
import NNErrors
import NNMath
import NNNetwork

/// The argument of a progress callback.
package struct ProgressReport {
  package let isEpochEnd: Bool
  /// From 1.
  package let epoch: Int
  package let epochs: Int
  /// From 1.
  package let batch: Int
  package let batches: Int
  /// Mean over the epoch so far.
  package let loss: Double
  /// NaN where there is none.
  package let validationLoss: Double
  package let learningRate: Double
  /// Since the training began.
  package let seconds: Double
}

/// The functions of the caller that a training calls between its steps.
package struct TrainingObserver {
  /// Nonzero stops the training; nil: no callback.
  package let report: ((ProgressReport) -> Int32)?
  package let isCancelled: () -> Bool
  /// Saves model and state for the config's checkpoint; nil: none are saved.
  package let checkpoint: ((Trainer) throws(NNError) -> Void)?

  package init(
    report: ((ProgressReport) -> Int32)?, isCancelled: @escaping () -> Bool,
    checkpoint: ((Trainer) throws(NNError) -> Void)? = nil
  ) {
    self.report = report
    self.isCancelled = isCancelled
    self.checkpoint = checkpoint
  }
}

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
    try plan(config, train: train, validation: validation, observer: observer).start()
  }
}

/// One training: everything it needs, checked and allocated before the first step.
package struct FitRun {
  private let config: TrainingConfig
  private let trainer: Trainer
  private let samples: SampleRows
  private let validation: SampleRows?
  private let observer: TrainingObserver
  private let sampler: BatchSampler
  private let classWeights: Buffer<Float>?
  private let sheet: PredictionLog?
  private let evaluator: Evaluator?
  private let validationValues: Buffer<Double>
  private let monitor: EarlyStoppingMonitor?
  private let began = nnc_seconds()
  private let firstEpoch: Int
  private let lastEpoch: Int
  /// Whether an interrupted training goes on.
  private let resumes: Bool
  /// Keeps the parts of a validation split alive.
  private let parts: [Dataset]

  private let columnNames: [String]
  private let accumulator: GradientAccumulator?

  private var model: Model { trainer.model }

  fileprivate init(
    _ trainer: Trainer, _ config: TrainingConfig, train: Dataset, validation: Dataset?,
    observer: TrainingObserver
  ) throws(NNError) {
    let model = trainer.model
    self.config = config
    let (rest, part) = try Self.divide(train, validation, config)
    try checkFit(rest.sampleRows, model)
    if let part { try checkFit(part.sampleRows, model) }
    self.trainer = trainer
    self.observer = observer
    parts = part.map { [rest, $0] } ?? [rest]
    samples = rest.sampleRows
    self.validation = part?.sampleRows
    sampler = try BatchSampler(samples, config.sampling, least: model.leastTrainingRows)
    classWeights = try config.classWeighting.weights(samples, model)
    let metrics = config.metrics.filter { $0.function != nil }
    let names = metrics.map { $0.name }
    let columns = Self.columns(names, validates: part != nil)
    columnNames = columns
    monitor = try config.earlyStopping.map { options throws(NNError) in
      let column = try Self.column(options.metric, columns)
      let room = options.restoresBest ? try Buffer<Float>(count: model.weights.count) : nil
      return EarlyStoppingMonitor(
        options, column: column,
        isHigherBetter: options.isHigherBetter
          ?? Self.isHigherBetter(options.metric, config.metrics), bestWeights: room)
    }
    if let metric = config.schedule.metric { _ = try Self.column(metric, columns) }
    let weighted = samples.weights != nil
    sheet =
      metrics.isEmpty
      ? nil
      : try PredictionLog(for: model, rows: samples.rows, metrics: metrics, weighted: weighted)
    evaluator = try part.map { part throws(NNError) in
      try Evaluator(model, rows: part.rows, metrics: metrics, weighted: part.weights != nil)
    }
    validationValues = try Buffer(count: metrics.count)
    firstEpoch = trainer.epochsDone
    lastEpoch = firstEpoch + config.epochs
    resumes =
      config.continues && trainer.history.isInterrupted(after: firstEpoch, names: columns)
    if resumes, let state = trainer.earlyStopping { monitor?.resume(state) }
    let pass = try trainer.pass(rows: sampler.batchSize)
    accumulator =
      config.accumulate > 1 ? try GradientAccumulator(parameters: model.parameterCount) : nil
    let density = try samples.features.density(count: samples.rows, order: samples.order)
    try pass.leaveOutZeros(density: config.leavesOutZeros ? density : nil)
  }

  /// Runs the epochs.
  ///
  /// - Throws: `NNError.diverged`, `.cancelled`, `.callback`, with weights and history kept; what a
  ///   metric throws; `.io`, `.memory` when a checkpoint could not be made.
  package func start() throws(NNError) {
    if !model.preprocess.isFitted {
      try model.preprocess.fit(samples.features, rows: samples.rows, order: samples.order)
    }
    if !resumes {
      trainer.history = TrainingHistory(names: columnNames, epochs: config.epochs)
      trainer.earlyStopping = nil
    }
    trainer.history.ending = .running
    trainer.accumulator = accumulator
    trainer.isCancelled = observer.isCancelled
    defer { trainer.isCancelled = nil }
    do throws(NNError) {
      try epochs()
    } catch {
      switch error {
      case .diverged: trainer.history.ending = .diverged
      case .cancelled: trainer.history.ending = .cancelled
      case .callback: trainer.history.ending = .callback
      default: if trainer.history.ending == .running { trainer.history.ending = .failed }
      }
      throw error
    }
  }

  private func epochs() throws(NNError) {
    var lastCheckpoint = began
    for epoch in firstEpoch..<lastEpoch {
      let values = try run(epoch)
      let isOver = try finish(epoch, values)
      // The last checkpoint is saved when the training is complete.
      if !isOver, epoch + 1 < lastEpoch, let checkpoint = config.checkpoint,
        checkpoint.isDue(epoch: epoch + 1, last: lastCheckpoint)
      {
        try saveCheckpoint()
        lastCheckpoint = nnc_seconds()
      }
      try report(
        epoch, batch: sampler.batches - 1, loss: values[0], rate: values[values.count - 3],
        isEpochEnd: true, validationLoss: evaluator == nil ? .nan : values[1 + metricCount])
      if isOver {
        trainer.history.ending = .earlyStopping
        break
      }
    }
    if trainer.history.ending == .running { trainer.history.ending = .completed }
    monitor?.restore(model)
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
    guard let monitor else { return false }
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

  private var metricCount: Int { validationValues.count }

  /// One epoch.
  ///
  /// - Returns: a value a column.
  private func run(_ epoch: Int) throws(NNError) -> [Double] {
    let start = nnc_seconds()
    var sum = LossSum()
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
      sum += try trainer.run(
        Trainer.Step(
          samples: ordered, start: batch * sampler.batchSize, count: count, epoch: epoch,
          batch: batch, classWeights: classWeights.map { UnsafePointer($0.base) }, sheet: sheet,
          rate: rate, endsEpoch: batch + 1 == sampler.batches))
      rows += count
      if config.reportsBatches {
        try report(
          epoch, batch: batch, loss: sum.mean, rate: rate, isEpochEnd: false, validationLoss: .nan)
      }
    }
    let trained = nnc_seconds()
    var values = [sum.mean]
    for metric in config.metrics {
      if let function = metric.function, let sheet { values.append(try sheet.value(of: function)) }
    }
    try appendValidation(to: &values)
    values += [rate, nnc_seconds() - start, Double(rows) / max(trained - start, 1e-9)]
    return values
  }

  private func appendValidation(to values: inout [Double]) throws(NNError) {
    guard let evaluator, let validation else { return }
    values.append(try evaluator.run(validation, pool: trainer.pool, into: validationValues.base))
    for index in 0..<metricCount { values.append(validationValues.base[index]) }
  }

  private func report(
    _ epoch: Int, batch: Int, loss: Double, rate: Double, isEpochEnd: Bool, validationLoss: Double
  ) throws(NNError) {
    guard let report = observer.report else { return }
    let answer = report(
      ProgressReport(
        isEpochEnd: isEpochEnd, epoch: epoch + 1, epochs: lastEpoch, batch: batch + 1,
        batches: sampler.batches, loss: loss, validationLoss: validationLoss, learningRate: rate,
        seconds: nnc_seconds() - began))
    guard answer == 0 else {
      throw .callback(
        "the callback returned \(answer) in epoch \(epoch + 1), batch \(batch + 1); "
          + "weights and history are kept")
    }
  }
}
