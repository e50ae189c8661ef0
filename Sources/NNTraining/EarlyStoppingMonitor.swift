import NNErrors
import NNJSON
import NNMath
import NNNetwork

/// Where early stopping stands in a training that is not over.
struct EarlyStoppingState {
  let metric: String
  /// With the sign changed so that less is better.
  var best = Double.infinity
  /// 0: none yet.
  var bestEpoch = 0
  var waited = 0
  /// The model's weights after that epoch; nil: not to be restored.
  let weights: Buffer<Float>?
}

/// Watches one column of the history and keeps the best weights.
final class EarlyStoppingMonitor {
  private(set) var state: EarlyStoppingState
  private let options: EarlyStopping
  private let column: Int
  private let sign: Double
  /// Epochs whose value was NaN or infinite.
  private var undefined = 0

  /// - Parameter bestWeights: memory for the weights of the model; nil: nothing is restored.
  init(
    _ options: EarlyStopping, column: Int, isHigherBetter: Bool, bestWeights: Buffer<Float>?
  ) {
    self.options = options
    self.column = column
    sign = isHigherBetter ? -1 : 1
    state = EarlyStoppingState(metric: options.metric, weights: bestWeights)
  }

  /// Continues from the state of an interrupted training, if it watched the same metric.
  func resume(_ saved: EarlyStoppingState) {
    guard sameBytes(saved.metric, options.metric) else { return }
    if let own = state.weights, saved.bestEpoch > 0 {
      guard let weights = saved.weights else { return }
      own.copy(from: weights)
    }
    (state.best, state.bestEpoch, state.waited) = (saved.best, saved.bestEpoch, saved.waited)
  }

  /// An epoch whose value is not finite says nothing: it neither improves nor counts against
  /// patience.
  ///
  /// - Returns: whether patience is over.
  func observe(_ values: [Double], epoch: Int, _ model: Model) -> Bool {
    let value = sign * values[column]
    guard value.isFinite else {
      undefined += 1
      return false
    }
    if value < state.best - options.minDelta || state.bestEpoch == 0 {
      state.best = value
      state.bestEpoch = epoch
      state.waited = 0
      state.weights?.copy(from: model.weights)
      return false
    }
    state.waited += 1
    return state.waited >= max(1, options.patience)
  }

  /// The weights of the best epoch so far; nil: none yet, or they are not to be restored.
  var bestWeights: Buffer<Float>? { state.bestEpoch > 0 ? state.weights : nil }

  /// Warns where the metric was not finite.
  func tellUndefined(in history: inout TrainingHistory) {
    guard undefined > 0 else { return }
    history.warnings.append(
      "early_stopping watches \(options.metric), which was not finite in \(undefined) of "
        + "\(history.epochs.count) epochs; they do not count against patience; choose another "
        + "metric, or validation rows on which it is defined, such as rows of every class")
  }

  func restore(_ model: Model) {
    if let bestWeights { model.weights.copy(from: bestWeights) }
  }
}
