import CKernels

/// A row of a matrix, times a factor.
package typealias Term = nnk_term

/// out = bias + Σ factor · row, each [columns].
package func combine(
  _ terms: UnsafePointer<Term>, _ count: Int, bias: UnsafePointer<Float>?,
  into out: UnsafeMutablePointer<Float>, columns: Int
) {
  nnk_kernels().pointee.combine_terms(terms, count, bias, out, columns)
}

/// row += factor · x for the row of each term, which must be writable.
package func scatter(
  _ terms: UnsafePointer<Term>, _ count: Int, _ x: UnsafePointer<Float>, columns: Int
) {
  nnk_kernels().pointee.scatter_terms(terms, count, x, columns)
}

/// out[i] = factor · (row · x) for each term.
package func dots(
  _ terms: UnsafePointer<Term>, _ count: Int, _ x: UnsafePointer<Float>, columns: Int,
  into out: UnsafeMutablePointer<Float>
) {
  nnk_kernels().pointee.dot_terms(terms, count, x, columns, out)
}
