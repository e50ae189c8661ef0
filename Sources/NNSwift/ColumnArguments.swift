import CNNSwift
import CPlatform
import NNData
import NNErrors

/// The columns that a caller hands in, of whatever size its `nns_column` is.
struct ColumnArguments {
  private let first: UnsafeRawPointer
  private let count: Int
  private let rows: Int
  /// From one structure to the next.
  private let step: Int

  private static let whole = MemoryLayout<nns_column>.size

  /// - Throws: `NNError.null`, `.argument`, `.shape`, `.limit`.
  init(_ columns: UnsafePointer<nns_column>?, count: Int64, rows: Int64) throws(NNError) {
    guard count > 0 else { throw .shape("count must be at least 1 column, got \(count)") }
    guard count <= Int64(TableBuilder.mostColumns) else {
      throw .limit("count must be at most \(TableBuilder.mostColumns) columns, got \(count)")
    }
    guard rows > 0 else { throw .shape("rows must be at least 1, got \(rows)") }
    guard rows <= Int64(Int32.max) else {
      throw .limit("rows must be at most 2147483647, got \(rows)")
    }
    let columns = try required(columns, "columns")
    let size = Int(columns.pointee.struct_size)
    guard Self.isKnown(size) else { throw Self.wrongSize(0, size) }
    (first, step) = (UnsafeRawPointer(columns), size)
    (self.count, self.rows) = (Int(count), Int(rows))
    for index in 1..<self.count where column(index).pointee.struct_size != UInt32(size) {
      throw Self.wrongSize(index, Int(column(index).pointee.struct_size))
    }
  }

  /// A newer program's structure may be longer.
  private static func isKnown(_ size: Int) -> Bool {
    size >= whole && size < 4096 && size % MemoryLayout<nns_column>.alignment == 0
  }

  private static func wrongSize(_ index: Int, _ size: Int) -> NNError {
    .argument(
      "column #\(index): struct_size must be sizeof(nns_column), \(whole), the same in all "
        + "columns, got \(size)")
  }

  private func column(_ index: Int) -> UnsafePointer<nns_column> {
    (first + index * step).assumingMemoryBound(to: nns_column.self)
  }

  /// A bound on what `table` allocates for small objects.
  var bytesToRead: Int {
    var bytes = MemoryReservation.base
    for index in 0..<count {
      // A column's name twice, since the list of columns grows by copying, and its views.
      bytes += 2048 + 2 * (column(index).pointee.name.map { strnlen($0, ColumnNames.longest) } ?? 0)
    }
    return bytes
  }

  /// - Throws: `NNError.null`, `.argument`, `.shape`, `.dtype`, `.limit`, `.memory`.
  func table(_ options: TableOptions) throws(NNError) -> Table {
    var builder = TableBuilder(rows: rows, options: options)
    for index in 0..<count {
      let column = self.column(index)
      let name = try column.pointee.name.map { text throws(NNError) in
        try ColumnNames.name(
          UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self),
          count: strnlen(text, ColumnNames.longest + 1), index: index)
      }
      let argument = ColumnArgument(
        column: column, title: name.map { "\"\($0)\"" } ?? "#\(index)", rows: rows)
      try builder.add(name: name, chunks: [try argument.view()])
    }
    return try builder.table()
  }
}

/// One `nns_column`, checked but for its values.
private struct ColumnArgument {
  let column: UnsafePointer<nns_column>
  let title: String
  let rows: Int

  /// - Throws: `NNError.null`, `.argument`, `.shape`, `.dtype`.
  func view() throws(NNError) -> ColumnView {
    guard let levels = column.pointee.levels else { return try plain() }
    let view = try plain()
    guard view.type.family == .integer else {
      throw .dtype(
        "column \(title): data must be integers where levels is set, got \(view.type.name)")
    }
    guard levels.pointee.levels == nil else {
      throw .dtype("column \(title): levels must not have levels themselves")
    }
    guard levels.pointee.struct_size == column.pointee.struct_size else {
      throw .argument(
        "column \(title): struct_size of levels must be sizeof(nns_column), "
          + "\(column.pointee.struct_size), got \(levels.pointee.struct_size)")
    }
    let count = column.pointee.level_count
    guard count >= 0, count <= Int64(Int32.max) else {
      throw .shape("column \(title): level_count must be in 0...2147483647, got \(count)")
    }
    let argument = ColumnArgument(
      column: levels, title: "\(title), its levels", rows: Int(count))
    return ColumnView(
      type: view.type, rows: rows, data: view.data, stride: view.stride, offset: view.offset,
      valid: view.valid, dictionary: ColumnDictionary(try argument.plain()))
  }

  private func plain() throws(NNError) -> ColumnView {
    let fields = column.pointee
    guard let type = ColumnType(rawValue: fields.dtype) else {
      throw .dtype(
        "column \(title): dtype must be NNS_F32 (1) ... NNS_MICROS (31), got \(fields.dtype)")
    }
    try checkSizes(type, fields)
    // Columns without rows, of levels, may have nothing behind them.
    guard let data = fields.data ?? (rows == 0 ? UnsafeRawPointer(bitPattern: 64) : nil) else {
      throw .null("column \(title): data must not be NULL")
    }
    return ColumnView(
      type: type, rows: rows, data: data, stride: Int(fields.stride), offset: Int(fields.offset),
      valid: fields.valid, bytes: fields.bytes, size: Int(fields.size))
  }

  private func checkSizes(_ type: ColumnType, _ fields: nns_column) throws(NNError) {
    guard fields.offset >= 0 else {
      throw .argument("column \(title): offset must be 0 or more, got \(fields.offset)")
    }
    let isDense = type == .bit || type == .text32 || type == .text64
    guard !isDense || fields.stride == 0 || fields.stride == type.size else {
      throw .argument(
        "column \(title): stride must be 0 for \(type.name), got \(fields.stride)")
    }
    guard type != .textFixed || (fields.size >= 1 && fields.size <= Int64(Int32.max)) else {
      throw .argument(
        "column \(title): size must be the width of TEXT_FIXED, 1 or more, got \(fields.size)")
    }
    let usesSize = isDense && type != .bit || type == .textView
    guard !usesSize || fields.size >= -1 else {
      throw .argument(
        "column \(title): size must be 0 or more, or -1 where it is unknown, got \(fields.size)")
    }
    guard type != .textView || fields.size <= 0 || fields.bytes != nil else {
      throw .null("column \(title): bytes must not be NULL, there are \(fields.size) buffers")
    }
    let stride =
      fields.stride != 0
      ? fields.stride : Int64(type == .textFixed ? Int(fields.size) : max(type.size, 1))
    let (last, overflow) = fields.offset.addingReportingOverflow(Int64(rows) + 1)
    let (reach, carry) = last.multipliedReportingOverflow(by: stride)
    guard !overflow, !carry, reach.magnitude < 1 << 46 else {
      throw .shape(
        "column \(title): \(rows) rows, offset \(fields.offset) and stride \(fields.stride) reach "
          + "beyond any memory; check them")
    }
  }
}
