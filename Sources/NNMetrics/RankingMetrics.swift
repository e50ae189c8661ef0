import NNErrors
import NNJSON
import NNMath
import NNOptions

/// Metrics of the order of rows or classes by their scores.
extension Metric {
  /// The share of the rows whose true class is among the k largest scores.
  ///
  /// Of equal scores the later class counts as the larger. For scores of one class: with k = 1 the
  /// accuracy at a threshold that the score must exceed, 0.5, or 0 if a score is not within 0...1;
  /// 1 for larger k.
  ///
  /// Reference: sklearn.metrics.top_k_accuracy_score.
  static let topK = Metric(
    name: "top_k", example: #"{"type": "top_k", "k": 3}"#, isHigherBetter: true,
    tasks: [.binary, .multiclass]
  ) { options throws(NNError) in
    let k = try options.integer("k", default: 5, in: 1...1_000_000_000)
    return { input throws(NNError) in
      if input.task == .multiclass {
        return input.weightedMean { row in rank(input, row) < k ? 1 : 0 }
      }
      guard k == 1 else { return 1 }
      var areProbabilities = true
      for row in 0..<input.rows where !(input.scores[row] >= 0 && input.scores[row] <= 1) {
        areProbabilities = false
      }
      let threshold = areProbabilities ? 0.5 : 0
      return input.weightedMean { row in
        (input.scores[row] > threshold) == (input.truth[row] == 1) ? 1 : 0
      }
    }
  }

  /// The area under the ROC curve: how likely a row of class 1 has a larger score than a row of
  /// class 0, equal scores counting half; NaN where either class is missing.
  ///
  /// Several classes: each against the rest, of rows that sum to 1. Reference:
  /// sklearn.metrics.roc_auc_score, multi_class "ovr".
  static let rocAUC = Metric(
    name: "roc_auc", example: #"{"type": "roc_auc", "average": "weighted"}"#, isHigherBetter: true,
    tasks: [.binary, .multiclass, .multilabel]
  ) { options throws(NNError) in
    let average = try QuestionAverage(&options)
    return { input throws(NNError) in
      if input.task == .multiclass { try checkRowSums(input) }
      return try average.mean(input, of: areaUnderROC)
    }
  }

  /// Average precision, `Σ (recall - recall before) · precision` over the distinct scores from the
  /// largest down; 0 where there is no row of class 1.
  ///
  /// Reference: sklearn.metrics.average_precision_score.
  static let prAUC = Metric(
    name: "pr_auc", example: #"{"type": "pr_auc", "average": "micro"}"#, isHigherBetter: true,
    tasks: [.binary, .multiclass, .multilabel]
  ) { options throws(NNError) in
    let average = try QuestionAverage(&options)
    return { input throws(NNError) in try average.mean(input, of: averagePrecision) }
  }
}

/// How many classes are before the true one.
private func rank(_ input: MetricInput, _ row: Int) -> Int {
  let label = input.trueClass(row)
  let score = input.score(row, label)
  var rank = 0
  for column in 0..<input.scoreColumns {
    let other = input.score(row, column)
    if other > score || (other == score && column > label) { rank += 1 }
  }
  return rank
}

private func checkRowSums(_ input: MetricInput) throws(NNError) {
  for row in 0..<input.rows {
    var sum = 0.0
    for column in 0..<input.scoreColumns { sum += input.score(row, column) }
    guard abs(1 - sum) <= 1e-8 + 1e-5 * abs(sum) else {
      throw .argument(
        "roc_auc of several classes needs probabilities that sum to 1 in each row, "
          + "got \(sum) in row \(row)")
    }
  }
}

private func areaUnderROC(_ ranked: RankedScores) -> Double {
  var area = 0.0
  var (lastTrue, lastFalse) = (0.0, 0.0)
  ranked.forEachThreshold { _, truePositives, falsePositives in
    area += (falsePositives - lastFalse) * (truePositives + lastTrue) / 2
    (lastTrue, lastFalse) = (truePositives, falsePositives)
  }
  guard ranked.positives > 0, ranked.negatives > 0 else { return .nan }
  return area / ranked.positives / ranked.negatives
}

private func averagePrecision(_ ranked: RankedScores) -> Double {
  guard ranked.positives > 0 else { return 0 }
  var (sum, last) = (0.0, 0.0)
  ranked.forEachThreshold { _, truePositives, falsePositives in
    sum += (truePositives - last) * truePositives / (truePositives + falsePositives)
    last = truePositives
  }
  return sum / ranked.positives
}

/// How the values of several classes or labels become one.
private enum QuestionAverage: Sendable {
  /// The plain mean.
  case macro
  /// The mean weighted with how much of each is in truth.
  case weighted
  /// Every row and column is a row of one question.
  case micro

  init(_ options: inout Options) throws(NNError) {
    let words = ["macro", "weighted", "micro"]
    self =
      switch try options.choice("average", default: "macro", among: words) {
      case "weighted": .weighted
      case "micro": .micro
      default: .macro
      }
  }

  func mean(
    _ input: MetricInput, of value: (RankedScores) -> Double
  ) throws(NNError) -> Double {
    if self == .micro { return value(try pooled(input)) }
    let ranked = try RankedScores(capacity: input.rows)
    var (sum, total) = (0.0, 0.0)
    for column in 0..<input.scoreColumns {
      ranked.load(input, column: column)
      let weight = self == .weighted && input.scoreColumns > 1 ? ranked.positives : 1
      // A class that does not occur may be undefined; its weight in a weighted mean is 0.
      if weight > 0 { sum += weight * value(ranked) }
      total += weight
    }
    return total > 0 ? sum / total : 0
  }

  private func pooled(_ input: MetricInput) throws(NNError) -> RankedScores {
    let ranked = try RankedScores(
      capacity: try checkedProduct(input.rows, input.scoreColumns, "scores"))
    for row in 0..<input.rows {
      for column in 0..<input.scoreColumns {
        ranked.append(
          score: input.score(row, column), isPositive: input.isPositive(row, column),
          weight: input.weight(row))
      }
    }
    ranked.sort()
    return ranked
  }
}
