/// The element types a borrowed array may have; raw values are the C contract's `NNS_F32` ...
package enum ElementType: Int32, Sendable {
  case float32 = 1
  case float64 = 2
  case uint8 = 3
  case int32 = 4
  case int64 = 5
  case bool = 6

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .uint8, .bool: 1
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  package var isInteger: Bool { self != .float32 && self != .float64 }

  package var name: String {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    case .uint8: "U8"
    case .int32: "I32"
    case .int64: "I64"
    case .bool: "BOOL"
    }
  }
}
