import CPlatform
import NNErrors
import NNMath

/// Replaces a file by some bytes, whole or not at all.
///
/// - Parameter keep: files kept in all: the one before at `path.1` and so on.
/// - Throws: `NNError.io` with the system's reason, `.memory`.
package func writeFile(
  _ path: UnsafePointer<CChar>, _ bytes: Buffer<UInt8>, keep: Int = 1
) throws(NNError) {
  let error = nnc_write_file(path, bytes.base, bytes.count, Int32(clamping: keep))
  guard error == 0 else { throw refusal(path, error) }
}

/// A file that is written repeatedly.
package struct FileTarget {
  /// Absolute, so that it stays the same when the host changes its working folder; ends with 0.
  private let path: [CChar]

  /// Checks that the file can be written, and changes nothing.
  ///
  /// - Throws: `NNError.io` with the system's reason.
  package init(_ path: String) throws(NNError) {
    let given = path.utf8.map { CChar(bitPattern: $0) } + [0]
    var absolute = [CChar](repeating: 0, count: 4096)
    var error = nnc_real_path(given, &absolute, absolute.count)
    if error == 0 { error = nnc_probe_file(absolute) }
    guard error == 0 else { throw refusal(given, error) }
    self.path = absolute
  }

  /// As `writeFile`.
  package func write(_ bytes: Buffer<UInt8>, keep: Int) throws(NNError) {
    let error = nnc_write_file(path, bytes.base, bytes.count, Int32(clamping: keep))
    guard error == 0 else { throw refusal(path, error) }
  }
}

private func refusal(_ path: UnsafePointer<CChar>, _ error: Int32) -> NNError {
  if nnc_is_out_of_memory(error) != 0 {
    return .memory("no memory to write \"\(String(cString: path))\"; an older file is unchanged")
  }
  return .io(
    "could not write \"\(String(cString: path))\": \(systemText(error)); an older file is unchanged",
    errno: nnc_error_number(error))
}

/// The bytes of a file, released with the object.
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
    guard error == 0 else {
      throw .io(
        "could not read \"\(name)\": \(systemText(error))", errno: nnc_error_number(error))
    }
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
