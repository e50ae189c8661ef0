import CPlatform
import NNErrors
import NNJSON
import NNOptions

/// Where and how often a training is saved while it runs.
package struct CheckpointOptions: Sendable {
  package let path: String
  /// Files kept in all.
  package let keep: Int
  private let frequency: Frequency

  private enum Frequency: Sendable {
    case epochs(Int)
    case seconds(Double)
  }

  init(_ json: JSON) throws(NNError) {
    guard let object = json.object else {
      throw .argument(
        #"config: checkpoint must be an object such as {"path": "run.safetensors"}, got "#
          + String(json.text.prefix(80)))
    }
    var options = Options(object, owner: "checkpoint")
    path = try Self.path(&options)
    let epochs = try options.integer("every_epochs", default: 1, in: 1...1_000_000_000)
    if options.has("every_seconds") {
      guard !options.has("every_epochs") else {
        throw .argument(
          "checkpoint: every_epochs and every_seconds exclude each other; leave one of them out")
      }
      frequency = .seconds(try options.number("every_seconds", in: .above(0, through: 1e9)))
    } else {
      _ = options.value("every_seconds")
      frequency = .epochs(epochs)
    }
    keep = try options.integer("keep", default: 1, in: 1...1000)
    try options.finish()
  }

  private static func path(_ options: inout Options) throws(NNError) -> String {
    let given = options.value("path") ?? .null
    // PATH_MAX, the longest path of a system call, is 4096 bytes with the final 0.
    guard let path = given.string, !path.isEmpty, path.utf8.count < 4096,
      !path.utf8.contains(0)
    else {
      throw options.refusal("path", "the name of a file, 1 to 4095 bytes without a byte 0", given)
    }
    return path
  }

  /// - Parameters:
  ///   - epoch: the number of the epoch that ended, from 1, over continued trainings.
  ///   - last: when the last checkpoint was made, or the training began.
  func isDue(epoch: Int, last: Double) -> Bool {
    switch frequency {
    case .epochs(let count): epoch % count == 0
    case .seconds(let seconds): nnc_seconds() - last >= seconds
    }
  }
}

extension NNError {
  /// The error of `nns_train` when a checkpoint could not be saved.
  func ofCheckpoint(epoch: Int, isComplete: Bool) -> NNError {
    let text =
      "checkpoint after epoch \(epoch): \(message); weights and history are kept, the training "
      + (isComplete
        ? "is complete: save the model elsewhere"
        : "ended there: mend the cause and go on with \"continue\": true")
    switch self {
    case .memory: return .memory(text)
    case .limit: return .limit(text)
    default: return .io(text, errno: errno)
    }
  }
}
