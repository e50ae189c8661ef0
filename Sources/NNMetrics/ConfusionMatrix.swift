import NNErrors
import NNMath

/// Sums the weights of the rows of true class r that are predicted as c into
/// `matrix[r * classes + c]`.
///
/// - Parameters:
///   - input: of the task labels, multiclass (one score column a class) or binary (2 classes).
///   - matrix: receives classes × classes values; untouched when an error is thrown.
/// - Throws: `NNError.argument`, `.shape`, `.limit`.
/// Reference: sklearn.metrics.confusion_matrix, labels 0 ..< classes.
package func confusionMatrix(
  _ input: MetricInput, classes: Int, into matrix: UnsafeMutablePointer<Double>
) throws(NNError) {
  guard classes > 0 else { throw .argument("classes must be at least 1, got \(classes)") }
  let size = try checkedProduct(classes, classes, "classes")
  let input = try checked(
    input, name: "a confusion matrix", tasks: [.labels, .multiclass, .binary])
  guard input.task == .labels || classes == max(2, input.scoreColumns) else {
    throw .shape(
      "scores of \(max(2, input.scoreColumns)) classes fill a confusion matrix of as many, "
        + "got \(classes)")
  }
  for row in 0..<input.rows {
    let largest = max(input.trueClass(row), input.predictedClass(row))
    guard largest < classes else {
      throw .argument(
        "class indices must be below classes, \(classes), got \(largest) in row \(row)")
    }
  }
  matrix.update(repeating: 0, count: size)
  for row in 0..<input.rows {
    matrix[input.trueClass(row) * classes + input.predictedClass(row)] += input.weight(row)
  }
}
