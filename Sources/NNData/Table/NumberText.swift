import CPlatform

extension Text {
  /// The number that a text is, decimal with or without fraction and exponent; nil: it is none.
  ///
  /// No blanks, no hexadecimal digits, neither "inf" nor "nan".
  var number: Double? {
    guard let form = DecimalForm(self) else { return nil }
    if let quick = form.quick { return quick }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: DecimalForm.longest + 1) {
      characters in
      for place in 0..<count { characters[place] = CChar(bitPattern: base[place]) }
      characters[count] = 0
      guard let start = characters.baseAddress else { return nil }
      let value = nnc_parse_double(start)
      return value.isFinite ? value : nil
    }
  }
}

/// A decimal number, taken apart.
private struct DecimalForm {
  static let longest = 64
  private var isNegative = false
  private var digits: UInt64 = 0
  /// Digits of `digits`, leading zeros left out; above 19 it has lost some.
  private var count = 0
  /// Of 10, by which `digits` is multiplied.
  private var exponent = 0

  init?(_ text: Text) {
    guard text.count > 0, text.count <= Self.longest else { return nil }
    var place = 0
    if let sign = Self.sign(text, place) {
      isNegative = sign
      place += 1
    }
    let whole = take(text, &place)
    var fraction = 0
    if place < text.count, text.base[place] == UInt8(ascii: ".") {
      place += 1
      fraction = take(text, &place)
      exponent = -fraction
    }
    guard whole + fraction > 0 else { return nil }
    if place < text.count, text.base[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      guard let given = Self.exponent(text, &place) else { return nil }
      exponent += given
    }
    guard place == text.count else { return nil }
  }

  private static func sign(_ text: Text, _ place: Int) -> Bool? {
    guard place < text.count else { return nil }
    if text.base[place] == UInt8(ascii: "-") { return true }
    return text.base[place] == UInt8(ascii: "+") ? false : nil
  }

  /// Takes digits in; returns how many.
  private mutating func take(_ text: Text, _ place: inout Int) -> Int {
    let start = place
    while place < text.count, case let digit = text.base[place] &- UInt8(ascii: "0"), digit <= 9 {
      digits = digits &* 10 &+ UInt64(digit)
      if count > 0 || digit > 0 { count += 1 }
      place += 1
    }
    return place - start
  }

  private static func exponent(_ text: Text, _ place: inout Int) -> Int? {
    let isNegative = sign(text, place)
    if isNegative != nil { place += 1 }
    let start = place
    var value = 0
    while place < text.count, case let digit = text.base[place] &- UInt8(ascii: "0"), digit <= 9 {
      value = min(value * 10 + Int(digit), 100_000)
      place += 1
    }
    guard place > start else { return nil }
    return isNegative == true ? -value : value
  }

  /// The value where one exact product or quotient gives it.
  ///
  /// Reference: Clinger 1990, "How to read floating point numbers accurately".
  var quick: Double? {
    guard count <= 15, abs(exponent) <= 22 else { return nil }
    var power = 1.0
    for _ in 0..<abs(exponent) { power *= 10 }
    let value = exponent < 0 ? Double(digits) / power : Double(digits) * power
    return isNegative ? -value : value
  }
}
