import CKernels

// Rows that are sums of a few rows of a matrix, each times a factor: the product with inputs that
// are sparse and known by their places, and its gradient.

/// out[r] = bias + Σ factor · matrix[place], over the terms of row r
func combineRows(
  _ a: UnsafePointer<nnk_sparse_rows>, _ matrix: Values, _ bias: Values?, _ out: Floats,
  _ columns: Int
) {
  let a = a.pointee
  for row in 0..<a.rows {
    let terms = Terms(a, row)
    let out = out + row * columns
    var column = 0
    while column + 64 <= columns {
      // Four sums stay in registers while all terms are added.
      var sum = (splat(0), splat(0), splat(0), splat(0))
      if let start = bias.map({ $0 + column }) {
        sum = (nnv_load(start), nnv_load(start + 16), nnv_load(start + 32), nnv_load(start + 48))
      }
      for term in 0..<terms.count {
        let (factor, row) = (splat(terms.factors[term]), terms.row(term, of: matrix) + column)
        sum.0 = fma(factor, nnv_load(row), sum.0)
        sum.1 = fma(factor, nnv_load(row + 16), sum.1)
        sum.2 = fma(factor, nnv_load(row + 32), sum.2)
        sum.3 = fma(factor, nnv_load(row + 48), sum.3)
      }
      nnv_store(out + column, sum.0)
      nnv_store(out + column + 16, sum.1)
      nnv_store(out + column + 32, sum.2)
      nnv_store(out + column + 48, sum.3)
      column += 64
    }
    forEachVector(columns - column) { place, lanes in
      combine(terms, matrix, bias, out, column + place, lanes)
    } _: { place, lanes in
      combine(terms, matrix, bias, out, column + place, lanes)
    }
  }
}

/// The terms of one row.
private struct Terms {
  let count: Int
  let places: UnsafePointer<Int>
  let factors: Values

  @inline(__always)
  init(_ a: nnk_sparse_rows, _ row: Int) {
    let start = a.starts[row]
    count = a.starts[row + 1] - start
    (places, factors) = (a.places + start, a.factors + start)
  }

  @inline(__always)
  func row(_ term: Int, of matrix: Values) -> Values { matrix + places[term] }
}

@inline(__always)
private func combine<L: Lanes>(
  _ terms: Terms, _ matrix: Values, _ bias: Values?, _ out: Floats, _ column: Int, _ lanes: L
) {
  var sum = bias.map { lanes.load($0 + column) } ?? splat(0)
  for term in 0..<terms.count {
    sum = fma(splat(terms.factors[term]), lanes.load(terms.row(term, of: matrix) + column), sum)
  }
  lanes.store(sum, out + column)
}

/// sums[place] += factor · x[r], for the terms of each row r
func scatterRows(
  _ a: UnsafePointer<nnk_sparse_rows>, _ x: Values, _ sums: Floats, _ columns: Int
) {
  let a = a.pointee
  for row in 0..<a.rows {
    let terms = Terms(a, row)
    let x = x + row * columns
    var column = 0
    while column + 64 <= columns {
      let (p, q) = (nnv_load(x + column), nnv_load(x + column + 16))
      let (r, s) = (nnv_load(x + column + 32), nnv_load(x + column + 48))
      for term in 0..<terms.count {
        let factor = splat(terms.factors[term])
        let sum = sums + terms.places[term] + column
        nnv_store(sum, fma(factor, p, nnv_load(sum)))
        nnv_store(sum + 16, fma(factor, q, nnv_load(sum + 16)))
        nnv_store(sum + 32, fma(factor, r, nnv_load(sum + 32)))
        nnv_store(sum + 48, fma(factor, s, nnv_load(sum + 48)))
      }
      column += 64
    }
    forEachVector(columns - column) { place, lanes in
      scatter(terms, x, sums, column + place, lanes)
    } _: { place, lanes in
      scatter(terms, x, sums, column + place, lanes)
    }
  }
}

@inline(__always)
private func scatter<L: Lanes>(
  _ terms: Terms, _ x: Values, _ sums: Floats, _ column: Int, _ lanes: L
) {
  let values = lanes.load(x + column)
  for term in 0..<terms.count {
    let sum = sums + terms.places[term] + column
    lanes.store(fma(splat(terms.factors[term]), values, lanes.load(sum)), sum)
  }
}

/// sums[0] = 0, sums[i + 1] = sums[i] + rows[i], each `step` floats behind the one before it;
/// step 0: the last alone
func sumRows(_ rows: Values, _ count: Int, _ columns: Int, _ sums: Floats, _ step: Int) {
  var column = 0
  while column + 64 <= columns {
    var sum = (splat(0), splat(0), splat(0), splat(0))
    var (row, place) = (rows + column, sums + column)
    for index in 0...count {
      if step > 0 || index == count {
        nnv_store(place, sum.0)
        nnv_store(place + 16, sum.1)
        nnv_store(place + 32, sum.2)
        nnv_store(place + 48, sum.3)
      }
      if index == count { break }
      sum.0 = sum.0 + nnv_load(row)
      sum.1 = sum.1 + nnv_load(row + 16)
      sum.2 = sum.2 + nnv_load(row + 32)
      sum.3 = sum.3 + nnv_load(row + 48)
      row += columns
      place += step
    }
    column += 64
  }
  forEachVector(columns - column) { place, lanes in
    sumRows(rows + column + place, count, columns, sums + column + place, step, lanes)
  } _: { place, lanes in
    sumRows(rows + column + place, count, columns, sums + column + place, step, lanes)
  }
}

@inline(__always)
private func sumRows<L: Lanes>(
  _ rows: Values, _ count: Int, _ columns: Int, _ sums: Floats, _ step: Int, _ lanes: L
) {
  var sum = splat(0)
  for index in 0..<count {
    if step > 0 { lanes.store(sum, sums + index * step) }
    sum = sum + lanes.load(rows + index * columns)
  }
  lanes.store(sum, sums + count * step)
}

/// y += x
func addTo(_ y: Floats, _ x: Values, _ count: Int) {
  forEachVector(count) { index, lanes in
    lanes.store(lanes.load(y + index) + lanes.load(x + index), y + index)
  } _: { index, lanes in
    lanes.store(lanes.load(y + index) + lanes.load(x + index), y + index)
  }
}

/// x · y
func dot(_ x: Values, _ y: Values, _ count: Int) -> Float {
  var sum = splat(0)
  forEachVector(count) { index, lanes in
    sum = fma(lanes.load(x + index), lanes.load(y + index), sum)
  } _: { index, lanes in
    sum = fma(lanes.load(x + index), lanes.load(y + index), sum)
  }
  return nnv_sum(sum)
}
