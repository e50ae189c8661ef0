import NNErrors
import NNMath

/// The rows that a preprocessing kind is fitted to: features after the kinds before it.
struct FittingData {
  private let view: ArrayView
  let rows: Int
  private let order: UnsafePointer<Int32>?
  private let offsets: FeatureOffsets?
  /// Applies the kinds before to a block of features that begins with a feature.
  private let before: (_ block: Matrix, _ first: Int) -> Void

  var columns: Int { view.columns }

  /// - Parameters:
  ///   - order: the rows to use; nil: the first `rows`.
  ///   - offsets: what is subtracted from the features first; nil: nothing.
  init(
    view: ArrayView, rows: Int, order: UnsafePointer<Int32>?, offsets: FeatureOffsets?,
    before: @escaping (_ block: Matrix, _ first: Int) -> Void
  ) {
    (self.view, self.rows, self.order, self.before) = (view, rows, order, before)
    self.offsets = offsets
  }

  /// Copies the row at a position.
  func copyRow(_ position: Int, into row: UnsafeMutablePointer<Float>) {
    let source = order.map { Int($0[position]) } ?? position
    let block = Matrix(row, rows: 1, columns: columns)
    view.copyRow(source, into: row)
    if let offsets { view.subtract(offsets, from: block, start: source, order: nil) }
    before(block, 0)
  }

  /// Copies the finite values of a feature, in the order of the rows.
  ///
  /// - Parameter values: room for `rows`.
  /// - Returns: how many there are.
  func copyFinite(column: Int, into values: UnsafeMutablePointer<Float>) -> Int {
    let single = ArrayView(
      type: view.type, base: view.base + column * view.columnStride, rows: view.rows, columns: 1,
      rowStride: view.rowStride, columnStride: view.columnStride)
    let block = Matrix(values, rows: rows, columns: 1)
    single.gather(from: 0, count: rows, order: order, into: values)
    if let offsets { view.subtract(offsets, from: block, first: column, order: order) }
    before(block, column)
    var count = 0
    for index in 0..<rows where values[index].isFinite {
      values[count] = values[index]
      count += 1
    }
    return count
  }
}

/// The finite values of one feature in ascending order. Its memory, twice a column, serves one
/// feature after another.
struct SortedColumn {
  private let data: FittingData
  private let values: Buffer<Float>
  private let spare: Buffer<Float>
  private var sorted: UnsafeMutablePointer<Float>
  private(set) var count = 0

  init(_ data: FittingData) throws(NNError) {
    self.data = data
    values = try Buffer(count: data.rows)
    spare = try Buffer(count: data.rows)
    sorted = values.base
  }

  mutating func load(_ column: Int) {
    count = data.copyFinite(column: column, into: values.base)
    sorted = mergeSort(values.base, count: count, spare: spare.base) { $0 <= $1 }
  }

  /// The value that a share of the values does not exceed; 0 if there are none.
  func quantile(_ share: Double) -> Double {
    count == 0 ? 0 : NNMath.quantile(share, of: count) { Double(sorted[$0]) }
  }
}
