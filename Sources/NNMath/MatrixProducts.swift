import CKernels

// The three products of a dense layer, with the kernels of this processor. An element is always
// summed in the order of k: results do not depend on blocks or threads.

/// The rows that are read after those of a product, equally many, and how many of their columns to
/// prefetch.
package struct RowsAhead {
  let rows: RowPointers
  let columns: Int

  package init(_ rows: RowPointers, columns: Int) {
    self.rows = rows
    self.columns = columns
  }
}

/// C = A · B + bias, then max(C, 0) if rectified.
///
/// - Parameters:
///   - a: [m × k]
///   - b: [k × n]
///   - bias: [n], or nil.
///   - c: [m × n], overwritten.
///   - spare: floats as `spareForProducts` says, for b in another order.
///   - nonzeros: the index of the values of a that are not 0, if they are few.
///   - ahead: rows to prefetch meanwhile; not with nonzeros.
package func multiply(
  _ a: MatrixRows, _ b: Matrix, bias: UnsafePointer<Float>? = nil, isRectified: Bool = false,
  into c: Matrix, spare: UnsafeMutablePointer<Float>,
  nonzeros: UnsafePointer<nnk_nonzeros>? = nil, ahead: RowsAhead? = nil, pool: BorrowedPool
) {
  let (n, k) = (c.columns, a.columns)
  var product = nnk_product(
    a: a.base, a_start: 0, b: b.base, b_stride: n, c: c.base, c_stride: n, m: c.rows, n: n, k: k,
    bias: bias, is_rectified: isRectified ? 1 : 0, is_added: 0, is_transposed: 0, panel: spare,
    next: ahead.map { UnsafePointer($0.rows) }, next_k: ahead?.columns ?? 0)
  if let nonzeros {
    var job = SparseJob(product: product, nonzeros: nonzeros)
    return job.run(on: pool)
  }
  // Fewer than four columns would leave most of a vector idle; sums along k fill it.
  let isNarrow = n < 4
  if isNarrow {
    (product.b_stride, product.is_transposed) = (k, 1)
    // A [k × 1] matrix has the same memory layout as its transpose: nothing to do.
    if n > 1 {
      nnk_kernels().pointee.transpose(b.base, k, n, spare, k)
      product.b = UnsafePointer(spare)
    }
  }
  var job = ProductJob(product: product, isOfDots: isNarrow, pool: pool)
  job.run()
}

/// C = A · Bᵀ
///
/// - Parameters:
///   - a: [m × k]
///   - b: [n × k]
///   - c: [m × n], overwritten.
///   - spare: floats as `spareForProducts` says, for b in another order.
package func multiplyTransposed(
  _ a: MatrixRows, _ b: Matrix, into c: Matrix, spare: UnsafeMutablePointer<Float>,
  pool: BorrowedPool
) {
  let (n, k) = (c.columns, a.columns)
  var product = nnk_product(
    a: a.base, a_start: 0, b: b.base, b_stride: k, c: c.base, c_stride: n, m: c.rows, n: n, k: k,
    bias: nil, is_rectified: 0, is_added: 0,
    // A [k × 1] matrix has the same memory layout as its transpose: nothing to do.
    is_transposed: k > 1 ? 1 : 0, panel: spare, next: nil, next_k: 0)
  let isOfDots = nnk_kernels().pointee.prefers_dots(&product) != 0
  var job = ProductJob(product: product, isOfDots: isOfDots, pool: pool)
  job.run()
}

/// C = Aᵀ · D for columns start ..< start + c.rows of A, in the calling thread alone.
///
/// - Parameters:
///   - a: [k × ...]
///   - d: [k × n]
///   - c: [m × n], overwritten.
///   - next: as many rows, to be fetched from memory meanwhile.
///   - descent: weights that go down by the product, which then need not be in c.
///   - nonzeros: the index of the values of a that are not 0, if they are few.
package func multiplyFirstTransposed(
  _ a: MatrixRows, from start: Int, _ d: Matrix, into c: Matrix, next: RowPointers? = nil,
  descent: UnsafePointer<nnk_fused_sgd>? = nil, nonzeros: UnsafePointer<nnk_nonzeros>? = nil
) {
  var part = nnk_gradient(
    a: a.base, a_start: start, a_width: a.columns, next: next.map { UnsafePointer($0) },
    d: d.base, d_stride: d.columns, descent: nil, c: c.base, c_stride: c.columns, m: c.rows,
    n: c.columns, k: 0, is_added: 0)
  if let nonzeros {
    (part.k, part.descent) = (d.rows, descent)
    return nnk_kernels().pointee.gradient_sparse(nonzeros, &part)
  }
  part.run(rows: d.rows, descent: descent)
}

extension nnk_gradient {
  /// Computes the gradient over so many rows of A, as many at a time as stay in the cache.
  ///
  /// - Parameter descent: made with the sums of the last of them.
  mutating func run(rows: Int, descent: UnsafePointer<nnk_fused_sgd>? = nil) {
    var done = 0
    repeat {
      k = min(BlockSize.depth, rows - done)
      if done + k == rows { self.descent = descent }
      nnk_kernels().pointee.product_gradient(&self)
      done += k
      a += k
      next = next.map { $0 + k }
      d += k * d_stride
      is_added = 1
    } while done < rows
  }
}

/// b [columns × rows] = a [rows × columns] transposed
package func transpose(
  _ a: UnsafePointer<Float>, rows: Int, columns: Int, into b: UnsafeMutablePointer<Float>
) {
  if rows == 1 || columns == 1 { return b.copy(from: a, count: rows * columns) }
  nnk_kernels().pointee.transpose(a, rows, columns, b, rows)
}

/// Temporary floats for a product of that many rows: its second factor transposed, or panels of it.
///
/// - Parameters:
///   - count: elements of the second factor.
///   - training: whether the transposed product is made as well.
package func spareForProducts(rows: Int, factor count: Int, outputs: Int, training: Bool) -> Int {
  if outputs < 4 { return count }
  return training || rows >= NNK_PANEL_ROWS ? min(count, Int(NNK_PANEL_FLOATS)) : 0
}

/// A part of a product: a block of C, with k in pieces for which B stays in the second-level cache.
enum BlockSize {
  /// One panel of B serves all rows of a block; several threads need enough blocks to share.
  static func rows(members: Int) -> Int { members == 1 ? 1024 : sharedRows }
  static let sharedRows = 256
  static let columns = 256
  static let depth = 1024
  /// Multiplications from which other threads are worth waking (about 5 us).
  static let leastShared = 2_000_000.0
}

/// A product, at once if it is one block and one piece, else block by block.
struct ProductJob {
  var product: nnk_product
  let isOfDots: Bool
  var pool: BorrowedPool

  private var kernel: @convention(c) (UnsafePointer<nnk_product>) -> Void {
    let kernels = nnk_kernels()
    return isOfDots ? kernels.pointee.product_of_dots : kernels.pointee.product_of_tiles
  }

  private var blocksAcross: Int { (product.n + BlockSize.columns - 1) / BlockSize.columns }
  private var blocks: Int { (product.m + blockRows - 1) / blockRows * blocksAcross }
  private var blockRows: Int { BlockSize.rows(members: pool.members) }
  // In double: the product of three sizes that fit memory may exceed 64 bits.
  private var isShared: Bool {
    Double(product.m) * Double(product.n) * Double(product.k) >= BlockSize.leastShared
  }

  private func isOneBlock(ofRows rows: Int) -> Bool {
    product.m <= rows && product.n <= BlockSize.columns && product.k <= BlockSize.depth
  }

  mutating func run() {
    // One block for any number of threads: the small products of a single row skip the estimate.
    if isOneBlock(ofRows: BlockSize.sharedRows) { return kernel(&product) }
    if !isShared { pool = BorrowedPool(.alone) }
    if isOneBlock(ofRows: blockRows) { return kernel(&product) }
    let (pool, parts) = (pool, blocks)
    withUnsafeMutablePointer(to: &self) { job in
      pool.run(parts: parts, context: UnsafeMutableRawPointer(job)) { context, part, member in
        context.assumingMemoryBound(to: ProductJob.self).pointee.compute(block: part, by: member)
      }
    }
  }

  private func compute(block: Int, by member: Int) {
    let row = block / blocksAcross * blockRows
    let column = block % blocksAcross * BlockSize.columns
    let isTransposed = product.is_transposed != 0
    var part = product
    part.a += row
    part.b += isTransposed ? column * part.b_stride : column
    part.c += row * part.c_stride + column
    part.panel = pool.panel(of: member) ?? product.panel
    part.next = column == 0 ? product.next.map { $0 + row } : nil
    part.m = min(blockRows, product.m - row)
    part.n = min(BlockSize.columns, product.n - column)
    let bias = product.bias.map { $0 + column }
    let end = product.a_start + product.k
    repeat {
      part.k = min(BlockSize.depth, end - part.a_start)
      // The epilogue waits for the last piece of k.
      let isLast = part.a_start + part.k == end
      part.bias = isLast ? bias : nil
      part.is_rectified = isLast ? product.is_rectified : 0
      kernel(&part)
      part.a_start += part.k
      part.b += part.k * (isTransposed ? 1 : part.b_stride)
      part.is_added = 1
    } while part.a_start < end
  }
}

/// A product over the values that are not 0, by blocks of columns.
private struct SparseJob {
  var product: nnk_product
  let nonzeros: UnsafePointer<nnk_nonzeros>

  private var blocks: Int { (product.n + BlockSize.columns - 1) / BlockSize.columns }

  mutating func run(on pool: BorrowedPool) {
    if blocks == 1 { return nnk_kernels().pointee.product_sparse(nonzeros, &product) }
    // A fifth to two fifths of the dense product's sums are computed.
    let work = Double(product.m) * Double(product.n) * Double(product.k) / 5
    let (pool, parts) = (work >= BlockSize.leastShared ? pool : BorrowedPool(.alone), blocks)
    withUnsafeMutablePointer(to: &self) { job in
      pool.run(parts: parts, context: UnsafeMutableRawPointer(job)) { context, part, _ in
        context.assumingMemoryBound(to: SparseJob.self).pointee.compute(block: part)
      }
    }
  }

  private func compute(block: Int) {
    let column = block * BlockSize.columns
    var part = product
    part.b += column
    part.c += column
    part.n = min(BlockSize.columns, product.n - column)
    part.bias = product.bias.map { $0 + column }
    nnk_kernels().pointee.product_sparse(nonzeros, &part)
  }
}
