import CKernels

// C = A · Bᵀ + bias. Both factors are read along k, sixteen floats at a time; the sixteen sums of
// an element are added up at the end. For factors with long rows: B is not transposed.

/// Four elements of a row of C, each as sixteen sums.
private typealias FourSums = Row4

#if NNK_V4
  private typealias DotTile = FourRows<FourSums>
#else
  private typealias DotTile = OneRow<FourSums>
#endif

private struct DotProduct {
  let job: nnk_product

  @inline(__always)
  func computeWide() {
    var row = 0
    while row + DotTile.rows <= job.m {
      strip(DotTile.self, row)
      row += DotTile.rows
    }
    while row < job.m {
      strip(OneRow<FourSums>.self, row)
      row += 1
    }
  }

  @inline(__always)
  private func strip<T: Tile>(_: T.Type, _ row: Int) where T.Row == FourSums {
    var column = 0
    while column < job.n {
      compute(T.self, row: row, column: column)
      column += 4
    }
  }

  @inline(__always)
  private func compute<T: Tile>(_: T.Type, row: Int, column: Int) where T.Row == FourSums {
    let a = job.a + row
    let start = job.a_start
    // Past the last row of B the last row is read again; those sums are not stored.
    let b0 = factor(column)
    let b1 = factor(column + 1)
    let b2 = factor(column + 2)
    let b3 = factor(column + 3)
    var sums = T()
    forEachVector(job.k) { k, lanes in
      sums.add(Self.four(lanes, b0 + k, b1 + k, b2 + k, b3 + k), from: 0) {
        lanes.load(a[$0] + start + k)
      }
    } _: { k, lanes in
      sums.add(Self.four(lanes, b0 + k, b1 + k, b2 + k, b3 + k), from: 0) {
        lanes.load(a[$0] + start + k)
      }
    }
    let c = job.c + row * job.c_stride + column
    sums.forEachRow(from: 0) { index, row in finish(row, c + index * job.c_stride, column) }
  }

  /// Fewer than four columns: four rows of A at a time against one of B. The other way round most
  /// sums would be unused.
  @inline(__always)
  func computeNarrow() {
    for column in 0..<job.n {
      let b = job.b + column * job.b_stride
      var row = 0
      while row < job.m {
        computeFour(row, column, b)
        row += 4
      }
    }
  }

  /// The same for a single row.
  @inline(__always)
  func computeRow() {
    let a = job.a[0] + job.a_start
    for column in 0..<job.n {
      let b = job.b + column * job.b_stride
      var sum = splat(0)
      forEachVector(job.k) { k, lanes in
        sum = fma(lanes.load(a + k), lanes.load(b + k), sum)
      } _: { k, lanes in
        sum = fma(lanes.load(a + k), lanes.load(b + k), sum)
      }
      finish(nnv_sum(sum), 0, column)
    }
  }

  @inline(__always)
  private func computeFour(_ row: Int, _ column: Int, _ b: UnsafePointer<Float>) {
    // Past the last row the last row is read again; its sums are not stored.
    let last = job.m - 1
    let a0 = job.a[row] + job.a_start
    let a1 = job.a[min(row + 1, last)] + job.a_start
    let a2 = job.a[min(row + 2, last)] + job.a_start
    let a3 = job.a[min(row + 3, last)] + job.a_start
    var sums = OneRow<FourSums>()
    forEachVector(job.k) { k, lanes in
      sums.add(Self.four(lanes, a0 + k, a1 + k, a2 + k, a3 + k), from: 0) { _ in lanes.load(b + k) }
    } _: { k, lanes in
      sums.add(Self.four(lanes, a0 + k, a1 + k, a2 + k, a3 + k), from: 0) { _ in lanes.load(b + k) }
    }
    let four = sums.row
    let totals = nnv_sums(four.a, four.rest.a, four.rest.rest.a, four.rest.rest.rest.a)
    for index in 0..<min(4, job.m - row) { finish(totals[index], row + index, column) }
  }

  /// A single element.
  @inline(__always)
  private func finish(_ total: Float, _ row: Int, _ column: Int) {
    let c = job.c + row * job.c_stride + column
    var sum = total
    if job.is_added != 0 { sum = c[0] + sum }
    if let bias = job.bias { sum += bias[column] }
    c[0] = job.is_rectified != 0 && sum < 0 ? 0 : sum
  }

  @inline(__always)
  private func factor(_ column: Int) -> UnsafePointer<Float> {
    job.b + min(column, job.n - 1) * job.b_stride
  }

  @inline(__always)
  private static func four<L: Lanes>(
    _ lanes: L, _ p: UnsafePointer<Float>, _ q: UnsafePointer<Float>, _ r: UnsafePointer<Float>,
    _ s: UnsafePointer<Float>
  ) -> FourSums {
    FourSums(
      a: lanes.load(p),
      rest: Row3(a: lanes.load(q), rest: Row2(a: lanes.load(r), rest: Row1(a: lanes.load(s)))))
  }

  @inline(__always)
  private func finish(_ row: FourSums, _ c: Floats, _ column: Int) {
    let count = min(4, job.n - column)
    var sums = nnv_sums(row.a, row.rest.a, row.rest.rest.a, row.rest.rest.rest.a)
    if job.is_added != 0 { sums = nnv_add4(nnv_load4_first(c, count), sums) }
    if let bias = job.bias { sums = nnv_add4(sums, nnv_load4_first(bias + column, count)) }
    if job.is_rectified != 0 { sums = nnv_rectified4(sums) }
    nnv_store4_first(c, sums, count)
  }
}

/// Transposing B costs n · k, adding up sixteen sums for each element m · n.
func prefersDots(_ job: UnsafePointer<nnk_product>) -> Int32 {
  #if NNK_V4
    let isLong = job.pointee.k > 8 * job.pointee.m && !FewRowsProduct.isWorth(job.pointee)
  #else
    let isLong = job.pointee.k > 80 * job.pointee.m
  #endif
  return isLong ? 1 : 0
}

func productOfDots(_ job: UnsafePointer<nnk_product>) {
  // A function of its own: for a single row the preparation for many rows would cost more than its
  // sums.
  if job.pointee.n >= 4 {
    computeWide(job)
  } else if job.pointee.m == 1 {
    computeRow(job)
  } else {
    computeNarrow(job)
  }
}

@inline(never)
private func computeWide(_ job: UnsafePointer<nnk_product>) {
  DotProduct(job: job.pointee).computeWide()
}

@inline(never)
private func computeNarrow(_ job: UnsafePointer<nnk_product>) {
  DotProduct(job: job.pointee).computeNarrow()
}

@inline(never)
private func computeRow(_ job: UnsafePointer<nnk_product>) {
  DotProduct(job: job.pointee).computeRow()
}
