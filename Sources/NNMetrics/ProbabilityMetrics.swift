import CPlatform
import NNErrors
import NNJSON

/// How good scores are as probabilities.
extension Metric {
  /// The mean of `-log p`, p the probability of the true class, kept within `eps ... 1 - eps` with
  /// the eps of a double. Rows are not made to sum to 1.
  ///
  /// Of several labels a row exactly one must be 1. Reference: sklearn.metrics.log_loss.
  static let logLoss = Metric(
    name: "log_loss", example: #"{"type": "log_loss"}"#, isHigherBetter: false,
    tasks: [.binary, .multiclass, .multilabel]
  ) { _ throws(NNError) in
    { input throws(NNError) in
      try checkProbabilities(input, name: "log_loss")
      if input.task == .multilabel { try checkOneHot(input) }
      if input.shares != nil { return input.weightedMean { softLogLoss(input, $0) } }
      return input.weightedMean { row in minusLog(probabilityOfTruth(input, row)) }
    }
  }

  /// The mean of `(p - y)²` for scores of one class; for several `Σ (p - y)²` over the classes,
  /// halved if they are two.
  ///
  /// Reference: Brier 1950; sklearn.metrics.brier_score_loss.
  static let brier = Metric(
    name: "brier", example: #"{"type": "brier"}"#, isHigherBetter: false,
    tasks: [.binary, .multiclass, .multilabel]
  ) { _ throws(NNError) in
    { input throws(NNError) in
      try checkProbabilities(input, name: "brier")
      let mean = input.weightedMean { row in
        var sum = 0.0
        for column in 0..<input.scoreColumns {
          let error = input.score(row, column) - input.share(row, column)
          sum += error * error
        }
        return sum
      }
      return input.scoreColumns == 2 ? mean / 2 : mean
    }
  }
}

private func minusLog(_ probability: Double) -> Double {
  let eps = Double.ulpOfOne
  return -nnc_log(min(max(probability, eps), 1 - eps))
}

/// `-Σ share · log p`: the cross-entropy of soft labels.
private func softLogLoss(_ input: MetricInput, _ row: Int) -> Double {
  var sum = 0.0
  for column in 0..<input.scoreColumns {
    let (share, score) = (input.share(row, column), input.score(row, column))
    sum += share * minusLog(score)
    if input.task == .binary { sum += (1 - share) * minusLog(1 - score) }
  }
  return sum
}

extension MetricInput {
  /// How much of a row is of a class, 0 ... 1.
  fileprivate func share(_ row: Int, _ column: Int) -> Double {
    shares.map { $0[row * scoreColumns + column] } ?? (isPositive(row, column) ? 1 : 0)
  }
}

private func probabilityOfTruth(_ input: MetricInput, _ row: Int) -> Double {
  switch input.task {
  case .multiclass: return input.score(row, input.trueClass(row))
  case .multilabel:
    var column = 0
    while !input.isPositive(row, column) { column += 1 }
    return input.score(row, column)
  case .binary, .labels, .regression:
    return input.truth[row] == 1 ? input.scores[row] : 1 - input.scores[row]
  }
}

private func checkOneHot(_ input: MetricInput) throws(NNError) {
  for row in 0..<input.rows {
    var ones = 0
    for column in 0..<input.scoreColumns where input.isPositive(row, column) { ones += 1 }
    guard ones == 1 else {
      throw .argument(
        "log_loss needs exactly one true class in each row, got \(ones) in row \(row); "
          + "for several labels a row use brier, or the loss binary_cross_entropy")
    }
  }
}
