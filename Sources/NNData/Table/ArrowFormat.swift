import CPlatform

/// What an Arrow column holds, by its format string.
///
/// Reference: the Arrow C data interface, "Data type description".
enum ArrowFormat {
  /// Values as a column has them too.
  case plain(ColumnType)
  case half
  case decimal(bytes: Int, scale: Int)
  /// 64 bits; so many of them are a microsecond, or one is so many.
  case ticks(perMicro: Int64, micros: Int64)
  case none

  /// nil: a format that no column has.
  init?(_ format: UnsafePointer<CChar>) {
    let text = Text(
      base: UnsafeRawPointer(format).assumingMemoryBound(to: UInt8.self), count: strnlen(format, 64)
    )
    if text.count == 1 {
      self.init(letter: text.base[0])
    } else if text.begins("d:") {
      self.init(decimal: text)
    } else {
      self.init(time: text)
    }
  }

  private init?(letter: UInt8) {
    switch letter {
    case UInt8(ascii: "c"): self = .plain(.int8)
    case UInt8(ascii: "C"): self = .plain(.uint8)
    case UInt8(ascii: "s"): self = .plain(.int16)
    case UInt8(ascii: "S"): self = .plain(.uint16)
    case UInt8(ascii: "i"): self = .plain(.int32)
    case UInt8(ascii: "I"): self = .plain(.uint32)
    case UInt8(ascii: "l"): self = .plain(.int64)
    case UInt8(ascii: "L"): self = .plain(.uint64)
    case UInt8(ascii: "f"): self = .plain(.float32)
    case UInt8(ascii: "g"): self = .plain(.float64)
    case UInt8(ascii: "b"): self = .plain(.bit)
    case UInt8(ascii: "u"): self = .plain(.text32)
    case UInt8(ascii: "U"): self = .plain(.text64)
    case UInt8(ascii: "e"): self = .half
    case UInt8(ascii: "n"): self = .none
    default: return nil
    }
  }

  /// Dates and times; a time zone after the colon changes nothing, as values are in UTC.
  private init?(time text: Text) {
    if text.begins("vu"), text.count == 2 {
      self = .plain(.textView)
    } else if text.begins("tdD") {
      self = .plain(.days)
    } else if text.begins("tdm") || text.begins("tsm:") {
      self = .ticks(perMicro: 1, micros: 1_000)
    } else if text.begins("tss:") {
      self = .ticks(perMicro: 1, micros: 1_000_000)
    } else if text.begins("tsu:") {
      self = .plain(.micros)
    } else if text.begins("tsn:") {
      self = .ticks(perMicro: 1_000, micros: 1)
    } else {
      return nil
    }
  }

  /// `d:precision,scale` or `d:precision,scale,bits`.
  private init?(decimal text: Text) {
    var numbers: [Int] = []
    var place = 2
    while place < text.count {
      let start = place
      while place < text.count, text.base[place] != UInt8(ascii: ",") { place += 1 }
      let part = Text(base: text.base + start, count: place - start)
      guard let number = part.number, numbers.count < 3 else { return nil }
      numbers.append(Int(number))
      place += 1
    }
    guard numbers.count >= 2, numbers[1].magnitude <= 76 else { return nil }
    let bits = numbers.count == 3 ? numbers[2] : 128
    guard bits == 32 || bits == 64 || bits == 128 else { return nil }
    self = .decimal(bytes: bits / 8, scale: numbers[1])
  }

  /// Whether it may be the index of a dictionary.
  var isInteger: Bool {
    if case .plain(let type) = self { type.family == .integer } else { false }
  }

  /// Bytes of a value; 0: bits, or none.
  var size: Int {
    switch self {
    case .plain(let type): type.size
    case .half: 2
    case .decimal(let bytes, _): bytes
    case .ticks: 8
    case .none: 0
    }
  }

  /// How many buffers an array has at least.
  var buffers: Int64 {
    switch self {
    case .none: 0
    case .plain(.text32), .plain(.text64), .plain(.textView): 3
    default: 2
    }
  }
}

extension Text {
  fileprivate func begins(_ start: StaticString) -> Bool {
    count >= start.utf8CodeUnitCount && memcmp(base, start.utf8Start, start.utf8CodeUnitCount) == 0
  }
}
