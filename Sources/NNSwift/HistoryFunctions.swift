import CNNSwift
import NNErrors
import NNTraining

@c @implementation
public func nns_history_info(
  _ model: OpaquePointer?, _ first: UnsafeMutablePointer<Int64>?,
  _ last: UnsafeMutablePointer<Int64>?, _ best: UnsafeMutablePointer<Int64>?,
  _ stopped: UnsafeMutablePointer<Int32>?
) -> Int32 {
  guarded { () throws(NNError) in
    try reading(model) { handle in
      let history = handle.history
      first?.pointee = Int64(history.epochs.first ?? 1)
      last?.pointee = Int64(history.epochs.last ?? 0)
      best?.pointee = Int64(history.bestEpoch)
      stopped?.pointee = number(of: history.ending)
    }
  }
}

private func number(of ending: TrainingHistory.Ending) -> Int32 {
  switch ending {
  case .none: Int32(NNS_STOPPED_NONE)
  case .running: Int32(NNS_STOPPED_RUNNING)
  case .completed: Int32(NNS_STOPPED_COMPLETED)
  case .earlyStopping: Int32(NNS_STOPPED_EARLY)
  case .callback: Int32(NNS_STOPPED_CALLBACK)
  case .cancelled: Int32(NNS_STOPPED_CANCELLED)
  case .diverged: Int32(NNS_STOPPED_DIVERGED)
  case .checkpoint: Int32(NNS_STOPPED_CHECKPOINT)
  case .failed: Int32(NNS_STOPPED_FAILED)
  case .converged: Int32(NNS_STOPPED_CONVERGED)
  }
}

@c @implementation
public func nns_history_value(
  _ model: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ epoch: Int64,
  _ value: UnsafeMutablePointer<Double>?
) -> Int32 {
  guarded(texts: length(name)) { () throws(NNError) in
    let target = try required(value, "value")
    let name = try string(name, "name")
    try reading(model) { handle throws(NNError) in
      target.pointee = try handle.history.value(of: name, epoch: epoch)
    }
  }
}
