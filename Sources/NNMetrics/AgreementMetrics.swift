import CPlatform
import NNErrors
import NNJSON
import NNOptions

/// How far truth and predictions agree beyond chance.
extension Metric {
  /// The correlation of truth and predictions,
  /// `(c·s - Σ tₖpₖ) / √((s² - Σ pₖ²)(s² - Σ tₖ²))`: s all rows, c the right ones, tₖ and pₖ those
  /// of class k in truth and in the predictions; 0 where either has one class only.
  ///
  /// Reference: Gorodkin 2004; sklearn.metrics.matthews_corrcoef.
  static let matthews = Metric(
    name: "matthews", example: #"{"type": "matthews"}"#, tasks: [.binary, .multiclass, .labels]
  ) { _ throws(NNError) in
    { counts throws(NNError) in
      let truthSpread = spread(counts.truth, counts.truth, counts.classes)
      let predictedSpread = spread(counts.predicted, counts.predicted, counts.classes)
      let scale = nnc_sqrt(truthSpread) * nnc_sqrt(predictedSpread)
      guard scale != 0 else { return 0 }
      // c = s - wrong and s² - Σ tₖpₖ is a sum of products: fewer digits cancel.
      let chance = spread(counts.truth, counts.predicted, counts.classes)
      return (chance - counts.wrong * counts.total) / scale
    }
  }

  /// Cohen's kappa, `1 - disagreement / disagreement expected by chance`; NaN where there is one
  /// class only. With weights a disagreement counts by how far apart (linear), or by the square of
  /// how far apart (quadratic), the two classes are among those that occur.
  ///
  /// Reference: Cohen 1960, 1968; sklearn.metrics.cohen_kappa_score.
  static let kappa = Metric(
    name: "kappa", example: #"{"type": "kappa", "weights": "quadratic"}"#,
    tasks: [.binary, .multiclass, .labels]
  ) { options throws(NNError) in
    let penalty = try Penalty(&options)
    return { counts throws(NNError) in
      let (observed, expected) =
        switch penalty {
        case .equal:
          (counts.wrong, spread(counts.truth, counts.predicted, counts.classes))
        case .linear: (counts.distance, expectedDistance(counts))
        case .quadratic: (counts.squaredDistance, expectedSquaredDistance(counts))
        }
      return expected == 0 ? .nan : 1 - observed * counts.total / expected
    }
  }
}

/// What kappa counts a disagreement as.
private enum Penalty: Sendable {
  case equal, linear, quadratic

  init(_ options: inout Options) throws(NNError) {
    let words = ["none", "linear", "quadratic"]
    self =
      switch try options.choice("weights", default: "none", among: words) {
      case "linear": .linear
      case "quadratic": .quadratic
      default: .equal
      }
  }
}

/// `Σ aᵢ bⱼ` over i ≠ j. Sums of products only: exactly 0 for a single class whatever the weights,
/// and no digits lost where one class outweighs the others.
private func spread(
  _ a: UnsafeMutablePointer<Double>, _ b: UnsafeMutablePointer<Double>, _ count: Int
) -> Double {
  var (aBefore, bBefore, sum) = (0.0, 0.0, 0.0)
  for index in 0..<count {
    sum += aBefore * b[index] + a[index] * bBefore
    aBefore += a[index]
    bBefore += b[index]
  }
  return sum
}

/// `Σ tᵢ pⱼ |i - j|` over the classes that occur: the sum, over the gaps between neighbours, of the
/// weight that lies on different sides.
private func expectedDistance(_ counts: ClassCounts) -> Double {
  var (allTruth, allPredicted) = (0.0, 0.0)
  for index in 0..<counts.classes {
    allTruth += counts.truth[index]
    allPredicted += counts.predicted[index]
  }
  var (truth, predicted, sum) = (0.0, 0.0, 0.0)
  for index in 0..<counts.classes where counts.occurs(index) {
    truth += counts.truth[index]
    predicted += counts.predicted[index]
    sum += truth * (allPredicted - predicted) + (allTruth - truth) * predicted
  }
  return sum
}

/// `Σ tᵢ pⱼ (i - j)²` over the classes that occur, from the moments of both.
private func expectedSquaredDistance(_ counts: ClassCounts) -> Double {
  var (sum, total) = (0.0, 0.0)
  forEachPlace(counts) { place, truth, _ in
    sum += place * truth
    total += truth
  }
  // Places are counted from near the mean: fewer digits cancel. An integer keeps single classes 0.
  let centre = (sum / total).rounded()
  var (truth0, truth1, truth2) = (0.0, 0.0, 0.0)
  var (predicted0, predicted1, predicted2) = (0.0, 0.0, 0.0)
  forEachPlace(counts) { place, truth, predicted in
    let offset = place - centre
    truth0 += truth
    truth1 += truth * offset
    truth2 += truth * offset * offset
    predicted0 += predicted
    predicted1 += predicted * offset
    predicted2 += predicted * offset * offset
  }
  return truth2 * predicted0 + truth0 * predicted2 - 2 * truth1 * predicted1
}

private func forEachPlace(
  _ counts: ClassCounts, _ body: (_ place: Double, _ truth: Double, _ predicted: Double) -> Void
) {
  var place = 0.0
  for index in 0..<counts.classes where counts.occurs(index) {
    body(place, counts.truth[index], counts.predicted[index])
    place += 1
  }
}
