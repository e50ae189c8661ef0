import NNErrors
import NNMath

/// Copies targets into memory of their own: whole numbers as integers, of 64 bits where they need
/// them, others as Float32.
///
/// Whole numbers of one column may be class labels: a float would merge those beyond 2^24.
func copyTargets(_ targets: ArrayView) throws(NNError) -> (view: ArrayView, buffer: AnyObject) {
  let size = try checkedProduct(targets.rows, targets.columns, "y")
  switch integerWidth(targets) {
  case .none:
    let copy = try Buffer<Float>(count: size)
    targets.gather(from: 0, count: targets.rows, order: nil, into: copy.base)
    return (view(.float32, copy.base, targets), copy)
  case .some(4):
    let copy = try Buffer<Int32>(count: size)
    copyIntegers(targets) { copy.base[$0] = Int32(truncatingIfNeeded: $1) }
    return (view(.int32, copy.base, targets), copy)
  case .some:
    let copy = try Buffer<Int64>(count: size)
    copyIntegers(targets) { copy.base[$0] = $1 }
    return (view(.int64, copy.base, targets), copy)
  }
}

private func view(
  _ type: ElementType, _ base: UnsafeRawPointer, _ targets: ArrayView
) -> ArrayView {
  ArrayView(dense: type, base, rows: targets.rows, columns: targets.columns)
}

private func copyIntegers(_ targets: ArrayView, _ store: (Int, Int64) -> Void) {
  for row in 0..<targets.rows {
    for column in 0..<targets.columns {
      store(row * targets.columns + column, targets.integer(row, column))
    }
  }
}

/// The bytes that integers of these values need, 4 or 8; nil where they are to be floats.
private func integerWidth(_ targets: ArrayView) -> Int? {
  guard targets.type.isInteger || targets.columns == 1 else { return nil }
  var width = 4
  for row in 0..<targets.rows {
    for column in 0..<targets.columns {
      guard let value = targets.wholeNumber(row, column) else { return nil }
      if Int32(exactly: value) == nil { width = 8 }
    }
  }
  return width
}

extension ArrayView {
  /// Dense rows.
  package init(dense type: ElementType, _ base: UnsafeRawPointer, rows: Int, columns: Int) {
    self.init(
      type: type, base: base, rows: rows, columns: columns, rowStride: columns * type.size,
      columnStride: type.size)
  }

  /// One element as an integer; nil where it has a fraction or does not fit.
  package func wholeNumber(_ row: Int, _ column: Int) -> Int64? {
    type.isInteger ? integer(row, column) : Int64(exactly: double(row, column))
  }
}
