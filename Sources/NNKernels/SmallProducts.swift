// Products of shapes so small that a call to BLAS costs more than the arithmetic. Row-major and
// dense; every element is summed in the order of k.

/// C[m × n] = A[m × k] · B[k × n]
package func productPlain(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
  _ m: Int, _ n: Int, _ k: Int
) {
  for row in 0..<m {
    let target = c + row * n
    target.update(repeating: 0, count: n)
    for inner in 0..<k {
      addScaled(b + inner * n, by: a[row * k + inner], to: target, count: n)
    }
  }
}

/// C[m × n] = A[k × m]ᵀ · B[k × n]
package func productFirstTransposed(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
  _ m: Int, _ n: Int, _ k: Int
) {
  c.update(repeating: 0, count: m * n)
  for inner in 0..<k {
    for row in 0..<m {
      addScaled(b + inner * n, by: a[inner * m + row], to: c + row * n, count: n)
    }
  }
}

/// C[m × n] = A[m × k] · B[n × k]ᵀ
package func productSecondTransposed(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
  _ m: Int, _ n: Int, _ k: Int
) {
  for row in 0..<m {
    for column in 0..<n {
      c[row * n + column] = dot(a + row * k, b + column * k, count: k)
    }
  }
}

@inline(__always)
private func addScaled(
  _ source: UnsafePointer<Float>, by factor: Float, to target: UnsafeMutablePointer<Float>,
  count: Int
) {
  for index in 0..<count { target[index] += factor * source[index] }
}

/// Eight partial sums, so that the additions do not wait for each other.
@inline(__always)
private func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Float {
  var sums = SIMD8<Float>.zero
  var index = 0
  while index + 8 <= count {
    let left = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Float>.self)
    let right = UnsafeRawPointer(y + index).loadUnaligned(as: SIMD8<Float>.self)
    sums += left * right
    index += 8
  }
  var sum = (sums[0] + sums[4]) + (sums[1] + sums[5]) + (sums[2] + sums[6]) + (sums[3] + sums[7])
  while index < count {
    sum += x[index] * y[index]
    index += 1
  }
  return sum
}
