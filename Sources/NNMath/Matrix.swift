/// A view of row-major Float values: row = sample, column = feature. It does not own its memory.
package struct Matrix: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int

  package init(_ base: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
  }

  /// rows · columns; checked where the memory was planned.
  package var count: Int { rows * columns }

  /// The first element of a row.
  package func row(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * columns }
}
