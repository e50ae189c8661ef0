import CPlatform

// Moments are summed in double: float sums over thousands of rows would lose the last digits.

/// Mean and biased variance of every column.
package func columnMoments(
  _ block: UnsafePointer<Float>, rows: Int, columns: Int, mean: UnsafeMutablePointer<Float>,
  variance: UnsafeMutablePointer<Float>
) {
  for column in 0..<columns {
    var sum = 0.0
    for row in 0..<rows { sum += Double(block[row * columns + column]) }
    let average = sum / Double(rows)
    var squares = 0.0
    for row in 0..<rows {
      let distance = Double(block[row * columns + column]) - average
      squares += distance * distance
    }
    mean[column] = Float(average)
    variance[column] = Float(squares / Double(rows))
  }
}

/// 1 / √(variance + eps)
package func inverseDeviations(
  _ variance: UnsafePointer<Float>, eps: Double, into inverse: UnsafeMutablePointer<Float>,
  _ count: Int
) {
  for index in 0..<count { inverse[index] = Float(1 / nnc_sqrt(Double(variance[index]) + eps)) }
}

/// out[r, c] = (x[r, c] - mean[c]) / √(variance[c] + eps)
package func normalizeRows(
  _ x: UnsafePointer<Float>, mean: UnsafePointer<Float>, variance: UnsafePointer<Float>,
  eps: Double, into out: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  for column in 0..<columns {
    let inverse = Float(1 / nnc_sqrt(Double(variance[column]) + eps))
    for row in 0..<rows {
      let index = row * columns + column
      out[index] = (x[index] - mean[column]) * inverse
    }
  }
}

/// Gradient through a normalisation over the batch:
/// dx = inverse · (dy - mean(dy) - x̂ · mean(dy · x̂)), means over the rows.
package func batchNormGradient(
  _ gradient: UnsafePointer<Float>, normalized: UnsafePointer<Float>,
  inverse: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  for column in 0..<columns {
    var sum = 0.0
    var product = 0.0
    for row in 0..<rows {
      let index = row * columns + column
      sum += Double(gradient[index])
      product += Double(gradient[index]) * Double(normalized[index])
    }
    let (mean, slope) = (sum / Double(rows), product / Double(rows))
    for row in 0..<rows {
      let index = row * columns + column
      let centered = Double(gradient[index]) - mean - Double(normalized[index]) * slope
      result[index] = Float(Double(inverse[column]) * centered)
    }
  }
}

/// Normalises each row over its columns; `inverse`, if given, receives 1 / deviation of each row.
///
/// - Parameter centers: whether the mean is subtracted; if not, it counts as 0.
package func normalizeEachRow(
  _ x: UnsafePointer<Float>, centers: Bool, eps: Double, into out: UnsafeMutablePointer<Float>,
  inverse: UnsafeMutablePointer<Float>?, rows: Int, columns: Int
) {
  for row in 0..<rows {
    let start = row * columns
    var mean = 0.0
    if centers {
      for index in start..<start + columns { mean += Double(x[index]) }
      mean /= Double(columns)
    }
    var squares = 0.0
    for index in start..<start + columns {
      let distance = Double(x[index]) - mean
      squares += distance * distance
    }
    let scale = 1 / nnc_sqrt(squares / Double(columns) + eps)
    for index in start..<start + columns { out[index] = Float((Double(x[index]) - mean) * scale) }
    if let inverse { inverse[row] = Float(scale) }
  }
}

/// Gradient through a normalisation of each row, means over its columns:
/// dx = inverse · (dy - mean(dy) - x̂ · mean(dy · x̂)), without mean(dy) if no mean was subtracted.
package func rowNormGradient(
  _ gradient: UnsafePointer<Float>, normalized: UnsafePointer<Float>,
  inverse: UnsafePointer<Float>, centers: Bool, into result: UnsafeMutablePointer<Float>,
  rows: Int, columns: Int
) {
  for row in 0..<rows {
    let range = row * columns..<(row + 1) * columns
    var sum = 0.0
    var product = 0.0
    for index in range {
      sum += Double(gradient[index])
      product += Double(gradient[index]) * Double(normalized[index])
    }
    let mean = centers ? sum / Double(columns) : 0
    let slope = product / Double(columns)
    for index in range {
      let centered = Double(gradient[index]) - mean - Double(normalized[index]) * slope
      result[index] = Float(Double(inverse[row]) * centered)
    }
  }
}

/// block[r, c] = block[r, c] · weight[c] + bias[c]
package func scaleAndShift(
  _ block: UnsafeMutablePointer<Float>, by weight: UnsafePointer<Float>,
  plus bias: UnsafePointer<Float>?, rows: Int, columns: Int
) {
  for index in 0..<rows {
    let row = block + index * columns
    if let bias {
      for column in 0..<columns { row[column] = row[column] * weight[column] + bias[column] }
    } else {
      for column in 0..<columns { row[column] *= weight[column] }
    }
  }
}
