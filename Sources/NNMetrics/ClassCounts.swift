import NNErrors
import NNMath

/// The counts behind metrics of labels. For each class (with several labels in a row: each label)
/// the weight of the rows that have it, that are predicted to have it, and both.
final class ClassCounts {
  let classes: Int
  let isMultilabel: Bool
  private(set) var total = 0.0
  /// The weight of the rows that are right, in every label.
  private(set) var correct = 0.0
  /// The weight of the other rows: summed by itself, the difference of two sums would lose digits.
  private(set) var wrong = 0.0
  /// Σ w·|i - j| and Σ w·(i - j)² over the rows: truth is the i-th, prediction the j-th of the
  /// classes that occur.
  private(set) var distance = 0.0
  private(set) var squaredDistance = 0.0
  private let sums: Buffer<Double>
  private let occurrence: Buffer<Bool>

  var truth: UnsafeMutablePointer<Double> { sums.base }
  var predicted: UnsafeMutablePointer<Double> { sums.base + classes }
  var hits: UnsafeMutablePointer<Double> { sums.base + 2 * classes }
  /// Whether a row has the class or is predicted to have it, even with weight 0.
  func occurs(_ index: Int) -> Bool { occurrence.base[index] }

  private convenience init(classes: Int, isMultilabel: Bool) throws(NNError) {
    self.init(
      classes: classes, isMultilabel: isMultilabel,
      sums: try Buffer(count: try checkedProduct(classes, 3, "classes")),
      occurrence: try Buffer(count: classes))
  }

  private init(
    classes: Int, isMultilabel: Bool, sums: Buffer<Double>, occurrence: Buffer<Bool>
  ) {
    (self.classes, self.isMultilabel) = (classes, isMultilabel)
    (self.sums, self.occurrence) = (sums, occurrence)
  }

  /// Counts a checked input.
  convenience init(_ input: MetricInput) throws(NNError) {
    try self.init(
      classes: Self.classCount(input), isMultilabel: input.task == .multilabel)
    if isMultilabel { countLabels(input) } else { try countClasses(input) }
  }

  /// Two classes without counts: see `set`.
  static func binary() throws(NNError) -> ClassCounts {
    try ClassCounts(classes: 2, isMultilabel: false)
  }

  /// At least 2, so that class 1 always has its place.
  private static func classCount(_ input: MetricInput) -> Int {
    switch input.task {
    case .binary: return 2
    case .multiclass, .multilabel, .regression: return max(2, input.scoreColumns)
    case .labels:
      var largest = 1.0
      for row in 0..<input.rows { largest = max(largest, input.truth[row], input.scores[row]) }
      return Int(largest) + 1
    }
  }

  private func countClasses(_ input: MetricInput) throws(NNError) {
    let predictions = try Buffer<Int>(count: input.rows)
    for row in 0..<input.rows {
      predictions.base[row] = input.predictedClass(row)
      occurrence.base[predictions.base[row]] = true
      occurrence.base[input.trueClass(row)] = true
    }
    let places = try Buffer<Int>(count: classes)
    var place = 0
    for index in 0..<classes {
      places.base[index] = place
      if occurs(index) { place += 1 }
    }
    for row in 0..<input.rows {
      let (weight, label, guess) = (input.weight(row), input.trueClass(row), predictions.base[row])
      total += weight
      truth[label] += weight
      predicted[guess] += weight
      if label == guess {
        hits[label] += weight
        correct += weight
      } else {
        wrong += weight
        let gap = Double(places.base[label] - places.base[guess])
        distance += weight * abs(gap)
        squaredDistance += weight * gap * gap
      }
    }
  }

  private func countLabels(_ input: MetricInput) {
    let columns = input.scoreColumns
    for column in 0..<columns { occurrence.base[column] = true }
    for row in 0..<input.rows {
      let weight = input.weight(row)
      var isRight = true
      for column in 0..<columns {
        let isTrue = input.isPositive(row, column)
        let isPredicted = input.score(row, column) >= input.threshold
        if isTrue { truth[column] += weight }
        if isPredicted { predicted[column] += weight }
        if isTrue && isPredicted { hits[column] += weight }
        if isTrue != isPredicted { isRight = false }
      }
      total += weight
      if isRight { correct += weight } else { wrong += weight }
    }
  }

  /// Sets the counts of two classes.
  ///
  /// - Parameters:
  ///   - positives, negatives: weights of the rows whose truth is 1 and 0.
  ///   - truePositives, falsePositives: of them those predicted as 1.
  func set(
    positives: Double, negatives: Double, truePositives: Double, falsePositives: Double
  ) {
    let falseNegatives = positives - truePositives
    (truth[0], truth[1]) = (negatives, positives)
    (hits[0], hits[1]) = (negatives - falsePositives, truePositives)
    predicted[0] = hits[0] + falseNegatives
    predicted[1] = truePositives + falsePositives
    for index in 0..<2 { occurrence.base[index] = truth[index] > 0 || predicted[index] > 0 }
    total = positives + negatives
    correct = hits[0] + hits[1]
    wrong = falseNegatives + falsePositives
    (distance, squaredDistance) = (wrong, wrong)
  }
}
