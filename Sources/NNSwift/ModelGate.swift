import CNNSwift
import CPlatform
import NNErrors
import Synchronization

/// Who may read a model and who may change it, and how long a caller waits for its turn.
struct ModelGate: ~Copyable, @unchecked Sendable {
  private let gate: UnsafeMutablePointer<nnc_gate>
  /// Milliseconds that a caller waits; 0: not at all, -1: for ever.
  private let wait = Atomic<Int64>(0)
  /// The thread that changes the model, 0: none.
  private let changer = Atomic<UInt64>(0)
  /// How many forks had led to this process when it began.
  private let forks = Atomic<Int64>(0)
  /// Whether that thread runs a callback of its training.
  private let isInCallback = Atomic<Bool>(false)

  /// - Throws: `NNError.memory`.
  init() throws(NNError) {
    guard let memory = nnc_allocate(MemoryLayout<nnc_gate>.size) else {
      throw .memory("a model needs memory for its handle; free some and try again")
    }
    gate = memory.bindMemory(to: nnc_gate.self, capacity: 1)
  }

  deinit { nnc_release(gate) }

  func setWait(_ milliseconds: Int32) {
    wait.store(Int64(milliseconds), ordering: .relaxed)
  }

  /// Runs a body that only reads. Any number may run at a time; a training's callback may, too.
  func read<Value>(_ body: () throws(NNError) -> Value) throws(NNError) -> Value {
    if nnc_gate_read(gate) == 0, try !waitToRead() { return try body() }
    defer { nnc_gate_end_read(gate) }
    return try body()
  }

  /// - Returns: false for a training's callback, which is inside already.
  @inline(never)
  private func waitToRead() throws(NNError) -> Bool {
    let isOwn = changer.load(ordering: .relaxed) == nnc_thread_id()
    if isOwn, isInCallback.load(ordering: .relaxed) { return false }
    try requireChangerIsAlive()
    // Also with 0: a swap is waited for.
    guard !isOwn, nnc_gate_wait_to_read(gate, wait.load(ordering: .relaxed)) == 1 else {
      throw .busy(
        "the model is being changed by another call; wait for its end (nns_set_wait), or clone it "
          + "before")
    }
    return true
  }

  /// Whom a call that changes the model waits for.
  enum Waiting {
    /// As `nns_set_wait` says.
    case asSet
    /// The same, and for calls that are reading in any case.
    case forReaders
    case never
  }

  /// Runs a body that changes the model, alone.
  func change<Value>(
    _ waiting: Waiting = .asSet, _ body: () throws(NNError) -> Value
  ) throws(NNError) -> Value {
    if nnc_gate_change(gate, waiting == .forReaders ? 1 : 0) == 0 { try waitToChange(waiting) }
    changer.store(nnc_thread_id(), ordering: .relaxed)
    forks.store(nnc_forks(), ordering: .relaxed)
    defer {
      changer.store(0, ordering: .relaxed)
      nnc_gate_end_change(gate)
    }
    return try body()
  }

  /// A thread of the parent that was changing the model is not in a forked child, and never ends.
  private func requireChangerIsAlive() throws(NNError) {
    let thread = changer.load(ordering: .relaxed)
    guard thread == 0 || nnc_is_lost(thread, forks.load(ordering: .relaxed)) == 0 else {
      throw .busy(
        "another thread was changing the model when this process was forked, and does not exist "
          + "here; free the model and load or make it again")
    }
  }

  @inline(never)
  private func waitToChange(_ waiting: Waiting) throws(NNError) {
    try requireChangerIsAlive()
    let wait = waiting == .never ? 0 : wait.load(ordering: .relaxed)
    let isOwn = changer.load(ordering: .relaxed) == nnc_thread_id()
    let swaps = waiting == .forReaders
    guard !isOwn, wait != 0 || swaps, nnc_gate_wait_to_change(gate, wait, swaps ? 1 : 0) == 1
    else {
      throw .busy(
        "the model is in use by another call; wait for its end (nns_set_wait), or clone it before")
    }
  }

  /// Lets this thread, which changes the model, read it while the body runs: a training's callback.
  func asCallback<Answer>(_ body: () -> Answer) -> Answer {
    isInCallback.store(true, ordering: .relaxed)
    defer { isInCallback.store(false, ordering: .relaxed) }
    return body()
  }
}

@c @implementation
public func nns_set_wait(_ model: OpaquePointer?, _ milliseconds: Int32) -> Int32 {
  guarded { () throws(NNError) in
    guard milliseconds >= -1 else {
      throw .argument("milliseconds must be -1 (for ever), 0 or more, got \(milliseconds)")
    }
    try inspecting(model) { $0.gate.setWait(milliseconds) }
  }
}
