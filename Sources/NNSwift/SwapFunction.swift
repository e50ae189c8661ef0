import CNNSwift
import NNData
import NNErrors
import NNJSON
import NNMath
import NNNetwork
import NNTraining

@c @implementation
public func nns_swap(_ model: OpaquePointer?, _ newer: OpaquePointer?) -> Int32 {
  guarded { () throws(NNError) in
    guard newer != nil else { throw .null("newer must not be NULL") }
    try HandleTable.with(model, .model, as: ModelHandle.self) { target throws(NNError) in
      try HandleTable.with(newer, .model, as: ModelHandle.self) { source throws(NNError) in
        guard target !== source else {
          throw .argument("newer must be another model than the one that is replaced")
        }
        try source.gate.change(.never) { () throws(NNError) in
          let held = target.specBytes + source.bytesToSave(source.trainer?.config.optimizer)
          try MemoryReservation.hold(held) { () throws(NNError) in try target.take(source) }
        }
      }
    }
    HandleTable.free(newer, .model)
  }
}

extension ModelHandle {
  /// Takes weights, scaling, training and history of another model of the same architecture.
  fileprivate func take(_ source: ModelHandle) throws(NNError) {
    guard sameBytes(model.spec.architecture, source.model.spec.architecture),
      hasClasses(of: source)
    else {
      throw .shape(
        "newer must have the spec of the model that it replaces, but for seed and threshold")
    }
    let fresh = try source.trainer.map { trainer throws(NNError) in
      let fresh = try Trainer(model, trainer.config, defaultThreads: Settings.threads)
      try fresh.restore(try trainer.state())
      return fresh
    }
    try gate.change(.forReaders) { () throws(NNError) in
      try model.take(source.model)
      batch?.drop()
      trainer = fresh
      savedTraining = source.savedTraining
      savedHistory = source.history
      isTrained = source.isTrained
      fresh?.adopt(source.history)
    }
  }
}

extension ModelHandle {
  /// Whether labels keep their meaning: the classes are the same, or one of the two models has not
  /// learnt any yet.
  private func hasClasses(of source: ModelHandle) -> Bool {
    let (own, other) = (model.classes, source.model.classes)
    if own.type == .none || (other.type == .none && !source.isTrained) {
      return model.spec.classes.type == .none || !other.texts.isEmpty
    }
    return sameBytes(own.json.text, other.json.text)
  }
}

extension ModelSpec {
  /// The spec's text without seed, threshold and classes.
  fileprivate var architecture: String {
    guard let object = json.object else { return json.text }
    let members = object.members.filter { !["seed", "threshold", "classes"].contains($0.key) }
    return JSON.object(JSONObject(members)).text
  }
}
