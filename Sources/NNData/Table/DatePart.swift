import NNErrors

/// A number that is made of a date.
package enum DatePart: String, CaseIterable, Sendable {
  case year
  /// 1 ... 12
  case month
  /// 1 ... 31
  case day
  /// Monday 0 ... Sunday 6
  case weekday
  /// 0 ... 24, with minutes and seconds as a fraction.
  case hour
  /// Days since 1970-01-01, with the time of the day as a fraction.
  case trend

  /// - Parameter micros: microseconds since 1970-01-01 UTC.
  package func value(_ micros: Int64) -> Double {
    let days = floorDivision(micros, DatePart.microsOfDay)
    switch self {
    case .trend: return Double(micros) / Double(DatePart.microsOfDay)
    case .hour: return Double(floorModulus(micros, DatePart.microsOfDay)) / 3_600_000_000
    // 1970-01-01 was a Thursday.
    case .weekday: return Double(floorModulus(days + 3, 7))
    case .year: return Double(civil(days).year)
    case .month: return Double(civil(days).month)
    case .day: return Double(civil(days).day)
    }
  }

  /// Calendar days from one date to another, UTC.
  static func days(from start: Int64, to end: Int64) -> Double {
    Double(floorDivision(end, microsOfDay) - floorDivision(start, microsOfDay))
  }

  /// Whole hours since 1970-01-01.
  static func hours(_ micros: Int64) -> Int64 { floorDivision(micros, 3_600_000_000) }

  static let microsOfDay: Int64 = 86_400_000_000
}

private func floorDivision(_ a: Int64, _ b: Int64) -> Int64 {
  let quotient = a / b
  return a % b < 0 ? quotient - 1 : quotient
}

/// Of b > 0; the product of `floorDivision` and b may be below all numbers of 64 bits.
private func floorModulus(_ a: Int64, _ b: Int64) -> Int64 {
  let remainder = a % b
  return remainder < 0 ? remainder + b : remainder
}

/// The date of the proleptic Gregorian calendar, so many days after 1970-01-01.
///
/// Reference: Hinnant 2013, "chrono-compatible low-level date algorithms", civil_from_days.
private func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let shifted = days + 719_468
  let era = floorDivision(shifted, 146_097)
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return (
    yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
    dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
  )
}

/// Days from 1970-01-01 to a date. Reference: as above, days_from_civil.
private func daysFromCivil(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
  let shifted = month <= 2 ? year - 1 : year
  let era = floorDivision(shifted, 400)
  let yearOfEra = shifted - era * 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

extension Text {
  /// Microseconds since 1970-01-01 UTC of an ISO 8601 date, `2016-04-29`, with a time of day or
  /// without: `2016-04-29T18:38:08.25Z`, `2016-04-29 18:38+02:00`; nil: another text.
  package var date: Int64? {
    var reader = DigitReader(text: self)
    guard let year = reader.number(digits: 4), reader.skip("-"),
      let month = reader.number(digits: 2), reader.skip("-"),
      let day = reader.number(digits: 2), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let days = daysFromCivil(year, month, day)
    // The 30th of February is none.
    guard civil(days).day == day else { return nil }
    guard !reader.isAtEnd else { return days * DatePart.microsOfDay }
    guard reader.skip("T") || reader.skip("t") || reader.skip(" "), let time = reader.timeOfDay()
    else { return nil }
    return days * DatePart.microsOfDay + time
  }
}

private struct DigitReader {
  let text: Text
  private var place = 0

  init(text: Text) { self.text = text }

  var isAtEnd: Bool { place == text.count }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard place < text.count, text.base[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  mutating func digit() -> Int64? {
    guard place < text.count, text.base[place] &- UInt8(ascii: "0") <= 9 else { return nil }
    place += 1
    return Int64(text.base[place - 1] - UInt8(ascii: "0"))
  }

  mutating func number(digits: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// Microseconds of `18:38`, `18:38:08`, `18:38:08.25`, then `Z`, `+02:00`, `+02` or nothing.
  mutating func timeOfDay() -> Int64? {
    guard let hour = number(digits: 2), skip(":"), let minute = number(digits: 2), hour <= 24,
      minute <= 59
    else { return nil }
    var second: Int64 = 0
    var micros: Int64 = 0
    if skip(":") {
      guard let value = number(digits: 2), value <= 60 else { return nil }
      second = value
      if skip(".") || skip(",") {
        guard let fraction = fraction() else { return nil }
        micros = fraction
      }
    }
    guard let shift = zone(), isAtEnd else { return nil }
    return ((hour * 60 + minute - shift) * 60 + second) * 1_000_000 + micros
  }

  private mutating func fraction() -> Int64? {
    guard let first = digit() else { return nil }
    var (value, digits) = (first, 1)
    while let digit = digit() {
      guard digits < 6 else { continue }
      value = value * 10 + digit
      digits += 1
    }
    while digits < 6 {
      value *= 10
      digits += 1
    }
    return value
  }

  /// Minutes east of Greenwich; 0 without a zone.
  private mutating func zone() -> Int64? {
    if isAtEnd || skip("Z") || skip("z") { return 0 }
    let isEast = skip("+")
    guard isEast || skip("-"), let hours = number(digits: 2), hours <= 23 else { return nil }
    var minutes: Int64 = 0
    if !isAtEnd {
      _ = skip(":")
      guard let value = number(digits: 2), value <= 59 else { return nil }
      minutes = value
    }
    return (hours * 60 + minutes) * (isEast ? 1 : -1)
  }
}
