import NNMath

/// Which rows each member of a model does not learn from, and alone predicts in a validation.
package struct HeldOut: BitwiseCopyable {
  /// The part of each row of the data set, by its place in memory.
  let parts: UnsafePointer<Int32>
  let count: Int

  package init(_ parts: UnsafePointer<Int32>, count: Int) {
    (self.parts, self.count) = (parts, count)
  }

  /// Member m holds out part m modulo `count`.
  @inline(__always)
  package func holds(_ member: Int, row: Int) -> Bool { Int(parts[row]) == member % count }
}

/// Rows to pass through a network: borrowed, possibly in an order of their own.
package struct SampleRows {
  package let rows: Int
  package let features: ArrayView
  package let targets: ArrayView
  package let weights: ArrayView?
  package let order: UnsafePointer<Int32>?
  /// No feature has a larger magnitude; nil: not known.
  package let maxMagnitude: Float?
  /// nil: all members learn from all rows, and predict them together.
  package var heldOut: HeldOut?

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

  /// The same rows, of which members hold out some.
  package func holdingOut(_ heldOut: HeldOut?) -> SampleRows {
    var samples = self
    samples.heldOut = heldOut
    return samples
  }

  /// The same rows in another order.
  package func ordered(by order: UnsafePointer<Int32>) -> SampleRows {
    var samples = SampleRows(
      rows: rows, features: features, targets: targets, weights: weights, order: order,
      maxMagnitude: maxMagnitude)
    samples.heldOut = heldOut
    return samples
  }
}
