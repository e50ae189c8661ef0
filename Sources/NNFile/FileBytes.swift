import CPlatform
import NNErrors
import NNMath

/// Replaces a file by some bytes, whole or not at all.
///
/// - Throws: `NNError.io` with the system's reason, `.memory`.
package func writeFile(_ path: UnsafePointer<CChar>, _ bytes: Buffer<UInt8>) throws(NNError) {
  let error = nnc_write_file(path, bytes.base, bytes.count)
  guard nnc_is_out_of_memory(error) == 0 else {
    throw .memory("no memory to write \"\(String(cString: path))\"; an older file is unchanged")
  }
  guard error == 0 else {
    throw .io(
      "could not write \"\(String(cString: path))\": \(systemText(error)); an older file is unchanged"
    )
  }
}

/// The bytes of a file, released when the object goes.
package final class FileBytes {
  package let bytes: UnsafeBufferPointer<UInt8>
  private let memory: UnsafeMutableRawPointer?

  /// - Throws: `NNError.io`, `.limit`, `.memory`.
  package convenience init(_ path: UnsafePointer<CChar>, maximum: Int64) throws(NNError) {
    var memory: UnsafeMutableRawPointer?
    var size = 0
    var isTooLarge: Int32 = 0
    let error = nnc_read_file(path, maximum, &memory, &size, &isTooLarge)
    let name = String(cString: path)
    guard isTooLarge == 0 else {
      throw .limit("the file \"\(name)\" is larger than the \(maximum) bytes allowed")
    }
    guard nnc_is_out_of_memory(error) == 0 else { throw .memory("no memory to read \"\(name)\"") }
    guard error == 0 else { throw .io("could not read \"\(name)\": \(systemText(error))") }
    self.init(memory, count: size)
  }

  private init(_ memory: UnsafeMutableRawPointer?, count: Int) {
    self.memory = memory
    bytes = UnsafeBufferPointer(
      start: memory.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }, count: count)
  }

  deinit { nnc_release(memory) }
}

private func systemText(_ error: Int32) -> String {
  nnc_error_text(error).map { String(cString: $0) } ?? "error \(error)"
}
