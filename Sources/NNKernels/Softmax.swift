import CKernels

/// p = softmax(z) row by row, in three passes over the block: rows of ten would leave most lanes
/// idle while the exponential is computed. peaks and sums, [rows], if wanted:
/// log Σ e^z = peak + log sum.
///
/// The largest logit is subtracted first, so that no exponential overflows whatever the logits are.
func softmax(
  _ z: Values, _ rows: Int, _ columns: Int, _ p: Floats, _ peaks: Floats?, _ sums: Floats?
) {
  let block = Block(rows: rows, columns: columns)
  block.transform(z, p) { row in
    var largest = splat(-.infinity)
    row.forEachVector { v, inside in
      largest = nnv_max(largest, nnv_first(v, splat(-.infinity), inside))
    }
    let peak = nnv_largest(largest)
    peaks?[row.number] = peak
    return splat(peak)
  } _: { v, peak in
    v - peak
  }
  map(p, block.rows * block.columns) { exponential($0) }
  block.transform(p, p) { row in
    var sum = splat(0)
    row.forEachVector { v, inside in sum = sum + nnv_first(v, splat(0), inside) }
    let total = nnv_sum(sum)
    sums?[row.number] = total
    return splat(1 / total)
  } _: { v, factor in
    v * factor
  }
}

/// A row being transformed. A narrow row is already in a register.
private struct Row {
  let number: Int
  let columns: Int
  let source: Values
  let first: Vector

  @inline(__always)
  func forEachVector(_ body: (Vector, Int) -> Void) {
    if columns <= 16 { return body(first, columns) }
    forEachPlace(columns) { at, count in
      body(nnv_load_first(source + at, count), count)
    }
  }
}

/// Calls body for indices 0, 16, 32 ... with the number of floats left there, at most 16.
@inline(__always)
private func forEachPlace(_ count: Int, _ body: (Int, Int) -> Void) {
  var at = 0
  while at < count {
    body(at, min(16, count - at))
    at += 16
  }
}

/// Rows one behind the other.
private struct Block {
  let rows, columns: Int

  /// target = body(source, measure(row)), row by row; both may be the same.
  @inline(__always)
  func transform(
    _ source: Values, _ target: Floats, _ measure: (Row) -> Vector,
    _ body: (Vector, Vector) -> Vector
  ) {
    if columns <= 16 {
      narrow(source, target, measure, body)
    } else {
      wide(source, target, measure, body)
    }
  }

  /// Whole vectors, which extend into the following rows: several times faster than masked ones.
  /// The floats behind a row are written back unchanged. The next row is read before that, because
  /// a load that overlaps a store has to wait for it.
  @inline(__always)
  private func narrow(
    _ source: Values, _ target: Floats, _ measure: (Row) -> Vector,
    _ body: (Vector, Vector) -> Vector
  ) {
    let end = rows * columns
    var at = 0
    var next = load(source, at, end)
    for number in 0..<rows {
      let v = next
      if number + 1 < rows { next = load(source, at + columns, end) }
      let factor = measure(Row(number: number, columns: columns, source: source + at, first: v))
      let result = nnv_first(body(v, factor), v, columns)
      if at + 16 <= end {
        nnv_store(target + at, result)
      } else {
        nnv_store_first(target + at, result, end - at)
      }
      at += columns
    }
  }

  @inline(__always)
  private func load(_ source: Values, _ at: Int, _ end: Int) -> Vector {
    at + 16 <= end ? nnv_load(source + at) : nnv_load_first(source + at, end - at)
  }

  @inline(__always)
  private func wide(
    _ source: Values, _ target: Floats, _ measure: (Row) -> Vector,
    _ body: (Vector, Vector) -> Vector
  ) {
    for number in 0..<rows {
      let (x, y) = (source + number * columns, target + number * columns)
      let factor = measure(Row(number: number, columns: columns, source: x, first: splat(0)))
      forEachVector(columns) { at, lanes in
        lanes.store(body(lanes.load(x + at), factor), y + at)
      } _: { at, lanes in
        lanes.store(body(lanes.load(x + at), factor), y + at)
      }
    }
  }
}
