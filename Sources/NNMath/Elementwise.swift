import CKernels

/// x[i] = body(x[i]). In one place: the compiler vectorises it where body is arithmetic.
@inline(__always)
func mapInPlace(
  _ values: UnsafeMutablePointer<Float>, _ count: Int, _ body: (Float) -> Float
) {
  for index in 0..<count { values[index] = body(values[index]) }
}

/// gradient[i] *= derivative(y[i])
@inline(__always)
func scaleInPlace(
  _ gradient: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int,
  _ derivative: (Float) -> Float
) {
  for index in 0..<count { gradient[index] *= derivative(y[index]) }
}

/// block[r, c] = (block[r, c] - center[c]) * scale[c]
package func standardize(
  _ block: UnsafeMutablePointer<Float>, center: UnsafePointer<Float>, scale: UnsafePointer<Float>,
  rows: Int, columns: Int
) {
  for index in 0..<rows {
    let row = block + index * columns
    for column in 0..<columns { row[column] = (row[column] - center[column]) * scale[column] }
  }
}

/// sums[c] = Σ_r x[r, c] · y[r, c], added up in double.
package func columnDots(
  _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, rows: Int, columns: Int,
  into sums: UnsafeMutablePointer<Float>
) {
  forEachColumnGroup(columns) { column, width in
    var group = SIMD8<Double>.zero
    for row in 0..<rows {
      let offset = row * columns + column
      for lane in 0..<width { group[lane] += Double(x[offset + lane]) * Double(y[offset + lane]) }
    }
    for lane in 0..<width { sums[column + lane] = Float(group[lane]) }
  }
}

/// Calls body for columns 0, 8, 16 ... with the number of columns in the group: eight sums fit into
/// registers while the block is read row by row.
@inline(__always)
private func forEachColumnGroup(_ columns: Int, _ body: (_ column: Int, _ width: Int) -> Void) {
  var column = 0
  while column + 8 <= columns {
    body(column, 8)
    column += 8
  }
  if column < columns { body(column, columns - column) }
}

/// Σ x², added up in double: it cannot overflow for finite x.
package func sumOfSquares(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
  var sums = SIMD4<Double>.zero
  var index = 0
  while index + 4 <= count {
    let four = SIMD4<Double>(
      Double(values[index]), Double(values[index + 1]), Double(values[index + 2]),
      Double(values[index + 3]))
    sums += four * four
    index += 4
  }
  var sum = sums[0] + sums[1] + sums[2] + sums[3]
  while index < count {
    sum += Double(values[index]) * Double(values[index])
    index += 1
  }
  return sum
}

/// x *= factor
package func scale(_ values: UnsafeMutablePointer<Float>, by factor: Float, _ count: Int) {
  mapInPlace(values, count) { $0 * factor }
}

/// x = min(max(x, -limit), limit)
package func clamp(_ values: UnsafeMutablePointer<Float>, to limit: Float, _ count: Int) {
  mapInPlace(values, count) { min(max($0, -limit), limit) }
}

/// Makes every value finite: infinity becomes the largest number of its sign, NaN becomes 0.
package func makeFinite(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
  mapInPlace(values, count) {
    let limit = Float.greatestFiniteMagnitude
    return $0.isNaN ? 0 : min(max($0, -limit), limit)
  }
}

/// y = x · factors, element by element.
package func multiply(
  _ x: UnsafePointer<Float>, by factors: UnsafePointer<Float>, _ count: Int,
  into y: UnsafeMutablePointer<Float>
) {
  for index in 0..<count { y[index] = x[index] * factors[index] }
}

/// y += factor · x
package func add(
  _ x: UnsafePointer<Float>, times factor: Float, to y: UnsafeMutablePointer<Float>, _ count: Int
) {
  for index in 0..<count { y[index] += factor * x[index] }
}

/// Σ x · y, added up in double.
package func dotInDouble(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int)
  -> Double
{
  var sum = 0.0
  for index in 0..<count { sum += Double(x[index]) * Double(y[index]) }
  return sum
}

/// The largest magnitude, or infinity when any value is not finite.
package func largestMagnitude(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
  nnk_kernels().pointee.largest_magnitude(values, count)
}

/// The largest magnitude in some rows, or infinity when any value is not finite.
package func largestMagnitude(_ rows: MatrixRows) -> Float {
  nnk_kernels().pointee.largest_magnitude_of_rows(rows.base, rows.rows, rows.columns)
}

/// sums[c] = Σ_r block[r, c]
package func columnSums(
  _ block: UnsafePointer<Float>, rows: Int, columns: Int, into sums: UnsafeMutablePointer<Float>
) {
  nnk_kernels().pointee.column_sums(block, rows, columns, sums)
}
