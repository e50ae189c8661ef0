import CPlatform
import NNErrors
import NNJSON

/// The history of a training: one record for each epoch.
package struct TrainingHistory: Sendable {
  /// How a training ended.
  package enum Ending: String, Sendable {
    /// Nothing was trained yet.
    case none
    case running, completed
    case earlyStopping = "early_stopping"
    case callback, cancelled, diverged, failed
    /// The loss of a training without a number of epochs did not improve any more.
    case converged
    /// A checkpoint could not be made.
    case checkpoint

    /// Whether the training stands between two epochs and could go on as if nothing had happened:
    /// it comes from a checkpoint, or could not make one.
    var isInterruption: Bool { self == .running || self == .checkpoint }
  }

  /// Column names: `loss`, the metrics, `val_` of them, learning rate, seconds, samples a second.
  package private(set) var names: [String] = []
  /// A value a column and epoch.
  package private(set) var columns: [[Double]] = []
  package private(set) var epochs: [Int] = []
  package var ending = Ending.none
  /// The epoch whose weights early stopping would restore; 0: none.
  package var bestEpoch = 0
  /// What the training tells although it is no error. Files do not keep it.
  package internal(set) var warnings: [String] = []

  static let maximumEpochs = 1_000_000

  package init() {}

  /// The last epochs alone.
  func suffix(_ count: Int) -> TrainingHistory {
    TrainingHistory(
      epochs: Array(epochs.suffix(count)), names: names,
      columns: columns.map { Array($0.suffix(count)) }, ending: ending, bestEpoch: bestEpoch)
  }

  init(
    epochs: [Int], names: [String], columns: [[Double]], ending: Ending, bestEpoch: Int
  ) {
    (self.epochs, self.names, self.columns) = (epochs, names, columns)
    (self.ending, self.bestEpoch) = (ending, bestEpoch)
  }

  /// Whether a training with these columns goes on with this history.
  func isInterrupted(after epoch: Int, names: [String]) -> Bool {
    ending.isInterruption && epochs.last == epoch && self.names == names
  }

  /// Reserves memory for records, so that the end of an epoch seldom allocates.
  init(names: [String], epochs count: Int) {
    self.names = names
    ending = .running
    let room = min(count, 1024)
    columns = names.map { _ in
      var column: [Double] = []
      column.reserveCapacity(room)
      return column
    }
    epochs.reserveCapacity(room)
  }

  /// Bytes that a training's columns take from the start, including spare capacity.
  package static func bytes(for config: TrainingConfig) -> Int {
    let columns = 2 * (config.metrics.count + 1) + 4
    return 2 * columns * (min(config.epochs, 1024) * MemoryLayout<Double>.stride + 256)
  }

  /// Bytes that the next record allocates: none, unless the columns are full.
  private var growth: Int {
    epochs.count < epochs.capacity
      ? 0 : 4 * (names.count + 1) * (epochs.count + 16) * MemoryLayout<Double>.stride
  }

  /// `record`, when there is memory for it.
  ///
  /// - Throws: `NNError.memory`; nothing is recorded then.
  mutating func recordChecked(epoch: Int, _ values: [Double]) throws(NNError) {
    var hold: UnsafeMutableRawPointer?
    guard nnc_hold(growth, &hold) == 1 else {
      throw .memory("the history could not grow beyond \(epochs.count) epochs; weights are kept")
    }
    defer { nnc_let_go(hold) }
    record(epoch: epoch, values)
  }

  mutating func record(epoch: Int, _ values: [Double]) {
    // Bounds the memory: of a longer training the first epochs and the last one are kept.
    if epochs.count >= Self.maximumEpochs {
      epochs.removeLast()
      for index in columns.indices { columns[index].removeLast() }
    }
    epochs.append(epoch)
    for index in columns.indices { columns[index].append(values[index]) }
  }

  /// The number of a column at an epoch; 0: the last one.
  ///
  /// - Throws: `NNError.argument` when there is no such column or epoch.
  package func value(of name: String, epoch: Int64) throws(NNError) -> Double {
    let isEpoch = sameBytes(name, "epoch")
    let column = names.firstIndex { sameBytes($0, name) }
    guard isEpoch || column != nil else {
      throw .argument(
        "name must be \"epoch\" or a column of the history (\(listing(names))), got \"\(name)\"")
    }
    guard let first = epochs.first, let last = epochs.last else {
      throw .argument("epoch must be one of the history's, it has none yet; train the model first")
    }
    guard let index = index(of: epoch == 0 ? Int64(last) : epoch) else {
      throw .argument("epoch must be in \(first)...\(last), or 0 for the last one, got \(epoch)")
    }
    return column.map { columns[$0][index] } ?? Double(epochs[index])
  }

  /// Epochs follow each other; only the last one of a very long history stands apart.
  private func index(of epoch: Int64) -> Int? {
    guard let first = epochs.first, epoch >= Int64(first) else { return nil }
    let index = Int(epoch) - first
    if index < epochs.count, epochs[index] == Int(epoch) { return index }
    return epochs.last == Int(epoch) ? epochs.count - 1 : nil
  }

  /// The history as the C contract shows it; numbers that are not finite become null.
  package var json: JSON {
    var object = JSONObject()
    object["epoch"] = .array(epochs.map { .integer(Int64($0)) })
    for (index, name) in names.enumerated() {
      object.members.append((name, .array(columns[index].map { .number($0) })))
    }
    object["stopped"] = .string(ending.rawValue)
    object["best_epoch"] = .integer(Int64(bestEpoch))
    if !warnings.isEmpty { object["warnings"] = .array(warnings.map { .string($0) }) }
    return .object(object)
  }
}
