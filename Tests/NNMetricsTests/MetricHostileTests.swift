import NNErrors
import NNJSON
import NNMath
import Testing

@testable import NNMetrics

/// Input that must end with a sentence, never with a trap.
@Suite struct MetricHostileTests {
  static let badNumbers: [Double] = [
    .nan, .infinity, -.infinity, -1, -0.0, 0.5, 3, 65_537, 0x1p20, 0x1p62, 0x1p63, 1e300, -1e300,
    .leastNonzeroMagnitude, .greatestFiniteMagnitude,
  ]

  /// Every metric, every task, every bad number in every place: a value or a sentence.
  @Test(arguments: Metric.registry.map { $0.name })
  func badNumbers(_ name: String) {
    for sample in MetricSweepTests.samples {
      for number in Self.badNumbers {
        for place in [0, 1, 2] {
          var bad = sample
          switch place {
          case 0: bad.truth[3] = number
          case 1: bad.scores[3] = number
          default: bad.weights = [1, 1, number, 1, 1, 1]
          }
          let sentence = refusal { () throws(NNError) in _ = try bad.value(name) }
          if !number.isFinite || (place == 2 && number < 0) {
            #expect(sentence != nil, "\(name), \(sample.task): \(number) at \(place)")
          }
        }
      }
    }
  }

  @Test func sentencesNameTheRow() throws {
    func sentence(_ metric: String, _ task: MetricTask, _ truth: [Double], _ scores: [Double])
      throws -> String
    {
      let sample = MetricSample(task: task, truth: truth, scores: scores)
      return try #require(refusal { () throws(NNError) in _ = try sample.value(metric) })
    }
    #expect(
      try sentence("roc_auc", .binary, [0, 1], [0.5, .nan])
        == "scores must be finite, got nan in row 1")
    #expect(
      try sentence("f1", .binary, [2, 1], [0.5, 0.5]) == "truth must be 0 or 1, got 2.0 in row 0")
    #expect(
      try sentence("f1", .labels, [2, 1], [0, -3])
        == "predictions must be class indices 0...1048575, got -3.0 in row 1")
    #expect(
      try sentence("kappa", .labels, [2, 1.5], [0, 0]).contains("got 1.5 in row 1"))
    #expect(
      try sentence("brier", .binary, [0, 1], [0.5, 1.5]).contains("brier needs probabilities"))
    #expect(
      try sentence("log_loss", .binary, [0, 1], [-0.5, 1]).contains("got -0.5 in row 0"))
    #expect(
      try sentence("mse", .regression, [0, .infinity], [0, 1])
        == "truth must be finite, got inf in row 1")
  }

  @Test func classesBeyondTheColumns() throws {
    let sample = MetricSample(
      task: .multiclass, truth: [0, 3], scores: [0.5, 0.5, 0, 0, 0.5, 0.5], columns: 3)
    let sentence = refusal { () throws(NNError) in _ = try sample.value("accuracy") }
    #expect(sentence == "truth must be class indices 0...2, got 3.0 in row 1")
  }

  @Test func scoresThatAreNoProbabilities() throws {
    let raw = MetricSample(task: .multiclass, truth: [0], scores: [3, 2], columns: 2)
    let refused = refusal { () throws(NNError) in _ = try raw.value("roc_auc") }
    #expect(try #require(refused).contains("got 5.0 in row 0"))
  }

  @Test func severalLabelsHaveNoLogLoss() throws {
    let sample = MetricSample(
      task: .multilabel, truth: [1, 0, 1, 1], scores: [1, 0, 0.5, 0.5], columns: 2)
    let sentence = refusal { () throws(NNError) in _ = try sample.value("log_loss") }
    #expect(try #require(sentence).contains("exactly one true class in each row, got 2 in row 1"))
  }

  @Test(arguments: [0, -1, Int.min, 1 << 62]) func rowCounts(_ rows: Int) throws {
    for metric in Metric.registry {
      for task in metric.tasks {
        // 2^62 rows of 4 columns do not fit into 64 bits; nothing is read.
        guard rows <= 0 || task != .binary && task != .labels else { continue }
        let error = try errorOf(metric.name, task, rows: rows, columns: task == .binary ? 1 : 4)
        let status = error.statusAndMessage.status
        #expect([shape, limit].contains(status), "\(metric.name), \(task): \(error.message)")
      }
    }
  }

  @Test(arguments: [0, -1, Int.min]) func columnCounts(_ columns: Int) throws {
    for metric in Metric.registry {
      for task in metric.tasks {
        let error = try errorOf(metric.name, task, rows: 1, columns: columns)
        #expect(error.statusAndMessage.status == shape, "\(metric.name), \(task): \(error.message)")
      }
    }
  }

  private let shape = NNError.shape("").statusAndMessage.status
  private let limit = NNError.limit("").statusAndMessage.status

  private func errorOf(
    _ name: String, _ task: MetricTask, rows: Int, columns: Int
  ) throws -> NNError {
    let function = try Metric.parse(.string(name)).function
    let number = 0.0
    return try withUnsafePointer(to: number) { pointer in
      let truthColumns = task == .multilabel || task == .regression ? columns : 1
      let input = MetricInput(
        task: task, rows: rows, truth: pointer, truthColumns: truthColumns, scores: pointer,
        scoreColumns: columns, weights: nil)
      let error: NNError? = {
        do throws(NNError) {
          _ = try function(input)
          return nil
        } catch { return error }
      }()
      return try #require(error)
    }
  }

  @Test(arguments: [
    (#""accurcy""#, "did you mean \"accuracy\""), (#""auc""#, "did you mean \"roc_auc\""),
    (#"{"type": "top_k", "k": 0}"#, "k must be an integer in 1"),
    (#"{"type": "f_beta", "beta": -1}"#, "beta must be a number"),
    (#"{"type": "f1", "average": "samples"}"#, "average must be one of auto, binary, micro"),
    (#"{"type": "roc_auc", "average": "binary"}"#, "average must be one of macro"),
    (#"{"type": "pinball", "q": 1.5}"#, "q must be a number"),
    (#"{"type": "expected_calibration_error", "bins": 0}"#, "bins must be an integer"),
    (#"{"type": "cost", "false_negative": -1}"#, "false_negative must be a number"),
    (#"{"type": "kappa", "weights": "cubic"}"#, "weights must be one of none"),
    ("7", "metric must"),
  ])
  func options(_ json: String, _ fragment: String) throws {
    let sentence = refusal { () throws(NNError) in _ = try Metric.parse(try JSON.parse(json)) }
    #expect(try #require(sentence).contains(fragment), "\(sentence ?? "")")
  }

  @Test func binaryAverageOfMoreClasses() throws {
    let sample = MetricSample(task: .labels, truth: [0, 2], scores: [0, 1])
    let sentence = refusal { () throws(NNError) in
      _ = try sample.value(#"{"type": "f1", "average": "binary"}"#)
    }
    #expect(try #require(sentence).contains("needs the classes 0 and 1 only, got 3 classes"))
  }

  @Test func confusionMatrixOfTooFewClasses() throws {
    let sample = MetricSample(task: .labels, truth: [0, 1], scores: [0, 2])
    let matrix = try Buffer<Double>(count: 4)
    matrix.base[0] = 7
    for (classes, fragment) in [
      (2, "got 2 in row 1"), (0, "at least 1"), (-5, "at least 1"), (1 << 40, "too large"),
    ] {
      let sentence = refusal { () throws(NNError) in
        try sample.withInput { input throws(NNError) in
          try confusionMatrix(input, classes: classes, into: matrix.base)
        }
      }
      #expect(try #require(sentence).contains(fragment), "\(sentence ?? "")")
      #expect(matrix.base[0] == 7)
    }
  }

  @Test func curvesAndThresholdsOfBadInput() throws {
    let good = MetricSweepTests.samples[0]
    var weightless = good
    weightless.weights = [0, 0, 0, 0, 0, 0]
    var unbounded = good
    unbounded.scores[2] = 1.5
    let several = MetricSweepTests.samples[1]
    func sentence(_ sample: MetricSample, _ body: (MetricInput) throws(NNError) -> Void) -> String {
      refusal { () throws(NNError) in try sample.withInput(body) } ?? "no error"
    }
    for sample in [weightless, several] {
      let known = sample.task == .binary ? "weight above 0" : "is not defined for scores of several"
      #expect(sentence(sample) { input throws(NNError) in _ = try rocCurve(input) }.contains(known))
      #expect(
        sentence(sample) { input throws(NNError) in _ = try precisionRecallCurve(input) }
          .contains(known))
      #expect(
        sentence(sample) { input throws(NNError) in _ = try calibrationCurve(input) }
          .contains(known))
      #expect(
        sentence(sample) { input throws(NNError) in
          _ = try bestThreshold(.string("f1"), input)
        }.contains(known))
    }
    #expect(
      sentence(unbounded) { input throws(NNError) in _ = try calibrationCurve(input) }
        .contains("needs probabilities"))
    #expect(
      sentence(good) { input throws(NNError) in _ = try bestThreshold(.string("roc_auc"), input) }
        .contains("needs a metric of labels, got roc_auc; known: accuracy"))
    #expect(
      sentence(good) { input throws(NNError) in _ = try calibrationCurve(input, bins: 0) }
        .contains("bins must be"))
  }
}
