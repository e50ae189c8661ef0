import NNData
import NNMath

/// The caller's array for predictions: floats or doubles, for labels integers of 64 or 32 bits,
/// with byte strides of any sign. It need not be aligned.
package struct PredictionOutput: @unchecked Sendable {
  private let type: ElementType
  private let base: UnsafeMutableRawPointer
  private let rowStride: Int
  private let columnStride: Int
  /// Rows of floats, one behind the other.
  private let isPlain: Bool

  /// - Parameter array: of the right type and size, checked by the caller.
  package init(_ array: ArrayView) {
    type = array.type
    base = UnsafeMutableRawPointer(mutating: array.base)
    (rowStride, columnStride) = (array.rowStride, array.columnStride)
    isPlain = array.isPlainFloats
  }

  /// Stores rows of values from a row on.
  package func store(_ values: Matrix, at start: Int) {
    if isPlain {
      (base + start * rowStride).copyMemory(from: values.base, byteCount: values.count * 4)
    } else {
      convert(values, at: start)
    }
  }

  @inline(never)
  private func convert(_ values: Matrix, at start: Int) {
    for row in 0..<values.rows {
      let source = values.row(row)
      let place = base + (start + row) * rowStride
      if type == .float64 {
        for column in 0..<values.columns {
          place.storeBytes(
            of: Double(source[column]), toByteOffset: column * columnStride, as: Double.self)
        }
      } else {
        for column in 0..<values.columns {
          place.storeBytes(
            of: source[column], toByteOffset: column * columnStride, as: Float.self)
        }
      }
    }
  }

  func store(label: Int64, row: Int, column: Int) {
    let place = base + row * rowStride + column * columnStride
    if type == .int64 {
      place.storeBytes(of: label, as: Int64.self)
    } else {
      // They fit: the caller has checked.
      place.storeBytes(of: Int32(truncatingIfNeeded: label), as: Int32.self)
    }
  }
}
