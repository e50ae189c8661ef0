import NNErrors
import NNJSON
import NNMath
import NNOptions

/// The score at which, as threshold, a metric of labels is best, and the metric there.
///
/// The candidates are the distinct scores, a row counting as class 1 where its score reaches the
/// threshold; among equals the largest is taken. Where calling no row class 1 is better than any
/// score, the threshold is infinity. A metric that is NaN throughout gives the largest score.
///
/// - Parameters:
///   - metric: `"f1"` or `{"type": "f_beta", "beta": 2}`.
///   - input: of the task binary.
/// - Throws: `NNError.argument`, `.shape`, `.memory`.
package func bestThreshold(
  _ metric: JSON, _ input: MetricInput
) throws(NNError) -> (threshold: Double, value: Double) {
  let (labelScore, isHigherBetter) = try Metric.read(metric) { kind, options throws(NNError) in
    guard let makeScore = kind.makeLabelScore else {
      let known = Metric.registry.filter { $0.makeLabelScore != nil }.map { $0.name }
      throw .argument(
        "a best threshold needs a metric of labels, got \(kind.name); known: \(listing(known))")
    }
    return (try makeScore(&options), kind.isHigherBetter)
  }.value
  let input = try checked(input, name: "a best threshold", tasks: [.binary])
  guard input.totalWeight > 0 else {
    throw .argument("a best threshold needs at least one row with a weight above 0, got none")
  }
  let ranked = try RankedScores(capacity: input.rows)
  ranked.load(input, column: 0)
  return try sweep(ranked, labelScore, isHigherBetter)
}

/// Values nearer than this are equal: the same share summed in another order.
private let tolerance = 1e-12

private func sweep(
  _ ranked: RankedScores, _ labelScore: LabelScore, _ isHigherBetter: Bool
) throws(NNError) -> (threshold: Double, value: Double) {
  let counts = try ClassCounts.binary()
  func value(_ truePositives: Double, _ falsePositives: Double) throws(NNError) -> Double {
    counts.set(
      positives: ranked.positives, negatives: ranked.negatives, truePositives: truePositives,
      falsePositives: falsePositives)
    return try labelScore(counts)
  }
  func isBetter(_ value: Double, than best: Double) -> Bool {
    guard !best.isNaN else { return !value.isNaN }
    return isHigherBetter ? value > best + tolerance : value < best - tolerance
  }
  var best = (threshold: ranked[0].score, value: Double.nan)
  var failure: NNError?
  ranked.forEachThreshold { threshold, truePositives, falsePositives in
    do throws(NNError) {
      let value = try value(truePositives, falsePositives)
      if isBetter(value, than: best.value) { best = (threshold, value) }
    } catch { failure = error }
  }
  if let failure { throw failure }
  let none = try value(0, 0)
  if isBetter(none, than: best.value) { best = (.infinity, none) }
  return best
}
