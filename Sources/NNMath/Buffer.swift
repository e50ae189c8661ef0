import CPlatform
import NNErrors

/// Memory whose size depends on input: from the checked C allocator, zeroed, aligned to 64 bytes.
///
/// If the allocation fails this throws `NNError.memory`; a Swift Array would abort the process.
package final class Buffer<Element: BitwiseCopyable> {
  package let count: Int
  package let base: UnsafeMutablePointer<Element>

  /// - Parameter count: elements, >= 0; 0 is served with room for one.
  /// - Throws: `NNError.memory`.
  package convenience init(count: Int) throws(NNError) {
    let memory = try allocate(count, MemoryLayout<Element>.stride)
    self.init(count: count, base: memory.bindMemory(to: Element.self, capacity: max(1, count)))
  }

  private init(count: Int, base: UnsafeMutablePointer<Element>) {
    self.count = count
    self.base = base
  }

  deinit { nnc_release(base) }

  /// Copies all of another buffer of the same count.
  package func copy(from other: Buffer<Element>) {
    base.copy(from: other.base, count: min(count, other.count))
  }
}

// Not generic, for the library's size.
@inline(never)
private func allocate(
  _ count: Int, _ stride: Int
) throws(NNError) -> UnsafeMutableRawPointer {
  let (bytes, overflow) = max(1, count).multipliedReportingOverflow(by: stride)
  guard count >= 0, !overflow, let memory = nnc_allocate(bytes) else {
    throw .memory(
      "\(count) values of \(stride) bytes could not be allocated; make the batch or the model "
        + "smaller")
  }
  return memory
}

/// a · b, or `NNError.limit` naming `what` when the product exceeds 64 bits.
package func checkedProduct(_ a: Int, _ b: Int, _ what: String) throws(NNError) -> Int {
  let (product, overflow) = a.multipliedReportingOverflow(by: b)
  guard !overflow, product >= 0 else { throw tooLarge(what, a, "x", b) }
  return product
}

/// a + b, or `NNError.limit` naming `what` when the sum exceeds 64 bits.
package func checkedSum(_ a: Int, _ b: Int, _ what: String) throws(NNError) -> Int {
  let (sum, overflow) = a.addingReportingOverflow(b)
  guard !overflow, sum >= 0 else { throw tooLarge(what, a, "+", b) }
  return sum
}

// Separate functions, so that the checks themselves are small enough to be inlined.
@inline(never)
private func tooLarge(_ what: String, _ a: Int, _ sign: String, _ b: Int) -> NNError {
  .limit("\(what): \(a) \(sign) \(b) is too large; make it smaller")
}
