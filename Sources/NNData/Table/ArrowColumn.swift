import CPlatform
import NNErrors
import NNMath

/// Makes views of the arrays of one Arrow column. What was copied to do so is in `copies`.
struct ArrowColumn {
  let title: String
  private let format: ArrowFormat
  /// Of a dictionary: what its values are.
  private let levels: ArrowFormat?
  private(set) var copies: [AnyObject] = []

  /// nil: columns of this format are not read.
  init?(_ schema: ArrowSchema, title: String) {
    guard let text = schema.format, let format = ArrowFormat(text) else { return nil }
    (self.title, self.format) = (title, format)
    guard let dictionary = schema.dictionary else {
      levels = nil
      return
    }
    guard format.isInteger, dictionary.pointee.dictionary == nil,
      let values = dictionary.pointee.format, let levels = ArrowFormat(values)
    else { return nil }
    self.levels = levels
  }

  /// The rows of a chunk that this column has.
  ///
  /// - Parameter chunk: the struct: its offset and its missing rows count here too.
  /// - Throws: `NNError.argument`, `.null`, `.shape`, `.memory`.
  mutating func view(
    of array: ArrowArray, in chunk: ArrowArray
  ) throws(NNError) -> ColumnView {
    let rows = Int(chunk.length)
    var view = try plain(array, format, offset: Int(chunk.offset), rows: rows)
    if let missing = try bitmap(of: chunk) {
      view = try without(missing, offset: Int(chunk.offset), view)
    }
    guard let levels else { return view }
    guard let dictionary = array.dictionary?.pointee else {
      throw .argument("column \(title): a chunk has no dictionary, its schema has one")
    }
    guard dictionary.length >= 0, dictionary.length <= Int64(Int32.max) else {
      throw .argument("column \(title): its dictionary must have 0...2147483647 levels")
    }
    return view.referring(
      to: try plain(dictionary, levels, offset: 0, rows: Int(dictionary.length)))
  }

  /// One array, without its dictionary.
  private mutating func plain(
    _ array: ArrowArray, _ format: ArrowFormat, offset: Int, rows: Int
  ) throws(NNError) -> ColumnView {
    let first = try place(of: array, format, offset: offset, rows: rows)
    if case .none = format { return try missing(rows) }
    let valid = try bitmap(of: array)
    guard let data = array.buffers?[1] ?? (rows == 0 ? UnsafeRawPointer(bitPattern: 64) : nil)
    else { throw .null("column \(title): an array of \(rows) rows has no values") }
    switch format {
    case .plain(let type):
      let isText = type == .text32 || type == .text64
      let buffers = Int(array.n_buffers) - 3
      return ColumnView(
        type: type, rows: rows, data: data, offset: first, valid: valid,
        bytes: isText
          ? array.buffers?[2]
          : type == .textView ? array.buffers.map { UnsafeRawPointer($0 + 2) } : nil,
        size: type == .textView ? buffers : -1,
        sizes: type == .textView && buffers > 0
          ? array.buffers?[buffers + 2]?.assumingMemoryBound(to: Int64.self) : nil)
    default:
      let source = ArrowValues(
        data: data + first * format.size, rows: rows, valid: try rebased(valid, first, rows),
        title: title)
      let (view, copy) = try source.widened(format)
      copies.append(copy)
      return view
    }
  }

  /// The place of the first row in an array's buffers.
  private func place(
    of array: ArrowArray, _ format: ArrowFormat, offset: Int, rows: Int
  ) throws(NNError) -> Int {
    guard array.length >= 0, array.offset >= 0, Int64(offset) <= array.length,
      Int64(rows) <= array.length - Int64(offset)
    else {
      throw .argument(
        "column \(title): an array must have the rows of its chunk, \(offset) + \(rows), got "
          + "\(array.length)")
    }
    guard array.n_buffers >= format.buffers, format.buffers == 0 || array.buffers != nil else {
      throw .argument(
        "column \(title): an array must have \(format.buffers) buffers, got \(array.n_buffers)")
    }
    let (last, overflow) = array.offset.addingReportingOverflow(array.length)
    guard !overflow, last < 1 << 42, array.n_buffers < 1 << 31 else {
      throw .shape("column \(title): offset \(array.offset) reaches beyond any memory")
    }
    return Int(array.offset) + offset
  }

  /// The bits of what is missing; nil: nothing is.
  private func bitmap(of array: ArrowArray) throws(NNError) -> UnsafePointer<UInt8>? {
    guard array.null_count != 0, array.n_buffers > 0 else { return nil }
    let bits = array.buffers?[0]?.assumingMemoryBound(to: UInt8.self)
    guard bits != nil || array.null_count < 0 else {
      throw .null("column \(title): \(array.null_count) values are missing, but no bits say which")
    }
    return bits
  }

  /// Bits whose first is that of a row.
  private mutating func rebased(
    _ valid: UnsafePointer<UInt8>?, _ first: Int, _ rows: Int
  ) throws(NNError) -> UnsafePointer<UInt8>? {
    guard let valid else { return nil }
    return try bits(rows) { row in valid.bit(first + row) }
  }

  private mutating func bits(
    _ rows: Int, _ isSet: (Int) -> Bool
  ) throws(NNError) -> UnsafePointer<UInt8> {
    let copy = try Buffer<UInt8>(count: (rows + 7) / 8)
    for row in 0..<rows where isSet(row) {
      copy.base[row >> 3] |= 1 << UInt8(truncatingIfNeeded: row & 7)
    }
    copies.append(copy)
    return UnsafePointer(copy.base)
  }

  /// The same rows but for those that a struct lacks.
  private mutating func without(
    _ missing: UnsafePointer<UInt8>, offset: Int, _ view: ColumnView
  ) throws(NNError) -> ColumnView {
    let valid = try bits(view.rows) { row in missing.bit(offset + row) && !view.isMissing(row) }
    guard view.type == .bit else { return view.masked(by: valid) }
    // Bits cannot begin within a byte: each becomes a byte.
    let values = try Buffer<UInt8>(count: view.rows)
    for row in 0..<view.rows { values.base[row] = UInt8(truncatingIfNeeded: view.integer(row)) }
    copies.append(values)
    return ColumnView(type: .bool, rows: view.rows, data: values.base, valid: valid)
  }

  private mutating func missing(_ rows: Int) throws(NNError) -> ColumnView {
    let values = try Buffer<Float>(count: rows)
    for row in 0..<rows { values.base[row] = .nan }
    copies.append(values)
    return ColumnView(type: .float32, rows: rows, data: values.base)
  }
}

extension UnsafePointer<UInt8> {
  fileprivate func bit(_ place: Int) -> Bool {
    self[place >> 3] >> UInt8(truncatingIfNeeded: place & 7) & 1 == 1
  }
}
