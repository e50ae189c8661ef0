import COpenBLAS
import NNKernels

/// Which of the two factors of a product is read transposed.
package enum ProductForm: Sendable {
  /// C = A · B
  case plain
  /// C = A · Bᵀ
  case secondTransposed
  /// C = Aᵀ · B
  case firstTransposed
}

/// Writes a product of two matrices into a third.
///
/// One decision in one place: see `ProductPlan`. The split into tiles depends on the shape alone,
/// and each tile is small enough for OpenBLAS to compute it on the calling thread, whatever thread
/// count its host has set: results depend neither on that nor on the crew.
///
/// - Parameters:
///   - a: [m × k], or [k × m] when first transposed.
///   - b: [k × n], or [n × k] when second transposed.
///   - c: [m × n], overwritten; its memory overlaps neither factor.
package func multiply(
  _ a: Matrix, _ b: Matrix, _ form: ProductForm, into c: Matrix, crew: Crew
) {
  let k = form == .firstTransposed ? a.rows : a.columns
  var job = ProductJob(
    a: a, b: b, c: c, form: form, depth: k, plan: ProductPlan(c.rows, c.columns, k, form))
  let tiles = job.tileCount
  withUnsafeMutablePointer(to: &job) { job in
    let team =
      ProductPlan.multiplications(c.rows, c.columns, k) >= ProductPlan.leastShared
      ? crew : Crew.alone
    team.run(parts: tiles, context: UnsafeMutableRawPointer(job)) { context, tile in
      context.assumingMemoryBound(to: ProductJob.self).pointee.compute(tile: tile)
    }
  }
}

/// Which kernel computes a product, and in tiles of which size.
///
/// | m · n · k | kernel | tile (rows × columns × depth) |
/// |---|---|---|
/// | up to 4,096 | own | the whole product |
/// | more | OpenBLAS | 32 × 32 × 256, plain: 32 × 128 × 64 |
///
/// A tile of 32 · 32 · 256 = 262,144 multiplications is the largest that OpenBLAS 0.3 never gives to
/// its own threads (interface/gemm.c: SMP_THRESHOLD_MIN · GEMM_MULTITHREAD_THRESHOLD), and as fast
/// as one call for the whole (0.8 to 1.07 of its time on shapes of training steps).
private struct ProductPlan {
  let usesBLAS: Bool
  let tileRows: Int
  let tileColumns: Int
  let tileDepth: Int

  static let largestOwn = 4096.0
  /// Multiplications from which waking other threads (about 5 us) pays.
  static let leastShared = 2_000_000.0

  /// In double: the product of three sizes that fit memory may exceed 64 bits.
  static func multiplications(_ m: Int, _ n: Int, _ k: Int) -> Double {
    Double(m) * Double(n) * Double(k)
  }

  init(_ m: Int, _ n: Int, _ k: Int, _ form: ProductForm) {
    usesBLAS = Self.multiplications(m, n, k) > Self.largestOwn
    guard usesBLAS else {
      (tileRows, tileColumns, tileDepth) = (max(1, m), max(1, n), k)
      return
    }
    tileRows = 32
    (tileColumns, tileDepth) = form == .plain ? (128, 64) : (32, 256)
  }
}

private struct ProductJob {
  let a: Matrix
  let b: Matrix
  let c: Matrix
  let form: ProductForm
  let depth: Int
  let plan: ProductPlan

  private var tilesAcross: Int { (c.columns + plan.tileColumns - 1) / plan.tileColumns }
  var tileCount: Int { (c.rows + plan.tileRows - 1) / plan.tileRows * tilesAcross }

  func compute(tile: Int) {
    guard plan.usesBLAS else { return computeOwn() }
    let row = tile / tilesAcross * plan.tileRows
    let column = tile % tilesAcross * plan.tileColumns
    let rows = min(plan.tileRows, c.rows - row)
    let columns = min(plan.tileColumns, c.columns - column)
    var start = 0
    while start < depth {
      let part = min(plan.tileDepth, depth - start)
      let first =
        form == .firstTransposed ? a.base + start * a.columns + row : a.row(row) + start
      let second =
        form == .secondTransposed ? b.row(column) + start : b.base + start * b.columns + column
      cblas_sgemm(
        Int32(NNBlasRowMajor),
        Int32(form == .firstTransposed ? NNBlasTrans : NNBlasNoTrans),
        Int32(form == .secondTransposed ? NNBlasTrans : NNBlasNoTrans),
        Int32(rows), Int32(columns), Int32(part), 1, first, Int32(a.columns), second,
        Int32(b.columns), start == 0 ? 0 : 1, c.row(row) + column, Int32(c.columns))
      start += part
    }
  }

  private func computeOwn() {
    switch form {
    case .plain: productPlain(a.base, b.base, c.base, c.rows, c.columns, depth)
    case .secondTransposed:
      productSecondTransposed(a.base, b.base, c.base, c.rows, c.columns, depth)
    case .firstTransposed: productFirstTransposed(a.base, b.base, c.base, c.rows, c.columns, depth)
    }
  }
}
