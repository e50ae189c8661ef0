import CPlatform

extension UnsafeMutablePointer where Pointee: BitwiseCopyable {
  /// Copies `count` values, which may overlap.
  ///
  /// Embedded Swift compiles `update(from:count:)` to a call for each value; this is one memmove.
  @inline(__always)
  package func copy(from source: UnsafePointer<Pointee>, count: Int) {
    UnsafeMutableRawPointer(self).copyMemory(
      from: source, byteCount: count * MemoryLayout<Pointee>.stride)
  }

  @inline(__always)
  package func copy(from source: UnsafeMutablePointer<Pointee>, count: Int) {
    copy(from: UnsafePointer(source), count: count)
  }
}

extension UnsafeMutablePointer<Float> {
  /// Sets `count` values to 0: one memset.
  @inline(__always)
  package func clear(count: Int) { memset(self, 0, count * MemoryLayout<Float>.stride) }
}
