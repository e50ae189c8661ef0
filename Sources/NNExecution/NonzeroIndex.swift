import CKernels
import NNErrors
import NNMath

/// Marks the inputs of a batch that are not 0; a layer then computes with those alone.
///
/// Built for each batch: it takes a sixteenth of the batch's memory, and rows may lie anywhere and
/// have any type before they are loaded.
package final class NonzeroIndex {
  // Measured by the density part of Tests/Benchmarks.

  /// The sizes from which looking for zeros pays.
  private static let (leastInputs, leastOutputs) = (64, 32)

  /// The share of inputs that are not 0 up to which leaving out the others pays.
  package static func densityLimit(outputs: Int) -> Double { outputs < 64 ? 0.2 : 0.4 }

  private let densityLimit: Double

  private let description: Buffer<nnk_nonzeros>
  private let rowBits: Buffer<UInt64>
  private let columnBits: Buffer<UInt64>

  /// - Returns: nil where zeros are not worth looking for.
  /// - Throws: `NNError.memory`.
  package static func make(
    rows: Int, inputs: Int, outputs: Int
  ) throws(NNError) -> NonzeroIndex? {
    guard inputs >= leastInputs, outputs >= leastOutputs else { return nil }
    let (rowWords, columnWords) = ((inputs + 63) / 64, (rows + 63) / 64)
    let index = NonzeroIndex(
      try Buffer(count: 1), try Buffer(count: try checkedProduct(rows, rowWords, "index")),
      try Buffer(count: try checkedProduct(inputs + 15, columnWords, "index")),
      densityLimit: densityLimit(outputs: outputs))
    index.description.base[0] = nnk_nonzeros(
      rows: rows, columns: inputs, row_words: rowWords, column_words: columnWords,
      row_bits: index.rowBits.base, column_bits: index.columnBits.base)
    return index
  }

  private init(
    _ description: Buffer<nnk_nonzeros>, _ rowBits: Buffer<UInt64>, _ columnBits: Buffer<UInt64>,
    densityLimit: Double
  ) {
    self.densityLimit = densityLimit
    self.description = description
    self.rowBits = rowBits
    self.columnBits = columnBits
  }

  /// Marks a batch.
  ///
  /// - Returns: nil when too much of it is not 0.
  package func mark(_ rows: MatrixRows) -> UnsafePointer<nnk_nonzeros>? {
    description.base[0].rows = rows.rows
    let count = nnk_kernels().pointee.index_nonzeros(rows.base, description.base)
    let limit = densityLimit * Double(rows.rows) * Double(rows.columns)
    return Double(count) <= limit ? UnsafePointer(description.base) : nil
  }
}
