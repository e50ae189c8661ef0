import NNErrors
import NNJSON
import NNMath
import NNOptions

extension Metric {
  /// The mean distance of scores from how often they come true: `Σ bins share · |mean score - share
  /// of hits|`, over equal bins of 0 ... 1. A score on the border of two bins is in the lower one.
  ///
  /// The score of a row and its hit: for one class its probability and the truth; for several the
  /// largest probability, and whether that class is the true one.
  ///
  /// References: Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017, eq. 3.
  static let expectedCalibrationError = Metric(
    name: "expected_calibration_error",
    example: #"{"type": "expected_calibration_error", "bins": 15}"#, isHigherBetter: false,
    tasks: [.binary, .multiclass]
  ) { options throws(NNError) in
    let bins = try options.integer("bins", default: 10, in: 1...1_000_000)
    return { input throws(NNError) in
      try checkProbabilities(input, name: "expected_calibration_error")
      // Σ weight · (score - hit) of each bin: the means' distance times the bin's weight.
      let gaps = try Buffer<Double>(count: bins)
      for row in 0..<input.rows {
        let (score, isHit) = input.confidence(row)
        gaps.base[calibrationBin(of: score, among: bins)] +=
          input.weight(row) * (score - (isHit ? 1 : 0))
      }
      var sum = 0.0
      for bin in 0..<bins { sum += abs(gaps.base[bin]) }
      return sum / input.totalWeight
    }
  }
}

extension MetricInput {
  fileprivate func confidence(_ row: Int) -> (score: Double, isHit: Bool) {
    guard task == .multiclass else { return (scores[row], truth[row] == 1) }
    let guess = predictedClass(row)
    return (score(row, guess), trueClass(row) == guess)
  }
}

/// The bin of a score in 0 ... 1; its upper border belongs to it.
func calibrationBin(of score: Double, among bins: Int) -> Int {
  // The product with the rounded step, not the quotient, as numpy.linspace has it.
  let step = 1 / Double(bins)
  var bin = min(bins - 1, Int(score * Double(bins)))
  while bin > 0, score <= Double(bin) * step { bin -= 1 }
  while bin + 1 < bins, score > Double(bin + 1) * step { bin += 1 }
  return bin
}
