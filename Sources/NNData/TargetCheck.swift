import NNErrors
import NNMath

/// Which targets a loss accepts.
package enum TargetDomain: Sendable {
  /// Class indices below the number of outputs, or a distribution over them.
  case classes
  /// Numbers in 0 ... 1.
  case probabilities
  /// Finite numbers.
  case real
  /// Numbers >= 0.
  case counts
}

/// Refuses features of another width than a model expects.
///
/// - Throws: `NNError.shape`.
package func checkColumns(_ features: ArrayView, expected inputs: Int) throws(NNError) {
  guard features.columns == inputs else { throw wrongColumns(features, expected: inputs) }
}

/// The sentence for features of another width than a model expects.
package func wrongColumns(_ features: ArrayView, expected inputs: Int) -> NNError {
  .shape(
    "x has \(features.columns) columns, the model expects \(inputs); "
      + "check the column order used in training")
}

/// Refuses targets that do not fit a model, with a sentence.
///
/// - Throws: `NNError.shape`, `.dtype`, `.argument`.
package func checkTargets(
  _ samples: SampleRows, domain: TargetDomain, outputs: Int
) throws(NNError) {
  switch domain {
  case .classes: try checkClasses(samples, outputs: outputs)
  case .probabilities:
    try checkColumns(samples, outputs)
    try checkRange(samples, "0 or 1, or a probability between") { $0 >= 0 && $0 <= 1 }
  case .counts:
    try checkColumns(samples, outputs)
    try checkRange(samples, "a count, 0 or more") { $0 >= 0 }
  case .real: try checkColumns(samples, outputs)
  }
}

private func checkColumns(_ samples: SampleRows, _ outputs: Int) throws(NNError) {
  guard samples.targets.columns == outputs else {
    throw .shape(
      "y must have one column an output, \(outputs), got \(samples.targets.columns)")
  }
}

private func checkClasses(_ samples: SampleRows, outputs: Int) throws(NNError) {
  let targets = samples.targets
  guard targets.columns == 1 else {
    guard targets.columns == outputs else {
      throw .shape(
        "y must have 1 column of class indices or \(outputs) of one-hot or soft labels, "
          + "got \(targets.columns)")
    }
    return try checkRange(samples, "a share of a class, 0 to 1") { $0 >= 0 && $0 <= 1 }
  }
  for position in 0..<samples.rows {
    let row = samples.source(position)
    guard let index = targets.wholeNumber(row, 0) else {
      throw .dtype(
        "class indices must be whole numbers, row \(row) of y is \(targets.double(row, 0)); "
          + "convert y, or give \(outputs) columns of shares")
    }
    guard index >= 0, index < outputs else {
      throw .argument(
        "class indices must be in 0...\(outputs - 1), one an output, row \(row) of y is \(index); "
          + "other labels must stand in the spec's \"classes\", or be those of a first training")
    }
  }
}

private func checkRange(
  _ samples: SampleRows, _ must: String, _ isFine: (Double) -> Bool
) throws(NNError) {
  for position in 0..<samples.rows {
    let row = samples.source(position)
    for column in 0..<samples.targets.columns {
      let value = samples.targets.double(row, column)
      guard isFine(value) else {
        throw .argument("y must be \(must), row \(row), column \(column) is \(value)")
      }
    }
  }
}
