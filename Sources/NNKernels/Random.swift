import CKernels

/// Four words for each of `count` counters of Philox 4x32-10, eight counters at a time.
func randomWords(
  _ stream: UnsafePointer<UInt32>, _ first: UInt32, _ counters: Int,
  _ words: UnsafeMutablePointer<UInt32>
) {
  var done = 0
  while done + 8 <= counters {
    nnv_philox8(stream, first &+ UInt32(truncatingIfNeeded: done), words + 4 * done)
    done += 8
  }
  guard done < counters else { return }
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 32) { last in
    guard let base = last.baseAddress else { return }
    nnv_philox8(stream, first &+ UInt32(truncatingIfNeeded: done), base)
    (words + 4 * done).update(from: base, count: 4 * (counters - done))
  }
}

/// mask = word < dropped ? 0 : kept, y = mask x; the words are those of `randomWords` from counter
/// 0 on, one a float.
func dropOut(
  _ stream: UnsafePointer<UInt32>, _ dropped: UInt32, _ kept: Float, _ x: Values, _ count: Int,
  _ mask: Floats, _ y: Floats
) {
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 32) { memory in
    guard let words = memory.baseAddress else { return }
    var done = 0
    while done < count {
      nnv_philox8(stream, UInt32(truncatingIfNeeded: done / 4), words)
      let start = done
      forEachVector(min(32, count - start)) { index, lanes in
        let factor = nnv_kept(words + index, dropped, kept)
        lanes.store(factor, mask + start + index)
        lanes.store(factor * lanes.load(x + start + index), y + start + index)
      } _: { index, lanes in
        let factor = nnv_kept(words + index, dropped, kept)
        lanes.store(factor, mask + start + index)
        lanes.store(factor * lanes.load(x + start + index), y + start + index)
      }
      done += 32
    }
  }
}
