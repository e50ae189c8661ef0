import CKernels

// Rows of a matrix, each times a factor: the product with an input that is sparse and known by its
// terms, and its gradients.

/// out = bias + Σ factor · row
func combineTerms(
  _ terms: UnsafePointer<nnk_term>, _ count: Int, _ bias: Values?, _ out: Floats, _ columns: Int
) {
  var column = 0
  while column + 64 <= columns {
    // Four sums stay in registers while all terms are added.
    var (a, b, c, d) = (splat(0), splat(0), splat(0), splat(0))
    if let start = bias.map({ $0 + column }) {
      (a, b) = (nnv_load(start), nnv_load(start + 16))
      (c, d) = (nnv_load(start + 32), nnv_load(start + 48))
    }
    for index in 0..<count {
      let factor = splat(terms[index].factor)
      let row = terms[index].row + column
      a = fma(factor, nnv_load(row), a)
      b = fma(factor, nnv_load(row + 16), b)
      c = fma(factor, nnv_load(row + 32), c)
      d = fma(factor, nnv_load(row + 48), d)
    }
    nnv_store(out + column, a)
    nnv_store(out + column + 16, b)
    nnv_store(out + column + 32, c)
    nnv_store(out + column + 48, d)
    column += 64
  }
  forEachVector(columns - column) { place, lanes in
    combine(
      terms, count, bias.map { $0 + column + place }, out + column + place, column + place, lanes)
  } _: { place, lanes in
    combine(
      terms, count, bias.map { $0 + column + place }, out + column + place, column + place, lanes)
  }
}

@inline(__always)
private func combine<L: Lanes>(
  _ terms: UnsafePointer<nnk_term>, _ count: Int, _ bias: Values?, _ out: Floats, _ column: Int,
  _ lanes: L
) {
  var sum = bias.map { lanes.load($0) } ?? splat(0)
  for index in 0..<count {
    sum = fma(splat(terms[index].factor), lanes.load(terms[index].row + column), sum)
  }
  lanes.store(sum, out)
}

/// row += factor · x, for the row of each term.
func scatterTerms(
  _ terms: UnsafePointer<nnk_term>, _ count: Int, _ x: Values, _ columns: Int
) {
  var column = 0
  while column + 64 <= columns {
    let (a, b) = (nnv_load(x + column), nnv_load(x + column + 16))
    let (c, d) = (nnv_load(x + column + 32), nnv_load(x + column + 48))
    for index in 0..<count {
      let factor = splat(terms[index].factor)
      let row = Floats(mutating: terms[index].row) + column
      nnv_store(row, fma(factor, a, nnv_load(row)))
      nnv_store(row + 16, fma(factor, b, nnv_load(row + 16)))
      nnv_store(row + 32, fma(factor, c, nnv_load(row + 32)))
      nnv_store(row + 48, fma(factor, d, nnv_load(row + 48)))
    }
    column += 64
  }
  forEachVector(columns - column) { place, lanes in
    scatter(terms, count, x, column + place, lanes)
  } _: { place, lanes in
    scatter(terms, count, x, column + place, lanes)
  }
}

@inline(__always)
private func scatter<L: Lanes>(
  _ terms: UnsafePointer<nnk_term>, _ count: Int, _ x: Values, _ column: Int, _ lanes: L
) {
  let values = lanes.load(x + column)
  for index in 0..<count {
    let row = Floats(mutating: terms[index].row) + column
    lanes.store(fma(splat(terms[index].factor), values, lanes.load(row)), row)
  }
}

/// out[i] = factor · Σ row · x, for each term.
func dotTerms(
  _ terms: UnsafePointer<nnk_term>, _ count: Int, _ x: Values, _ columns: Int, _ out: Floats
) {
  for index in 0..<count {
    var sum = splat(0)
    let row = terms[index].row
    forEachVector(columns) { place, lanes in
      sum = fma(lanes.load(row + place), lanes.load(x + place), sum)
    } _: { place, lanes in
      sum = fma(lanes.load(row + place), lanes.load(x + place), sum)
    }
    out[index] = terms[index].factor * nnv_sum(sum)
  }
}
