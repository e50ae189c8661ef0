import NNErrors
import NNMath

/// The target of a table as a data set keeps it.
struct TableTarget {
  let view: ArrayView
  let type: ElementType
  let classes: TargetClasses?
  let storage: AnyObject

  /// Copies a column: fractions as Float32, whole numbers and booleans as integers, texts as the
  /// places of their labels.
  ///
  /// - Throws: `NNError.argument` naming column and row, `.dtype` for dates, `.memory`.
  init(_ table: Table, _ index: Int) throws(NNError) {
    let column = table.columns[index]
    let reader = TargetReader(column: column, title: table.title(index))
    switch column.family {
    case .real: self = try Self.numbers(reader)
    case .integer: self = try Self.integers(reader)
    case .boolean: self = try Self.booleans(reader)
    case .text: self = try Self.texts(reader)
    case .date:
      throw .dtype(
        "column \(reader.title) has dates, which cannot be the target; give the days between "
          + "as a column of numbers")
    }
  }

  private init(
    copyOf dense: ElementType, _ base: UnsafeRawPointer, rows: Int, type: ElementType,
    _ classes: TargetClasses? = nil
  ) throws(NNError) {
    let copy = try copyTargets(ArrayView(dense: dense, base, rows: rows, columns: 1))
    self.init(view: copy.view, type: type, classes: classes, storage: copy.buffer)
  }

  private init(view: ArrayView, type: ElementType, classes: TargetClasses?, storage: AnyObject) {
    (self.view, self.type, self.classes, self.storage) = (view, type, classes, storage)
  }

  private static func numbers(_ reader: TargetReader) throws(NNError) -> TableTarget {
    let values = try Buffer<Double>(count: reader.rows)
    for row in 0..<reader.rows { values.base[row] = try reader.number(row) }
    return try withExtendedLifetime(values) { () throws(NNError) in
      try TableTarget(
        copyOf: .float64, UnsafeRawPointer(values.base), rows: reader.rows,
        type: reader.column.chunks.first?.type == .float32 ? .float32 : .float64)
    }
  }

  private static func integers(_ reader: TargetReader) throws(NNError) -> TableTarget {
    let values = try Buffer<Int64>(count: reader.rows)
    for row in 0..<reader.rows {
      guard case .integer(let value) = try reader.cell(row) else {
        throw reader.refusal(row, "an integer below 2^63")
      }
      values.base[row] = value
    }
    return try withExtendedLifetime(values) { () throws(NNError) in
      try TableTarget(
        copyOf: .int64, UnsafeRawPointer(values.base), rows: reader.rows, type: .int64,
        TargetClasses(kind: .integer, texts: []))
    }
  }

  private static func booleans(_ reader: TargetReader) throws(NNError) -> TableTarget {
    let values = try Buffer<Int32>(count: reader.rows)
    for row in 0..<reader.rows {
      guard case .boolean(let value) = try reader.cell(row) else {
        throw reader.refusal(row, "true or false")
      }
      values.base[row] = value ? 1 : 0
    }
    return TableTarget(
      view: ArrayView(dense: .int32, values.base, rows: reader.rows, columns: 1), type: .bool,
      classes: TargetClasses(kind: .boolean, texts: []), storage: values)
  }

  private static func texts(_ reader: TargetReader) throws(NNError) -> TableTarget {
    var levels = try TextLevels(of: reader.column)
    for row in 0..<reader.rows {
      guard levels.add(try reader.text(row)) else {
        throw .argument(
          "column \(reader.title) has more than \(TextLevels.limit) different texts, too many for "
            + "classes; choose another target")
      }
    }
    let codes = try Buffer<Int32>(count: reader.rows)
    for row in 0..<reader.rows {
      codes.base[row] = Int32(levels.place(of: try reader.text(row)).place)
    }
    return TableTarget(
      view: ArrayView(dense: .int32, codes.base, rows: reader.rows, columns: 1), type: .int32,
      classes: TargetClasses(kind: .text, texts: try levels.strings()), storage: codes)
  }
}

/// Reads the values of a target and refuses what is missing.
private struct TargetReader {
  let column: TableColumn
  let title: String
  var rows: Int { column.rows }

  func refusal(_ row: Int, _ must: String) -> NNError {
    .argument(
      "column \(title) is the target and must be \(must), row \(row) is \(column.cell(row).quoted)")
  }

  func cell(_ row: Int) throws(NNError) -> Cell {
    let cell = column.cell(row)
    guard case .missing = cell else { return cell }
    throw .argument(
      "column \(title) is the target and must have a value in every row, row \(row) is missing; "
        + "drop such rows")
  }

  func number(_ row: Int) throws(NNError) -> Double {
    guard case .number(let value) = try cell(row), Float(value).isFinite else {
      throw refusal(row, "finite in float32")
    }
    return value
  }

  func text(_ row: Int) throws(NNError) -> Text {
    guard case .text(let text) = try cell(row) else { throw refusal(row, "a text") }
    guard text.count <= TextLevels.longest else {
      throw .argument(
        "column \(title) is the target, whose texts must have at most \(TextLevels.longest) bytes, "
          + "row \(row) has \(text.count)")
    }
    guard !text.hasZero else { throw refusal(row, "a text without a 0 byte") }
    return text
  }
}

/// Copies the weights of a table.
///
/// - Throws: `NNError.argument` naming column and row, `.dtype`, `.memory`.
func copyWeights(_ table: Table, _ index: Int) throws(NNError) -> Buffer<Float> {
  let column = table.columns[index]
  let title = table.title(index)
  let weights = try Buffer<Float>(count: table.rows)
  var total = 0.0
  for row in 0..<table.rows {
    let weight: Double
    switch column.cell(row) {
    case .number(let value): weight = value
    case .integer(let value): weight = Double(value)
    case .boolean(let value): weight = value ? 1 : 0
    case .missing: weight = .nan
    default: throw .dtype("column \(title) is the weight and must have numbers")
    }
    guard weight >= 0, Float(weight).isFinite else {
      throw .argument(
        "column \(title) is the weight and must be a finite number, 0 or more, row \(row) is "
          + column.cell(row).quoted)
    }
    weights.base[row] = Float(weight)
    total += weight
  }
  guard total > 0 else {
    throw .argument("column \(title) is the weight and must not be 0 in every row")
  }
  return weights
}
