/// The meaning of truth and scores.
package enum MetricTask: Sendable {
  /// Truth 0/1 in one column; scores: probability of class 1 in one column.
  case binary
  /// Truth: class index in one column; scores: one column a class.
  case multiclass
  /// Truth: class index in one column; scores: predicted class index in one column.
  case labels
  /// Truth 0/1 and scores in K columns, each column a question of its own.
  case multilabel
  /// Truth and predictions in K columns of numbers.
  case regression

  /// In messages: `roc_auc is not defined for a regression`.
  package var phrase: String {
    switch self {
    case .binary: "scores of one class"
    case .multiclass: "scores of several classes"
    case .labels: "predicted labels"
    case .multilabel: "several labels a row"
    case .regression: "a regression"
    }
  }
}

/// Truth and scores, row by row without gaps, in double: metrics are computed in double.
package struct MetricInput {
  package let task: MetricTask
  package let rows: Int
  package let truth: UnsafePointer<Double>
  package let truthColumns: Int
  package let scores: UnsafePointer<Double>
  package let scoreColumns: Int
  /// One weight a row; nil: all 1.
  package let weights: UnsafePointer<Double>?
  /// Scores of binary and multilabel tasks that reach it count as class 1.
  package let threshold: Double
  /// Of soft labels the shares that truth has of each score column; nil: truth is hard.
  package let shares: UnsafePointer<Double>?

  package init(
    task: MetricTask, rows: Int, truth: UnsafePointer<Double>, truthColumns: Int,
    scores: UnsafePointer<Double>, scoreColumns: Int, weights: UnsafePointer<Double>?,
    threshold: Double = 0.5, shares: UnsafePointer<Double>? = nil
  ) {
    self.shares = shares
    self.task = task
    self.rows = rows
    self.truth = truth
    self.truthColumns = truthColumns
    self.scores = scores
    self.scoreColumns = scoreColumns
    self.weights = weights
    self.threshold = threshold
  }

  /// The weight of a row.
  package func weight(_ row: Int) -> Double { weights.map { $0[row] } ?? 1 }
}

/// Access to a checked input.
extension MetricInput {
  var totalWeight: Double {
    guard let weights else { return Double(rows) }
    var total = 0.0
    for row in 0..<rows { total += weights[row] }
    return total
  }

  /// The true class of a binary, multiclass or labels row.
  func trueClass(_ row: Int) -> Int { Int(truth[row]) }

  /// The predicted class of such a row; of equal scores the first class.
  func predictedClass(_ row: Int) -> Int {
    switch task {
    case .labels: return Int(scores[row])
    case .multiclass:
      let values = scores + row * scoreColumns
      var best = 0
      for column in 1..<max(1, scoreColumns) where values[column] > values[best] { best = column }
      return best
    case .binary, .multilabel, .regression: return scores[row] >= threshold ? 1 : 0
    }
  }

  /// Yes-no questions: is it this class, has it this label.
  func isPositive(_ row: Int, _ column: Int) -> Bool {
    task == .multiclass
      ? truth[row] == Double(column) : truth[row * truthColumns + column] == 1
  }

  func score(_ row: Int, _ column: Int) -> Double { scores[row * scoreColumns + column] }

  /// The mean over the rows of what `value` gives for a row.
  @inline(__always)
  func weightedMean(_ value: (_ row: Int) -> Double) -> Double {
    var (sum, total) = (0.0, 0.0)
    for row in 0..<rows {
      sum += weight(row) * value(row)
      total += weight(row)
    }
    return sum / total
  }
}
