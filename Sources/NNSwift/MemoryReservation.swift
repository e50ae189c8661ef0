import CPlatform
import NNErrors

/// Memory for small objects. Swift aborts the process when it cannot allocate one. Each call
/// therefore reserves enough memory first; if that fails, the call returns NNS_E_MEMORY instead.
/// The figures are bounds on what `Tests/CContract/memory` measures.
enum MemoryReservation {
  /// A call without texts, including a refusal with its sentence.
  static let base = 32 << 10

  /// Reading a JSON text: its values, and the layers or metrics that its first bytes can name.
  static func bytes(forText length: Int) -> Int {
    // Longer texts are refused before they are read.
    let length = min(length, maximumTextBytes)
    return base + 64 * length + min(400 * length, 16 << 20)
  }

  /// Reading or writing that many numbers of a history as JSON.
  static func bytes(forHistory values: Int) -> Int {
    let (bytes, overflow) = values.multipliedReportingOverflow(by: 320)
    return overflow ? .max / 8 : bytes + base
  }

  /// Runs a body while that many bytes are reserved.
  ///
  /// - Throws: `NNError.memory` if the reservation fails, and what the body throws.
  static func hold<Value>(
    _ bytes: Int, _ body: () throws(NNError) -> Value
  ) throws(NNError) -> Value {
    var hold: UnsafeMutableRawPointer?
    guard nnc_hold(bytes, &hold) == 1 else { throw .memory(noMemory) }
    defer { if let hold { nnc_let_go(hold) } }
    return try body()
  }

  /// A literal: needs no allocation.
  private static let noMemory =
    "memory for the call could not be allocated; nothing was changed, free some and try again"
}

/// The bytes of a C string, 0 where it is NULL.
func length(_ text: UnsafePointer<CChar>?) -> Int { text.map { strlen($0) } ?? 0 }
