import NNErrors
import NNMath

/// Labels from here on are refused: they are class indices, and memory is allocated for every
/// class.
let maximumClasses = 1 << 20

/// The input, if a metric is defined for it and all its values are in order.
///
/// Metrics of numbers also take classes and probabilities, as the numbers that they are.
/// - Throws: `NNError.argument`, `.shape`.
func checked(
  _ input: MetricInput, name: String, tasks: [MetricTask]
) throws(NNError) -> MetricInput {
  var input = input
  if tasks.contains(.regression), input.task != .multiclass {
    input = MetricInput(
      task: .regression, rows: input.rows, truth: input.truth, truthColumns: input.truthColumns,
      scores: input.scores, scoreColumns: input.scoreColumns, weights: input.weights)
  }
  guard tasks.contains(input.task) else {
    let known = Metric.registry.filter { $0.tasks.contains(input.task) }.map { $0.name }
    throw .argument(
      "\(name) is not defined for \(input.task.phrase); known for this: \(listing(known))")
  }
  try checkShape(input)
  try checkWeights(input)
  try checkTruth(input)
  try checkScores(input)
  return input
}

private func checkShape(_ input: MetricInput) throws(NNError) {
  guard input.rows > 0 else {
    throw .shape("metrics need at least one row, got \(input.rows)")
  }
  let (truth, scores) = (input.truthColumns, input.scoreColumns)
  let fits =
    switch input.task {
    case .binary, .labels: truth == 1 && scores == 1
    case .multiclass: truth == 1 && scores >= 1
    case .multilabel, .regression: truth >= 1 && truth == scores
    }
  guard fits else {
    throw .shape(
      "truth and scores of \(input.task.phrase) do not fit together: "
        + "\(truth) and \(scores) columns")
  }
  _ = try checkedProduct(input.rows, scores, "scores")
}

private func checkWeights(_ input: MetricInput) throws(NNError) {
  guard let weights = input.weights else { return }
  for row in 0..<input.rows where !(weights[row] >= 0 && weights[row].isFinite) {
    throw .argument("weights must be finite and not below 0, got \(weights[row]) in row \(row)")
  }
}

private func checkTruth(_ input: MetricInput) throws(NNError) {
  switch input.task {
  case .binary, .multilabel:
    for index in 0..<input.rows * input.truthColumns
    where input.truth[index] != 0 && input.truth[index] != 1 {
      throw .argument(
        "truth must be 0 or 1, got \(input.truth[index]) in row \(index / input.truthColumns)")
    }
  case .multiclass: try checkLabels(input.truth, input.rows, below: input.scoreColumns, "truth")
  case .labels: try checkLabels(input.truth, input.rows, below: maximumClasses, "truth")
  case .regression: try checkFinite(input.truth, input.rows, input.truthColumns, "truth")
  }
}

private func checkScores(_ input: MetricInput) throws(NNError) {
  if input.task == .labels {
    try checkLabels(input.scores, input.rows, below: maximumClasses, "predictions")
  } else {
    try checkFinite(input.scores, input.rows, input.scoreColumns, "scores")
  }
}

private func checkLabels(
  _ labels: UnsafePointer<Double>, _ rows: Int, below classes: Int, _ what: StaticString
) throws(NNError) {
  for row in 0..<rows {
    let label = labels[row]
    guard label >= 0, label < Double(classes), label == label.rounded(.towardZero) else {
      throw .argument(
        "\(what) must be class indices 0...\(classes - 1), got \(label) in row \(row)")
    }
  }
}

private func checkFinite(
  _ values: UnsafePointer<Double>, _ rows: Int, _ columns: Int, _ what: StaticString
) throws(NNError) {
  for index in 0..<rows * columns where !values[index].isFinite {
    throw .argument("\(what) must be finite, got \(values[index]) in row \(index / columns)")
  }
}

/// Checks that scores are probabilities, as log-loss, Brier score and calibration need them.
func checkProbabilities(_ input: MetricInput, name: StaticString) throws(NNError) {
  for index in 0..<input.rows * input.scoreColumns
  where !(input.scores[index] >= 0 && input.scores[index] <= 1) {
    throw .argument(
      "\(name) needs probabilities, 0 <= score <= 1, got \(input.scores[index]) "
        + "in row \(index / input.scoreColumns)")
  }
}
