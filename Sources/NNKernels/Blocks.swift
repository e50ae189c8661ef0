import CVector

// Whole blocks: transposition, sums, softmax.

/// b[columns × rows] = aᵀ
func transpose(_ a: Values, _ rows: Int, _ columns: Int, _ b: Floats) {
  var row = 0
  while row < rows {
    var column = 0
    while column < columns {
      nnv_transpose16(
        a + row * columns + column, columns, min(16, rows - row), min(16, columns - column),
        b + column * rows + row, rows)
      column += 16
    }
    row += 16
  }
}

/// The largest magnitude, or infinity when any value is not finite.
func largestMagnitude(_ x: Values, _ count: Int) -> Float {
  var largest = splat(0)
  // x · 0 is NaN for what is not finite, and NaN stays in a sum.
  var spoiled = splat(0)
  forEachVector(count) { index, lanes in
    let v = lanes.load(x + index)
    largest = nnv_max(largest, nnv_abs(v))
    spoiled = fma(v, splat(0), spoiled)
  } _: { index, lanes in
    let v = lanes.load(x + index)
    largest = nnv_max(largest, nnv_abs(v))
    spoiled = fma(v, splat(0), spoiled)
  }
  return nnv_sum(spoiled) == 0 ? nnv_largest(largest) : .infinity
}

/// sums[c] = Σ_r block[r, c]
func columnSums(_ block: Values, _ rows: Int, _ columns: Int, _ sums: Floats) {
  forEachVector(columns) { column, lanes in
    lanes.store(columnSum(block + column, rows, columns, lanes), sums + column)
  } _: { column, lanes in
    lanes.store(columnSum(block + column, rows, columns, lanes), sums + column)
  }
}

/// Four sums that take turns, so that additions do not wait for each other and errors stay small.
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

/// q = σ(-|z|), the smaller of the two probabilities, and l = log(1 + e^-|z|): what binary
/// cross-entropy is made of. Of the larger probability 1 - q has all digits, the reverse has not.
func logisticParts(_ z: Values, _ count: Int, _ q: Floats, _ l: Floats) {
  forEachVector(count) { index, lanes in
    let small = exponentialOfMinusSize(lanes.load(z + index))
    lanes.store(small / (splat(1) + small), q + index)
    lanes.store(logarithmOnePlus(small), l + index)
  } _: { index, lanes in
    let small = exponentialOfMinusSize(lanes.load(z + index))
    lanes.store(small / (splat(1) + small), q + index)
    lanes.store(logarithmOnePlus(small), l + index)
  }
}

/// x = log x, for normal x > 0
func logarithms(_ x: Floats, _ count: Int) { map(x, count) { logarithm($0) } }
