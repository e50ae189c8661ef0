import NNErrors
import NNJSON

@testable import NNMetrics

/// Truth and scores that own their numbers.
struct MetricSample: Sendable {
  var task: MetricTask
  var truth: [Double]
  var scores: [Double]
  var columns = 1
  var weights: [Double]?
  var threshold = 0.5

  var rows: Int { scores.count / columns }

  /// Calls `body` with the sample as a metric's input.
  func withInput<Result>(
    _ body: (MetricInput) throws(NNError) -> Result
  ) throws(NNError) -> Result {
    let copies = [truth, scores, weights ?? []].map { numbers in
      let copy = UnsafeMutableBufferPointer<Double>.allocate(capacity: max(1, numbers.count))
      _ = copy.initialize(from: numbers)
      return copy
    }
    defer { for copy in copies { copy.deallocate() } }
    let bases = copies.map { UnsafePointer($0.baseAddress ?? .allocate(capacity: 1)) }
    let truthColumns = task == .multilabel || task == .regression ? columns : 1
    return try body(
      MetricInput(
        task: task, rows: rows, truth: bases[0], truthColumns: truthColumns, scores: bases[1],
        scoreColumns: columns, weights: weights == nil ? nil : bases[2], threshold: threshold))
  }

  /// The value of a metric given as JSON text, or by its bare name.
  func value(_ metric: String) throws(NNError) -> Double {
    let json = metric.hasPrefix("{") ? try JSON.parse(metric) : JSON.string(metric)
    return try value(json)
  }

  func value(_ metric: JSON) throws(NNError) -> Double {
    let function = try Metric.parse(metric).function
    return try withInput { input throws(NNError) in try function(input) }
  }
}

/// The sentence of the error that `body` throws; nil when it throws none.
func refusal(_ body: () throws(NNError) -> Void) -> String? {
  do throws(NNError) {
    try body()
    return nil
  } catch {
    return error.message
  }
}

/// Whether two numbers agree to a stated tolerance; NaN agrees with NaN.
func agree(_ a: Double, _ b: Double, relative: Double = 1e-12, absolute: Double = 1e-12) -> Bool {
  if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
  return a == b || abs(a - b) <= max(absolute, relative * max(abs(a), abs(b)))
}
