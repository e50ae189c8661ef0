import CPlatform

// The logarithm of softmax, and gradients of both, row by row. The largest logit is subtracted
// first, so that no exponential overflows whatever the logits are.

/// y = z - log Σ e^z, row by row, in place.
package func logSoftmax(_ block: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
  for index in 0..<rows {
    let row = block + index * columns
    let largest = maximum(row, columns)
    var sum: Float = 0
    for column in 0..<columns { sum += nnc_expf(row[column] - largest) }
    let logarithm = nnc_logf(sum)
    for column in 0..<columns { row[column] = (row[column] - largest) - logarithm }
  }
}

/// dz = y · (dy - Σ dy · y), row by row, in place of dy.
package func softmaxGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, rows: Int, columns: Int
) {
  for index in 0..<rows {
    let offset = index * columns
    var product: Float = 0
    for column in offset..<offset + columns { product += gradient[column] * y[column] }
    for column in offset..<offset + columns {
      gradient[column] = y[column] * (gradient[column] - product)
    }
  }
}

/// dz = dy - e^y · Σ dy, row by row, in place of dy.
package func logSoftmaxGradient(
  _ gradient: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, rows: Int, columns: Int
) {
  for index in 0..<rows {
    let offset = index * columns
    var sum: Float = 0
    for column in offset..<offset + columns { sum += gradient[column] }
    for column in offset..<offset + columns {
      gradient[column] -= nnc_expf(y[column]) * sum
    }
  }
}

/// log Σ e^(z_j), computed in double from one row of logits.
package func logSumExp(_ row: UnsafePointer<Float>, _ columns: Int) -> Double {
  let largest = Double(maximum(row, columns))
  guard largest.isFinite else { return largest }
  var sum = 0.0
  for column in 0..<columns { sum += nnc_exp(Double(row[column]) - largest) }
  return largest + nnc_log(sum)
}

@inline(__always)
private func maximum(_ row: UnsafePointer<Float>, _ columns: Int) -> Float {
  var largest = row[0]
  for column in 1..<max(1, columns) { largest = max(largest, row[column]) }
  return largest
}
