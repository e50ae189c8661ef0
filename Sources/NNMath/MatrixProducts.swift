import CVector

// The three products of a dense layer, by the kernels of this processor. How they are cut depends on
// the shapes alone, and how an element is summed on k alone: results do not depend on the crew.

/// C = A · B + bias, then max(C, 0) if rectified.
///
/// - Parameters:
///   - a: [m × k]
///   - b: [k × n]
///   - bias: [n], or nil.
///   - c: [m × n], overwritten.
///   - spare: [k × n] floats, for the transposed factor.
///   - nonzeros: what is not 0 in a, if that is little.
package func multiply(
  _ a: MatrixRows, _ b: Matrix, bias: UnsafePointer<Float>? = nil, isRectified: Bool = false,
  into c: Matrix, spare: UnsafeMutablePointer<Float>,
  nonzeros: UnsafePointer<nnk_nonzeros>? = nil, crew: Crew
) {
  let (n, k) = (c.columns, a.columns)
  if let nonzeros {
    var product = nnk_product(
      a: a.base, a_start: 0, b: b.base, b_stride: n, c: c.base, c_stride: n, m: c.rows, n: n, k: k,
      bias: bias, is_rectified: isRectified ? 1 : 0, is_added: 0)
    return nnk_kernels().pointee.product_sparse(nonzeros, &product)
  }
  // Fewer than four columns would leave most of a vector idle: sums along k fill it.
  let isNarrow = n < 4
  if isNarrow, n > 1 { nnk_kernels().pointee.transpose(b.base, k, n, spare, k) }
  var product = nnk_product(
    a: a.base, a_start: 0, b: isNarrow && n > 1 ? UnsafePointer(spare) : UnsafePointer(b.base),
    b_stride: isNarrow ? k : n, c: c.base, c_stride: n, m: c.rows, n: n, k: k, bias: bias,
    is_rectified: isRectified ? 1 : 0, is_added: 0)
  compute(&product, isTransposed: isNarrow, crew)
}

/// C = A · Bᵀ
///
/// - Parameters:
///   - a: [m × k]
///   - b: [n × k]
///   - c: [m × n], overwritten.
///   - spare: [n × k] floats, for the transposed factor.
package func multiplyTransposed(
  _ a: MatrixRows, _ b: Matrix, into c: Matrix, spare: UnsafeMutablePointer<Float>, crew: Crew
) {
  let (n, k) = (c.columns, a.columns)
  // To transpose costs n · k, to add up sixteen sums an element m · n.
  let isLong = k > nnk_kernels().pointee.transposed_depth * c.rows
  if !isLong, k > 1 { transpose(b.base, rows: n, columns: k, into: spare, crew: crew) }
  let isSame = isLong || k == 1
  var product = nnk_product(
    a: a.base, a_start: 0, b: isSame ? UnsafePointer(b.base) : UnsafePointer(spare),
    b_stride: isLong ? k : n, c: c.base, c_stride: n, m: c.rows, n: n, k: k, bias: nil,
    is_rectified: 0, is_added: 0)
  compute(&product, isTransposed: isLong, crew)
}

/// Computes a product at once if it is one block and one piece, else block by block.
private func compute(_ product: inout nnk_product, isTransposed: Bool, _ crew: Crew) {
  let (m, n, k) = (product.m, product.n, product.k)
  guard m <= BlockSize.rows, n <= BlockSize.columns, k <= BlockSize.depth else {
    return ProductJob(form: isTransposed ? .transposed(product) : .plain(product), m: m, n: n, k: k)
      .run(on: crew)
  }
  let kernels = nnk_kernels()
  isTransposed
    ? kernels.pointee.product_transposed(&product) : kernels.pointee.product_plain(&product)
}

/// Columns start ..< start + c.rows of A against all of D: C = Aᵀ · D, by the caller alone.
///
/// - Parameters:
///   - a: [k × ...]
///   - d: [k × n]
///   - c: [m × n], overwritten.
///   - next: as many rows, to be fetched from memory meanwhile.
///   - descent: weights that go down by the product, which then need not be in c.
///   - nonzeros: what is not 0 in a, if that is little.
package func multiplyFirstTransposed(
  _ a: MatrixRows, from start: Int, _ d: Matrix, into c: Matrix, next: RowPointers? = nil,
  descent: UnsafePointer<nnk_descent>? = nil, nonzeros: UnsafePointer<nnk_nonzeros>? = nil
) {
  var part = nnk_gradient(
    a: a.base, a_start: start, next: next.map { UnsafePointer($0) }, d: d.base,
    d_stride: d.columns, descent: nil, c: c.base, c_stride: c.columns, m: c.rows, n: c.columns,
    k: 0, is_added: 0)
  if let nonzeros {
    (part.k, part.descent) = (d.rows, descent)
    return nnk_kernels().pointee.gradient_sparse(nonzeros, &part)
  }
  var done = 0
  repeat {
    part.k = min(BlockSize.depth, d.rows - done)
    if done + part.k == d.rows { part.descent = descent }
    nnk_kernels().pointee.product_gradient(&part)
    done += part.k
    part.a += part.k
    part.next = part.next.map { $0 + part.k }
    part.d += part.k * part.d_stride
    part.is_added = 1
  } while done < d.rows
}

/// b [columns × rows] = a [rows × columns] transposed
package func transpose(
  _ a: UnsafePointer<Float>, rows: Int, columns: Int, into b: UnsafeMutablePointer<Float>,
  crew: Crew = Crew.alone
) {
  if rows == 1 || columns == 1 { return b.update(from: a, count: rows * columns) }
  guard crew.members > 1, rows * columns >= Transposition.leastShared else {
    return nnk_kernels().pointee.transpose(a, rows, columns, b, rows)
  }
  var job = Transposition(a: a, rows: rows, columns: columns, b: b)
  withUnsafeMutablePointer(to: &job) { job in
    crew.run(parts: (rows + 63) / 64, context: UnsafeMutableRawPointer(job)) { context, part in
      context.assumingMemoryBound(to: Transposition.self).pointee.compute(part)
    }
  }
}

/// A transposition in strips of 64 rows.
private struct Transposition {
  /// Floats from which waking other threads pays.
  static let leastShared = 200_000

  let a: UnsafePointer<Float>
  let rows: Int
  let columns: Int
  let b: UnsafeMutablePointer<Float>

  func compute(_ part: Int) {
    let row = part * 64
    nnk_kernels().pointee.transpose(
      a + row * columns, min(64, rows - row), columns, b + row, rows)
  }
}

/// What a part of a product is: a block of C, k in pieces that leave B in the second-level cache.
private enum BlockSize {
  static let rows = 192
  static let columns = 256
  static let depth = 1024
  /// Multiplications from which waking other threads (about 5 us) pays.
  static let leastShared = 2_000_000.0
}

/// A product that is computed block by block.
private struct ProductJob {
  enum Form {
    case plain(nnk_product)
    /// B is [n × k].
    case transposed(nnk_product)
  }

  let form: Form
  let m: Int
  let n: Int
  let k: Int

  private var blocksAcross: Int { (n + BlockSize.columns - 1) / BlockSize.columns }
  private var blocks: Int { (m + BlockSize.rows - 1) / BlockSize.rows * blocksAcross }
  // In double: the product of three sizes that fit memory may exceed 64 bits.
  private var isShared: Bool { Double(m) * Double(n) * Double(k) >= BlockSize.leastShared }

  func run(on crew: Crew) {
    var job = self
    withUnsafeMutablePointer(to: &job) { job in
      (isShared ? crew : Crew.alone).run(parts: blocks, context: UnsafeMutableRawPointer(job)) {
        context, part in
        context.assumingMemoryBound(to: ProductJob.self).pointee.compute(block: part)
      }
    }
  }

  private func compute(block: Int) {
    let row = block / blocksAcross * BlockSize.rows
    let column = block % blocksAcross * BlockSize.columns
    let rows = min(BlockSize.rows, m - row)
    let columns = min(BlockSize.columns, n - column)
    switch form {
    case .plain(var part):
      part.b += column
      compute(
        &part, row, column, rows, columns, step: part.b_stride, nnk_kernels().pointee.product_plain)
    case .transposed(var part):
      part.b += column * part.b_stride
      compute(&part, row, column, rows, columns, step: 1, nnk_kernels().pointee.product_transposed)
    }
  }

  /// - Parameter step: floats of B from one k to the next.
  private func compute(
    _ part: inout nnk_product, _ row: Int, _ column: Int, _ rows: Int, _ columns: Int, step: Int,
    _ kernel: @convention(c) (UnsafePointer<nnk_product>) -> Void
  ) {
    part.a += row
    part.c += row * part.c_stride + column
    (part.m, part.n) = (rows, columns)
    let (bias, isRectified) = (part.bias.map { $0 + column }, part.is_rectified)
    repeat {
      part.k = min(BlockSize.depth, k - part.a_start)
      // The epilogue waits for the last piece of k.
      let isLast = part.a_start + part.k == k
      part.bias = isLast ? bias : nil
      part.is_rectified = isLast ? isRectified : 0
      kernel(&part)
      part.a_start += part.k
      part.b += part.k * step
      part.is_added = 1
    } while part.a_start < k
  }
}
