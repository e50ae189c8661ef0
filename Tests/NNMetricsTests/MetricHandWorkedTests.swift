import NNErrors
import NNJSON
import NNMath
import Testing

@testable import NNMetrics

/// One value of every metric worked out by hand.
@Suite struct MetricHandWorkedTests {
  // At threshold 0.5 the predictions are 1 1 0 0 1 0 0:
  // true positives 2, false negatives 2, false positives 1, true negatives 2.
  static let binary = MetricSample(
    task: .binary, truth: [1, 1, 1, 1, 0, 0, 0], scores: [0.9, 0.6, 0.3, 0.2, 0.6, 0.1, 0.05])

  static let threeClasses = MetricSample(
    task: .multiclass, truth: [0, 2], scores: [0.5, 0.25, 0.25, 0.25, 0.5, 0.25], columns: 3)

  // t - p = -0.5, 0, 1, -2
  static let numbers = MetricSample(
    task: .regression, truth: [1, 2, 4, 5], scores: [1.5, 2, 3, 7])

  static let intervals = MetricSample(
    task: .regression, truth: [1, 1, 2, 2, 4, 4], scores: [0, 2, 3, 2, 5, 6], columns: 2)

  static let worked: [(metric: String, sample: MetricSample, value: Double)] = [
    ("accuracy", binary, 4 / 7.0),
    // recalls 2/4 and 2/3
    ("balanced_accuracy", binary, (1 / 2.0 + 2 / 3.0) / 2),
    ("precision", binary, 2 / 3.0),
    ("recall", binary, 2 / 4.0),
    // 2·2 / (4 + 3)
    ("f1", binary, 4 / 7.0),
    // (1 + 4)·2 / (4·4 + 3)
    (#"{"type": "f_beta", "beta": 2}"#, binary, 10 / 19.0),
    // class 0: precision 2/4; class 1: 2/3
    (#"{"type": "precision", "average": "macro"}"#, binary, (1 / 2.0 + 2 / 3.0) / 2),
    // recalls 2/3 and 2/4, weighted with 3 and 4 rows: all right ones over all rows
    (#"{"type": "recall", "average": "weighted"}"#, binary, 4 / 7.0),
    (#"{"type": "f1", "average": "micro"}"#, binary, 4 / 7.0),
    // (2·2 - 1·2) / √(3·4·3·4)
    ("matthews", binary, 2 / 12.0),
    // agreement 4/7, by chance (4·3 + 3·4) / 49: (28 - 24) / (49 - 24)
    ("kappa", binary, 4 / 25.0),
    // of 4·3 pairs 0.9 wins 3, 0.6 wins 2 and ties 1, 0.3 wins 2, 0.2 wins 2
    ("roc_auc", binary, 9.5 / 12),
    // each positive adds 1/4 of recall, at precisions 1/1, 2/3, 3/4, 4/5
    ("pr_auc", binary, (1 + 2 / 3.0 + 3 / 4.0 + 4 / 5.0) / 4),
    // -(log ½ + log ¼) / 2
    ("log_loss", threeClasses, 1.5 * 0.693_147_180_559_945_3),
    // (0.5² + 0.25² + 0.25² + 0.25² + 0.5² + 0.75²) / 2
    ("brier", threeClasses, 0.625),
    // (0.1² + 0.4² + 0.7² + 0.8² + 0.6² + 0.1² + 0.05²) / 7
    ("brier", binary, 1.6725 / 7),
    // of ten bins 0.9, 0.6 (twice), 0.3, 0.2, 0.1 and 0.05 (one bin):
    // (0.1 + |1.2 - 1| + 0.7 + 0.8 + 0.15) / 7
    ("expected_calibration_error", binary, 1.95 / 7),
    // both rows in one bin of 0 ... 1, scores 0.5 and 0.5, one hit
    (#"{"type": "expected_calibration_error", "bins": 1}"#, threeClasses, 0),
    // 1 false positive, 2 false negatives
    (#"{"type": "cost", "false_positive": 3, "false_negative": 5}"#, binary, 13 / 7.0),
    // row 1: of the equal scores of classes 0 and 2 the later one is second
    (#"{"type": "top_k", "k": 1}"#, threeClasses, 0.5),
    (#"{"type": "top_k", "k": 2}"#, threeClasses, 1),
    // (0.25 + 0 + 1 + 4) / 4
    ("mse", numbers, 1.3125),
    ("rmse", numbers, 1.145_643_923_738_960_2),
    ("mae", numbers, 3.5 / 4),
    // between 0.5 and 1
    ("median_ae", numbers, 0.75),
    // 1 - 5.25 / (2² + 1² + 1² + 2²)
    ("r2", numbers, 0.475),
    // (0.5/1 + 0 + 1/4 + 2/5) / 4
    ("mape", numbers, 1.15 / 4),
    // (0.2·0.5 + 0 + 0.8·1 + 0.2·2) / 4
    (#"{"type": "pinball", "q": 0.8}"#, numbers, 1.3 / 4),
    // 1 in 0 ... 2, 2 in 2 ... 3, 4 not in 5 ... 6
    ("coverage", intervals, 2 / 3.0),
  ]

  @Test(arguments: worked.indices) func value(_ index: Int) throws {
    let (metric, sample, expected) = Self.worked[index]
    let value = try sample.value(metric)
    #expect(agree(value, expected), "\(metric): \(value), expected \(expected)")
  }

  @Test func everyMetricIsWorkedOut() {
    for metric in Metric.registry {
      #expect(Self.worked.contains { $0.metric.contains(metric.name) }, "\(metric.name)")
    }
  }

  @Test func kappaWithWeights() throws {
    // Confusion: (0,0) (0,2) (1,1) (2,1). Truth 2 1 1, predictions 1 2 1 of 4 rows.
    let sample = MetricSample(task: .labels, truth: [0, 0, 1, 2], scores: [0, 2, 1, 1])
    // Linear: observed 2 + 1 = 3; by chance
    // (2·(2·1 + 1·2) + 1·(1 + 1) + 1·(1·2 + 2·1)) / 4 = 14/4.
    #expect(agree(try sample.value(#"{"type": "kappa", "weights": "linear"}"#), 1 - 12 / 14.0))
    // Quadratic: observed 4 + 1 = 5; by chance
    // (2·(2·1 + 1·4) + 1·(1 + 1) + 1·(1·4 + 2·1)) / 4 = 20/4.
    #expect(agree(try sample.value(#"{"type": "kappa", "weights": "quadratic"}"#), 0))
  }

  @Test func rocPoints() throws {
    let points = try Self.binary.withInput { input throws(NNError) in try rocCurve(input) }
    #expect(list(points.z, points) == [.infinity, 0.9, 0.6, 0.3, 0.2, 0.1, 0.05])
    let falsePositives: [Double] = [0, 0, 1, 1, 1, 2, 3]
    #expect(list(points.x, points) == falsePositives.map { $0 / 3 })
    #expect(list(points.y, points) == [0, 0.25, 0.5, 0.75, 1, 1, 1])
  }

  @Test func precisionRecallPoints() throws {
    let points = try Self.binary.withInput { input throws(NNError) in
      try precisionRecallCurve(input)
    }
    #expect(list(points.z, points).dropLast() == [0.05, 0.1, 0.2, 0.3, 0.6, 0.9])
    #expect(points.z.base[6].isNaN)
    #expect(list(points.x, points) == [1, 1, 1, 0.75, 0.5, 0.25, 0])
    let right: [Double] = [4, 4, 4, 3, 2, 1, 1]
    let called: [Double] = [7, 6, 5, 4, 3, 1, 1]
    #expect(list(points.y, points) == zip(right, called).map { $0 / $1 })
  }

  @Test func calibrationPoints() throws {
    // 0.5 ends the fifth bin, 0 and 0.05 share the first; the row of weight 0 has a bin of its own.
    let sample = MetricSample(
      task: .binary, truth: [0, 1, 1, 1, 0], scores: [0, 0.05, 0.5, 1, 0.75],
      weights: [3, 1, 2, 1, 0])
    let points = try sample.withInput { input throws(NNError) in try calibrationCurve(input) }
    #expect(list(points.x, points) == [0.05 / 4, 0.5, 1])
    #expect(list(points.y, points) == [0.25, 1, 1])
    #expect(list(points.z, points) == [4, 2, 1])
  }

  private func list(_ column: Buffer<Double>, _ points: CurvePoints) -> [Double] {
    (0..<points.count).map { column.base[$0] }
  }

  @Test func bestThresholds() throws {
    func best(_ metric: String, _ sample: MetricSample) throws -> (Double, Double) {
      try sample.withInput { input throws(NNError) in
        try bestThreshold(try JSON.parse(metric), input)
      }
    }
    // From 0.2 on all four positives and one negative: 2·4 / (4 + 5).
    #expect(try best(#""f1""#, Self.binary) == (0.2, 8 / 9.0))
    // Precision is 1 at 0.9 alone.
    #expect(try best(#"{"type": "precision"}"#, Self.binary) == (0.9, 1))
    // Recall is 1 from 0.2 down: the largest of them.
    #expect(try best(#""recall""#, Self.binary) == (0.2, 1))
    // Every score calls a negative row 1; nothing is right but to call none.
    let hopeless = MetricSample(task: .binary, truth: [0, 0, 1], scores: [0.9, 0.8, 0.1])
    #expect(try best(#""accuracy""#, hopeless) == (.infinity, 2 / 3.0))
  }
}
