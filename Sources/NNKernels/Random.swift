import CKernels

/// Four words for each of `count` counters of Philox 4x32-10, sixteen counters at a time.
func randomWords(
  _ stream: UnsafePointer<UInt32>, _ first: UInt32, _ counters: Int,
  _ words: UnsafeMutablePointer<UInt32>
) {
  var done = 0
  while done + 16 <= counters {
    nnv_philox16(stream, first &+ UInt32(truncatingIfNeeded: done), words + 4 * done)
    done += 16
  }
  guard done < counters else { return }
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { last in
    guard let base = last.baseAddress else { return }
    nnv_philox16(stream, first &+ UInt32(truncatingIfNeeded: done), base)
    (words + 4 * done).update(from: base, count: 4 * (counters - done))
  }
}
