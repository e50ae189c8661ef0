import CKernels

/// Sixteen floats: all kernels are written with this type. Narrower registers hold it in parts.
typealias Vector = SIMD16<Float>

// Swift's own operators on SIMD16 are generic and not always one instruction; these are.

@inline(__always) func + (a: Vector, b: Vector) -> Vector { nnv_add(a, b) }
@inline(__always) func - (a: Vector, b: Vector) -> Vector { nnv_subtract(a, b) }
@inline(__always) func * (a: Vector, b: Vector) -> Vector { nnv_multiply(a, b) }
@inline(__always) func / (a: Vector, b: Vector) -> Vector { nnv_divide(a, b) }

/// a · b + c
@inline(__always)
func fma(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { nnv_fma(a, b, c) }

@inline(__always)
func splat(_ x: Float) -> Vector { nnv_splat(x) }

/// Which floats of a vector are in use: all, or the first few at the end of a row.
protocol Lanes {
  func load(_ p: UnsafePointer<Float>) -> Vector
  func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>)
}

struct AllLanes: Lanes {
  @inline(__always) func load(_ p: UnsafePointer<Float>) -> Vector { nnv_load(p) }
  @inline(__always) func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) { nnv_store(p, v) }
}

/// The others are read as 0, and neither read from nor written to memory.
struct FirstLanes: Lanes {
  let count: Int

  @inline(__always)
  func load(_ p: UnsafePointer<Float>) -> Vector { nnv_load_first(p, count) }

  @inline(__always)
  func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) { nnv_store_first(p, v, count) }
}

/// Calls body for places 0, 16, 32 ..., the last time with fewer lanes when count is no multiple.
@inline(__always)
func forEachVector(_ count: Int, _ full: (Int, AllLanes) -> Void, _ last: (Int, FirstLanes) -> Void)
{
  var index = 0
  while index + 16 <= count {
    full(index, AllLanes())
    index += 16
  }
  if index < count { last(index, FirstLanes(count: count - index)) }
}

/// `map` for output functions, which often get one number that was stored just before. A masked
/// load would wait until that store has reached the cache.
@inline(__always)
func mapOutputs(_ x: UnsafeMutablePointer<Float>, _ count: Int, _ body: (Vector) -> Vector) {
  count == 1 ? nnv_store_one(x, body(nnv_load_one(x))) : map(x, count, body)
}

#if NNK_V4 || NNK_V3
  /// x = body(x), sixteen at a time.
  @inline(__always)
  func map(_ x: UnsafeMutablePointer<Float>, _ count: Int, _ body: (Vector) -> Vector) {
    forEachVector(count) { index, lanes in
      lanes.store(body(lanes.load(x + index)), x + index)
    } _: { index, lanes in
      lanes.store(body(lanes.load(x + index)), x + index)
    }
  }

  /// g *= derivative(x), sixteen at a time.
  @inline(__always)
  func scale(
    _ g: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int,
    _ derivative: (Vector) -> Vector
  ) {
    forEachVector(count) { index, lanes in
      lanes.store(lanes.load(g + index) * derivative(lanes.load(x + index)), g + index)
    } _: { index, lanes in
      lanes.store(lanes.load(g + index) * derivative(lanes.load(x + index)), g + index)
    }
  }
#else
  // The base set has few registers and no masks: its code is four times that of the others. So the
  // last few numbers are copied to a block and back, and body stands in the code once.

  @inline(__always)
  func map(_ x: UnsafeMutablePointer<Float>, _ count: Int, _ body: (Vector) -> Vector) {
    let rest = count % 16
    var (place, end) = (x, x + (count - rest))
    var last = splat(0)
    withFloats(of: &last) { block in
      while true {
        while place < end {
          nnv_store(place, body(nnv_load(place)))
          place += 16
        }
        if rest == 0 { return }
        if end == block + 16 { break }
        block.update(from: place, count: rest)
        (place, end) = (block, block + 16)
      }
      (x + (count - rest)).update(from: block, count: rest)
    }
  }

  @inline(__always)
  func scale(
    _ g: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int,
    _ derivative: (Vector) -> Vector
  ) {
    let rest = count % 16
    var (place, end, from) = (g, g + (count - rest), x)
    var (lastG, lastX) = (splat(0), splat(0))
    withFloats(of: &lastG) { blockG in
      withFloats(of: &lastX) { blockX in
        while true {
          while place < end {
            nnv_store(place, nnv_load(place) * derivative(nnv_load(from)))
            place += 16
            from += 16
          }
          if rest == 0 { return }
          if end == blockG + 16 { break }
          blockG.update(from: place, count: rest)
          blockX.update(from: from, count: rest)
          (place, end, from) = (blockG, blockG + 16, UnsafePointer(blockX))
        }
        (g + (count - rest)).update(from: blockG, count: rest)
      }
    }
  }

  /// The sixteen floats of a vector in memory.
  @inline(__always)
  private func withFloats(of v: inout Vector, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeMutableBytes(of: &v) {
      body($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self))
    }
  }
#endif
