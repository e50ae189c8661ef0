import CNNSwift
import CPlatform
import NNErrors
import NNFile
import NNMath
import NNNetwork
import NNTraining

/// Bytes that the library owns.
final class ByteHandle {
  let bytes: Buffer<UInt8>

  init(_ bytes: Buffer<UInt8>) { self.bytes = bytes }
}

private func encoded(_ handle: ModelHandle, _ flags: Int32) throws(NNError) -> Buffer<UInt8> {
  let (weights, training) = (Int32(NNS_SAVE_WEIGHTS), Int32(NNS_SAVE_TRAINING))
  guard flags & ~(weights | training) == 0 else {
    throw .argument("flags must be NNS_SAVE_WEIGHTS (1) and NNS_SAVE_TRAINING (2), got \(flags)")
  }
  let savesTraining = flags & training != 0
  let room =
    savesTraining ? handle.bytesToSave(handle.trainer?.config.optimizer) : handle.savedBytes
  return try MemoryReservation.hold(room) { () throws(NNError) in
    guard savesTraining else { return try encode(handle.model, training: nil) }
    let state = try handle.trainer.map { trainer throws(NNError) in try trainer.state() }
    return try encode(handle.model, training: state ?? handle.savedTraining)
  }
}

extension ModelHandle {
  /// Saving with the training state: as many numbers of the history as a file keeps, the text that
  /// came with a file, and the names of an optimiser's slots.
  func bytesToSave(_ optimizer: OptimizerFunction?) -> Int {
    let brought = (savedTraining?.slots.count ?? 0) * model.tensors.count
    let slots = optimizer?.lbfgs == nil ? brought : LBFGSOptions.mostSavedTensors
    return savedBytes + MemoryReservation.bytes(forHistory: 8192) + 64
      * (savedTraining?.text.utf8.count ?? 0)
      + 1024 * min(slots, 1 << 16)
  }
}

private func fileLimits(_ limits: UnsafePointer<nns_limits>?) throws(NNError) -> FileLimits {
  var result = FileLimits()
  guard let limits else { return result }
  let size = Int(limits.pointee.struct_size)
  guard size >= 8 else {
    throw .argument(
      "limits: struct_size must be sizeof(nns_limits), \(MemoryLayout<nns_limits>.size), got \(size)"
    )
  }
  var whole = nns_limits()
  memcpy(&whole, limits, min(size & ~7, MemoryLayout<nns_limits>.size))
  guard [Int32(NNS_VERIFY), Int32(NNS_VERIFY_OFF)].contains(whole.verify) else {
    throw .argument(
      "limits: verify must be NNS_VERIFY (0) or NNS_VERIFY_OFF (1), got \(whole.verify)")
  }
  result.verifies = whole.verify == Int32(NNS_VERIFY)
  func bound(_ value: Int64, _ standard: Int64, _ name: StaticString) throws(NNError) -> Int64 {
    guard value >= 0 else { throw .argument("limits: \(name) must not be negative, got \(value)") }
    return value == 0 ? standard : value
  }
  result.fileBytes = try bound(whole.max_file_bytes, result.fileBytes, "max_file_bytes")
  result.headerBytes = min(
    100_000_000, try bound(whole.max_header_bytes, result.headerBytes, "max_header_bytes"))
  result.spec.parameters = Int(
    try bound(whole.max_parameters, Int64(result.spec.parameters), "max_parameters"))
  result.spec.layers = Int(try bound(whole.max_layers, Int64(result.spec.layers), "max_layers"))
  result.levels = try bound(whole.max_levels, result.levels, "max_levels")
  result.noteBytes = try bound(whole.max_note_bytes, result.noteBytes, "max_note_bytes")
  return result
}

private func insert(
  _ bytes: UnsafeBufferPointer<UInt8>, _ limits: FileLimits
) throws(NNError) -> OpaquePointer {
  try MemoryReservation.hold(MemoryReservation.bytes(forHeaderOf: bytes, limits)) {
    () throws(NNError) in
    try insertHeld(bytes, limits)
  }
}

extension MemoryReservation {
  /// Reading a file's header; its length is in the first eight bytes.
  fileprivate static func bytes(
    forHeaderOf bytes: UnsafeBufferPointer<UInt8>, _ limits: FileLimits
  ) -> Int {
    guard bytes.count >= 8, let start = bytes.baseAddress else { return base }
    let said = UnsafeRawPointer(start).loadUnaligned(as: UInt64.self).littleEndian
    return base + 64 * Int(min(said, UInt64(bytes.count), UInt64(limits.headerBytes)))
  }
}

private func insertHeld(
  _ bytes: UnsafeBufferPointer<UInt8>, _ limits: FileLimits
) throws(NNError) -> OpaquePointer {
  let (model, training) = try decode(bytes, limits: limits)
  let handle = try ModelHandle(model)
  handle.isTrained = true
  handle.savedTraining = training
  if let training { handle.savedHistory = try TrainingHistory(saved: training) }
  return try handle.insert()
}

@c @implementation
public func nns_save(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ flags: Int32
) -> Int32 {
  guarded { () throws(NNError) in
    let path = try required(path, "path")
    guard path.pointee != 0 else { throw .argument("path must not be empty") }
    let bytes = try reading(model) { handle throws(NNError) in try encoded(handle, flags) }
    try writeFile(path, bytes)
  }
}

@c @implementation
public func nns_load(
  _ path: UnsafePointer<CChar>?, _ limits: UnsafePointer<nns_limits>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(model, "model")
    let path = try required(path, "path")
    let limits = try fileLimits(limits)
    let file = try FileBytes(path, maximum: limits.fileBytes)
    target.pointee = try insert(file.bytes, limits)
  }
}

@c @implementation
public func nns_save_buffer(
  _ model: OpaquePointer?, _ flags: Int32, _ buffer: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(buffer, "buffer")
    let bytes = try reading(model) { handle throws(NNError) in try encoded(handle, flags) }
    target.pointee = try HandleTable.insert(ByteHandle(bytes), .buffer)
  }
}

@c @implementation
public func nns_load_buffer(
  _ bytes: UnsafeRawPointer?, _ size: Int, _ limits: UnsafePointer<nns_limits>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(model, "model")
    let bytes = try required(bytes, "bytes")
    // A size_t beyond 2^63 arrives as a negative number.
    guard size >= 0 else { throw .limit("size must be at most 2^63 - 1") }
    let limits = try fileLimits(limits)
    target.pointee = try insert(
      UnsafeBufferPointer(start: bytes.assumingMemoryBound(to: UInt8.self), count: size), limits)
  }
}

@c @implementation
public func nns_buffer_bytes(
  _ buffer: OpaquePointer?, _ bytes: UnsafeMutablePointer<UnsafeRawPointer?>?,
  _ size: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    let bytes = try required(bytes, "bytes")
    let size = try required(size, "size")
    try HandleTable.with(buffer, .buffer, as: ByteHandle.self) { handle in
      bytes.pointee = UnsafeRawPointer(handle.bytes.base)
      size.pointee = handle.bytes.count
    }
  }
}

@c @implementation
public func nns_buffer_free(_ buffer: OpaquePointer?) { HandleTable.free(buffer, .buffer) }
