import NNErrors
import NNMath

/// Row counts must agree and not be 0.
package func checkRows(
  features: ArrayView, targets: ArrayView, weights: ArrayView?
) throws(NNError) {
  guard features.rows > 0 else { throw .shape("x must have at least one row, got 0") }
  guard targets.rows == features.rows else {
    throw .shape("x and y must have equally many rows, got \(features.rows) and \(targets.rows)")
  }
  guard targets.columns > 0 else { throw .shape("y must have at least one column, got 0") }
  guard let weights else { return }
  guard weights.rows == features.rows, weights.columns == 1 else {
    throw .shape(
      "weight must be \(features.rows) x 1, one number a row of x, "
        + "got \(weights.rows) x \(weights.columns)")
  }
}

/// Names the first value that is not finite.
///
/// - Parameter pool: shares the search.
package func checkFinite(
  _ view: ArrayView, _ name: String, pool: WorkerPool = .alone
) throws(NNError) {
  if let (row, column) = view.firstNonFinite(pool: BorrowedPool(pool)) {
    throw notFinite(view.double(row, column), row, column, name)
  }
}

private func notFinite(_ value: Double, _ row: Int, _ column: Int, _ name: String) -> NNError {
  let cure =
    name == "x"
    ? "; fill or drop such rows, or set \"allow_nan\" (predict: NNS_ALLOW_NAN)" : ""
  return .argument(
    "\(name) must be finite in float32, row \(row), column \(column) is \(value)\(cure)")
}

/// Weights are finite, none negative, not all 0.
package func checkWeights(_ view: ArrayView) throws(NNError) {
  try checkFinite(view, "weight")
  var total = 0.0
  for row in 0..<view.rows {
    let weight = view.double(row, 0)
    guard weight >= 0 else {
      throw .argument("weight must not be negative, row \(row) is \(weight)")
    }
    total += weight
  }
  guard total > 0 else {
    throw .argument("weight must not be 0 in every row; leave it out for all 1")
  }
}

func copyWeights(_ view: ArrayView) throws(NNError) -> Buffer<Float> {
  try checkWeights(view)
  let copy = try Buffer<Float>(count: view.rows)
  view.gather(from: 0, count: view.rows, order: nil, into: copy.base)
  return copy
}
