import CKernels

// y = f(z) in place, and g *= f'(z). Formulas stand at the registry (NNNetwork/Activation.swift).

typealias Floats = UnsafeMutablePointer<Float>
typealias Values = UnsafePointer<Float>
typealias Rows = UnsafePointer<UnsafePointer<Float>>

func exponentialOf(_ z: Floats, _ count: Int) { mapOutputs(z, count) { exponential($0) } }

func sigmoid(_ z: Floats, _ count: Int) { mapOutputs(z, count) { logistic($0) } }

func tanh(_ z: Floats, _ count: Int) { map(z, count) { hyperbolicTangent($0) } }

func silu(_ z: Floats, _ count: Int) { map(z, count) { $0 * logistic($0) } }

func gelu(_ z: Floats, _ count: Int) { map(z, count) { $0 * normalDistribution($0) } }

/// Φ(z)
@inline(__always)
private func normalDistribution(_ z: Vector) -> Vector {
  fma(splat(0.5), errorFunction(z * splat(0.707_106_781_186_547_6)), splat(0.5))
}

func geluTanh(_ z: Floats, _ count: Int) {
  map(z, count) { z in
    let half = splat(0.5) * z
    return fma(half, hyperbolicTangent(innerOfGelu(z)), half)
  }
}

/// √(2/π) · (z + 0.044715 z³)
@inline(__always)
private func innerOfGelu(_ z: Vector) -> Vector {
  splat(0.797_884_560_802_865_4) * fma(splat(0.044_715) * z * z, z, z)
}

func elu(_ z: Floats, _ count: Int, _ alpha: Float, _ factor: Float, _ rate: Float) {
  map(z, count) { z in
    // e^u - 1 loses digits near 0; there tanh keeps them: e^u - 1 = t (e^u + 1), t = tanh(u/2).
    let u = splat(rate) * z
    let below = splat(alpha) * (hyperbolicTangent(splat(0.5) * u) * (exponential(u) + splat(1)))
    return splat(factor) * nnv_keep_nan(z, nnv_choose_greater(z, splat(0), z, below))
  }
}

func mish(_ z: Floats, _ count: Int) {
  map(z, count) { given in
    let (z, _, n) = partsOfMish(given)
    return z * (n / (n + splat(2)))
  }
}

/// z, -105 where it is less (there e^z is 0, and -∞ · 0 would be NaN), e^z and n = e^z (e^z + 2):
/// tanh(log(1 + e^z)) = n / (n + 2), which is 1 long before e^30.
@inline(__always)
private func partsOfMish(_ given: Vector) -> (z: Vector, e: Vector, n: Vector) {
  let z = nnv_max(splat(-105), given)
  let e = exponential(nnv_min(splat(30), z))
  return (z, e, e * (e + splat(2)))
}

func logSigmoid(_ z: Floats, _ count: Int) {
  map(z, count) { nnv_min(splat(0), $0) - logarithmOnePlus(exponentialOfMinusSize($0)) }
}

func tanhShrink(_ z: Floats, _ count: Int) { map(z, count) { restOfTangent($0) } }

func reluGradient(_ g: Floats, _ y: Values, _ count: Int) {
  for index in 0..<count { g[index] = y[index] > 0 ? g[index] : 0 }
}

func sigmoidGradient(_ g: Floats, _ y: Values, _ count: Int) {
  scale(g, y, count) { $0 * (splat(1) - $0) }
}

func tanhGradient(_ g: Floats, _ y: Values, _ count: Int) {
  scale(g, y, count) { splat(1) - $0 * $0 }
}

func siluGradient(_ g: Floats, _ z: Values, _ count: Int) {
  scale(g, z, count) { z in
    let s = logistic(z)
    return s * fma(z, splat(1) - s, splat(1))
  }
}

func geluGradient(_ g: Floats, _ z: Values, _ count: Int) {
  scale(g, z, count) { z in
    let density = splat(0.398_942_280_401_432_7) * exponential(splat(-0.5) * z * z)
    return fma(z, density, normalDistribution(z))
  }
}

func geluTanhGradient(_ g: Floats, _ z: Values, _ count: Int) {
  scale(g, z, count) { given in
    // Beyond ±20 the tangent is ±1 and z³ · (1 - t²) would be ∞ · 0.
    let z = nnv_keep_nan(given, nnv_min(nnv_max(given, splat(-20)), splat(20)))
    let t = hyperbolicTangent(innerOfGelu(z))
    let slope = splat(0.797_884_560_802_865_4) * fma(splat(3 * 0.044_715) * z, z, splat(1))
    let half = splat(0.5)
    return fma(half * z * slope, splat(1) - t * t, fma(half, t, half))
  }
}

func eluGradient(
  _ g: Floats, _ z: Values, _ count: Int, _ slope: Float, _ factor: Float, _ rate: Float
) {
  scale(g, z, count) { z in
    let below = splat(slope) * exponential(splat(rate) * z)
    return splat(factor) * nnv_choose_greater(z, splat(0), splat(1), below)
  }
}

func mishGradient(_ g: Floats, _ z: Values, _ count: Int) {
  scale(g, z, count) { given in
    // Two divisions by n + 2: its square may overflow.
    let (z, e, n) = partsOfMish(nnv_min(splat(30), given))
    let steep = splat(4) * z * e * (e + splat(1)) / (n + splat(2))
    return (n + steep) / (n + splat(2))
  }
}

func logSigmoidGradient(_ g: Floats, _ z: Values, _ count: Int) {
  scale(g, z, count) { logistic(splat(0) - $0) }
}

func tanhShrinkGradient(_ g: Floats, _ z: Values, _ count: Int) {
  scale(g, z, count) { z in
    let t = hyperbolicTangent(z)
    return t * t
  }
}
