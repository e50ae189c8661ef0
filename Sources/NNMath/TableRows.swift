import CKernels

/// What each row of a table adds to a product besides its numbers: a sum of the weights of the bins
/// below its own and a share of its own bin's, and the weights of its codes.
package typealias TableRows = nnk_table_rows

/// The factors of `TableRows`: `bins` as `fillBins` makes them, the weight, and rows of a batch's
/// own.
package struct TableFactors<Pointer: BitwiseCopyable>: BitwiseCopyable {
  let bins: Pointer
  let weight: Pointer
  let vectors: Pointer

  package init(bins: Pointer, weight: Pointer, vectors: Pointer) {
    (self.bins, self.weight, self.vectors) = (bins, weight, vectors)
  }
}

extension TableRows {
  /// out[r] += what row r adds, [rows × columns]
  package func combine(
    _ factors: TableFactors<UnsafePointer<Float>>, into out: UnsafeMutablePointer<Float>,
    columns: Int
  ) {
    var rows = self
    nnk_kernels().pointee.combine_table(
      &rows, factors.bins, factors.weight, factors.vectors, out, columns)
  }

  /// Adds x[r] to the gradients of all that row r used.
  package func scatter(
    _ x: UnsafePointer<Float>, to gradients: TableFactors<UnsafeMutablePointer<Float>>, columns: Int
  ) {
    var rows = self
    nnk_kernels().pointee.scatter_table(
      &rows, x, gradients.bins, gradients.weight, gradients.vectors, columns)
  }
}

/// For each of `count` bins the sum of the weights below it, and its weight; behind them the sum of
/// all, and zeros: [count + 1 × 2 × columns].
package func fillBins(
  _ bins: UnsafeMutablePointer<Float>, from weight: UnsafePointer<Float>, _ count: Int, columns: Int
) {
  nnk_kernels().pointee.fill_bins(weight, count, columns, bins)
}

/// The gradients of the weights of bins from those of such sums and weights.
package func spreadBins(
  _ bins: UnsafePointer<Float>, to weight: UnsafeMutablePointer<Float>, _ count: Int, columns: Int
) {
  nnk_kernels().pointee.spread_bins(bins, count, columns, weight)
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
