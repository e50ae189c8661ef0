/// Rows of equal length that may lie anywhere: a batch is read in place, in the data set.
package struct MatrixRows: @unchecked Sendable {
  /// [rows] pointers to [columns] floats.
  package let base: UnsafePointer<UnsafePointer<Float>>
  package let rows: Int
  package let columns: Int

  package init(_ base: UnsafePointer<UnsafePointer<Float>>, rows: Int, columns: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
  }
}

/// Memory for the row pointers of one block.
package typealias RowPointers = UnsafeMutablePointer<UnsafePointer<Float>>

/// Points to the rows of a dense block.
package func pointRows(
  _ pointers: RowPointers, to block: UnsafePointer<Float>, rows: Int, columns: Int
) {
  for row in 0..<rows { pointers[row] = block + row * columns }
}
