import CKernels

// Every element is summed in the order of k in every tile, so a product has the same bytes however
// it is divided.

/// A product whose tiles can be computed one by one.
protocol Product {
  var rows: Int { get }
  var columns: Int { get }
  func compute<T: Tile, L: Lanes>(_: T.Type, row: Int, column: Int, last: L)
}

extension Product {
  /// Columns in strips as wide as the registers allow, the last one narrower.
  @inline(__always)
  func computeAll() {
    forEachStrip(of: tileVectors) {
      strip($0, $1, AllLanes())
    } short: {
      strip($0, $1, $2)
    }
  }

  /// The same for a single row, for which the preparation of taller tiles would cost more than its
  /// sums.
  @inline(__always)
  func computeRow() {
    forEachStrip(of: singleVectors) {
      single($0, $1, AllLanes())
    } short: {
      single($0, $1, $2)
    }
  }

  // Two closures instead of one with a branch: on AVX2, narrow gradients run 1.5 times as fast.
  @inline(__always)
  private func forEachStrip(
    of most: Int, full: (_ vectors: Int, _ column: Int) -> Void,
    short: (_ vectors: Int, _ column: Int, _ last: FirstLanes) -> Void
  ) {
    var column = 0
    while column < columns {
      let width = min(columns - column, 16 * most)
      let (vectors, spare) = ((width + 15) / 16, width % 16)
      if spare == 0 {
        full(vectors, column)
      } else {
        short(vectors, column, FirstLanes(count: spare))
      }
      column += width
    }
  }

  @inline(__always)
  private func single<L: Lanes>(_ vectors: Int, _ column: Int, _ last: L) {
    switch vectors {
    case 1: compute(OneRow<Row1>.self, row: 0, column: column, last: last)
    case 2: compute(OneRow<Row2>.self, row: 0, column: column, last: last)
    case 3: compute(OneRow<Row3>.self, row: 0, column: column, last: last)
    default: compute(OneRow<Row4>.self, row: 0, column: column, last: last)
    }
  }

  @inline(__always)
  private func strip<L: Lanes>(_ vectors: Int, _ column: Int, _ last: L) {
    #if NNK_V4
      switch vectors {
      case 1: narrow(column, last)
      case 2:
        cover(
          EightRows<Row2>.self, FourRows<Row2>.self, TwoRows<Row2>.self, OneRow<Row2>.self, column,
          last)
      case 3:
        cover(
          SixRows<Row3>.self, FourRows<Row3>.self, TwoRows<Row3>.self, OneRow<Row3>.self, column,
          last)
      default:
        cover(
          SixRows<Row4>.self, FourRows<Row4>.self, TwoRows<Row4>.self, OneRow<Row4>.self, column,
          last)
      }
    #else
      narrow(column, last)
    #endif
  }

  /// Strips of one vector.
  @inline(__always)
  private func narrow<L: Lanes>(_ column: Int, _ last: L) {
    #if NNK_V4
      cover(
        TwelveRows<Row1>.self, FourRows<Row1>.self, TwoRows<Row1>.self, OneRow<Row1>.self, column,
        last)
    #elseif NNK_V3
      cover(
        SixRows<Row1>.self, FourRows<Row1>.self, TwoRows<Row1>.self, OneRow<Row1>.self, column, last
      )
    #else
      cover(
        TwoRows<Row1>.self, TwoRows<Row1>.self, TwoRows<Row1>.self, OneRow<Row1>.self, column, last)
    #endif
  }

  /// Rows in the tallest tiles, the remaining ones in lower tiles.
  @inline(__always)
  private func cover<A: Tile, B: Tile, C: Tile, D: Tile, L: Lanes>(
    _ tallest: A.Type, _ tall: B.Type, _ low: C.Type, _ single: D.Type, _ column: Int, _ last: L
  ) {
    var row = 0
    // Eight rows go as four and four, not as six and two.
    while rows - row >= A.rows, rows - row != 8 || A.rows == 8 {
      compute(tallest, row: row, column: column, last: last)
      row += A.rows
    }
    while rows - row >= B.rows {
      compute(tall, row: row, column: column, last: last)
      row += B.rows
    }
    while rows - row >= C.rows {
      compute(low, row: row, column: column, last: last)
      row += C.rows
    }
    while row < rows {
      compute(single, row: row, column: column, last: last)
      row += 1
    }
  }
}

// Width of strips. A single row leaves registers free, and independent sums do not wait for each
// other.
#if NNK_V4
  let tileVectors = 4
  let singleVectors = 4
#elseif NNK_V3
  let tileVectors = 1
  let singleVectors = 4
#else
  let tileVectors = 1
  let singleVectors = 2
#endif

/// C = A · B + bias
private struct PlainProduct: Product {
  /// Read field by field: a copy of the whole would wait for the narrower stores just before.
  let description: UnsafePointer<nnk_product>
  private var job: nnk_product { description.pointee }
  var rows: Int { job.m }
  var columns: Int { job.n }

  @inline(__always)
  func compute<T: Tile, L: Lanes>(_: T.Type, row: Int, column: Int, last: L) {
    let a = job.a + row
    let start = job.a_start
    let stride = job.b_stride
    var b = job.b + column
    let c = job.c + row * job.c_stride + column
    var sums = T()
    if job.is_added != 0 {
      sums = T(c, stride: job.c_stride, last: last)
      // The next tile also continues its sums.
      for index in T.rows..<2 * T.rows {
        for vector in 0..<T.Row.vectors { nnv_prefetch(c + index * job.c_stride + 16 * vector) }
      }
    }
    var k = start
    let end = start + job.k
    if column == 0, let next = job.next {
      // A cache line of each of the next rows, and the sums of as many inputs.
      while k < min(end, job.next_k) {
        for index in 0..<T.rows { nnv_prefetch_far(next[row + index] + k) }
        let pause = min(end, k + 16)
        while k < pause {
          sums.add(T.Row(b, last: last), from: 0) { splat(a[$0][k]) }
          b += stride
          k += 1
        }
      }
    }
    while k < end {
      sums.add(T.Row(b, last: last), from: 0) { splat(a[$0][k]) }
      b += stride
      k += 1
    }
    sums.forEachRow(from: 0) { index, row in
      finish(row, c + index * job.c_stride, bias: job.bias.map { $0 + column }, job, last)
    }
  }
}

/// Stores the sums of one row, after adding the bias and applying ReLU.
@inline(__always)
func finish<R: TileRow, L: Lanes>(
  _ sums: R, _ c: Floats, bias: UnsafePointer<Float>?, _ job: nnk_product, _ last: L
) {
  var row = sums
  if let bias { row = row.plus(R(bias, last: last)) }
  // A NaN passes through: a diverged network must not look healthy.
  if job.is_rectified != 0 {
    row = row.map { nnv_choose_greater(splat(0), $0, splat(0), $0) }
  }
  row.store(c, last: last)
}

/// By tiles of B where it lies.
func compute(_ job: UnsafePointer<nnk_product>) {
  job.pointee.m == 1 ? computeRow(job) : computeTiles(job)
}

@inline(never)
private func computeTiles(_ job: UnsafePointer<nnk_product>) {
  PlainProduct(description: job).computeAll()
}

@inline(never)
private func computeRow(_ job: UnsafePointer<nnk_product>) {
  PlainProduct(description: job).computeRow()
}

func productOfTiles(_ job: UnsafePointer<nnk_product>) {
  #if NNK_V4
    if FewRowsProduct.isWorth(job.pointee) {
      return FewRowsProduct(job: job.pointee).computeAll()
    }
  #endif
  PanelledProduct.isWorth(job) ? PanelledProduct(job: job.pointee).computeAll() : compute(job)
}
