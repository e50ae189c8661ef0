import NNErrors
import NNJSON
import NNOptions

extension Metric {
  /// The mean cost of a row: `false_positive` for class 0 taken for 1, `false_negative` for class 1
  /// taken for 0. The best threshold for it is the one that a decision with these costs needs.
  ///
  /// Reference: Elkan 2001, "The foundations of cost-sensitive learning".
  static let cost = Metric(
    name: "cost", example: #"{"type": "cost", "false_negative": 5}"#, isHigherBetter: false,
    tasks: [.binary]
  ) { options throws(NNError) in
    let falsePositive = try options.number("false_positive", default: 1, in: .closed(0, 1e30))
    let falseNegative = try options.number("false_negative", default: 1, in: .closed(0, 1e30))
    return { counts throws(NNError) in
      let missed = counts.truth[1] - counts.hits[1]
      let mistaken = counts.predicted[1] - counts.hits[1]
      return (falsePositive * mistaken + falseNegative * missed) / counts.total
    }
  }
}
