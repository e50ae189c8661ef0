import CPlatform

// Activations that the compiler vectorises by itself, and softplus. Each works in place, and has a
// function that multiplies a gradient by its derivative. `z` is the input of the activation, `y`
// its output.

package func relu(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  // Written so that a NaN passes through: a diverged network must not look healthy.
  mapInPlace(z, count) { $0 <= 0 ? 0 : $0 }
}

package func leakyRelu(_ z: UnsafeMutablePointer<Float>, _ count: Int, slope: Float) {
  mapInPlace(z, count) { $0 > 0 ? $0 : $0 * slope }
}

package func leakyReluGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int, slope: Float
) {
  scaleInPlace(gradient, z, count) { $0 > 0 ? 1 : slope }
}

/// The same with a slope for each column.
package func leakyRelu(_ z: Matrix, slopes: UnsafePointer<Float>) {
  for index in 0..<z.rows {
    let row = z.row(index)
    for column in 0..<z.columns { row[column] *= row[column] > 0 ? 1 : slopes[column] }
  }
}

package func leakyReluGradient(_ gradient: Matrix, _ z: Matrix, slopes: UnsafePointer<Float>) {
  for index in 0..<z.rows {
    let (row, values) = (gradient.row(index), z.row(index))
    for column in 0..<z.columns { row[column] *= values[column] > 0 ? 1 : slopes[column] }
  }
}

/// min(max(z, low), high)
package func clip(_ z: UnsafeMutablePointer<Float>, _ count: Int, low: Float, high: Float) {
  // As in relu, a NaN passes through.
  mapInPlace(z, count) { $0 < low ? low : ($0 > high ? high : $0) }
}

package func clipGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int, low: Float,
  high: Float
) {
  scaleInPlace(gradient, y, count) { $0 > low && $0 < high ? 1 : 0 }
}

/// z · min(max(z / 6 + 1/2, 0), 1)
package func hardSwish(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  mapInPlace(z, count) { $0 <= -3 ? 0 : ($0 >= 3 ? $0 : $0 * ($0 + 3) / 6) }
}

package func hardSwishGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int
) {
  scaleInPlace(gradient, z, count) { $0 <= -3 ? 0 : ($0 >= 3 ? 1 : $0 / 3 + 0.5) }
}

/// z / (1 + |z|)
package func softsign(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  // ±1 is nearer than a float can tell from 1e8 on; infinity / infinity would be NaN.
  mapInPlace(z, count) { $0 > 1e8 ? 1 : ($0 < -1e8 ? -1 : $0 / (1 + abs($0))) }
}

package func softsignGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ count: Int
) {
  scaleInPlace(gradient, z, count) { z in
    let share = 1 / (1 + abs(z))
    return share * share
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

/// 1 / (1 + e^-z), from the side on which e does not overflow.
@inline(__always)
private func logistic(_ z: Float) -> Float {
  let small = nnc_expf(-abs(z))
  return z >= 0 ? 1 / (1 + small) : small / (1 + small)
}
