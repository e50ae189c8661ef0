import CKernels

/// C = Aᵀ · D. The sink takes the sums: it stores them or updates weights with them.
private struct GradientProduct<Sink: VectorSink>: Product {
  let job: nnk_gradient
  let sink: Sink
  var rows: Int { job.m }
  var columns: Int { job.n }

  @inline(__always)
  func compute<T: Tile, L: Lanes>(_: T.Type, row: Int, column: Int, last: L) {
    let start = job.a_start + row
    let stride = job.d_stride
    var d = job.d + column
    let place = row * job.c_stride + column
    // Prefetches each cache line of the next rows once, with the tile in which it begins. Rows may
    // lie anywhere, so the last float may be on one more line.
    if let next = job.next, column == 0 {
      if start % 16 < T.rows { fetch(next, job.k, at: start) }
      if start + T.rows == job.a_width { fetch(next, job.k, at: job.a_width - 1) }
    }
    var sums = job.is_added == 0 ? T() : T(job.c + place, stride: job.c_stride, last: last)
    for k in 0..<job.k {
      let a = job.a[k] + start
      sums.add(T.Row(d, last: last), from: 0) { splat(a[$0]) }
      d += stride
    }
    // All rows are read before the first is stored. The load of a narrow row would wait for the
    // store of the row before, which overlaps its vector.
    sums.changeEachRow(from: 0) { index, row in
      row.results(of: sink, at: place + index * job.c_stride, last: last)
    }
    sums.forEachRow(from: 0) { index, row in
      row.store(sink.target + place + index * job.c_stride, last: last)
    }
  }

  /// One column: its m results are contiguous, so vectors run along the rows of A.
  @inline(__always)
  func computeColumn() {
    forEachVector(job.m) { row, lanes in
      lanes.store(sink.result(columnSum(row, lanes), at: row, lanes), sink.target + row)
    } _: { row, lanes in
      lanes.store(sink.result(columnSum(row, lanes), at: row, lanes), sink.target + row)
    }
  }

  /// Four sums in turn, so that additions do not wait for each other.
  @inline(__always)
  private func columnSum<L: Lanes>(_ row: Int, _ lanes: L) -> Vector {
    let (a, d, start) = (job.a, job.d, job.a_start + row)
    let sum = job.is_added == 0 ? splat(0) : lanes.load(job.c + row)
    var (s0, s1, s2, s3) = (sum, splat(0), splat(0), splat(0))
    var k = 0
    while k + 4 <= job.k {
      s0 = fma(splat(d[k]), lanes.load(a[k] + start), s0)
      s1 = fma(splat(d[k + 1]), lanes.load(a[k + 1] + start), s1)
      s2 = fma(splat(d[k + 2]), lanes.load(a[k + 2] + start), s2)
      s3 = fma(splat(d[k + 3]), lanes.load(a[k + 3] + start), s3)
      k += 4
    }
    while k < job.k {
      s0 = fma(splat(d[k]), lanes.load(a[k] + start), s0)
      k += 1
    }
    return (s0 + s1) + (s2 + s3)
  }
}

/// Prefetches a cache line of each row, once for all tiles.
@inline(never)
private func fetch(_ rows: Rows, _ count: Int, at column: Int) {
  for row in 0..<count { nnv_prefetch_far(rows[row] + column) }
}

struct Storing: VectorSink {
  let target: Floats

  @inline(__always)
  func result<L: Lanes>(_ v: Vector, at: Int, _ lanes: L) -> Vector { v }
}

/// Plain SGD on a gradient that is still in registers. Rules with state gain nothing by this: their
/// arithmetic then delays the products.
struct Descending: VectorSink {
  let rule: SGD
  var target: Floats { rule.w }

  @inline(__always)
  func result<L: Lanes>(_ v: Vector, at: Int, _ lanes: L) -> Vector { rule.result(at, v, lanes) }
}

extension Descending {
  @inline(__always)
  init(_ descent: nnk_fused_sgd) { rule = SGD(w: descent.w, rate: splat(descent.rate)) }
}

@inline(__always)
private func compute<S: VectorSink>(_ job: nnk_gradient, _ sink: S) {
  let product = GradientProduct(job: job, sink: sink)
  let isColumn = job.n == 1 && job.c_stride == 1 && job.d_stride == 1
  isColumn ? product.computeColumn() : product.computeAll()
}

func productGradient(_ job: UnsafePointer<nnk_gradient>) {
  guard let descent = job.pointee.descent?.pointee else {
    return compute(job.pointee, Storing(target: job.pointee.c))
  }
  compute(job.pointee, Descending(descent))
}
