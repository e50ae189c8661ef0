import NNErrors
import NNJSON
import NNOptions

/// Shares of rows and of classes that are right.
extension Metric {
  /// The share of the rows that are right; of several labels a row all must be.
  ///
  /// Reference: sklearn.metrics.accuracy_score.
  static let accuracy = Metric(
    name: "accuracy", example: #"{"type": "accuracy"}"#,
    tasks: [.binary, .multiclass, .labels, .multilabel]
  ) { _ throws(NNError) in
    { counts throws(NNError) in counts.correct / counts.total }
  }

  /// The mean of the recalls of the classes that occur in truth.
  ///
  /// Reference: sklearn.metrics.balanced_accuracy_score.
  static let balancedAccuracy = Metric(
    name: "balanced_accuracy", example: #"{"type": "balanced_accuracy"}"#,
    tasks: [.binary, .multiclass, .labels]
  ) { _ throws(NNError) in
    { counts throws(NNError) in
      var (sum, present) = (0.0, 0.0)
      for index in 0..<counts.classes where counts.truth[index] > 0 {
        sum += counts.hits[index] / counts.truth[index]
        present += 1
      }
      return sum / present
    }
  }

  /// `hits / predicted`: the share of the predicted rows that is right; 0 if none is predicted.
  ///
  /// Reference: sklearn.metrics.precision_score.
  static let precision = Metric(
    name: "precision", example: #"{"type": "precision", "average": "macro"}"#, tasks: answerTasks
  ) { options throws(NNError) in
    averaged(try Average(&options)) { answers in share(answers.hits, of: answers.predicted) }
  }

  /// `hits / true`: the share of the true rows that was found; 0 if there is none.
  ///
  /// Reference: sklearn.metrics.recall_score.
  static let recall = Metric(
    name: "recall", example: #"{"type": "recall", "average": "micro"}"#, tasks: answerTasks
  ) { options throws(NNError) in
    averaged(try Average(&options)) { answers in share(answers.hits, of: answers.truth) }
  }

  /// The harmonic mean of precision and recall, `2 · hits / (true + predicted)`; 0 for 0/0.
  ///
  /// Reference: sklearn.metrics.f1_score.
  static let f1 = Metric(
    name: "f1", example: #"{"type": "f1", "average": "weighted"}"#, tasks: answerTasks
  ) { options throws(NNError) in
    averaged(try Average(&options)) { answers in answers.fScore(betaSquared: 1) }
  }

  /// F1 with recall counted `beta` times as much as precision,
  /// `(1 + beta²) · hits / (beta² · true + predicted)`; 0 for 0/0.
  ///
  /// Reference: sklearn.metrics.fbeta_score.
  static let fBeta = Metric(
    name: "f_beta", example: #"{"type": "f_beta", "beta": 2, "average": "macro"}"#,
    tasks: answerTasks
  ) { options throws(NNError) in
    let beta = try options.number("beta", default: 1, in: .closed(0, 1e6))
    return averaged(try Average(&options)) { answers in
      answers.fScore(betaSquared: beta * beta)
    }
  }

  private static let answerTasks: [MetricTask] = [.binary, .multiclass, .labels, .multilabel]
}

/// The weights of the rows that have a class, are predicted to have it, and both.
private struct Answers {
  var hits = 0.0
  var truth = 0.0
  var predicted = 0.0

  func fScore(betaSquared: Double) -> Double {
    share((1 + betaSquared) * hits, of: betaSquared * truth + predicted)
  }
}

private func share(_ part: Double, of whole: Double) -> Double {
  whole == 0 ? 0 : part / whole
}

/// How the values of the classes become one.
private enum Average: Sendable {
  /// Class 1 alone where there are no classes but 0 and 1, else macro.
  case automatic
  /// Class 1 alone.
  case binary
  /// All classes together.
  case micro
  /// The plain mean over the classes that occur in truth or predictions.
  case macro
  /// The mean weighted with how much of each class is in truth.
  case weighted

  init(_ options: inout Options) throws(NNError) {
    let words = ["auto", "binary", "micro", "macro", "weighted"]
    self =
      switch try options.choice("average", default: "auto", among: words) {
      case "binary": .binary
      case "micro": .micro
      case "macro": .macro
      case "weighted": .weighted
      default: .automatic
      }
  }
}

private func averaged(
  _ average: Average, _ value: @escaping @Sendable (Answers) -> Double
) -> LabelScore {
  { counts throws(NNError) in
    let isBinary = counts.classes == 2 && !counts.isMultilabel
    switch average {
    case .automatic: return isBinary ? value(answers(counts, 1)) : mean(counts, value) { _ in 1 }
    case .macro: return mean(counts, value) { _ in 1 }
    case .weighted: return mean(counts, value) { $0.truth }
    case .micro: return value(pooled(counts))
    case .binary:
      guard isBinary else {
        throw .argument(
          "average \"binary\" needs the classes 0 and 1 only, got "
            + (counts.isMultilabel ? "several labels a row" : "\(counts.classes) classes")
            + "; set average to micro, macro or weighted")
      }
      return value(answers(counts, 1))
    }
  }
}

private func answers(_ counts: ClassCounts, _ index: Int) -> Answers {
  Answers(
    hits: counts.hits[index], truth: counts.truth[index], predicted: counts.predicted[index])
}

private func pooled(_ counts: ClassCounts) -> Answers {
  var all = Answers()
  for index in 0..<counts.classes {
    all.hits += counts.hits[index]
    all.truth += counts.truth[index]
    all.predicted += counts.predicted[index]
  }
  return all
}

/// The mean over the classes that occur; 0 where all their weights are 0.
private func mean(
  _ counts: ClassCounts, _ value: (Answers) -> Double, weight: (Answers) -> Double
) -> Double {
  var (sum, total) = (0.0, 0.0)
  for index in 0..<counts.classes where counts.occurs(index) {
    let answers = answers(counts, index)
    sum += weight(answers) * value(answers)
    total += weight(answers)
  }
  return share(sum, of: total)
}
