import NNErrors
import NNJSON
import NNMath
import Testing

@testable import NNMetrics

/// Every metric against scikit-learn, to 1e-12.
@Suite struct MetricGoldenTests {
  let golden: MetricGolden

  init() throws { golden = try MetricGolden() }

  @Test func values() throws {
    #expect(golden.values.count > 1500)
    for row in golden.values {
      let expected = MetricGolden.number(row.fields[2])
      let value = try row.sample.value(row.fields[1])
      // Errors in the unit of the data may be as small as the data: no absolute tolerance.
      let isError = row.sample.task == .regression && row.fields[1].string != "r2"
      #expect(
        agree(value, expected, absolute: isError ? 0 : 1e-12),
        "\(row.place): \(value), expected \(expected)")
    }
  }

  @Test func everyMetricHasGoldenValues() {
    let names = golden.values.map { $0.fields[1].string ?? $0.fields[1].object?["type"]?.string }
    for metric in Metric.registry { #expect(names.contains(metric.name), "\(metric.name)") }
  }

  @Test func confusionMatrices() throws {
    #expect(!golden.confusion.isEmpty)
    for row in golden.confusion {
      let classes = try MetricGolden.index(row.fields[1])
      let expected = try MetricGolden.numbers(row.fields[2])
      let matrix = try Buffer<Double>(count: classes * classes)
      try row.sample.withInput { input throws(NNError) in
        try confusionMatrix(input, classes: classes, into: matrix.base)
      }
      for index in 0..<classes * classes {
        #expect(agree(matrix.base[index], expected[index]), "\(row.place) at \(index)")
      }
    }
  }

  @Test func curves() throws {
    #expect(!golden.curves.isEmpty)
    for row in golden.curves {
      let points = try row.sample.withInput { input throws(NNError) in
        switch row.fields[1].string {
        case "roc": try rocCurve(input)
        case "pr": try precisionRecallCurve(input)
        default: try calibrationCurve(input)
        }
      }
      let expected = try row.fields[2...].map(MetricGolden.numbers)
      #expect(points.count == expected[0].count, "\(row.place)")
      #expect(points.count <= row.sample.rows + 2)
      guard points.count == expected[0].count else { continue }
      for (column, values) in zip([points.x, points.y, points.z], expected) {
        for (index, value) in values.enumerated() {
          #expect(agree(column.base[index], value), "\(row.place) at \(index)")
        }
      }
    }
  }

  @Test func bestThresholds() throws {
    #expect(!golden.thresholds.isEmpty)
    for row in golden.thresholds {
      let best = try row.sample.withInput { input throws(NNError) in
        try bestThreshold(row.fields[1], input)
      }
      let expected = (MetricGolden.number(row.fields[2]), MetricGolden.number(row.fields[3]))
      #expect(best.threshold == expected.0, "\(row.place): \(best), expected \(expected)")
      #expect(agree(best.value, expected.1), "\(row.place): \(best), expected \(expected)")
    }
  }
}
