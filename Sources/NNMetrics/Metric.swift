import NNErrors
import NNJSON
import NNOptions

/// A measure of predictions for people; it is not differentiated. Definitions are scikit-learn's.
package struct Metric: Kind {
  package static let role = "metric"
  package static let aliases: [Alias] = [
    ("mean_squared_error", "mse"), ("mean_absolute_error", "mae"), ("auc", "roc_auc"),
    ("average_precision", "pr_auc"), ("mcc", "matthews"),
    ("ece", "expected_calibration_error"),
  ]
  package let name: String
  package let example: String
  /// Whether more is better, for early stopping and thresholds.
  package let isHigherBetter: Bool
  /// The tasks that it accepts.
  package let tasks: [MetricTask]
  /// Reads the options; the function it returns checks its input and computes the metric, NaN
  /// where it is not defined and where all weights are 0.
  package let make: @Sendable (inout Options) throws(NNError) -> MetricFunction
  /// For metrics of predicted labels: the same from the weights of each class.
  let makeLabelScore: (@Sendable (inout Options) throws(NNError) -> LabelScore)?

  /// The members, in the order of the reference page. `loss` is the trainer's own.
  package static let registry: [Metric] = [
    .accuracy, .balancedAccuracy, .topK, .precision, .recall, .f1, .fBeta, .rocAUC, .prAUC,
    .logLoss, .brier, .expectedCalibrationError, .matthews, .kappa, .cost, .meanSquaredError,
    .rootMeanSquaredError, .meanAbsoluteError, .medianAbsoluteError, .r2,
    .meanAbsolutePercentageError, .pinball, .coverage,
  ]

  /// A metric of scores or of numbers.
  ///
  /// - Parameter function: is only called with input that has passed `check`.
  init(
    name: String, example: String, isHigherBetter: Bool, tasks: [MetricTask],
    function: @escaping @Sendable (inout Options) throws(NNError) -> MetricFunction
  ) {
    self.name = name
    self.example = example
    self.isHigherBetter = isHigherBetter
    self.tasks = tasks
    makeLabelScore = nil
    make = { options throws(NNError) in
      let compute = try function(&options)
      return { input throws(NNError) in
        let input = try checked(input, name: name, tasks: tasks)
        return input.totalWeight > 0 ? try compute(input) : .nan
      }
    }
  }

  /// A metric of predicted labels.
  init(
    name: String, example: String, isHigherBetter: Bool = true, tasks: [MetricTask],
    ofLabels labelScore: @escaping @Sendable (inout Options) throws(NNError) -> LabelScore
  ) {
    self.name = name
    self.example = example
    self.isHigherBetter = isHigherBetter
    self.tasks = tasks
    makeLabelScore = labelScore
    make = { options throws(NNError) in
      let score = try labelScore(&options)
      return { input throws(NNError) in
        let input = try checked(input, name: name, tasks: tasks)
        guard input.totalWeight > 0 else { return .nan }
        return try score(try ClassCounts(input))
      }
    }
  }

  /// Reads `"name"` or `{"type": "name", ...}`.
  ///
  /// - Throws: `NNError.argument` with the unknown name and the known ones.
  package static func parse(_ json: JSON) throws(NNError) -> (
    metric: Metric, function: MetricFunction
  ) {
    try read(json) { kind, options throws(NNError) in (kind, try kind.make(&options)) }.value
  }
}

/// A metric with its options filled in.
package typealias MetricFunction = @Sendable (MetricInput) throws(NNError) -> Double

/// A metric of predicted labels with its options filled in.
typealias LabelScore = @Sendable (ClassCounts) throws(NNError) -> Double
