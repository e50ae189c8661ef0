import NNErrors
import NNJSON
import NNMath

/// A number for people about predictions, never differentiated. Definitions are scikit-learn's.
package struct Metric: Kind {
  package static let role = "metric"
  package let name: String
  package let example: String
  /// Whether more is better: early stopping and thresholds go by it.
  package let isHigherBetter: Bool
  /// Reads the options; the function it returns computes the metric.
  package let make: @Sendable (inout Options) throws(NNError) -> MetricFunction

  /// The members, in the order of the reference page. `loss` is the trainer's own.
  package static let registry: [Metric] = [
    .accuracy, .balancedAccuracy, .topK, .precision, .recall, .f1, .fBeta, .rocAUC, .prAUC,
    .logLoss, .brier, .matthews, .kappa, .meanSquaredError, .rootMeanSquaredError,
    .meanAbsoluteError, .medianAbsoluteError, .r2, .meanAbsolutePercentageError, .pinball,
  ]
}

/// A metric with its options filled in.
package typealias MetricFunction = @Sendable (MetricInput) throws(NNError) -> Double

/// What truth and scores mean.
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

  package init(
    task: MetricTask, rows: Int, truth: UnsafePointer<Double>, truthColumns: Int,
    scores: UnsafePointer<Double>, scoreColumns: Int, weights: UnsafePointer<Double>?,
    threshold: Double = 0.5
  ) {
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
