import NNErrors
import NNJSON

extension Metric {
  /// The share of rows whose targets all lie between the lowest and the highest output: of a model
  /// of the quantiles .05 and .95 it should be .9.
  ///
  /// Reference: Gneiting and Raftery 2007, section 6.2.
  static let coverage = Metric(
    name: "coverage", example: #"{"type": "coverage"}"#, isHigherBetter: true, tasks: [.regression]
  ) { _ throws(NNError) in
    { input throws(NNError) in
      input.weightedMean { row in
        let scores = input.scores + row * input.scoreColumns
        let truth = input.truth + row * input.truthColumns
        var (low, high) = (scores[0], scores[0])
        for column in 1..<max(1, input.scoreColumns) {
          low = min(low, scores[column])
          high = max(high, scores[column])
        }
        for column in 0..<input.truthColumns where truth[column] < low || truth[column] > high {
          return 0
        }
        return 1
      }
    }
  }
}
