import NNErrors
import NNMath

/// The points of a curve.
package struct CurvePoints {
  package private(set) var count = 0
  package let x: Buffer<Double>
  package let y: Buffer<Double>
  package let z: Buffer<Double>

  fileprivate init(capacity: Int) throws(NNError) {
    x = try Buffer(count: capacity)
    y = try Buffer(count: capacity)
    z = try Buffer(count: capacity)
  }

  fileprivate mutating func append(_ newX: Double, _ newY: Double, _ newZ: Double) {
    guard count < x.count else { return }
    x.base[count] = newX
    y.base[count] = newY
    z.base[count] = newZ
    count += 1
  }

  fileprivate func reverse() {
    for values in [x.base, y.base, z.base] {
      for place in 0..<count / 2 {
        (values[place], values[count - 1 - place]) = (values[count - 1 - place], values[place])
      }
    }
  }
}

/// Every distinct score as threshold, the largest first: x false positive rate, y true positive
/// rate, z threshold; before them (0, 0, ∞). A rate of a class without weight is NaN.
///
/// - Throws: `NNError.argument`, `.shape`, `.memory`.
/// Reference: sklearn.metrics.roc_curve, drop_intermediate=False.
package func rocCurve(_ input: MetricInput) throws(NNError) -> CurvePoints {
  let ranked = try ranking(input, name: "a ROC curve")
  var points = try CurvePoints(capacity: try checkedSum(ranked.count, 1, "points"))
  // As sklearn: 0 / 0 where a class has no weight.
  points.append(0 / ranked.negatives, 0 / ranked.positives, .infinity)
  ranked.forEachThreshold { threshold, truePositives, falsePositives in
    points.append(
      falsePositives / ranked.negatives, truePositives / ranked.positives, threshold)
  }
  return points
}

/// Every distinct score as threshold, the smallest first: x recall, y precision, z threshold;
/// after them (0, 1, NaN). Recall is 1 where there is no row of class 1.
///
/// - Throws: `NNError.argument`, `.shape`, `.memory`.
/// Reference: sklearn.metrics.precision_recall_curve.
package func precisionRecallCurve(_ input: MetricInput) throws(NNError) -> CurvePoints {
  let ranked = try ranking(input, name: "a precision-recall curve")
  var points = try CurvePoints(capacity: try checkedSum(ranked.count, 1, "points"))
  points.append(0, 1, .nan)
  ranked.forEachThreshold { threshold, truePositives, falsePositives in
    points.append(
      ranked.positives > 0 ? truePositives / ranked.positives : 1,
      truePositives / (truePositives + falsePositives), threshold)
  }
  points.reverse()
  return points
}

/// Equal bins of 0...1, those without weight left out: x mean score, y share of class 1, z weight
/// of the bin. A score on the border of two bins is in the lower one.
///
/// - Throws: `NNError.argument`, `.shape`, `.memory`.
/// Reference: sklearn.calibration.calibration_curve, strategy "uniform"; here with weights.
package func calibrationCurve(_ input: MetricInput, bins: Int = 10) throws(NNError) -> CurvePoints {
  guard bins > 0, bins <= 1_000_000 else {
    throw .argument("bins must be in 1...1000000, got \(bins)")
  }
  let input = try weighty(input, name: "a calibration curve")
  try checkProbabilities(input, name: "a calibration curve")
  let sums = try CurvePoints(capacity: bins)
  for row in 0..<input.rows {
    let score = input.scores[row]
    let bin = calibrationBin(of: score, among: bins)
    sums.x.base[bin] += input.weight(row) * score
    sums.y.base[bin] += input.weight(row) * input.truth[row]
    sums.z.base[bin] += input.weight(row)
  }
  var points = try CurvePoints(capacity: bins)
  for bin in 0..<bins where sums.z.base[bin] > 0 {
    let weight = sums.z.base[bin]
    points.append(sums.x.base[bin] / weight, sums.y.base[bin] / weight, weight)
  }
  return points
}

private func ranking(_ input: MetricInput, name: String) throws(NNError) -> RankedScores {
  let input = try weighty(input, name: name)
  let ranked = try RankedScores(capacity: input.rows)
  ranked.load(input, column: 0)
  return ranked
}

/// The input, if it is a checked binary one and not all of its weights are 0.
private func weighty(_ input: MetricInput, name: String) throws(NNError) -> MetricInput {
  let input = try checked(input, name: name, tasks: [.binary])
  guard input.totalWeight > 0 else {
    throw .argument("\(name) needs at least one row with a weight above 0, got none")
  }
  return input
}
