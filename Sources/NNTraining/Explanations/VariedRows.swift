import NNData
import NNErrors
import NNMath
import NNNetwork

/// The rows of a data set, of which one column at a time has other values.
package struct VariedRows {
  /// What a model reads: rows one behind the other.
  package let samples: SampleRows
  /// How many columns there are, as a caller counts them.
  package let columns: Int
  /// The data set as it was given.
  private let set: Dataset
  private let table: (encoder: TableEncoder, part: TablePart, places: [Int?])?
  private let features: Buffer<UInt8>
  /// What `samples` points to besides.
  private let memory: (targets: Buffer<UInt8>, weights: Buffer<UInt8>?)

  /// - Parameter needsTarget: whether the targets are looked at.
  /// - Throws: `NNError` as an evaluation; `.memory`.
  package init(_ set: Dataset, for model: Model, needsTarget: Bool) throws(NNError) {
    var encoded = try model.encoded(set, needsTarget: needsTarget)
    if needsTarget {
      encoded = try model.indexed(encoded)
      try checkFit(encoded.sampleRows, model)
    } else {
      try checkColumns(encoded.features, expected: model.inputSize)
    }
    // Integers would cut what they are set to.
    let type: ElementType = encoded.features.type == .float32 ? .float32 : .float64
    let features = try Self.copy(encoded, encoded.features, as: type)
    let targets = try Self.copy(encoded, encoded.targets)
    let weights = try encoded.weights.map { view throws(NNError) in try Self.copy(encoded, view) }
    self.set = set
    self.features = features.memory
    memory = (targets.memory, weights?.memory)
    samples = SampleRows(
      rows: set.rows, features: features.view, targets: targets.view, weights: weights?.view,
      order: nil)
    guard let encoder = model.table, let part = set.tablePart else {
      (table, columns) = (nil, model.inputSize)
      return
    }
    let places = try encoder.match(
      part.table, without: [part.target, part.weight].compactMap { $0 })
    (table, columns) = ((encoder, part, places), encoder.columns.count)
    try replace(nil) { _ in .missing }
  }

  private typealias Copy = (view: ArrayView, memory: Buffer<UInt8>)

  /// The rows of a view in the order of a data set.
  ///
  /// - Parameter type: nil: as they are.
  private static func copy(
    _ set: Dataset, _ view: ArrayView, as type: ElementType? = nil
  ) throws(NNError) -> Copy {
    let type = type ?? view.type
    let width = try checkedProduct(view.columns, type.size, "copied rows")
    let memory = try Buffer<UInt8>(count: try checkedProduct(set.rows, width, "copied rows"))
    for position in 0..<set.rows {
      let row = set.sourceRow(position)
      for column in 0..<view.columns {
        copyElement(
          view, row, column, as: type,
          to: UnsafeMutableRawPointer(memory.base) + position * width + column * type.size)
      }
    }
    return (
      ArrayView(
        dense: type, UnsafeRawPointer(memory.base), rows: set.rows, columns: view.columns), memory
    )
  }

  @inline(__always)
  private static func copyElement(
    _ view: ArrayView, _ row: Int, _ column: Int, as type: ElementType,
    to place: UnsafeMutableRawPointer
  ) {
    if type == view.type {
      let source = view.base + row * view.rowStride + column * view.columnStride
      place.copyMemory(from: source, byteCount: type.size)
    } else {
      place.storeBytes(of: view.double(row, column), as: Double.self)
    }
  }
}

extension VariedRows {
  /// Gives each row the column's value of another.
  ///
  /// - Parameter positions: whose value the row at a position gets.
  package func shuffle(
    _ column: Int, by positions: UnsafePointer<Int32>
  ) throws(NNError) {
    try take(column) { Int(positions[$0]) }
  }

  /// Gives each row its own value again.
  package func restore(_ column: Int) throws(NNError) { try take(column) { $0 } }

  private func take(_ column: Int, from other: (Int) -> Int) throws(NNError) {
    if let table {
      // A column that the table lacks is one that the model ignores.
      guard let place = table.places[column] else { return }
      let own = table.part.table.columns[place]
      return try replace(column) { own.cell(set.sourceRow(other($0))) }
    }
    for position in 0..<samples.rows {
      Self.copyElement(
        set.features, set.sourceRow(other(position)), column, as: samples.features.type,
        to: element(position, column))
    }
  }

  /// Gives a column the same value in each row.
  ///
  /// - Throws: `NNError.dtype` for a value of another type than the column's, `.argument` for one
  ///   that it refuses.
  package func fill(_ column: Int, with value: Cell) throws(NNError) {
    guard table == nil else { return try replace(column) { _ in value } }
    let number: Double
    switch value {
    case .number(let given) where given.isFinite && Float(given).isFinite: number = given
    case .integer(let given): number = Double(given)
    case .number, .missing:
      throw .argument("values of a model of arrays must be finite in float32, got \(value.quoted)")
    default:
      throw .dtype(
        "values of a model of arrays must be NNS_NUMBER or NNS_INTEGER, got \(value.quoted)")
    }
    for position in 0..<samples.rows {
      if samples.features.type == .float32 {
        element(position, column).storeBytes(of: Float(number), as: Float.self)
      } else {
        element(position, column).storeBytes(of: number, as: Double.self)
      }
    }
  }

  private func element(_ position: Int, _ column: Int) -> UnsafeMutableRawPointer {
    let view = samples.features
    return UnsafeMutableRawPointer(features.base) + position * view.rowStride
      + column * view.columnStride
  }

  private func replace(
    _ column: Int?, by value: (_ position: Int) -> Cell
  ) throws(NNError) {
    guard let table else { return }
    let floats = UnsafeMutableRawPointer(features.base).assumingMemoryBound(to: Float.self)
    try table.encoder.encode(
      replacing: column, by: value, in: table.part.table, table.places, positions: samples.rows,
      source: { set.sourceRow($0) }, into: floats)
  }
}
