import NNErrors
import NNMath

/// Values of an Arrow array that no column type has, row 0 first; they are copied into one that is
/// wide enough.
struct ArrowValues {
  let data: UnsafeRawPointer
  let rows: Int
  /// One bit a row, from row 0 on; nil: none is missing.
  let valid: UnsafePointer<UInt8>?
  let title: String

  /// - Throws: `NNError.argument` for a time that does not fit, `.memory`.
  func widened(_ format: ArrowFormat) throws(NNError) -> (view: ColumnView, copy: AnyObject) {
    switch format {
    case .half:
      return try numbers { row in
        half(data.loadUnaligned(fromByteOffset: row * 2, as: UInt16.self))
      }
    case .decimal(let bytes, let scale): return try decimals(bytes, scale)
    case .ticks(let perMicro, let micros): return try times(perMicro, micros)
    case .plain, .none: throw .internalError("an Arrow format was to be copied without need")
    }
  }

  private func numbers(
    _ value: (Int) -> Double
  ) throws(NNError) -> (view: ColumnView, copy: AnyObject) {
    let values = try Buffer<Double>(count: rows)
    for row in 0..<rows { values.base[row] = value(row) }
    return (ColumnView(type: .float64, rows: rows, data: values.base, valid: valid), values)
  }

  private func decimals(
    _ bytes: Int, _ scale: Int
  ) throws(NNError) -> (view: ColumnView, copy: AnyObject) {
    var power = 1.0
    for _ in 0..<abs(scale) { power *= 10 }
    return try numbers { row in
      let place = data + row * bytes
      let whole: Double
      switch bytes {
      case 4: whole = Double(place.loadUnaligned(as: Int32.self))
      case 8: whole = Double(place.loadUnaligned(as: Int64.self))
      default:
        let low = place.loadUnaligned(as: Int64.self)
        let high = place.loadUnaligned(fromByteOffset: 8, as: Int64.self)
        whole =
          high == low >> 63
          ? Double(low) : Double(high) * 0x1p64 + Double(UInt64(bitPattern: low))
      }
      return scale < 0 ? whole * power : whole / power
    }
  }

  private func times(
    _ perMicro: Int64, _ micros: Int64
  ) throws(NNError) -> (view: ColumnView, copy: AnyObject) {
    let values = try Buffer<Int64>(count: rows)
    for row in 0..<rows where valid.map({ $0[row >> 3] >> UInt8(row & 7) & 1 == 1 }) ?? true {
      let ticks = data.loadUnaligned(fromByteOffset: row * 8, as: Int64.self)
      // Rounded down, also before 1970.
      let (quotient, rest) = ticks.quotientAndRemainder(dividingBy: perMicro)
      let (value, overflow) = (rest < 0 ? quotient - 1 : quotient)
        .multipliedReportingOverflow(by: micros)
      guard !overflow else {
        throw .argument(
          "column \(title) must have times within 292,277 years of 1970, row \(row) of a chunk has "
            + "not")
      }
      values.base[row] = value
    }
    return (ColumnView(type: .micros, rows: rows, data: values.base, valid: valid), values)
  }
}

/// The value of 16 bits.
///
/// Reference: IEEE 754-2008, binary16.
private func half(_ bits: UInt16) -> Double {
  let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Double(bits & 0x3FF))
  let magnitude: Double =
    switch exponent {
    case 0: fraction * 0x1p-24
    case 31: fraction == 0 ? .infinity : .nan
    default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
    }
  return bits >> 15 == 0 ? magnitude : -magnitude
}
