import CNNSwift
import NNData
import NNErrors
import NNFile
import NNJSON
import NNMath
import NNNetwork
import NNTraining

@c @implementation
public func nns_train(
  _ model: OpaquePointer?, _ train: OpaquePointer?, _ valid: OpaquePointer?,
  _ config_json: UnsafePointer<CChar>?, _ progress: nns_progress_fn?,
  _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guarded(texts: length(config_json)) { () throws(NNError) in
    let config = try json(config_json, "config_json", default: .object(JSONObject()))
    // Refused before the data are looked at; a preset needs them.
    if config.object?["preset"] == nil { _ = try TrainingConfig(config) }
    try dataset(train) { set throws(NNError) in
      guard let valid else { return try fit(model, set, nil, config, progress, user) }
      try dataset(valid) { validation throws(NNError) in
        try fit(model, set, validation, config, progress, user)
      }
    }
  }
}

/// Trains the model behind a handle.
///
/// - Parameters:
///   - json: the config; its preset fills in what depends on the data.
///   - fold: of a cross-validation, for the callback.
func fit(
  _ model: OpaquePointer?, _ train: Dataset, _ validation: Dataset?, _ json: JSON,
  _ progress: nns_progress_fn?, _ user: UnsafeMutableRawPointer?, fold: Fold = noFold
) throws(NNError) {
  try changing(model) { handle throws(NNError) in
    try train.requireTargets()
    try validation?.requireTargets()
    let config = try TrainingConfig(
      try whole(json, handle.model, train, validates: validation != nil))
    try fit(
      handle, try handle.model.encoded(train),
      try validation.map { set throws(NNError) in try handle.model.encoded(set) }, config,
      progress.map { report in { state in tell(report, user, state, fold: fold) } })
  }
}

/// A config with what its preset fills in.
private func whole(
  _ json: JSON, _ model: Model, _ train: Dataset, validates: Bool
) throws(NNError) -> JSON {
  guard let given = json.object, let preset = given["preset"] else { return json }
  try TabularPreset.check(preset, owner: "config")
  return .object(
    TabularPreset.config(
      given, rows: train.rows, validates: validates,
      stratifies: model.spec.loss.classCount != nil && train.targets.type.isInteger,
      members: model.members))
}

private func fit(
  _ handle: ModelHandle, _ train: Dataset, _ validation: Dataset?, _ config: TrainingConfig,
  _ progress: ((ProgressReport) -> CallbackAnswer)?
) throws(NNError) {
  let observer = TrainingObserver(
    report: progress.map { report in
      { state in
        handle.model.settle()
        return handle.gate.asCallback { report(state) }
      }
    },
    isCancelled: { handle.cancelFlag?.isRaised ?? false },
    checkpoint: try config.checkpoint.map(checkpointWriter))
  let trainer = try handle.trainer(for: config)
  // A training that is refused here changes neither trainer, history nor model.
  let toSave = config.checkpoint == nil ? 0 : handle.bytesToSave(config.optimizer)
  let needed =
    TrainingHistory.bytes(for: config) + handle.learningBytes(saves: toSave > 0)
    + toSave
  try MemoryReservation.hold(needed) { () throws(NNError) in
    let run = try handle.namingClasses(by: train) { () throws(NNError) in
      try trainer.plan(
        config, train: try handle.model.indexed(train),
        validation: try validation.map { set throws(NNError) in try handle.model.indexed(set) },
        observer: observer)
    }
    let begun = handle.warningOfFreshStart(trainer, config)
    let before = (trainer: handle.trainer, saved: handle.savedTraining)
    handle.begin(trainer, config)
    do throws(NNError) {
      try run.start(warnings: begun.map { [$0] } ?? [])
    } catch {
      if case .diverged = error, config.restoration != .last, before.trainer !== trainer {
        handle.takeBack(before.trainer, before.saved)
      }
      throw error
    }
  }
}

/// The function that saves checkpoints; first checks that the file can be written.
private func checkpointWriter(
  _ options: CheckpointOptions
) throws(NNError) -> (Trainer) throws(NNError) -> Void {
  let file: FileTarget
  do throws(NNError) {
    file = try FileTarget(options.path)
  } catch {
    throw .io("checkpoint: \(error.message); nothing was trained", errno: error.errno)
  }
  return { trainer throws(NNError) in
    try file.write(
      try encode(trainer.model, training: try trainer.state()), keep: options.keep)
  }
}

extension ModelHandle {
  /// The trainer for a call of `nns_train`: a fresh one, unless the config continues.
  func trainer(for config: TrainingConfig) throws(NNError) -> Trainer {
    if config.continues, let trainer, trainer.canContinue(with: config) { return trainer }
    let fresh = try Trainer(model, config, defaultThreads: Settings.threads)
    if config.continues, let savedTraining { try fresh.restore(savedTraining) }
    return fresh
  }

  /// Plans a training with the classes that the labels of a first one name; if it is refused, the
  /// model has its own again.
  fileprivate func namingClasses(
    by train: Dataset, _ plan: () throws(NNError) -> FitRun
  ) throws(NNError) -> FitRun {
    guard !isTrained, let learnt = try model.classesLearnt(from: train) else { return try plan() }
    model.name(learnt)
    do throws(NNError) {
      return try plan()
    } catch {
      model.name(.none)
      throw error
    }
  }

  /// A sentence where a training that is to go on has nothing to go on with.
  fileprivate func warningOfFreshStart(_ trainer: Trainer, _ config: TrainingConfig) -> String? {
    guard config.continues, isTrained, self.trainer !== trainer, savedTraining == nil else {
      return nil
    }
    return "\"continue\" found no optimiser to go on with, this training began with a fresh one; "
      + (self.trainer == nil
        ? "files keep it with NNS_SAVE_TRAINING, copies never do"
        : "the optimizer before was of another kind")
  }

  /// Makes a trainer the model's own, with its config.
  func begin(_ trainer: Trainer, _ config: TrainingConfig) {
    if self.trainer === trainer {
      trainer.reconfigure(config, defaultThreads: Settings.threads)
    }
    self.trainer = trainer
    isTrained = true
    savedTraining = nil
    cancelFlag?.lower()
  }

  /// After a divergence: the optimiser of before the training, with the history of the training.
  fileprivate func takeBack(_ before: Trainer?, _ saved: TrainingState?) {
    guard before != nil || saved != nil else { return }
    savedHistory = history
    before?.adopt(savedHistory)
    trainer = before
    savedTraining = saved
  }
}
