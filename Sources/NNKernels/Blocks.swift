import CKernels

// Whole blocks: transposition, sums, softmax.

/// b[columns × rows] = aᵀ
func transpose(_ a: Values, _ rows: Int, _ columns: Int, _ b: Floats, _ stride: Int) {
  var row = 0
  while row < rows {
    var column = 0
    while column < columns {
      nnv_transpose16(
        a + row * columns + column, columns, min(16, rows - row), min(16, columns - column),
        b + column * stride + row, stride)
      column += 16
    }
    row += 16
  }
}

/// The largest magnitude seen so far; infinity if a value was not finite.
private struct Peak {
  private var largest = splat(0)
  // x · 0 is NaN if x is not finite, and a sum keeps a NaN.
  private var spoiled = splat(0)

  @inline(__always)
  mutating func take(_ x: UnsafePointer<Float>, _ count: Int) {
    forEachVector(count) { index, lanes in
      take(lanes.load(x + index))
    } _: { index, lanes in
      take(lanes.load(x + index))
    }
  }

  @inline(__always)
  private mutating func take(_ v: Vector) {
    largest = nnv_max(largest, nnv_abs(v))
    spoiled = fma(v, splat(0), spoiled)
  }

  @inline(__always)
  var value: Float { nnv_sum(spoiled) == 0 ? nnv_largest(largest) : .infinity }
}

/// The largest magnitude, or infinity when any value is not finite.
func largestMagnitude(_ x: Values, _ count: Int) -> Float {
  var peak = Peak()
  peak.take(x, count)
  return peak.value
}

/// The same over rows that lie anywhere.
func largestMagnitudeOfRows(_ x: Rows, _ rows: Int, _ columns: Int) -> Float {
  var peak = Peak()
  for row in 0..<rows { peak.take(x[row], columns) }
  return peak.value
}

/// sums[c] = Σ_r block[r, c]
func columnSums(_ block: Values, _ rows: Int, _ columns: Int, _ sums: Floats) {
  forEachVector(columns) { column, lanes in
    lanes.store(columnSum(block + column, rows, columns, lanes), sums + column)
  } _: { column, lanes in
    lanes.store(columnSum(block + column, rows, columns, lanes), sums + column)
  }
}

/// Four sums in turn: additions then do not wait for each other, and rounding errors stay small.
@inline(__always)
private func columnSum<L: Lanes>(_ x: Values, _ rows: Int, _ stride: Int, _ lanes: L) -> Vector {
  var (a, b, c, d) = (splat(0), splat(0), splat(0), splat(0))
  var p = x
  var row = 0
  while row + 4 <= rows {
    a = a + lanes.load(p)
    b = b + lanes.load(p + stride)
    c = c + lanes.load(p + 2 * stride)
    d = d + lanes.load(p + 3 * stride)
    p += 4 * stride
    row += 4
  }
  while row < rows {
    a = a + lanes.load(p)
    p += stride
    row += 1
  }
  return (a + b) + (c + d)
}

/// x = log x, for normal x > 0
func logarithms(_ x: Floats, _ count: Int) { map(x, count) { logarithm($0) } }
