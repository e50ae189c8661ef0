import CPlatform
import NNErrors

extension JSON {
  /// Reads one JSON text, strictly: RFC 8259 only, valid UTF-8, no duplicate keys, nesting of at
  /// most 64, nothing after the value. The byte offset stands in every error.
  ///
  /// - Throws: `NNError.argument`.
  package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(NNError) -> JSON {
    var parser = JSONParser(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.offset == bytes.count else { throw parser.failure("the end of the text") }
    return value
  }

  /// Reads the JSON text in a string.
  package static func parse(_ text: String) throws(NNError) -> JSON {
    // Copied to a plain array: a typed throw cannot pass through withUTF8's rethrows.
    let bytes = Array(text.utf8)
    var result: Result<JSON, NNError> = .success(.null)
    bytes.withUnsafeBufferPointer { buffer in
      do throws(NNError) { result = .success(try parse(buffer)) } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }
}

private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var offset = 0

  static let maximumDepth = 64

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The byte at the offset, 0 at the end (a raw 0 is not legal in JSON either).
  private var next: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  func failure(_ expected: String) -> NNError {
    .argument("JSON text: expected \(expected) at byte \(offset), got \(found)")
  }

  private var found: String {
    guard offset < bytes.count else { return "the end of the text" }
    let byte = bytes[offset]
    guard byte >= 0x20, byte < 0x7F else { return "byte \(byte)" }
    return "\"" + String(decoding: [byte], as: UTF8.self) + "\""
  }

  mutating func skipSpace() {
    while offset < bytes.count, next == 0x20 || (next >= 0x09 && next <= 0x0D) {
      guard next != 0x0B, next != 0x0C else { return }
      offset += 1
    }
  }

  mutating func value(depth: Int) throws(NNError) -> JSON {
    guard depth < Self.maximumDepth else { throw failure("nesting of at most 64") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw failure("a value")
    }
  }

  private mutating func literal(_ word: StaticString, _ value: JSON) throws(NNError) -> JSON {
    for index in 0..<word.utf8CodeUnitCount {
      guard next == word.utf8Start[index] else { throw failure("true, false or null") }
      offset += 1
    }
    return value
  }

  private mutating func accept(_ byte: UInt8) -> Bool {
    guard offset < bytes.count, next == byte else { return false }
    offset += 1
    return true
  }

  private mutating func array(depth: Int) throws(NNError) -> [JSON] {
    offset += 1
    var elements: [JSON] = []
    skipSpace()
    if accept(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if accept(UInt8(ascii: "]")) { return elements }
      guard accept(UInt8(ascii: ",")) else { throw failure("\",\" or \"]\"") }
    }
  }

  private mutating func object(depth: Int) throws(NNError) -> JSONObject {
    let start = offset
    offset += 1
    var object = JSONObject()
    skipSpace()
    if accept(UInt8(ascii: "}")) { return object }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("a key in double quotes") }
      let key = try string()
      skipSpace()
      guard accept(UInt8(ascii: ":")) else { throw failure("\":\"") }
      object.members.append((key, try value(depth: depth + 1)))
      skipSpace()
      if accept(UInt8(ascii: "}")) { break }
      guard accept(UInt8(ascii: ",")) else { throw failure("\",\" or \"}\"") }
    }
    if let twice = duplicateKey(in: object) {
      throw .argument(
        "JSON text: the object at byte \(start) has the key \"\(twice)\" twice; keep one of them")
    }
    return object
  }

  /// Sorted, so that a hostile object with many keys does not take quadratic time.
  private func duplicateKey(in object: JSONObject) -> String? {
    let sorted = object.members.map { Array($0.key.utf8) }
      .sorted { $0.lexicographicallyPrecedes($1) }
    for index in 1..<max(1, sorted.count) where sorted[index - 1] == sorted[index] {
      return String(decoding: sorted[index], as: UTF8.self)
    }
    return nil
  }

  private mutating func digits() throws(NNError) {
    guard isDigit(next) else { throw failure("a digit") }
    while isDigit(next) { offset += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private mutating func number() throws(NNError) -> JSON {
    let start = offset
    _ = accept(UInt8(ascii: "-"))
    if !accept(UInt8(ascii: "0")) { try digits() }
    var isInteger = true
    if accept(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if next | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      offset += 1
      if !accept(UInt8(ascii: "+")) { _ = accept(UInt8(ascii: "-")) }
      try digits()
    }
    if isInteger, let exact = exactInteger(start..<offset) { return exact }
    var text = Array(bytes[start..<offset]).map { CChar(bitPattern: $0) }
    text.append(0)
    let double = nnc_parse_double(text)
    guard double.isFinite else {
      offset = start
      throw failure("a number within the range of a double")
    }
    return .number(double)
  }

  private func exactInteger(_ range: Range<Int>) -> JSON? {
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    var magnitude: UInt64 = 0
    for index in range where isDigit(bytes[index]) {
      let (ten, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = ten.addingReportingOverflow(UInt64(bytes[index] - 0x30))
      if overflow || carry { return nil }
      magnitude = sum
    }
    // -0 is a double in JSON as everywhere else.
    if isNegative { return magnitude == 0 ? nil : Int64(exactly: magnitude).map { .integer(-$0) } }
    return Int64(exactly: magnitude).map { .integer($0) } ?? .natural(magnitude)
  }

  private mutating func string() throws(NNError) -> String {
    offset += 1
    var text: [UInt8] = []
    while true {
      guard offset < bytes.count else { throw failure("a closing quote") }
      let byte = next
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        offset += 1
        try escape(into: &text)
      case 0x20..<0x80:
        text.append(byte)
        offset += 1
      case 0x80...:
        try multibyte(into: &text)
      default:
        throw failure("no control character inside a string")
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(NNError) {
    let byte = next
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      offset += 1
      return try unicodeEscape(into: &text)
    default: throw failure("an escape such as \\n")
    }
    offset += 1
  }

  private mutating func unicodeEscape(into text: inout [UInt8]) throws(NNError) {
    var code = try fourHexDigits()
    if code >= 0xD800, code < 0xDC00 {
      guard accept(UInt8(ascii: "\\")), accept(UInt8(ascii: "u")) else {
        throw failure("the second half of a surrogate pair")
      }
      let low = try fourHexDigits()
      guard low >= 0xDC00, low < 0xE000 else { throw failure("a low surrogate before this") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure("no lone surrogate before this") }
    text.append(contentsOf: UTF8.encode(scalar)!)
  }

  private mutating func fourHexDigits() throws(NNError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      let lower = next | 0x20
      switch (next, lower) {
      case (0x30...0x39, _): code = code << 4 + UInt32(next - 0x30)
      case (_, 0x61...0x66): code = code << 4 + UInt32(lower - 0x61 + 10)
      default: throw failure("four hexadecimal digits")
      }
      offset += 1
    }
    return code
  }

  /// One scalar of two to four bytes, checked: no overlong form, no surrogate, at most U+10FFFF.
  private mutating func multibyte(into text: inout [UInt8]) throws(NNError) {
    let first = next
    let (count, low, high): (Int, UInt8, UInt8)
    switch first {
    case 0xC2...0xDF: (count, low, high) = (1, 0x80, 0xBF)
    case 0xE0: (count, low, high) = (2, 0xA0, 0xBF)
    case 0xED: (count, low, high) = (2, 0x80, 0x9F)
    case 0xE1...0xEF: (count, low, high) = (2, 0x80, 0xBF)
    case 0xF0: (count, low, high) = (3, 0x90, 0xBF)
    case 0xF1...0xF3: (count, low, high) = (3, 0x80, 0xBF)
    case 0xF4: (count, low, high) = (3, 0x80, 0x8F)
    default: throw failure("valid UTF-8")
    }
    text.append(first)
    offset += 1
    for index in 0..<count {
      let (least, most): (UInt8, UInt8) = index == 0 ? (low, high) : (0x80, 0xBF)
      guard next >= least, next <= most else { throw failure("valid UTF-8") }
      text.append(next)
      offset += 1
    }
  }
}
