import CPlatform

// Each activation in place, and its derivative multiplied onto a gradient. `y` is what the
// activation gave, `z` what it was given.

package func relu(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  // Written so that NaN passes: a diverged network must not look healthy.
  mapInPlace(z, count) { $0 <= 0 ? 0 : $0 }
}

package func reluGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int
) {
  for index in 0..<count { gradient[index] = y[index] > 0 ? gradient[index] : 0 }
}

package func leakyRelu(_ z: UnsafeMutablePointer<Float>, _ count: Int, slope: Float) {
  mapInPlace(z, count) { $0 > 0 ? $0 : $0 * slope }
}

package func leakyReluGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int, slope: Float
) {
  scaleInPlace(gradient, z, count) { $0 > 0 ? 1 : slope }
}

/// scale · (z > 0 ? z : alpha · (e^z - 1)); scale is 1 for elu.
package func elu(_ z: UnsafeMutablePointer<Float>, _ count: Int, alpha: Float, scale: Float) {
  mapInPlace(z, count) { scale * ($0 > 0 ? $0 : alpha * nnc_expm1f($0)) }
}

package func eluGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int, alpha: Float,
  scale: Float
) {
  scaleInPlace(gradient, z, count) { scale * ($0 > 0 ? 1 : alpha * nnc_expf($0)) }
}

package func sigmoid(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  mapInPlace(z, count) { logistic($0) }
}

/// 1 / (1 + e^-z), from the side on which e does not overflow.
@inline(__always)
package func logistic(_ z: Float) -> Float {
  let small = nnc_expf(-abs(z))
  return z >= 0 ? 1 / (1 + small) : small / (1 + small)
}

package func sigmoidGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int
) {
  scaleInPlace(gradient, y, count) { $0 * (1 - $0) }
}

package func hyperbolicTangent(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  mapInPlace(z, count) { nnc_tanhf($0) }
}

package func hyperbolicTangentGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int
) {
  scaleInPlace(gradient, y, count) { 1 - $0 * $0 }
}

package func silu(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  mapInPlace(z, count) { $0 * logistic($0) }
}

package func siluGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int
) {
  scaleInPlace(gradient, z, count) { z in
    let s = logistic(z)
    return s * (1 + z * (1 - s))
  }
}

/// z · Φ(z), Φ the normal distribution.
package func gelu(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  mapInPlace(z, count) { 0.5 * $0 * (1 + nnc_erff($0 * 0.7071067811865476)) }
}

package func geluGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int
) {
  scaleInPlace(gradient, z, count) { z in
    let distribution = 0.5 * (1 + nnc_erff(z * 0.7071067811865476))
    let density = 0.3989422804014327 * nnc_expf(-0.5 * z * z)
    return distribution + z * density
  }
}

/// 0.5 · z · (1 + tanh(√(2/π) · (z + 0.044715 z³)))
package func geluTanh(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  mapInPlace(z, count) { z in
    0.5 * z * (1 + nnc_tanhf(0.7978845608028654 * (z + 0.044715 * z * z * z)))
  }
}

package func geluTanhGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int
) {
  scaleInPlace(gradient, z, count) { z in
    // Beyond ±20 the tangent is ±1 and z³ · (1 - t²) would be ∞ · 0.
    let z = min(max(z, -20), 20)
    let t = nnc_tanhf(0.7978845608028654 * (z + 0.044715 * z * z * z))
    let slope = 0.7978845608028654 * (1 + 3 * 0.044715 * z * z)
    return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * slope
  }
}

/// log(1 + e^(beta z)) / beta; z itself where beta z exceeds the threshold.
package func softplus(
  _ z: UnsafeMutablePointer<Float>, _ count: Int, beta: Float, threshold: Float
) {
  mapInPlace(z, count) { z in
    let scaled = beta * z
    return scaled > threshold ? z : (max(scaled, 0) + nnc_log1pf(nnc_expf(-abs(scaled)))) / beta
  }
}

package func softplusGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int, beta: Float,
  threshold: Float
) {
  scaleInPlace(gradient, z, count) { beta * $0 > threshold ? 1 : logistic(beta * $0) }
}

/// min(max(z / 6 + 1/2, 0), 1)
package func hardSigmoid(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  mapInPlace(z, count) { $0 <= -3 ? 0 : ($0 >= 3 ? 1 : $0 / 6 + 0.5) }
}

package func hardSigmoidGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int
) {
  scaleInPlace(gradient, z, count) { $0 > -3 && $0 < 3 ? 1 / 6 : 0 }
}

package func exponential(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  mapInPlace(z, count) { nnc_expf($0) }
}
