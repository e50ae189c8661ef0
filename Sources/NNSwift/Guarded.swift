import CNNSwift
import CPlatform
import NNErrors

/// Runs the body of an exported function: an error becomes a status and this thread's text.
///
/// - Parameter texts: how many bytes of JSON the body reads.
func guarded(texts: Int = 0, _ body: () throws(NNError) -> Void) -> Int32 {
  do throws(NNError) {
    try MemoryReservation.hold(MemoryReservation.bytes(forText: texts), body)
    return Int32(NNS_OK)
  } catch {
    let (status, message) = error.statusAndMessage
    setLastError(message, errno: error.errno)
    return status
  }
}

private func setLastError(_ message: String, errno: Int32) {
  var text = message
  text.withUTF8 { bytes in
    bytes.withMemoryRebound(to: CChar.self) { characters in
      nnc_set_error(characters.baseAddress ?? nnc_error(), characters.count, errno)
    }
  }
}

/// The value of a pointer argument, or `NNError.null` with its name.
@inline(__always)
func required<Pointer>(_ pointer: Pointer?, _ name: StaticString) throws(NNError) -> Pointer {
  guard let pointer else { throw missing(name) }
  return pointer
}

@inline(never)
private func missing(_ name: StaticString) -> NNError { .null("\(name) must not be NULL") }

/// Hands a text to the caller's buffer; see "Rules that hold everywhere" in nnswift.h.
func write(
  _ text: String, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ need: UnsafeMutablePointer<Int>?
) throws(NNError) {
  let size = text.utf8.count + 1
  guard buffer != nil || need != nil else {
    throw .null("buffer and need must not both be NULL")
  }
  guard capacity > 0 else {
    guard let need else { throw .null("need must not be NULL when capacity is 0") }
    return need.pointee = size
  }
  guard let buffer else { throw .null("buffer must not be NULL when capacity is not 0") }
  need?.pointee = size
  guard capacity >= size else {
    throw .argument("buffer must have at least \(size) bytes, capacity is \(capacity)")
  }
  var text = text
  text.withUTF8 { bytes in
    UnsafeMutableRawBufferPointer(start: buffer, count: size).copyBytes(from: bytes)
  }
  buffer[size - 1] = 0
}
