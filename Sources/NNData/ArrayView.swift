import CKernels
import NNMath

/// A borrowed two-dimensional array of any element type and byte strides of any sign.
///
/// The initialiser's caller has checked that rows, columns and strides stay within 64 bits.
package struct ArrayView: @unchecked Sendable {
  package let type: ElementType
  package let base: UnsafeRawPointer
  package let rows: Int
  package let columns: Int
  /// Bytes from one row to the next.
  package let rowStride: Int
  /// Bytes from one column to the next.
  package let columnStride: Int

  package init(
    type: ElementType, base: UnsafeRawPointer, rows: Int, columns: Int, rowStride: Int,
    columnStride: Int
  ) {
    self.type = type
    self.base = base
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// Whether it is rows of floats, one behind the other.
  package var isPlainFloats: Bool {
    type == .float32 && columnStride == 4 && rowStride == columns * 4
  }

  /// Copies rows, converted to Float, into a dense block.
  ///
  /// - Parameters:
  ///   - start: the first position.
  ///   - count: how many rows.
  ///   - order: the row at a position; nil: the position itself.
  ///   - block: receives [count × columns].
  package func gather(
    from start: Int, count: Int, order: UnsafePointer<Int32>?,
    into block: UnsafeMutablePointer<Float>
  ) {
    // The types of a data set's own copies skip the switch for each number.
    if columns == 1, type == .float32 {
      gatherColumn(from: start, count: count, order: order, into: block) { (x: Float) in x }
    } else if columns == 1, type == .int32 {
      gatherColumn(from: start, count: count, order: order, into: block) { (x: Int32) in Float(x) }
    } else {
      for position in 0..<count {
        let row = order.map { Int($0[start + position]) } ?? start + position
        copyRow(row, into: block + position * columns)
      }
    }
  }

  /// Copies class indices, bounded to 0 ..< limit: they were checked before, but a caller's live
  /// array may have changed since.
  package func gatherIndices(
    from start: Int, count: Int, order: UnsafePointer<Int32>?, below limit: Int,
    into indices: UnsafeMutablePointer<Int32>
  ) {
    let last = Int32(truncatingIfNeeded: limit - 1)
    if type == .int32 {
      return gatherColumn(from: start, count: count, order: order, into: indices) { (x: Int32) in
        min(max(x, 0), last)
      }
    }
    for position in 0..<count {
      let row = order.map { Int($0[start + position]) } ?? start + position
      indices[position] = Int32(truncatingIfNeeded: min(max(integer(row, 0), 0), Int64(last)))
    }
  }

  @inline(__always)
  private func gatherColumn<Source: BitwiseCopyable, Target>(
    from start: Int, count: Int, order: UnsafePointer<Int32>?,
    into values: UnsafeMutablePointer<Target>, _ value: (Source) -> Target
  ) {
    for position in 0..<count {
      let row = order.map { Int($0[start + position]) } ?? start + position
      values[position] = value((base + row * rowStride).loadUnaligned(as: Source.self))
    }
  }

  /// Whether kernels can read each row where it lies.
  private var hasRowsOfFloats: Bool {
    type == .float32 && columnStride == 4 && rowStride % 4 == 0 && Int(bitPattern: base) % 4 == 0
  }

  /// Points to rows where they are.
  ///
  /// - Returns: whether they can be read there: floats, dense within a row, aligned.
  package func pointRows(
    _ pointers: RowPointers, from start: Int, count: Int, order: UnsafePointer<Int32>?
  ) -> Bool {
    guard hasRowsOfFloats else { return false }
    for position in 0..<count {
      let row = order.map { Int($0[start + position]) } ?? start + position
      pointers[position] = (base + row * rowStride).assumingMemoryBound(to: Float.self)
    }
    return true
  }

  /// Copies one row, converted to Float.
  package func copyRow(_ row: Int, into values: UnsafeMutablePointer<Float>) {
    let source = base + row * rowStride
    switch type {
    case .float32:
      if columnStride == 4 {
        UnsafeMutableRawPointer(values).copyMemory(from: source, byteCount: columns * 4)
      } else {
        convert(source, Float.self, values) { $0 }
      }
    case .float64: convert(source, Double.self, values) { Float($0) }
    case .uint8: convert(source, UInt8.self, values) { Float($0) }
    case .int32: convert(source, Int32.self, values) { Float($0) }
    case .int64: convert(source, Int64.self, values) { Float($0) }
    case .bool: convert(source, UInt8.self, values) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The dense case stands apart because only a constant stride is vectorised.
  @inline(__always)
  private func convert<Source: BitwiseCopyable>(
    _ source: UnsafeRawPointer, _: Source.Type, _ values: UnsafeMutablePointer<Float>,
    _ value: (Source) -> Float
  ) {
    let size = MemoryLayout<Source>.stride
    if columnStride == size {
      for column in 0..<columns {
        values[column] = value(source.loadUnaligned(fromByteOffset: column * size, as: Source.self))
      }
    } else {
      for column in 0..<columns {
        values[column] = value(
          source.loadUnaligned(fromByteOffset: column * columnStride, as: Source.self))
      }
    }
  }

  /// One element as a double; exact for all types but integers beyond 2^53.
  package func double(_ row: Int, _ column: Int) -> Double {
    let source = base + row * rowStride + column * columnStride
    return switch type {
    case .float32: Double(source.loadUnaligned(as: Float.self))
    case .float64: source.loadUnaligned(as: Double.self)
    case .uint8: Double(source.loadUnaligned(as: UInt8.self))
    case .int32: Double(source.loadUnaligned(as: Int32.self))
    case .int64: Double(source.loadUnaligned(as: Int64.self))
    case .bool: source.loadUnaligned(as: UInt8.self) == 0 ? 0 : 1
    }
  }

  /// One element of an integer array; of an array of numbers those without a fraction, else 0.
  package func integer(_ row: Int, _ column: Int) -> Int64 {
    let source = base + row * rowStride + column * columnStride
    return switch type {
    case .int64: source.loadUnaligned(as: Int64.self)
    case .int32: Int64(source.loadUnaligned(as: Int32.self))
    case .uint8: Int64(source.loadUnaligned(as: UInt8.self))
    case .bool: source.loadUnaligned(as: UInt8.self) == 0 ? 0 : 1
    case .float32, .float64: Int64(exactly: double(row, column)) ?? 0
    }
  }

  /// The largest magnitude, where it can be told quickly: floats, dense within a row. Infinity when
  /// not all are finite.
  package func maxMagnitude() -> Float? {
    guard hasRowsOfFloats else { return nil }
    guard rowStride == columns * 4 else { return peakOfRows() }
    // As one long row: for many short rows a call for each costs more than its numbers.
    let values = base.assumingMemoryBound(to: Float.self)
    return nnk_kernels().pointee.largest_magnitude(values, rows * columns)
  }

  @inline(never)
  private func peakOfRows() -> Float {
    var maxMagnitude: Float = 0
    for row in 0..<rows {
      let values = (base + row * rowStride).assumingMemoryBound(to: Float.self)
      maxMagnitude = max(maxMagnitude, nnk_kernels().pointee.largest_magnitude(values, columns))
    }
    return maxMagnitude
  }
}
