/// Where bytes stop being UTF-8; nil: nowhere.
///
/// Eight bytes at a time where all are ASCII, as most are.
///
/// Reference: RFC 3629, section 4; overlong forms and surrogates are refused.
package func firstInvalidUTF8(_ base: UnsafePointer<UInt8>, _ count: Int) -> Int? {
  let bytes = UnsafeRawPointer(base)
  var place = 0
  while place < count {
    while place + 8 <= count,
      bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    {
      place += 8
    }
    guard place < count else { return nil }
    if base[place] < 0x80 {
      place += 1
      continue
    }
    let length = lengthOfCharacter(base + place, count - place)
    guard length > 0 else { return place }
    place += length
  }
  return nil
}

/// The bytes of the character of several bytes that begins here; 0: none does.
private func lengthOfCharacter(_ base: UnsafePointer<UInt8>, _ count: Int) -> Int {
  let first = base[0]
  // The range of the second byte keeps out overlong forms, surrogates and what Unicode lacks.
  let (length, second): (Int, ClosedRange<UInt8>)
  switch first {
  case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
  case 0xE0: (length, second) = (3, 0xA0...0xBF)
  case 0xED: (length, second) = (3, 0x80...0x9F)
  case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
  case 0xF0: (length, second) = (4, 0x90...0xBF)
  case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
  case 0xF4: (length, second) = (4, 0x80...0x8F)
  default: return 0
  }
  guard count >= length, second.contains(base[1]) else { return 0 }
  for place in 2..<length where base[place] & 0xC0 != 0x80 { return 0 }
  return length
}
