import Foundation
import NNErrors
import NNJSON

@testable import NNMetrics

/// What scikit-learn says: Tests/Golden/metrics/metrics.json, written by make.py beside it.
struct MetricGolden {
  struct Row {
    let sample: MetricSample
    /// For messages: `binary: ties, f1`.
    let place: String
    let fields: [JSON]
  }

  let values: [Row]
  let confusion: [Row]
  let curves: [Row]
  let thresholds: [Row]

  init() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appending(path: "Golden/metrics/metrics.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    guard let document = try JSON.parse(text).object else { throw Missing(what: "an object") }
    let samples = try Self.list(document["inputs"]).map(Self.sample)
    func rows(_ key: String) throws -> [Row] {
      try Self.list(document[key]).map { element in
        let fields = try Self.list(element)
        let (name, sample) = samples[try Self.index(fields[0])]
        return Row(sample: sample, place: "\(name), \(fields[1].text)", fields: fields)
      }
    }
    values = try rows("values")
    confusion = try rows("confusion")
    curves = try rows("curves")
    thresholds = try rows("thresholds")
  }

  /// NaN is null and infinity is "inf": JSON has neither.
  static func number(_ json: JSON) -> Double {
    json.double ?? (json.string == "inf" ? .infinity : .nan)
  }

  static func numbers(_ json: JSON) throws -> [Double] { try list(json).map(number) }

  static func index(_ json: JSON) throws -> Int {
    guard let integer = json.integer else { throw Missing(what: "an integer") }
    return Int(integer)
  }

  private static func list(_ json: JSON?) throws -> [JSON] {
    guard let array = json?.array else { throw Missing(what: "a list") }
    return array
  }

  private static func sample(_ json: JSON) throws -> (String, MetricSample) {
    let tasks: [String: MetricTask] = [
      "binary": .binary, "labels": .labels, "multiclass": .multiclass, "multilabel": .multilabel,
      "regression": .regression,
    ]
    guard let input = json.object, let name = input["name"]?.string,
      let task = tasks[input["task"]?.string ?? ""], let columns = input["columns"]?.integer,
      let threshold = input["threshold"]?.double
    else { throw Missing(what: "an input") }
    let weights = try input["weights"].flatMap { $0.array == nil ? nil : try numbers($0) }
    return (
      name,
      MetricSample(
        task: task, truth: try numbers(input["truth"] ?? .null),
        scores: try numbers(input["scores"] ?? .null), columns: Int(columns), weights: weights,
        threshold: threshold)
    )
  }

  struct Missing: Error { let what: String }
}
