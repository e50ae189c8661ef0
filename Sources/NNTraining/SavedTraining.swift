import NNErrors
import NNJSON
import NNMath
import NNNetwork

// What goes into a file with NNS_SAVE_TRAINING and comes back for "continue": the optimiser's
// memory, its position, the schedule's position, the history; of an interrupted training also where
// early stopping stood.

extension Trainer {
  /// The state of the training, as a file keeps it.
  package func state() throws(NNError) -> TrainingState {
    var object = JSONObject()
    object["epoch"] = .integer(Int64(epochsDone))
    object["step"] = .integer(Int64(optimizer.steps))
    object["scalars"] = .array(optimizer.savedScalars.map { .number($0) })
    object["plateau"] = learningRate.savedPlateau
    // The header that holds this text is bounded: only the last epochs of a long history are kept.
    let room = 4096 / max(1, history.names.count)
    object["history"] = history.suffix(max(1, room)).json
    var slots: [(name: String, values: Buffer<Float>)] = []
    for (name, kept) in optimizer.savedSlots {
      let values = try Buffer<Float>(count: model.parameterCount)
      values.base.copy(from: kept, count: model.parameterCount)
      // A sum of squares may overflow although the weights are finite, and a step that diverged may
      // leave any value. A file must be readable again, so such values are replaced.
      makeFinite(values.base, values.count)
      slots.append((name, values))
    }
    guard history.ending.isInterruption, let earlyStopping else {
      return TrainingState(text: JSON.object(object).text, slots: slots)
    }
    object["early_stopping"] = earlyStopping.json
    return TrainingState(
      text: JSON.object(object).text, slots: slots,
      best: earlyStopping.bestEpoch > 0 ? earlyStopping.weights : nil)
  }

  /// Continues from a saved training.
  ///
  /// - Throws: `NNError.state` when the config's optimiser keeps other memory than the saved one;
  ///   `.format` when the text is not one of ours.
  package func restore(_ state: TrainingState) throws(NNError) {
    let object = try parsed(state.text)
    guard let epoch = object["epoch"]?.integer, epoch >= 0, epoch < 1 << 40,
      let step = object["step"]?.integer, step >= 0, step < 1 << 40
    else { throw .format("the file's training state must have an epoch and a step") }
    let history = try TrainingHistory(saved: state)
    let scalars = (object["scalars"]?.array ?? []).map { $0.double ?? 0 }
    guard optimizer.restore(steps: Int(step), scalars: scalars, slots: state.slots) else {
      throw .state(
        "continue: the file's optimizer kept \(listing(state.slots.map { $0.name })), this config's "
          + "\(optimizer.searches ? "is lbfgs" : "keeps \(listing(optimizer.function.slotNames))"); "
          + "use the same optimizer")
    }
    epochsDone = Int(epoch)
    self.history = history
    earlyStopping = object["early_stopping"]?.object.flatMap {
      EarlyStoppingState($0, weights: state.best)
    }
    trustsMemory = false
    learningRate.restorePlateau(object["plateau"] ?? .null)
  }

  /// Sets the history, so that a fresh trainer shows the training before it.
  package func adopt(_ history: TrainingHistory) { self.history = history }
}

extension EarlyStoppingState {
  fileprivate var json: JSON {
    var object = JSONObject()
    object["metric"] = .string(metric)
    object["best"] = .number(best)
    object["best_epoch"] = .integer(Int64(bestEpoch))
    object["waited"] = .integer(Int64(waited))
    return .object(object)
  }

  /// nil when the object is not one of ours.
  fileprivate init?(_ object: JSONObject, weights: Buffer<Float>?) {
    guard let metric = object["metric"]?.string,
      let bestEpoch = object["best_epoch"]?.integer, bestEpoch >= 0, bestEpoch < 1 << 50,
      let waited = object["waited"]?.integer, waited >= 0, waited < 1 << 50
    else { return nil }
    // A number that is not finite is null in JSON; here it can only be infinity.
    self.init(
      metric: metric, best: object["best"]?.double ?? .infinity, bestEpoch: Int(bestEpoch),
      waited: Int(waited), weights: weights)
  }
}

private func parsed(_ text: String) throws(NNError) -> JSONObject {
  do throws(NNError) {
    guard let object = try JSON.parse(text).object else { throw .format("not an object") }
    return object
  } catch {
    throw .format("the file's training state is not valid: \(error.message)")
  }
}

extension TrainingHistory {
  /// The history that a file keeps.
  ///
  /// - Throws: `NNError.format`.
  package init(saved state: TrainingState) throws(NNError) {
    let object = try parsed(state.text)["history"]?.object ?? JSONObject()
    var epochs: [Int] = []
    for value in object["epoch"]?.array ?? [] {
      // Far above the limit of `restore`: trainings in between must be readable.
      guard let epoch = value.integer, epoch > 0, epoch < 1 << 50 else {
        throw .format("the file's history has an epoch that is not a number")
      }
      epochs.append(Int(epoch))
    }
    var names: [String] = []
    var columns: [[Double]] = []
    for (name, value) in object.members where !["epoch", "stopped", "best_epoch"].contains(name) {
      guard let list = value.array, list.count == epochs.count else {
        throw .format("the file's history has columns of different lengths")
      }
      guard names.count < 256 else { throw .format("the file's history has too many columns") }
      names.append(name)
      columns.append(list.map { $0.double ?? .nan })
    }
    self.init(
      epochs: epochs, names: names, columns: columns,
      ending: object["stopped"]?.string.flatMap { Ending(rawValue: $0) } ?? .none,
      bestEpoch: Int(object["best_epoch"]?.integer.flatMap { Int32(exactly: $0) } ?? 0))
  }
}
