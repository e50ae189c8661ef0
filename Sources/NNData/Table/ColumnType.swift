/// The element types a column may have; raw values are the C contract's `NNS_F32` ... `NNS_MICROS`.
package enum ColumnType: Int32, Sendable {
  case float32 = 1
  case float64 = 2
  case uint8 = 3
  case int32 = 4
  case int64 = 5
  case bool = 6
  case int8 = 7
  case int16 = 8
  case uint16 = 9
  case uint32 = 10
  case uint64 = 11
  /// One bit a row, least first.
  case bit = 12
  /// A pointer to a text that ends with 0; NULL is missing.
  case textPointer = 20
  /// A text of a fixed width, padded with 0.
  case textFixed = 21
  /// Texts one behind the other; `data` has where each ends, in 32 or 64 bits.
  case text32 = 22
  case text64 = 23
  /// 16 bytes a row: a short text itself, or the place of a long one.
  case textView = 24
  /// 32 bits: days since 1970-01-01.
  case days = 30
  /// 64 bits: microseconds since 1970-01-01 UTC.
  case micros = 31

  /// What the values are.
  package enum Family: Sendable {
    case real, integer, boolean, text, date
  }

  package var family: Family {
    switch self {
    case .float32, .float64: .real
    case .uint8, .int32, .int64, .int8, .int16, .uint16, .uint32, .uint64: .integer
    case .bool, .bit: .boolean
    case .textPointer, .textFixed, .text32, .text64, .textView: .text
    case .days, .micros: .date
    }
  }

  /// The type of an array that it is, too.
  private var element: ElementType? { ElementType(rawValue: rawValue) }

  /// Bytes from one row to the next of a dense column; 0: another rule.
  package var size: Int {
    switch self {
    case .int8: 1
    case .int16, .uint16: 2
    case .uint32, .days, .text32: 4
    case .uint64, .micros, .text64, .textPointer: 8
    case .textView: 16
    default: element?.size ?? 0
    }
  }

  package var name: String {
    switch self {
    case .int8: "I8"
    case .int16: "I16"
    case .uint16: "U16"
    case .uint32: "U32"
    case .uint64: "U64"
    case .bit: "BIT"
    case .textPointer: "TEXT_PTR"
    case .textFixed: "TEXT_FIXED"
    case .text32: "TEXT_32"
    case .text64: "TEXT_64"
    case .textView: "TEXT_VIEW"
    case .days: "DAYS"
    case .micros: "MICROS"
    default: element?.name ?? ""
    }
  }
}
