import CKernels

// The part of a table layer's product that is not dense: each row of a table uses a few rows of the
// weight, which its bins and codes name.

/// out[r] += Σ (sum of the bins below + share · weight of the bin) + Σ weight of the code
func combineTable(
  _ a: UnsafePointer<nnk_table_rows>, _ bins: Values, _ weight: Values, _ vectors: Values,
  _ out: Floats, _ columns: Int
) {
  let a = a.pointee
  for row in 0..<a.rows {
    let used = UsedRows(a, row, columns)
    let out = out + row * columns
    var column = 0
    while column + 64 <= columns {
      let place = out + column
      // Four sums stay in registers while all is added.
      var sum = (
        nnv_load(place), nnv_load(place + 16), nnv_load(place + 32), nnv_load(place + 48)
      )
      for index in 0..<a.positions {
        let share = splat(used.shares[index])
        let below = bins + used.bin(index) + column
        let weight = below + columns
        sum.0 = fma(share, nnv_load(weight), sum.0 + nnv_load(below))
        sum.1 = fma(share, nnv_load(weight + 16), sum.1 + nnv_load(below + 16))
        sum.2 = fma(share, nnv_load(weight + 32), sum.2 + nnv_load(below + 32))
        sum.3 = fma(share, nnv_load(weight + 48), sum.3 + nnv_load(below + 48))
      }
      for index in 0..<a.codes {
        let row = used.code(index, weight, vectors) + column
        sum.0 = sum.0 + nnv_load(row)
        sum.1 = sum.1 + nnv_load(row + 16)
        sum.2 = sum.2 + nnv_load(row + 32)
        sum.3 = sum.3 + nnv_load(row + 48)
      }
      nnv_store(place, sum.0)
      nnv_store(place + 16, sum.1)
      nnv_store(place + 32, sum.2)
      nnv_store(place + 48, sum.3)
      column += 64
    }
    forEachVector(columns - column) { place, lanes in
      used.combine(bins, weight, vectors, out, column + place, lanes)
    } _: { place, lanes in
      used.combine(bins, weight, vectors, out, column + place, lanes)
    }
  }
}

/// x[r] is added to all that row r used, times the factor that it had.
func scatterTable(
  _ a: UnsafePointer<nnk_table_rows>, _ x: Values, _ bins: Floats, _ weight: Floats,
  _ vectors: Floats, _ columns: Int
) {
  let a = a.pointee
  for row in 0..<a.rows {
    let used = UsedRows(a, row, columns)
    let x = x + row * columns
    var column = 0
    while column + 64 <= columns {
      let (p, q) = (nnv_load(x + column), nnv_load(x + column + 16))
      let (r, s) = (nnv_load(x + column + 32), nnv_load(x + column + 48))
      for index in 0..<a.positions {
        let share = splat(used.shares[index])
        let below = bins + used.bin(index) + column
        let weight = below + columns
        nnv_store(below, nnv_load(below) + p)
        nnv_store(below + 16, nnv_load(below + 16) + q)
        nnv_store(below + 32, nnv_load(below + 32) + r)
        nnv_store(below + 48, nnv_load(below + 48) + s)
        nnv_store(weight, fma(share, p, nnv_load(weight)))
        nnv_store(weight + 16, fma(share, q, nnv_load(weight + 16)))
        nnv_store(weight + 32, fma(share, r, nnv_load(weight + 32)))
        nnv_store(weight + 48, fma(share, s, nnv_load(weight + 48)))
      }
      for index in 0..<a.codes {
        let row = used.code(index, weight, vectors) + column
        nnv_store(row, nnv_load(row) + p)
        nnv_store(row + 16, nnv_load(row + 16) + q)
        nnv_store(row + 32, nnv_load(row + 32) + r)
        nnv_store(row + 48, nnv_load(row + 48) + s)
      }
      column += 64
    }
    forEachVector(columns - column) { place, lanes in
      used.scatter(x, bins, weight, vectors, column + place, lanes)
    } _: { place, lanes in
      used.scatter(x, bins, weight, vectors, column + place, lanes)
    }
  }
}

/// The rows of bins and weights that one row of a table uses.
private struct UsedRows {
  let positions: Int
  let codes: Int
  let columns: Int
  let split: Int
  let bins: UnsafePointer<Int32>
  let shares: Values
  let places: UnsafePointer<Int32>

  @inline(__always)
  init(_ a: nnk_table_rows, _ row: Int, _ columns: Int) {
    (positions, codes, split, self.columns) = (a.positions, a.codes, a.split, columns)
    (bins, shares) = (a.bin + row * a.positions, a.share + row * a.positions)
    places = a.code + row * a.codes
  }

  /// Where a bin's two rows begin.
  @inline(__always)
  func bin(_ index: Int) -> Int { Int(bins[index]) * 2 * columns }

  @inline(__always)
  func code(_ index: Int, _ weight: Values, _ vectors: Values) -> Values {
    let place = Int(places[index])
    return place < split ? weight + place * columns : vectors + (place - split) * columns
  }

  @inline(__always)
  func code(_ index: Int, _ weight: Floats, _ vectors: Floats) -> Floats {
    let place = Int(places[index])
    return place < split ? weight + place * columns : vectors + (place - split) * columns
  }

  @inline(__always)
  func combine<L: Lanes>(
    _ bins: Values, _ weight: Values, _ vectors: Values, _ out: Floats, _ column: Int, _ lanes: L
  ) {
    var sum = lanes.load(out + column)
    for index in 0..<positions {
      let below = bins + bin(index) + column
      sum = fma(splat(shares[index]), lanes.load(below + columns), sum + lanes.load(below))
    }
    for index in 0..<codes { sum = sum + lanes.load(code(index, weight, vectors) + column) }
    lanes.store(sum, out + column)
  }

  @inline(__always)
  func scatter<L: Lanes>(
    _ x: Values, _ bins: Floats, _ weight: Floats, _ vectors: Floats, _ column: Int, _ lanes: L
  ) {
    let values = lanes.load(x + column)
    for index in 0..<positions {
      let below = bins + bin(index) + column
      lanes.store(lanes.load(below) + values, below)
      let weight = below + columns
      lanes.store(fma(splat(shares[index]), values, lanes.load(weight)), weight)
    }
    for index in 0..<codes {
      let row = code(index, weight, vectors) + column
      lanes.store(lanes.load(row) + values, row)
    }
  }
}

/// Of each bin the sum of the weights below it and its weight; behind the last bin the sum of all
/// and 0.
func fillBins(_ weight: Values, _ count: Int, _ columns: Int, _ bins: Floats) {
  @inline(__always)
  func fill<L: Lanes>(_ column: Int, _ lanes: L) {
    var sum = splat(0)
    var place = bins + column
    for index in 0..<count {
      let own = lanes.load(weight + index * columns + column)
      lanes.store(sum, place)
      lanes.store(own, place + columns)
      sum = sum + own
      place += 2 * columns
    }
    lanes.store(sum, place)
    lanes.store(splat(0), place + columns)
  }
  forEachVector(columns) {
    fill($0, $1)
  } _: {
    fill($0, $1)
  }
}

/// The gradients of the weights: what a bin got, and what the sums above it got.
func spreadBins(_ bins: Values, _ count: Int, _ columns: Int, _ weight: Floats) {
  @inline(__always)
  func spread<L: Lanes>(_ column: Int, _ lanes: L) {
    var place = bins + 2 * columns * count + column
    var above = lanes.load(place)
    for index in stride(from: count - 1, through: 0, by: -1) {
      place -= 2 * columns
      lanes.store(above + lanes.load(place + columns), weight + index * columns + column)
      above = above + lanes.load(place)
    }
  }
  forEachVector(columns) {
    spread($0, $1)
  } _: {
    spread($0, $1)
  }
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
