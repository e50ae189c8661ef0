import NNMath

/// Rows to pass through a network: borrowed, possibly in an order of their own.
package struct SampleRows {
  package let rows: Int
  package let features: ArrayView
  package let targets: ArrayView
  package let weights: ArrayView?
  package let order: UnsafePointer<Int32>?
  /// No feature has a larger magnitude; nil: not known.
  package let maxMagnitude: Float?

  package init(
    rows: Int, features: ArrayView, targets: ArrayView, weights: ArrayView?,
    order: UnsafePointer<Int32>?, maxMagnitude: Float? = nil
  ) {
    self.maxMagnitude = maxMagnitude
    self.rows = rows
    self.features = features
    self.targets = targets
    self.weights = weights
    self.order = order
  }

  package func source(_ position: Int) -> Int { order.map { Int($0[position]) } ?? position }

  /// The same rows in another order.
  package func ordered(by order: UnsafePointer<Int32>) -> SampleRows {
    SampleRows(
      rows: rows, features: features, targets: targets, weights: weights, order: order,
      maxMagnitude: maxMagnitude)
  }
}
