import NNErrors
import NNExecution
import NNMath
import NNNetwork

/// Adds up the gradients of several batches for one step: the gradient of all their rows together.
final class GradientAccumulator: GradientSink {
  /// Batches added up so far.
  private(set) var batches = 0
  private let sums: Buffer<Float>
  /// Σ of the batches' weights.
  private var weight = 0.0
  private var batchWeight: Float = 0

  /// - Throws: `NNError.memory`.
  init(parameters: Int) throws(NNError) { sums = try Buffer(count: parameters) }

  /// Begins a batch; `weight` is the sum of its rows' weights, and `take` then gets its mean
  /// gradient.
  func begin(weight: Double) {
    if batches == 0 { sums.base.update(repeating: 0, count: sums.count) }
    batches += 1
    self.weight += weight
    batchWeight = Float(weight)
  }

  func take(_ span: GradientSpan) {
    add(span.values, times: batchWeight, to: sums.base + span.offset, span.count)
  }

  /// Writes the mean over all rows and begins anew.
  func finish(into gradients: UnsafeMutablePointer<Float>) {
    gradients.copy(from: sums.base, count: sums.count)
    scale(gradients, by: weight > 0 ? Float(1 / weight) : 0, sums.count)
    reset()
  }

  /// Discards the sums.
  func reset() { (batches, weight) = (0, 0) }
}
