import CPlatform
import NNErrors
import Synchronization

/// The kinds of object behind a handle.
enum HandleKind: UInt8 {
  case model, data, session, buffer

  var name: String {
    switch self {
    case .model: "model"
    case .data: "data"
    case .session: "session"
    case .buffer: "buffer"
    }
  }
}

/// An entry of the table. `state`: generation << 32 | live << 31 | freed << 30 | users.
private struct Slot: ~Copyable {
  let state = Atomic<UInt64>(0)
  /// The generation whose training is asked to stop, + 1; 0: none. It is here and not in the model,
  /// because a signal handler may raise it while another thread frees the model.
  let cancelled = Atomic<UInt64>(0)
  var object: UnsafeMutableRawPointer?
  /// Atomic, because `free` and `cancel` read slots that they have not borrowed.
  let kind = Atomic<UInt8>(0)
  /// The next free slot, -1: none. Under the lock.
  var nextFree = -1
}

/// The flag that `nns_cancel` raises for one handle.
struct CancelFlag {
  fileprivate let slot: UnsafeMutablePointer<Slot>
  fileprivate let generation: UInt64

  var isRaised: Bool { slot.pointee.cancelled.load(ordering: .relaxed) == generation + 1 }
  func lower() { slot.pointee.cancelled.store(0, ordering: .relaxed) }
}

/// Turns handles into objects. A handle is an index and a generation, not an address: a freed or
/// foreign one is recognised and never dereferenced. Slots are never returned to the system, so an
/// old handle can always be checked; borrowing takes no lock.
enum HandleTable {
  private static let live: UInt64 = 1 << 31
  private static let freed: UInt64 = 1 << 30
  private static let users: UInt64 = (1 << 30) - 1

  private static let chunkSize = 1024
  private static let maximumChunks = 4096
  /// The top byte of every handle; no address of a program has it.
  private static let mark: UInt = 0xA5

  /// The chunks, the slots made so far and the free ones; all but the chunks' contents under
  /// `lock`.
  private final class Directory: @unchecked Sendable {
    let lock = nnc_lock_create()
    /// From the first handle on.
    var chunks: UnsafeMutablePointer<UnsafeMutablePointer<Slot>?>?
    let count = Atomic<Int>(0)
    var firstFree = -1
  }

  private static let directory = Directory()

  /// Takes an object in and returns its handle.
  static func insert(_ object: AnyObject, _ kind: HandleKind) throws(NNError) -> OpaquePointer {
    nnc_lock_acquire(directory.lock)
    defer { nnc_lock_release(directory.lock) }
    guard let index = freeIndex() ?? newIndex(), let slot = slot(index) else {
      throw .memory("no room for another handle; free some first")
    }
    slot.pointee.object = Unmanaged.passRetained(object).toOpaque()
    slot.pointee.kind.store(kind.rawValue, ordering: .relaxed)
    let generation = slot.pointee.state.load(ordering: .relaxed) >> 32
    slot.pointee.state.store(generation << 32 | live, ordering: .releasing)
    let bits = mark << 56 | UInt(generation & 0xFFFF_FFFF) << 24 | UInt(index) << 1 | 1
    // Never nil: the top byte is not 0.
    guard let handle = OpaquePointer(bitPattern: bits) else {
      throw .internalError("a handle came out as NULL")
    }
    return handle
  }

  /// Marks a handle as freed; its last user releases the object. Other pointers are ignored.
  static func free(_ handle: OpaquePointer?, _ kind: HandleKind) {
    guard let handle, let (slot, index, generation) = resolve(handle) else { return }
    var seen = slot.pointee.state.load(ordering: .acquiring)
    while true {
      guard seen >> 32 == generation, seen & live != 0, seen & freed == 0,
        slot.pointee.kind.load(ordering: .relaxed) == kind.rawValue
      else { return }
      let (exchanged, original) = slot.pointee.state.weakCompareExchange(
        expected: seen, desired: seen | freed, ordering: .acquiringAndReleasing)
      if exchanged { break }
      seen = original
    }
    if seen & users == 0 { reclaim(slot, index) }
  }

  /// Runs a body with the object behind a handle, which stays alive meanwhile.
  ///
  /// - Throws: `NNError.null`, `.state`, and what the body throws.
  static func with<Object: AnyObject, Value>(
    _ handle: OpaquePointer?, _ kind: HandleKind, as: Object.Type,
    _ body: (Object) throws(NNError) -> Value
  ) throws(NNError) -> Value {
    let borrowed = try borrow(handle, kind)
    defer { giveBack(borrowed.slot, borrowed.index) }
    // Without reference counting: a borrowed object stays alive.
    let result = Unmanaged<Object>.fromOpaque(borrowed.object)._withUnsafeGuaranteedRef { object in
      Result { () throws(NNError) in try body(object) }
    }
    return try result.get()
  }

  private struct Borrowed {
    let object: UnsafeMutableRawPointer
    let slot: UnsafeMutablePointer<Slot>
    let index: Int
  }

  /// Apart from `with`, which is compiled once for each type of result.
  @inline(never)
  private static func borrow(
    _ handle: OpaquePointer?, _ kind: HandleKind
  ) throws(NNError) -> Borrowed {
    guard let handle else { throw .null("\(kind.name) must not be NULL") }
    guard let (slot, index, generation) = resolve(handle), borrow(slot, generation) else {
      throw stale(kind)
    }
    guard slot.pointee.kind.load(ordering: .relaxed) == kind.rawValue,
      let object = slot.pointee.object
    else {
      giveBack(slot, index)
      throw stale(kind)
    }
    return Borrowed(object: object, slot: slot, index: index)
  }

  /// Asks the training of the model behind a handle to stop. Borrows nothing, locks nothing,
  /// allocates nothing: a signal handler may call it. If the model is freed concurrently, the flag
  /// carries the old generation, so a new model in the same slot ignores it.
  static func cancel(_ handle: OpaquePointer?) -> Int32 {
    guard let handle else { return refuse(NNC_NO_MODEL, 1) }
    guard let (slot, _, generation) = resolve(handle) else { return refuse(NNC_STALE_MODEL, 5) }
    let seen = slot.pointee.state.load(ordering: .acquiring)
    guard seen >> 32 == generation, seen & live != 0, seen & freed == 0,
      slot.pointee.kind.load(ordering: .relaxed) == HandleKind.model.rawValue
    else { return refuse(NNC_STALE_MODEL, 5) }
    slot.pointee.cancelled.store(generation + 1, ordering: .relaxed)
    return 0
  }

  private static func refuse(_ sentence: Int, _ status: Int32) -> Int32 {
    nnc_set_fixed_error(Int32(sentence))
    return status
  }

  /// The flag that `cancel` raises for a handle of this table.
  static func cancelFlag(_ handle: OpaquePointer) -> CancelFlag? {
    resolve(handle).map { CancelFlag(slot: $0.slot, generation: $0.generation) }
  }

  @inline(never)
  private static func stale(_ kind: HandleKind) -> NNError {
    .state(
      "\(kind.name) must be a handle that this library gave and that was not freed; "
        + "check the order of calls")
  }

  @inline(__always)
  private static func resolve(
    _ handle: OpaquePointer
  ) -> (slot: UnsafeMutablePointer<Slot>, index: Int, generation: UInt64)? {
    let bits = UInt(bitPattern: handle)
    guard bits >> 56 == mark, bits & 1 == 1 else { return nil }
    let index = Int((bits >> 1) & 0x7F_FFFF)
    guard index < directory.count.load(ordering: .acquiring), let slot = slot(index) else {
      return nil
    }
    return (slot, index, UInt64((bits >> 24) & 0xFFFF_FFFF))
  }

  private static func slot(_ index: Int) -> UnsafeMutablePointer<Slot>? {
    directory.chunks?[index / chunkSize].map { $0 + index % chunkSize }
  }

  /// Called under the lock.
  private static func freeIndex() -> Int? {
    let index = directory.firstFree
    guard index >= 0, let slot = slot(index) else { return nil }
    directory.firstFree = slot.pointee.nextFree
    return index
  }

  /// Called under the lock.
  private static func newIndex() -> Int? {
    let index = directory.count.load(ordering: .relaxed)
    if directory.chunks == nil {
      directory.chunks = nnc_allocate_for_ever(
        maximumChunks * MemoryLayout<UnsafeMutablePointer<Slot>?>.stride)?
        .bindMemory(to: UnsafeMutablePointer<Slot>?.self, capacity: maximumChunks)
    }
    guard let chunks = directory.chunks, index < chunkSize * maximumChunks else { return nil }
    if index % chunkSize == 0 {
      guard let memory = nnc_allocate_for_ever(chunkSize * MemoryLayout<Slot>.stride) else {
        return nil
      }
      let chunk = memory.bindMemory(to: Slot.self, capacity: chunkSize)
      for offset in 0..<chunkSize { (chunk + offset).initialize(to: Slot()) }
      chunks[index / chunkSize] = chunk
    }
    directory.count.store(index + 1, ordering: .releasing)
    return index
  }

  private static func borrow(_ slot: UnsafeMutablePointer<Slot>, _ generation: UInt64) -> Bool {
    var seen = slot.pointee.state.load(ordering: .acquiring)
    while seen >> 32 == generation, seen & live != 0, seen & freed == 0, seen & users < users {
      let (exchanged, original) = slot.pointee.state.weakCompareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      if exchanged { return true }
      seen = original
    }
    return false
  }

  @inline(never)
  private static func giveBack(_ slot: UnsafeMutablePointer<Slot>, _ index: Int) {
    let (_, now) = slot.pointee.state.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    if now & freed != 0, now & users == 0 { reclaim(slot, index) }
  }

  /// Called once for each generation, by the thread that saw it freed and without users.
  private static func reclaim(_ slot: UnsafeMutablePointer<Slot>, _ index: Int) {
    let object = slot.pointee.object
    slot.pointee.object = nil
    let generation = (slot.pointee.state.load(ordering: .relaxed) >> 32) &+ 1
    slot.pointee.state.store((generation & 0xFFFF_FFFF) << 32, ordering: .releasing)
    nnc_lock_acquire(directory.lock)
    slot.pointee.nextFree = directory.firstFree
    directory.firstFree = index
    nnc_lock_release(directory.lock)
    if let object { Unmanaged<AnyObject>.fromOpaque(object).release() }
  }
}
