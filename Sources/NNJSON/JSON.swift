/// A JSON value (RFC 8259). Integers keep all 64 bits.
package indirect enum JSON: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Only above `Int64.max`, for seeds.
  case natural(UInt64)
  case number(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)

  /// The value as a double, if it is a number of any kind.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .natural(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value as an integer, if it is one; `1.0` and `1e3` count as integers.
  package var integer: Int64? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int64(exactly: value)
    default: nil
    }
  }

  /// The value as an unsigned integer, if it is one.
  package var natural: UInt64? {
    switch self {
    case .natural(let value): value
    default: integer.flatMap { UInt64(exactly: $0) }
    }
  }

  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var array: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  package var object: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }
}

/// The members of a JSON object in the order of the text. Keys are compared as UTF-8 bytes.
package struct JSONObject: Sendable {
  package var members: [(key: String, value: JSON)]

  package init(_ members: [(key: String, value: JSON)] = []) {
    self.members = members
  }

  package subscript(key: String) -> JSON? {
    get { members.first { sameBytes($0.key, key) }?.value }
    set {
      let position = members.firstIndex { sameBytes($0.key, key) }
      switch (position, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): _ = members.remove(at: index)
      case (nil, let value?): members.append((key, value))
      case (nil, nil): break
      }
    }
  }
}

/// Whether two texts are the same bytes; Swift's `==` also calls e + accent and é the same.
package func sameBytes(_ a: String, _ b: String) -> Bool {
  a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
}
