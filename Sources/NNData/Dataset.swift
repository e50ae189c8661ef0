import NNErrors
import NNMath

/// Features, targets and sample weights, checked. Features stay where the caller has them; targets
/// and weights are copied.
package final class Dataset {
  package let rows: Int
  /// Borrowed: [source rows × features].
  package let features: ArrayView
  /// A view of the copy: Int32 or Float32, [source rows × targets].
  package let targets: ArrayView
  /// A view of the copy: Float32, [source rows × 1]; nil: all 1.
  package let weights: ArrayView?
  /// The largest magnitude of the features when the set was made; nil: not known.
  private let maxMagnitude: Float?
  /// The source row at each position; nil: the position itself.
  private let chosen: Buffer<Int32>?
  /// The copies behind the views. Parts of a split share them with the whole.
  private let storage: Storage

  package var order: UnsafePointer<Int32>? { chosen.map { UnsafePointer($0.base) } }

  private final class Storage {
    let integers: Buffer<Int32>?
    let floats: Buffer<Float>?
    let weights: Buffer<Float>?

    init(integers: Buffer<Int32>?, floats: Buffer<Float>?, weights: Buffer<Float>?) {
      self.integers = integers
      self.floats = floats
      self.weights = weights
    }
  }

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
    let size = try checkedProduct(rows, targets.columns, "y")
    var integers: Buffer<Int32>?
    var floats: Buffer<Float>?
    if targets.type.isInteger, Self.fitsInt32(targets) {
      let copy = try Buffer<Int32>(count: size)
      for row in 0..<rows {
        for column in 0..<targets.columns {
          copy.base[row * targets.columns + column] = Int32(
            truncatingIfNeeded: targets.integer(row, column))
        }
      }
      integers = copy
    } else {
      let copy = try Buffer<Float>(count: size)
      targets.gather(from: 0, count: rows, order: nil, into: copy.base)
      floats = copy
    }
    let base =
      integers.map { UnsafeRawPointer($0.base) } ?? floats.map { UnsafeRawPointer($0.base) }
    let weightCopy = try weights.map { view throws(NNError) in try copyWeights(view) }
    self.init(
      rows: rows, features: features,
      targets: Self.dense(
        integers == nil ? .float32 : .int32, base ?? features.base, rows, targets.columns),
      weights: weightCopy.map { Self.dense(.float32, UnsafeRawPointer($0.base), rows, 1) },
      maxMagnitude: maxMagnitude, chosen: nil,
      storage: Storage(integers: integers, floats: floats, weights: weightCopy))
  }

  /// Some rows of another data set.
  convenience init(_ whole: Dataset, chosen: Buffer<Int32>) {
    self.init(
      rows: chosen.count, features: whole.features, targets: whole.targets, weights: whole.weights,
      maxMagnitude: whole.maxMagnitude, chosen: chosen, storage: whole.storage)
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

  private init(
    rows: Int, features: ArrayView, targets: ArrayView, weights: ArrayView?, maxMagnitude: Float?,
    chosen: Buffer<Int32>?, storage: Storage
  ) {
    self.rows = rows
    self.features = features
    self.targets = targets
    self.weights = weights
    self.maxMagnitude = maxMagnitude
    self.chosen = chosen
    self.storage = storage
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

  private static func dense(
    _ type: ElementType, _ base: UnsafeRawPointer, _ rows: Int, _ columns: Int
  ) -> ArrayView {
    ArrayView(
      type: type, base: base, rows: rows, columns: columns, rowStride: columns * 4, columnStride: 4)
  }

  private static func fitsInt32(_ view: ArrayView) -> Bool {
    guard view.type == .int64 else { return true }
    for row in 0..<view.rows {
      for column in 0..<view.columns where Int32(exactly: view.integer(row, column)) == nil {
        return false
      }
    }
    return true
  }
}
