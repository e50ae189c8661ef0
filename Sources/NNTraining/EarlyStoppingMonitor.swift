import NNErrors
import NNMath
import NNNetwork

/// Watches one column of the history and keeps the best weights.
final class EarlyStoppingMonitor {
  private(set) var bestEpoch = 0
  private let options: EarlyStopping
  private let column: Int
  private let sign: Double
  private var best = Double.infinity
  private var waited = 0
  /// nil: nothing is restored.
  private let bestWeights: Buffer<Float>?

  init(
    _ options: EarlyStopping, column: Int, isHigherBetter: Bool, model: Model
  ) throws(NNError) {
    self.options = options
    self.column = column
    sign = isHigherBetter ? -1 : 1
    bestWeights = options.restoresBest ? try Buffer(count: model.weights.count) : nil
  }

  /// - Returns: whether patience is over.
  func observe(_ values: [Double], epoch: Int, _ model: Model) -> Bool {
    let value = sign * values[column]
    if value < best - options.minDelta || (bestEpoch == 0 && !value.isNaN) {
      best = value
      bestEpoch = epoch
      waited = 0
      bestWeights?.copy(from: model.weights)
      return false
    }
    waited += 1
    return waited >= max(1, options.patience)
  }

  func restore(_ model: Model) {
    guard bestEpoch > 0, let bestWeights else { return }
    model.weights.copy(from: bestWeights)
  }
}
