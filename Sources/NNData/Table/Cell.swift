import NNErrors

/// Borrowed bytes of a text, UTF-8.
package struct Text: BitwiseCopyable, @unchecked Sendable {
  package let base: UnsafePointer<UInt8>
  package let count: Int

  package init(base: UnsafePointer<UInt8>, count: Int) { (self.base, self.count) = (base, count) }

  /// A copy, for sentences.
  package var string: String {
    String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
  }

  /// The beginning of a copy in double quotes, for sentences.
  package var quoted: String {
    count <= 60 ? "\"\(string)\"" : "\"\(Text(base: base, count: 57).string)...\""
  }

  /// Whether a byte of it is 0.
  package var hasZero: Bool {
    UnsafeBufferPointer(start: base, count: count).contains(0)
  }

  /// Below 0, 0 or above 0: byte by byte, a beginning before the whole.
  @inline(__always)
  package func compare(_ other: UnsafePointer<UInt8>, _ length: Int) -> Int {
    let common = min(count, length)
    for index in 0..<common where base[index] != other[index] {
      return Int(base[index]) - Int(other[index])
    }
    return count - length
  }
}

/// One value of a table.
package enum Cell {
  case missing
  case number(Double)
  case integer(Int64)
  case boolean(Bool)
  case text(Text)
  /// Microseconds since 1970-01-01 UTC.
  case date(Int64)
  /// Of a category: the number of its level, from `nns_level_code`.
  case code(Int64)

  /// Of a date: microseconds since 1970-01-01 UTC; nil: missing, or none.
  package var micros: Int64? {
    switch self {
    case .date(let value), .integer(let value): value
    case .text(let text): text.date
    default: nil
    }
  }

  /// For sentences.
  package var quoted: String {
    switch self {
    case .missing: "a missing value"
    case .number(let value): "\(value)"
    case .integer(let value), .date(let value): "\(value)"
    case .boolean(let value): value ? "true" : "false"
    case .text(let text): text.quoted
    case .code(let value): "code \(value)"
    }
  }
}
