import CKernels
import Testing

/// The instruction sets this processor has: 0 base, 1 x86-64-v3, 2 x86-64-v4.
let levels = (0..<3).filter { nnk_kernels_at(Int32($0)) != nil }

func kernels(_ level: Int) throws -> nnk_table {
  try #require(nnk_kernels_at(Int32(level))).pointee
}

/// Numbers that look random and are the same everywhere.
struct Numbers {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  /// Uniform in -1 ..< 1.
  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
  }

  mutating func block(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
}

/// How far a float is from a double, in units of the last place of the double rounded to float.
func ulps(_ found: Float, _ wanted: Double) -> Double {
  if wanted.isNaN { return found.isNaN ? 0 : .infinity }
  let rounded = Float(wanted)
  if found == rounded { return 0 }
  guard found.isFinite, rounded.isFinite else { return .infinity }
  return abs(Double(found) - wanted)
    / Double(max(rounded.magnitude.ulp, Float.leastNonzeroMagnitude))
}
