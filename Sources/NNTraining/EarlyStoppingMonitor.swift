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
  private let bestWeights: Buffer<Float>?

  /// - Parameter bestWeights: memory for the weights of the model; nil: nothing is restored.
  init(
    _ options: EarlyStopping, column: Int, isHigherBetter: Bool, bestWeights: Buffer<Float>?
  ) {
    self.options = options
    self.column = column
    sign = isHigherBetter ? -1 : 1
    self.bestWeights = bestWeights
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
