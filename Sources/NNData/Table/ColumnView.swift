import NNErrors

/// Values that rows refer to by their numbers: the levels of a dictionary column.
package final class ColumnDictionary: Sendable {
  package let levels: ColumnView
  package init(_ levels: ColumnView) { self.levels = levels }
}

/// A borrowed column, or one chunk of it. Row r is at `data + (offset + r) * stride`.
///
/// `checked` has seen that sizes, offsets and dictionary indices stay within the memory that the
/// caller described.
package struct ColumnView: @unchecked Sendable {
  package let type: ColumnType
  package let rows: Int
  package let data: UnsafeRawPointer
  package let stride: Int
  package let offset: Int
  /// One bit a row, least first, 0 is missing; nil: none is missing.
  package let valid: UnsafePointer<UInt8>?
  /// Of texts: their characters, or of views the list of buffers.
  package let bytes: UnsafeRawPointer?
  /// Of fixed texts their width; of text32 and text64 the bytes there are, -1: unknown; of views
  /// the number of buffers.
  package let size: Int
  /// Of a dictionary column: what its integers refer to.
  package let dictionary: ColumnDictionary?

  /// - Parameter stride: bytes from row to row; 0: dense.
  package init(
    type: ColumnType, rows: Int, data: UnsafeRawPointer, stride: Int = 0, offset: Int = 0,
    valid: UnsafePointer<UInt8>? = nil, bytes: UnsafeRawPointer? = nil, size: Int = -1,
    dictionary: ColumnDictionary? = nil
  ) {
    (self.type, self.rows, self.data, self.offset) = (type, rows, data, offset)
    self.stride = stride != 0 ? stride : type == .textFixed ? size : type.size
    (self.valid, self.bytes, self.size, self.dictionary) = (valid, bytes, size, dictionary)
  }

  /// What the values are, behind a dictionary too.
  package var family: ColumnType.Family { dictionary?.levels.family ?? type.family }

  @inline(__always)
  private func isMissing(_ row: Int) -> Bool {
    guard let valid else { return false }
    let place = offset + row
    return valid[place >> 3] >> UInt8(place & 7) & 1 == 0
  }

  @inline(__always)
  private func place(_ row: Int) -> UnsafeRawPointer { data + (offset + row) * stride }

  /// The value of a row; NaN is missing.
  @inline(__always)
  package func cell(_ row: Int) -> Cell {
    if isMissing(row) { return .missing }
    if let dictionary { return dictionary.levels.plainCell(Int(truncatingIfNeeded: integer(row))) }
    return plainCell(row)
  }

  private func plainCell(_ row: Int) -> Cell {
    if isMissing(row) { return .missing }
    switch type.family {
    case .real:
      let value = number(row)
      return value.isNaN ? .missing : .number(value)
    case .integer:
      if type == .uint64 {
        let value = place(row).loadUnaligned(as: UInt64.self)
        return Int64(exactly: value).map { .integer($0) } ?? .number(Double(value))
      }
      return .integer(integer(row))
    case .boolean: return .boolean(integer(row) != 0)
    case .text: return text(row).map { .text($0) } ?? .missing
    case .date: return .date(micros(row))
    }
  }

  /// A number of a column of numbers.
  private func number(_ row: Int) -> Double {
    type == .float32
      ? Double(place(row).loadUnaligned(as: Float.self)) : place(row).loadUnaligned(as: Double.self)
  }

  /// The integer of a row of integers or booleans; of a dictionary column its index.
  package func integer(_ row: Int) -> Int64 {
    switch type {
    case .uint8: Int64(place(row).loadUnaligned(as: UInt8.self))
    case .bool: place(row).loadUnaligned(as: UInt8.self) == 0 ? 0 : 1
    case .int8: Int64(place(row).loadUnaligned(as: Int8.self))
    case .int16: Int64(place(row).loadUnaligned(as: Int16.self))
    case .uint16: Int64(place(row).loadUnaligned(as: UInt16.self))
    case .int32, .days: Int64(place(row).loadUnaligned(as: Int32.self))
    case .uint32: Int64(place(row).loadUnaligned(as: UInt32.self))
    case .uint64: Int64(clamping: place(row).loadUnaligned(as: UInt64.self))
    case .bit:
      Int64(
        data.assumingMemoryBound(to: UInt8.self)[(offset + row) >> 3] >> UInt8((offset + row) & 7)
          & 1)
    default: place(row).loadUnaligned(as: Int64.self)
    }
  }

  private func micros(_ row: Int) -> Int64 {
    type == .days
      ? Int64(place(row).loadUnaligned(as: Int32.self)) * 86_400_000_000
      : place(row).loadUnaligned(as: Int64.self)
  }

  /// Where a text of `text32` or `text64` begins and ends.
  func ends(_ row: Int) -> (start: Int64, end: Int64) {
    type == .text32
      ? (
        Int64(place(row).loadUnaligned(as: Int32.self)),
        Int64(place(row + 1).loadUnaligned(as: Int32.self))
      )
      : (
        place(row).loadUnaligned(as: Int64.self), place(row + 1).loadUnaligned(as: Int64.self)
      )
  }

  /// The text of a row; nil: missing.
  func text(_ row: Int) -> Text? {
    switch type {
    case .textPointer:
      guard let start = place(row).loadUnaligned(as: UnsafePointer<UInt8>?.self) else { return nil }
      return Text(base: start, count: length(start, below: .max))
    case .textFixed:
      let start = place(row).assumingMemoryBound(to: UInt8.self)
      return Text(base: start, count: length(start, below: size))
    case .text32, .text64:
      let (start, end) = ends(row)
      let base = (bytes ?? data).assumingMemoryBound(to: UInt8.self)
      return Text(base: base + Int(start), count: Int(end - start))
    default: return viewed(row)
    }
  }

  /// A view: its length, then up to 12 bytes, or 4 bytes, a buffer and a place in it.
  private func viewed(_ row: Int) -> Text? {
    let view = place(row)
    let count = Int(view.loadUnaligned(as: Int32.self))
    if count <= 12 {
      return Text(base: (view + 4).assumingMemoryBound(to: UInt8.self), count: max(0, count))
    }
    let buffer = Int(view.loadUnaligned(fromByteOffset: 8, as: Int32.self))
    let start = Int(view.loadUnaligned(fromByteOffset: 12, as: Int32.self))
    guard let bytes, buffer >= 0, buffer < size, start >= 0,
      let base = bytes.loadUnaligned(
        fromByteOffset: buffer * 8, as: UnsafePointer<UInt8>?.self)
    else { return nil }
    return Text(base: base + start, count: count)
  }

  private func length(_ start: UnsafePointer<UInt8>, below limit: Int) -> Int {
    var count = 0
    while count < limit, start[count] != 0 { count += 1 }
    return count
  }
}
