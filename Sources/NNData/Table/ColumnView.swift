import NNErrors

/// Values that rows refer to by their numbers: the levels of a dictionary column.
package final class ColumnDictionary: Sendable {
  package let levels: ColumnView
  package init(_ levels: ColumnView) { self.levels = levels }
}

/// A borrowed column, or one chunk of it. Row r is at `data + (offset + r) * stride`.
///
/// `ColumnCheck` has seen that sizes, offsets and dictionary indices stay within the memory that
/// the caller described. The caller may change that memory since: an index or an offset that has
/// become wrong reads as missing.
package struct ColumnView: @unchecked Sendable {
  package let type: ColumnType
  package let rows: Int
  package let data: UnsafeRawPointer
  package let stride: Int
  package let offset: Int
  /// One bit a row, least first, 0 is missing; nil: none is missing. `offset` counts here too.
  package let valid: UnsafePointer<UInt8>?
  /// Of texts: their characters, or of views the list of buffers.
  package let bytes: UnsafeRawPointer?
  /// Of fixed texts their width; of text32 and text64 the bytes there are, -1: unknown; of views
  /// the number of buffers.
  package let size: Int
  /// Of views: the bytes of each buffer; nil: unknown.
  package let sizes: UnsafePointer<Int64>?
  /// Of a dictionary column: what its integers refer to.
  package let dictionary: ColumnDictionary?

  /// - Parameter stride: bytes from row to row; 0: dense.
  package init(
    type: ColumnType, rows: Int, data: UnsafeRawPointer, stride: Int = 0, offset: Int = 0,
    valid: UnsafePointer<UInt8>? = nil, bytes: UnsafeRawPointer? = nil, size: Int = -1,
    sizes: UnsafePointer<Int64>? = nil, dictionary: ColumnDictionary? = nil
  ) {
    (self.type, self.rows, self.data, self.offset) = (type, rows, data, offset)
    self.stride = stride != 0 ? stride : type == .textFixed ? size : type.size
    (self.valid, self.bytes, self.size, self.sizes) = (valid, bytes, size, sizes)
    self.dictionary = dictionary
  }

  /// The same rows with other bits of what is missing, the first for row 0. Not for `bit`, whose
  /// values cannot begin within a byte.
  func masked(by valid: UnsafePointer<UInt8>) -> ColumnView {
    ColumnView(
      type: type, rows: rows, data: data + offset * stride, stride: stride, valid: valid,
      bytes: bytes, size: size, sizes: sizes, dictionary: dictionary)
  }

  /// The same rows that refer to other levels.
  func referring(to levels: ColumnView) -> ColumnView {
    ColumnView(
      type: type, rows: rows, data: data, stride: stride, offset: offset, valid: valid,
      dictionary: ColumnDictionary(levels))
  }

  /// What the values are, behind a dictionary too.
  package var family: ColumnType.Family { dictionary?.levels.family ?? type.family }

  @inline(__always)
  func isMissing(_ row: Int) -> Bool {
    guard let valid else { return false }
    let place = offset + row
    return valid[place >> 3] >> UInt8(truncatingIfNeeded: place & 7) & 1 == 0
  }

  @inline(__always)
  private func load<Value: BitwiseCopyable>(_ row: Int, _: Value.Type) -> Value {
    (data + (offset + row) * stride).loadUnaligned(as: Value.self)
  }

  /// The value of a row; NaN is missing.
  @inline(never)
  package func cell(_ row: Int) -> Cell {
    if isMissing(row) { return .missing }
    guard let dictionary else { return plainCell(row) }
    let index = integer(row)
    guard index >= 0, index < dictionary.levels.rows else { return .missing }
    let level = Int(index)
    return dictionary.levels.isMissing(level) ? .missing : dictionary.levels.plainCell(level)
  }

  @inline(__always)
  private func plainCell(_ row: Int) -> Cell {
    switch type {
    case .float32, .float64:
      let value = number(row)
      return value.isNaN ? .missing : .number(value)
    case .uint64:
      let value = load(row, UInt64.self)
      return Int64(exactly: value).map { .integer($0) } ?? .number(Double(value))
    case .uint8, .int32, .int64, .int8, .int16, .uint16, .uint32: return .integer(integer(row))
    case .bool, .bit: return .boolean(integer(row) != 0)
    case .textPointer, .textFixed, .text32, .text64, .textView:
      return text(row).map { .text($0) } ?? .missing
    case .days: return .date(integer(row) &* 86_400_000_000)
    case .micros: return .date(integer(row))
    }
  }

  /// A number of a column of numbers with fractions.
  @inline(__always)
  func number(_ row: Int) -> Double {
    type == .float32 ? Double(load(row, Float.self)) : load(row, Double.self)
  }

  /// The integer of a row of integers, booleans or dates; of a dictionary column its index.
  @inline(never)
  package func integer(_ row: Int) -> Int64 {
    switch type {
    case .uint8: Int64(load(row, UInt8.self))
    case .bool: load(row, UInt8.self) == 0 ? 0 : 1
    case .int8: Int64(load(row, Int8.self))
    case .int16: Int64(load(row, Int16.self))
    case .uint16: Int64(load(row, UInt16.self))
    case .int32, .days: Int64(load(row, Int32.self))
    case .uint32: Int64(load(row, UInt32.self))
    case .uint64: Int64(clamping: load(row, UInt64.self))
    case .bit: bit(offset + row)
    default: load(row, Int64.self)
    }
  }

  private func bit(_ place: Int) -> Int64 {
    let byte = data.load(fromByteOffset: place >> 3, as: UInt8.self)
    return Int64(byte >> UInt8(truncatingIfNeeded: place & 7) & 1)
  }
}
