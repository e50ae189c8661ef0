import CPlatform
import NNErrors
import NNExecution
import NNFile
import NNJSON
import NNMath
import NNNetwork
import NNTraining
import Synchronization

/// The object behind a model handle: the model, its training, and who may use it now.
final class ModelHandle: @unchecked Sendable {
  let model: Model
  /// Set by a training or `nns_configure`.
  var trainer: Trainer?
  /// Optimiser state from a file, until a training continues from it.
  var savedTraining: TrainingState?
  /// Whether a training began, or the model comes from a file: its outputs then have a meaning, and
  /// its classes are not learnt from labels any more.
  var isTrained = false
  /// Of `nns_forward_train`, until the model changes.
  var batch: KeptBatch?
  /// Of a clone or a file, until a training replaces it.
  var savedHistory = TrainingHistory()
  /// The flag that `nns_cancel` raises; set before the handle is returned.
  private(set) var cancelFlag: CancelFlag?
  /// Bytes of small objects that a call on this model may need: lists with an entry for each layer.
  let smallBytes: Int
  /// The same for a call that goes through the spec.
  let specBytes: Int
  /// `specBytes`, and the classes that were named later: to describe the model. Under a lock.
  var describedBytes: Int { specBytes + 256 * model.classes.bytes }
  /// `describedBytes`, and the notes: to copy or save the model. Under a lock.
  var savedBytes: Int { describedBytes + 64 * model.notes.bytes + 512 * model.notes.members.count }

  /// What a training needs that may learn classes: for their names, and to save them.
  func learningBytes(saves: Bool) -> Int {
    guard !isTrained, model.classes.type == .none else { return 0 }
    return (model.spec.loss.classCount ?? 0) * (512 + (saves ? 256 * Self.longestNumber : 0))
  }

  /// Bytes by which the spec grows when a threshold of many digits is set, or by a class learnt.
  private static let longestNumber = 32

  /// Memory for predictions of a few rows, while no call uses it: most models predict one row again
  /// and again.
  private let idle = Atomic<UnsafeMutableRawPointer?>(nil)
  private static let idleRows = 16

  /// Runs a body with memory for predictions of that many rows.
  func withShards(
    rows: Int, _ pool: WorkerPool, _ body: (PredictionShards) -> Void
  ) throws(NNError) {
    guard rows <= Self.idleRows else {
      return body(try PredictionShards(for: model, rows: rows, pool: pool))
    }
    let shards: Unmanaged<PredictionShards>
    if let kept = idle.exchange(nil, ordering: .acquiring) {
      shards = Unmanaged.fromOpaque(kept)
    } else {
      shards = Unmanaged.passRetained(
        try PredictionShards(for: model, rows: Self.idleRows, pool: .alone))
    }
    shards._withUnsafeGuaranteedRef { body($0) }
    let other = idle.exchange(shards.toOpaque(), ordering: .acquiringAndReleasing)
    if let other { Unmanaged<PredictionShards>.fromOpaque(other).release() }
  }

  deinit {
    let kept = idle.load(ordering: .acquiring)
    if let kept { Unmanaged<PredictionShards>.fromOpaque(kept).release() }
  }

  /// Lets in many that read, or one that changes the model.
  let gate: ModelGate

  /// - Throws: `NNError.memory`.
  convenience init(_ model: Model) throws(NNError) { self.init(model, try ModelGate()) }

  private init(_ model: Model, _ gate: consuming ModelGate) {
    self.model = model
    self.gate = gate
    let spec = model.spec.json
    // Measured at most: 210 bytes a layer; 200 for each byte of the spec, when it is saved.
    // Places of a table's columns are a list, too; a sentence may list names.
    smallBytes =
      MemoryReservation.base + 256 * (spec.object?["layers"]?.array?.count ?? 0)
      + (model.spec.table.map { MemoryReservation.base + 64 * $0.columns.count } ?? 0)
    specBytes = MemoryReservation.base + 256 * (spec.text.utf8.count + Self.longestNumber)
  }

  /// Puts the model into the table.
  func insert() throws(NNError) -> OpaquePointer {
    let handle = try HandleTable.insert(self, .model)
    cancelFlag = HandleTable.cancelFlag(handle)
    return handle
  }

  var history: TrainingHistory { trainer?.history ?? savedHistory }
}

/// Reads from the model behind a handle.
func reading<Value>(
  _ handle: OpaquePointer?, _ body: (ModelHandle) throws(NNError) -> Value
) throws(NNError) -> Value {
  try HandleTable.with(handle, .model, as: ModelHandle.self) { object throws(NNError) in
    try MemoryReservation.hold(object.smallBytes) { () throws(NNError) in
      try object.gate.read { () throws(NNError) in try body(object) }
    }
  }
}

/// Changes the model behind a handle.
///
/// - Parameter keepsBatch: whether what `nns_forward_train` kept remains.
func changing<Value>(
  _ handle: OpaquePointer?, keepsBatch: Bool = false,
  _ body: (ModelHandle) throws(NNError) -> Value
) throws(NNError) -> Value {
  try HandleTable.with(handle, .model, as: ModelHandle.self) { object throws(NNError) in
    try MemoryReservation.hold(object.smallBytes) { () throws(NNError) in
      try object.gate.change { () throws(NNError) in
        if !keepsBatch { object.batch?.drop() }
        defer { object.model.settle() }
        return try body(object)
      }
    }
  }
}

/// Reads constants of the model behind a handle, such as sizes: works also during a training.
func inspecting<Value>(
  _ handle: OpaquePointer?, _ body: (ModelHandle) throws(NNError) -> Value
) throws(NNError) -> Value {
  try HandleTable.with(handle, .model, as: ModelHandle.self, body)
}
