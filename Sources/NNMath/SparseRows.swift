import CKernels

/// Rows of few terms each: a place in another matrix, and a factor.
package typealias SparseRows = nnk_sparse_rows

extension SparseRows {
  /// out[r] = bias + Σ factor · matrix[place], [rows × columns]
  package func combine(
    _ matrix: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    into out: UnsafeMutablePointer<Float>, columns: Int
  ) {
    var rows = self
    nnk_kernels().pointee.combine_rows(&rows, matrix, bias, out, columns)
  }

  /// sums[place] += factor · x[r] for all terms
  package func scatter(
    _ x: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, columns: Int
  ) {
    var rows = self
    nnk_kernels().pointee.scatter_rows(&rows, x, sums, columns)
  }
}

/// The sums of the first rows of a matrix: sums[0] = 0, sums[i + 1] = sums[i] + rows[i].
///
/// - Parameter step: floats from one sum to the next; 0: the last alone is stored.
package func sumRows(
  _ rows: UnsafePointer<Float>, _ count: Int, columns: Int,
  into sums: UnsafeMutablePointer<Float>, step: Int
) {
  nnk_kernels().pointee.sum_rows(rows, count, columns, sums, step)
}

/// y += x
package func add(
  _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ count: Int
) {
  nnk_kernels().pointee.add_to(y, x, count)
}

/// x · y
package func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> Float {
  nnk_kernels().pointee.dot(x, y, count)
}
