import NNErrors
import NNMath

/// Replaces labels that are no class indices (-1 and 1; 10, 20 and 30) by their ranks, as
/// scikit-learn does; other numbers stay, and the metric refuses them.
///
/// - Parameters:
///   - labels: blocks of labels, changed in place: truth, and predictions where they are labels.
///   - rows: of each block.
///   - classes: as many different labels there must be; nil: any number.
/// - Throws: `NNError.memory`.
package func rankLabels(
  _ labels: [UnsafeMutablePointer<Double>], rows: Int, classes: Int?
) throws(NNError) {
  var areIndices = true
  for block in labels {
    for row in 0..<rows {
      let label = block[row]
      guard label == label.rounded(), label.magnitude < 0x1p53 else { return }
      areIndices = areIndices && label >= 0 && label < Double(classes ?? maximumClasses)
    }
  }
  if areIndices { return }
  let count = rows * labels.count
  let values = try Buffer<Double>(count: count)
  let spare = try Buffer<Double>(count: count)
  for (index, block) in labels.enumerated() {
    (values.base + index * rows).copy(from: block, count: rows)
  }
  let sorted = mergeSort(values.base, count: count, spare: spare.base) { $0 <= $1 }
  var distinct = 0
  for index in 0..<count where index == 0 || sorted[index] != sorted[distinct - 1] {
    sorted[distinct] = sorted[index]
    distinct += 1
  }
  guard classes.map({ $0 == distinct }) ?? true else { return }
  for block in labels {
    for row in 0..<rows { block[row] = Double(rank(of: block[row], among: sorted, distinct)) }
  }
}

private func rank(of label: Double, among sorted: UnsafePointer<Double>, _ count: Int) -> Int {
  var (low, high) = (0, count)
  while low < high {
    let middle = (low + high) / 2
    if sorted[middle] < label { low = middle + 1 } else { high = middle }
  }
  return low
}
