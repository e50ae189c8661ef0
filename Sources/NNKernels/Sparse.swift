import CKernels

// The first layer over the inputs that are not 0. Only terms 0 · w are left out and the others keep
// their order, so the results equal those of the other products bit for bit.

/// Marks the values of a batch that are not 0, by rows and by columns.
///
/// - Returns: how many.
func indexNonzeros(_ a: Rows, _ index: UnsafePointer<nnk_nonzeros>) -> Int {
  let index = index.pointee
  let blocks = index.column_words * 2
  var count = 0
  for block in 0..<blocks {
    let first = block * 32
    let rows = max(0, min(32, index.rows - first))
    forEachVector(index.columns) { column, lanes in
      count += markBlock(index, a + first, first, rows, column, lanes)
    } _: { column, lanes in
      count += markBlock(index, a + first, first, rows, column, lanes)
    }
  }
  return count
}

/// Sixteen columns of up to 32 rows.
@inline(__always)
private func markBlock<L: Lanes>(
  _ index: nnk_nonzeros, _ a: Rows, _ first: Int, _ rows: Int, _ column: Int, _ lanes: L
) -> Int {
  withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 32) { marks in
    let marks = marks.baseAddress.unsafelyUnwrapped
    let words = UnsafeMutableRawPointer(index.row_bits)
    for row in 0..<rows {
      let bits = nnv_nonzero_bits(lanes.load(a[row] + column))
      marks[row] = bits
      words.storeBytes(
        of: bits, toByteOffset: (first + row) * index.row_words * 8 + column / 8, as: UInt16.self)
    }
    for row in rows..<32 { marks[row] = 0 }
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 16) { turned in
      let turned = turned.baseAddress.unsafelyUnwrapped
      nnv_transpose_bits(marks, turned)
      let target = UnsafeMutableRawPointer(index.column_bits)
      var count = 0
      for lane in 0..<16 {
        target.storeBytes(
          of: turned[lane], toByteOffset: (column + lane) * index.column_words * 8 + first / 8,
          as: UInt32.self)
        count += turned[lane].nonzeroBitCount
      }
      return count
    }
  }
}

/// Calls body with the place of each bit, in order.
@inline(__always)
private func forEachBit(
  _ words: UnsafePointer<UInt64>, _ count: Int, _ body: (Int) -> Void
) {
  for word in 0..<count {
    var bits = words[word]
    while bits != 0 {
      body(word * 64 + bits.trailingZeroBitCount)
      bits &= bits &- 1
    }
  }
}

/// Runs over the columns of a result in strips of vectors side by side.
@inline(__always)
private func forEachStrip<S: Strip>(_ columns: Int, _ strip: S) {
  var column = 0
  while column < columns {
    let width = min(columns - column, 16 * singleVectors)
    let (vectors, spare) = ((width + 15) / 16, width % 16)
    if spare == 0 {
      run(strip, vectors, column, AllLanes())
    } else {
      run(strip, vectors, column, FirstLanes(count: spare))
    }
    column += width
  }
}

private protocol Strip {
  func compute<R: TileRow, L: Lanes>(_: R.Type, _ column: Int, _ last: L)
}

@inline(__always)
private func run<S: Strip, L: Lanes>(_ strip: S, _ vectors: Int, _ column: Int, _ last: L) {
  switch vectors {
  case 1: strip.compute(Row1.self, column, last)
  case 2: strip.compute(Row2.self, column, last)
  #if NNK_V3 || NNK_V4
    case 3: strip.compute(Row3.self, column, last)
    default: strip.compute(Row4.self, column, last)
  #else
    default: break
  #endif
  }
}

/// C = A · B + bias for A that is mostly 0.
func productSparse(_ index: UnsafePointer<nnk_nonzeros>, _ job: UnsafePointer<nnk_product>) {
  forEachStrip(job.pointee.n, SparseProduct(index: index.pointee, job: job.pointee))
}

private struct SparseProduct: Strip {
  let index: nnk_nonzeros
  let job: nnk_product

  @inline(__always)
  func compute<R: TileRow, L: Lanes>(_: R.Type, _ column: Int, _ last: L) {
    let stride = job.b_stride
    let b = job.b + column
    for row in 0..<job.m {
      let a = job.a[row]
      var sums = R()
      forEachBit(index.row_bits + row * index.row_words, index.row_words) { k in
        sums.add(splat(a[k]), R(b + k * stride, last: last))
      }
      finish(
        sums, job.c + row * job.c_stride + column, bias: job.bias.map { $0 + column }, job, last)
    }
  }
}

/// C = Aᵀ · D for A that is mostly 0.
func gradientSparse(_ index: UnsafePointer<nnk_nonzeros>, _ job: UnsafePointer<nnk_gradient>) {
  let (index, job) = (index.pointee, job.pointee)
  if let descent = job.descent?.pointee {
    forEachStrip(job.n, SparseGradient(index: index, job: job, sink: Descending(descent)))
  } else {
    forEachStrip(job.n, SparseGradient(index: index, job: job, sink: Storing(target: job.c)))
  }
}

private struct SparseGradient<Sink: VectorSink>: Strip {
  let index: nnk_nonzeros
  let job: nnk_gradient
  let sink: Sink

  @inline(__always)
  func compute<R: TileRow, L: Lanes>(_: R.Type, _ column: Int, _ last: L) {
    let (a, stride) = (job.a, job.d_stride)
    let d = job.d + column
    for row in 0..<job.m {
      let input = job.a_start + row
      // Prefetches one cache line of each of the next rows at a time; the last float may be on one
      // more.
      if let next = job.next, column == 0, input % 16 == 0 || input + 1 == job.a_width {
        for k in 0..<job.k { nnv_prefetch_far(next[k] + input) }
      }
      var sums = R()
      forEachBit(index.column_bits + input * index.column_words, index.column_words) { k in
        sums.add(splat(a[k][input]), R(d + k * stride, last: last))
      }
      let place = row * job.c_stride + column
      sums.results(of: sink, at: place, last: last).store(sink.target + place, last: last)
    }
  }
}
