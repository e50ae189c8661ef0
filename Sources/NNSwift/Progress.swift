import CNNSwift
import NNTraining

/// Which fold of a cross-validation is trained, and how many there are.
typealias Fold = (number: Int, count: Int)

/// Of other trainings.
let noFold: Fold = (0, 0)

/// Tells the host's callback how far a training is.
func tell(
  _ report: nns_progress_fn, _ user: UnsafeMutableRawPointer?, _ state: ProgressReport,
  fold: Fold
) -> CallbackAnswer {
  var progress = nns_progress()
  progress.struct_size = UInt32(MemoryLayout<nns_progress>.size)
  progress.epoch_end = state.record == nil ? 0 : 1
  progress.epoch = Int64(state.epoch)
  progress.epochs = Int64(state.epochs)
  progress.batch = Int64(state.batch)
  progress.batches = Int64(state.batches)
  progress.loss = state.loss
  progress.val_loss = state.validationLoss
  progress.learning_rate = state.learningRate
  progress.seconds = state.seconds
  progress.batch_loss = state.batchLoss
  (progress.fold, progress.folds) = (Int64(fold.number), Int64(fold.count))
  if let record = state.record {
    progress.metric_count = Int64(record.values.count)
    progress.metric_names = record.names
    progress.metric_values = record.values.baseAddress
  }
  let answer = report(user, &progress)
  switch answer {
  case 0: return .goOn
  case Int32(NNS_STOP): return .stop
  default: return .fail(answer)
  }
}
