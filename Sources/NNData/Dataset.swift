import NNErrors
import NNMath

/// Features, targets and sample weights, checked. Features stay where the caller has them; targets
/// and weights are copied.
package final class Dataset {
  package let rows: Int
  /// Borrowed: [source rows × features].
  package let features: ArrayView
  /// A view of the copy: integers of 32 or 64 bits, or Float32, [source rows × targets].
  package let targets: ArrayView
  /// The caller's; whole numbers of one column are kept as integers, whatever their type was.
  package let targetType: ElementType
  /// A view of the copy: Float32, [source rows × 1]; nil: all 1.
  package let weights: ArrayView?
  /// What the set was made of, where that is a table; nil: arrays.
  package let tablePart: TablePart?
  /// The largest magnitude of the features when the set was made; nil: not known.
  private let maxMagnitude: Float?
  /// The source row at each position; nil: the position itself.
  private let chosen: Buffer<Int32>?
  /// The copies behind the views. Parts of a split share them with the whole.
  private let storage: Storage

  typealias Storage = (targets: AnyObject, weights: AnyObject?, features: AnyObject?)

  package var order: UnsafePointer<Int32>? { chosen.map { UnsafePointer($0.base) } }

  /// - Parameters:
  ///   - features: [rows × features], borrowed for as long as the data set lives.
  ///   - targets: [rows × targets].
  ///   - weights: [rows × 1], each >= 0, not all 0.
  ///   - allowsNaN: accepts features that are not finite.
  /// - Throws: `NNError.shape`, `.argument`, `.memory`, `.limit`.
  package convenience init(
    features: ArrayView, targets: ArrayView, weights: ArrayView?, allowsNaN: Bool
  ) throws(NNError) {
    let rows = features.rows
    try checkRows(features: features, targets: targets, weights: weights)
    guard rows <= Int32.max else {
      throw .limit("x must have at most 2147483647 rows, got \(rows)")
    }
    let maxMagnitude = features.maxMagnitude()
    if !allowsNaN, maxMagnitude?.isFinite != true { try checkFinite(features, "x") }
    try checkFinite(targets, "y")
    let copy = try copyTargets(targets)
    let weightCopy = try weights.map { view throws(NNError) in try copyWeights(view) }
    self.init(
      rows: rows, features: features, targets: copy.view, targetType: targets.type,
      weights: weightCopy.map {
        ArrayView(dense: .float32, UnsafeRawPointer($0.base), rows: rows, columns: 1)
      },
      maxMagnitude: maxMagnitude, chosen: nil, storage: (copy.buffer, weightCopy, nil),
      tablePart: nil)
  }

  /// Some rows of another data set.
  convenience init(_ whole: Dataset, chosen: Buffer<Int32>) {
    self.init(
      rows: chosen.count, features: whole.features, targets: whole.targets,
      targetType: whole.targetType, weights: whole.weights, maxMagnitude: whole.maxMagnitude,
      chosen: chosen, storage: whole.storage, tablePart: whole.tablePart)
  }

  /// The same rows with class indices as targets.
  ///
  /// - Parameter indices: one a source row.
  package convenience init(_ whole: Dataset, indices: Buffer<Int32>) {
    self.init(
      rows: whole.rows, features: whole.features,
      targets: ArrayView(
        dense: .int32, UnsafeRawPointer(indices.base), rows: indices.count, columns: 1),
      targetType: .int32, weights: whole.weights, maxMagnitude: whole.maxMagnitude,
      chosen: whole.chosen, storage: (indices, whole.storage.weights, whole.storage.features),
      tablePart: whole.tablePart)
  }

  /// The same rows with features made of its table.
  ///
  /// - Parameters:
  ///   - features: [source rows × features].
  ///   - memory: keeps them alive.
  package convenience init(_ whole: Dataset, features: ArrayView, memory: AnyObject) {
    self.init(
      rows: whole.rows, features: features, targets: whole.targets, targetType: whole.targetType,
      weights: whole.weights, maxMagnitude: features.maxMagnitude(), chosen: whole.chosen,
      storage: (whole.storage.targets, whole.storage.weights, memory), tablePart: nil)
  }

  /// Rows by their positions here, in the order given; a position may come again.
  ///
  /// - Throws: `NNError.argument` for a position that is none, `.memory`.
  package func subset(_ positions: UnsafePointer<Int64>, count: Int) throws(NNError) -> Dataset {
    let chosen = try Buffer<Int32>(count: count)
    for index in 0..<count {
      let position = positions[index]
      guard position >= 0, position < Int64(rows) else {
        throw .argument("indices must be in 0..<\(rows), number \(index) is \(position)")
      }
      chosen.base[index] = Int32(sourceRow(Int(position)))
    }
    return Dataset(self, chosen: chosen)
  }

  init(
    rows: Int, features: ArrayView, targets: ArrayView, targetType: ElementType,
    weights: ArrayView?, maxMagnitude: Float?, chosen: Buffer<Int32>?,
    storage: Storage, tablePart: TablePart?
  ) {
    self.rows = rows
    self.features = features
    self.targets = targets
    self.targetType = targetType
    self.weights = weights
    self.maxMagnitude = maxMagnitude
    self.chosen = chosen
    self.storage = storage
    self.tablePart = tablePart
  }

  /// The source row at a position.
  package func sourceRow(_ position: Int) -> Int {
    chosen.map { Int($0.base[position]) } ?? position
  }

  /// The borrowed description that passes work on.
  package var sampleRows: SampleRows {
    SampleRows(
      rows: rows, features: features, targets: targets, weights: weights, order: order,
      maxMagnitude: maxMagnitude)
  }
}
