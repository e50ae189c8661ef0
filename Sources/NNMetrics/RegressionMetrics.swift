import CPlatform
import NNErrors
import NNJSON
import NNOptions

/// How far predicted numbers are from true ones; of several outputs the plain mean.
extension Metric {
  /// `(t - p)²`. Reference: sklearn.metrics.mean_squared_error.
  static let meanSquaredError = Metric(
    name: "mse", example: #"{"type": "mse"}"#, isHigherBetter: false, tasks: [.regression]
  ) { _ throws(NNError) in
    { input throws(NNError) in
      outputMean(input) { column in meanSquare(input, column) }
    }
  }

  /// `√ mean (t - p)²`, the root taken of each output.
  ///
  /// Reference: sklearn.metrics.root_mean_squared_error.
  static let rootMeanSquaredError = Metric(
    name: "rmse", example: #"{"type": "rmse"}"#, isHigherBetter: false, tasks: [.regression]
  ) { _ throws(NNError) in
    { input throws(NNError) in
      outputMean(input) { column in nnc_sqrt(meanSquare(input, column)) }
    }
  }

  /// `|t - p|`. Reference: sklearn.metrics.mean_absolute_error.
  static let meanAbsoluteError = Metric(
    name: "mae", example: #"{"type": "mae"}"#, isHigherBetter: false, tasks: [.regression]
  ) { _ throws(NNError) in
    { input throws(NNError) in
      outputMean(input) { column in
        input.weightedMean { row in abs(error(input, row, column)) }
      }
    }
  }

  /// The median of `|t - p|`: half of the weight lies on each side.
  ///
  /// Reference: sklearn.metrics.median_absolute_error of 1.8 and later, which with weights takes
  /// the mean of two neighbours where half of the weight ends between them.
  static let medianAbsoluteError = Metric(
    name: "median_ae", example: #"{"type": "median_ae"}"#, isHigherBetter: false,
    tasks: [.regression]
  ) { _ throws(NNError) in
    { input throws(NNError) in
      let ranked = try RankedScores(capacity: input.rows)
      return outputMean(input) { column in
        ranked.removeAll()
        for row in 0..<input.rows {
          ranked.append(
            score: abs(error(input, row, column)), isPositive: true, weight: input.weight(row))
        }
        ranked.sort()
        return median(ranked)
      }
    }
  }

  /// `1 - Σ (t - p)² / Σ (t - mean t)²`; with constant truth 1 if all is right, else 0; NaN for
  /// fewer than 2 rows.
  ///
  /// Reference: sklearn.metrics.r2_score.
  static let r2 = Metric(
    name: "r2", example: #"{"type": "r2"}"#, isHigherBetter: true, tasks: [.regression]
  ) { _ throws(NNError) in
    { input throws(NNError) in
      input.rows < 2 ? .nan : outputMean(input) { column in determination(input, column) }
    }
  }

  /// `|t - p| / max(|t|, eps)`, eps that of a double: 1 is 100 %.
  ///
  /// Reference: sklearn.metrics.mean_absolute_percentage_error.
  static let meanAbsolutePercentageError = Metric(
    name: "mape", example: #"{"type": "mape"}"#, isHigherBetter: false, tasks: [.regression]
  ) { _ throws(NNError) in
    { input throws(NNError) in
      outputMean(input) { column in
        input.weightedMean { row in
          let truth = abs(input.truth[row * input.truthColumns + column])
          return abs(error(input, row, column)) / max(truth, Double.ulpOfOne)
        }
      }
    }
  }

  /// `q · (t - p)` where t exceeds p, else `(1 - q) · (p - t)`: the loss of the q-quantile.
  ///
  /// Reference: sklearn.metrics.mean_pinball_loss, alpha = q.
  static let pinball = Metric(
    name: "pinball", example: #"{"type": "pinball", "q": 0.9}"#, isHigherBetter: false,
    tasks: [.regression]
  ) { options throws(NNError) in
    let q = try options.number("q", default: 0.5, in: .closed(0, 1))
    return { input throws(NNError) in
      outputMean(input) { column in
        input.weightedMean { row in
          let error = error(input, row, column)
          return error >= 0 ? q * error : (q - 1) * error
        }
      }
    }
  }
}

/// The plain mean over the outputs.
@inline(__always)
private func outputMean(_ input: MetricInput, _ value: (_ column: Int) -> Double) -> Double {
  var sum = 0.0
  for column in 0..<input.scoreColumns { sum += value(column) }
  return sum / Double(input.scoreColumns)
}

/// t - p
private func error(_ input: MetricInput, _ row: Int, _ column: Int) -> Double {
  let index = row * input.scoreColumns + column
  return input.truth[index] - input.scores[index]
}

private func meanSquare(_ input: MetricInput, _ column: Int) -> Double {
  input.weightedMean { row in
    let error = error(input, row, column)
    return error * error
  }
}

private func determination(_ input: MetricInput, _ column: Int) -> Double {
  func truth(_ row: Int) -> Double { input.truth[row * input.truthColumns + column] }
  var (low, high) = (Double.infinity, -Double.infinity)
  for row in 0..<input.rows where input.weight(row) > 0 {
    low = min(low, truth(row))
    high = max(high, truth(row))
  }
  let mean = input.weightedMean(truth)
  var (unexplained, variation) = (0.0, 0.0)
  for row in 0..<input.rows {
    let (error, deviation) = (error(input, row, column), truth(row) - mean)
    unexplained += input.weight(row) * error * error
    variation += input.weight(row) * deviation * deviation
  }
  if unexplained == 0 { return 1 }
  // By the range, because the mean of equal numbers may be rounded away from them.
  return low == high || variation == 0 ? 0 : 1 - unexplained / variation
}

/// The first value at which half of the weight is reached, or its mean with the next one where it
/// is reached exactly; the rounding of the sums is allowed for as scikit-learn does.
private func median(_ ranked: RankedScores) -> Double {
  var total = 0.0
  for place in stride(from: ranked.count - 1, through: 0, by: -1) {
    total += ranked[place].positive
  }
  var reached = 0.0
  for place in stride(from: ranked.count - 1, through: 0, by: -1) {
    reached += ranked[place].positive
    guard reached >= total / 2 else { continue }
    let isBeyond = reached - total / 2 > Double.ulpOfOne
    return isBeyond
      ? ranked[place].score : (ranked[place].score + ranked[max(0, place - 1)].score) / 2
  }
  return .nan
}
