import NNData
import NNErrors
import NNMath
import NNNetwork

// A caller's labels, and the class indices that a loss computes with.

extension Model {
  /// Whether targets are labels that must be looked up among the classes.
  private func looksUp(_ targets: ArrayView) -> Bool {
    spec.loss.classCount != nil && targets.columns == 1 && classes.needsLookup
  }

  /// The data set with class indices in place of labels.
  ///
  /// - Throws: `NNError.argument` for a label that is no class; `.memory`.
  package func indexed(_ set: Dataset) throws(NNError) -> Dataset {
    guard looksUp(set.targets) else { return set }
    let indices = try Buffer<Int32>(count: set.targets.rows)
    for position in 0..<set.rows {
      let row = set.sourceRow(position)
      indices.base[row] = try index(set.targets, row)
    }
    return Dataset(set, indices: indices)
  }

  /// Class indices of a batch's labels; nil: the targets need no lookup.
  ///
  /// - Throws: as `indexed`.
  package func indices(of targets: ArrayView) throws(NNError) -> Buffer<Int32>? {
    guard looksUp(targets) else { return nil }
    let indices = try Buffer<Int32>(count: targets.rows)
    for row in 0..<targets.rows { indices.base[row] = try index(targets, row) }
    return indices
  }

  private func index(_ targets: ArrayView, _ row: Int) throws(NNError) -> Int32 {
    guard let label = targets.wholeNumber(row, 0), let index = classes.index(of: label) else {
      throw .argument(
        "y has the unknown label \(targets.text(row, 0)) in row \(row); the classes are "
          + classes.listed)
    }
    return index
  }

  /// The classes that the labels of a first training name: integers other than 0, 1, 2 ..., or
  /// booleans; nil: the labels are indices, or no labels at all.
  ///
  /// - Throws: `NNError.argument` where there are more labels than classes, or fewer.
  package func classesLearnt(from set: Dataset) throws(NNError) -> ClassNames? {
    guard classes.type == .none, let count = spec.loss.classCount, set.targets.columns == 1,
      set.targets.type.isInteger
    else { return nil }
    if set.targetType == .bool, count == 2 {
      return ClassNames(labels: [0, 1], areBooleans: true)
    }
    var labels: [Int64] = []
    var areIndices = true
    for position in 0..<set.rows {
      let label = set.targets.integer(set.sourceRow(position), 0)
      guard label != Int64(Int32.min) else {
        throw .argument(
          "y must not have the label \(label), row \(set.sourceRow(position)) has it: it marks rows "
            + "without a class; use another number")
      }
      areIndices = areIndices && label >= 0 && label < Int64(count)
      let place = labels.firstPlace { $0 >= label }
      if place == labels.count || labels[place] != label {
        // One more than there may be is enough to say so.
        guard labels.count <= count else { break }
        labels.insert(label, at: place)
      }
    }
    if areIndices { return nil }
    guard labels.count == count else { throw wrongCount(of: labels, count) }
    return ClassNames(labels: labels, areBooleans: false)
  }

  private func wrongCount(of labels: [Int64], _ count: Int) -> NNError {
    let names = ClassNames(labels: labels, areBooleans: false)
    return .argument(
      "y has \(labels.count > count ? "more than \(count)" : "only \(labels.count)") "
        + "different labels (\(names.listed)), the model has \(count) classes; "
        + (labels.count > count
          ? "give the last layer an output for each label"
          : "name all of them in the spec: \"classes\": [...], one an output"))
  }
}

extension ArrayView {
  /// An element for a sentence: whole numbers without a fraction.
  fileprivate func text(_ row: Int, _ column: Int) -> String {
    wholeNumber(row, column).map { String($0) } ?? String(double(row, column))
  }
}

extension Array {
  /// The first place of a sorted list from which on a condition holds.
  fileprivate func firstPlace(where holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
