import NNErrors
import NNMath

/// The argument of a progress callback.
package struct ProgressReport {
  /// From 1.
  package let epoch: Int
  package let epochs: Int
  /// From 1.
  package let batch: Int
  package let batches: Int
  /// Mean over the epoch so far.
  package let loss: Double
  /// Of the last batch alone.
  package let batchLoss: Double
  /// NaN where there is none.
  package let validationLoss: Double
  package let learningRate: Double
  /// Since the training began.
  package let seconds: Double
  /// The epoch's record in the history; nil after a batch.
  package let record: EpochRecord?
}

/// The columns of a history and their values at the end of an epoch; valid during the callback.
package struct EpochRecord {
  package let names: UnsafePointer<UnsafePointer<CChar>?>
  package let values: UnsafeBufferPointer<Double>
}

/// What a progress callback wants.
package enum CallbackAnswer {
  case goOn
  /// An end without an error.
  case stop
  /// An end with an error that names the number.
  case fail(Int32)
}

/// The functions of the caller that a training calls between its steps.
package struct TrainingObserver {
  /// nil: no callback.
  package let report: ((ProgressReport) -> CallbackAnswer)?
  package let isCancelled: () -> Bool
  /// Saves model and state for the config's checkpoint; nil: none are saved.
  package let checkpoint: ((Trainer) throws(NNError) -> Void)?

  package init(
    report: ((ProgressReport) -> CallbackAnswer)?, isCancelled: @escaping () -> Bool,
    checkpoint: ((Trainer) throws(NNError) -> Void)? = nil
  ) {
    self.report = report
    self.isCancelled = isCancelled
    self.checkpoint = checkpoint
  }
}

/// The names of a history's columns as C strings.
final class ColumnNames {
  let pointers: Buffer<UnsafePointer<CChar>?>
  private let bytes: Buffer<CChar>

  /// - Throws: `NNError.memory`.
  convenience init(_ names: [String]) throws(NNError) {
    let size = names.reduce(0) { $0 + $1.utf8.count + 1 }
    let bytes = try Buffer<CChar>(count: size)
    let pointers = try Buffer<UnsafePointer<CChar>?>(count: names.count)
    var at = 0
    for (index, name) in names.enumerated() {
      pointers.base[index] = UnsafePointer(bytes.base + at)
      for byte in name.utf8 {
        bytes.base[at] = CChar(bitPattern: byte)
        at += 1
      }
      // The memory is zeroed: the string ends here.
      at += 1
    }
    self.init(pointers, bytes)
  }

  private init(_ pointers: Buffer<UnsafePointer<CChar>?>, _ bytes: Buffer<CChar>) {
    self.pointers = pointers
    self.bytes = bytes
  }
}
