import NNErrors
import NNMath

extension Dataset {
  /// A data set of a table, which a model encodes: its features have no columns.
  ///
  /// - Parameters:
  ///   - target: the column that is y; nil: none, for predictions.
  ///   - weight: the column of the sample weights; nil: all 1.
  /// - Throws: `NNError.argument` naming column and row, `.shape`, `.dtype`, `.limit`, `.memory`.
  package convenience init(table: Table, target: Int?, weight: Int?) throws(NNError) {
    let rows = table.rows
    guard rows > 0 else { throw .shape("a table must have at least one row, got 0") }
    guard rows <= Int32.max else {
      throw .limit("a table must have at most 2147483647 rows, got \(rows)")
    }
    if let target, target == weight {
      throw .argument("target and weight must be two columns, both are \(table.title(target))")
    }
    let copy = try target.map { index throws(NNError) in try TableTarget(table, index) }
    let weights = try weight.map { index throws(NNError) in try copyWeights(table, index) }
    let nothing = try Buffer<Float>(count: 0)
    let storage: AnyObject = copy?.storage ?? nothing
    // Never read: there are no columns.
    let base = copy?.view.base ?? UnsafeRawPointer(nothing.base)
    let empty = ArrayView(dense: .float32, base, rows: rows, columns: 0)
    self.init(
      rows: rows, features: empty, targets: copy?.view ?? empty, targetType: copy?.type ?? .float32,
      weights: weights.map {
        ArrayView(dense: .float32, UnsafeRawPointer($0.base), rows: rows, columns: 1)
      },
      maxMagnitude: nil, chosen: nil, storage: (storage, weights, nil),
      tablePart: TablePart(
        table: table, target: target, weight: weight, targetClasses: copy?.classes))
  }

  /// Refuses a data set without targets, which serves predictions only.
  ///
  /// - Throws: `NNError.shape`.
  package func requireTargets() throws(NNError) {
    guard targets.columns == 0 else { return }
    throw .shape(
      "data has no target, so it serves predictions only; name the column of the table that is the "
        + "target when the data set is made")
  }
}
