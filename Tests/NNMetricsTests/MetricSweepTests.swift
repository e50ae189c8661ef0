import NNErrors
import NNJSON
import Testing

@testable import NNMetrics

/// What must hold for every member of the registry.
@Suite struct MetricSweepTests {
  /// A sample of each task in which every class and label occurs.
  static let samples: [MetricSample] = [
    MetricSample(
      task: .binary, truth: [1, 0, 1, 0, 1, 0], scores: [0.8, 0.3, 0.5, 0.6, 0.2, 0.1]),
    MetricSample(
      task: .multiclass, truth: [0, 1, 2, 1, 0, 2],
      scores: [
        0.5, 0.25, 0.25, 0.5, 0.25, 0.25, 0.125, 0.125, 0.75, 0, 1, 0, 0.25, 0.25, 0.5, 0, 0.5, 0.5,
      ], columns: 3),
    MetricSample(task: .labels, truth: [0, 1, 2, 1, 0, 2], scores: [0, 0, 2, 1, 2, 1]),
    MetricSample(
      task: .multilabel, truth: [1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1],
      scores: [0.75, 0.25, 0.5, 0.5, 0.4, 0.6, 0.9, 0.1, 0.2, 0.8, 0.3, 0.7], columns: 2),
    MetricSample(
      task: .regression, truth: [1, 2, 3, -1, 0.5, 2], scores: [1.5, 2, 2, -1.25, 1, 4]),
  ]

  static let cases: [(metric: String, sample: MetricSample)] = Metric.registry.flatMap { metric in
    samples.filter { metric.tasks.contains($0.task) }
      .flatMap { [(metric.name, $0), (metric.example, $0)] }
  }

  @Test func namesAreThoseOfTheList() {
    #expect(
      Metric.registry.map { $0.name } == [
        "accuracy", "balanced_accuracy", "top_k", "precision", "recall", "f1", "f_beta", "roc_auc",
        "pr_auc", "log_loss", "brier", "expected_calibration_error", "matthews", "kappa", "cost",
        "mse", "rmse", "mae", "median_ae", "r2", "mape", "pinball", "coverage",
      ])
  }

  @Test func directions() {
    let lower = Metric.registry.filter { !$0.isHigherBetter }.map { $0.name }
    #expect(
      lower == [
        "log_loss", "brier", "expected_calibration_error", "cost", "mse", "rmse", "mae",
        "median_ae", "mape", "pinball",
      ])
  }

  @Test(arguments: cases.indices) func aWeightIsACount(_ index: Int) throws {
    let (metric, sample) = Self.cases[index]
    var weighted = sample
    weighted.weights = [2, 1, 3, 1, 1, 2]
    var repeated = MetricSample(
      task: sample.task, truth: [], scores: [], columns: sample.columns)
    let truthColumns = sample.truth.count / sample.rows
    for (row, weight) in [2, 1, 3, 1, 1, 2].enumerated() {
      for _ in 0..<weight {
        repeated.truth += sample.truth[row * truthColumns..<(row + 1) * truthColumns]
        repeated.scores += sample.scores[row * sample.columns..<(row + 1) * sample.columns]
      }
    }
    let (a, b) = (try weighted.value(metric), try repeated.value(metric))
    #expect(agree(a, b), "\(metric), \(sample.task): \(a) with weights, \(b) with repeated rows")
  }

  @Test(arguments: cases.indices) func aRowWithoutWeightIsNoRow(_ index: Int) throws {
    let (metric, sample) = Self.cases[index]
    var more = sample
    more.truth += sample.truth.prefix(sample.truth.count / sample.rows)
    more.scores += sample.scores.suffix(sample.columns)
    more.weights = [1, 1, 1, 1, 1, 1, 0]
    #expect(agree(try more.value(metric), try sample.value(metric)), "\(metric), \(sample.task)")
  }

  @Test(arguments: cases.indices) func onlyRatiosOfWeightsCount(_ index: Int) throws {
    let (metric, sample) = Self.cases[index]
    var (small, large) = (sample, sample)
    small.weights = [0.25, 1.5, 1, 0.5, 1, 2]
    large.weights = small.weights?.map { $0 * 0x1p40 }
    #expect(agree(try small.value(metric), try large.value(metric)), "\(metric), \(sample.task)")
  }

  @Test(arguments: cases.indices) func allWeightsZeroIsNaN(_ index: Int) throws {
    let (metric, sample) = Self.cases[index]
    var weightless = sample
    weightless.weights = [0, 0, 0, 0, 0, 0]
    #expect(try weightless.value(metric).isNaN, "\(metric), \(sample.task)")
  }

  @Test(arguments: Metric.registry.map { $0.name })
  func aTaskThatDoesNotFitIsRefused(_ name: String) throws {
    let metric = try #require(Metric.registry.first { $0.name == name })
    for sample in Self.samples where !metric.tasks.contains(sample.task) {
      // Classes and probabilities are numbers too.
      if metric.tasks.contains(.regression), sample.task != .multiclass {
        #expect(try sample.value(name).isFinite)
        continue
      }
      let sentence = try #require(refusal { () throws(NNError) in _ = try sample.value(name) })
      #expect(sentence.contains("\(name) is not defined for \(sample.task.phrase)"), "\(sentence)")
      let fitting = Metric.registry.first { $0.tasks.contains(sample.task) }
      #expect(sentence.contains("known for this: \(try #require(fitting).name)"), "\(sentence)")
    }
  }

  @Test(arguments: Metric.registry.map { $0.name })
  func unknownOptionsAreRefused(_ name: String) throws {
    let sentence = refusal { () throws(NNError) in
      _ = try Metric.parse(try JSON.parse(#"{"type": "\#(name)", "averag": 1}"#))
    }
    #expect(try #require(sentence).contains("unknown option \"averag\""))
  }

  @Test func aLargeSampleIsSorted() throws {
    // Scores 0 ..< n in a scrambled order, the upper half positive: in perfect order.
    let count = 10_007
    let scores = (0..<count).map { Double($0 * 7919 % count) }
    let truth = scores.map { $0 * 2 > Double(count) ? 1.0 : 0 }
    let sample = MetricSample(task: .binary, truth: truth, scores: scores)
    #expect(try sample.value("roc_auc") == 1)
    #expect(agree(try sample.value("pr_auc"), 1))
    let points = try sample.withInput { input throws(NNError) in try rocCurve(input) }
    #expect(points.count == count + 1)
    for place in 2..<points.count {
      #expect(points.z.base[place] < points.z.base[place - 1])
    }
  }
}
