import NNErrors
import NNMath

/// Makes a table of unchecked columns, one after the other.
package struct TableBuilder {
  /// More columns than that are refused.
  package static let mostColumns = 65_535

  private let rows: Int
  private let options: TableOptions
  private let owner: any TableOwner
  private var columns: [TableColumn] = []
  private var copies: [AnyObject] = []
  private var ignored: [String] = []

  /// - Parameter owner: what keeps the columns' memory alive; nil: the caller does.
  package init(rows: Int, options: TableOptions, owner: (any TableOwner)? = nil) {
    (self.rows, self.options) = (rows, options)
    self.owner = owner ?? Borrowed()
  }

  /// Checks every value of a column and takes it in.
  ///
  /// - Parameter copies: memory that its chunks point to.
  /// - Throws: `NNError.argument` with column and row, `.null`, `.dtype`, `.memory`.
  package mutating func add(
    name: String?, chunks: [ColumnView], copies: [AnyObject] = []
  ) throws(NNError) {
    self.copies += copies
    let title = name.map { "\"\($0)\"" } ?? "#\(columns.count)"
    var check = ColumnCheck(title: title, allowsInfinite: options.allowsInfinite)
    var read: [ColumnView] = []
    for chunk in chunks {
      try check.check(chunk)
      check.firstRow += chunk.rows
      read.append(chunk.family == .text ? try withMissing(chunk) : chunk)
    }
    let column = TableColumn(name: name, chunks: read)
    if options.parsesText, column.family == .text, let parsed = try numbers(of: column) {
      columns.append(TableColumn(name: name, chunks: [parsed]))
    } else {
      columns.append(column)
    }
  }

  /// Remembers a column that cannot be read.
  mutating func leaveOut(_ name: String) { ignored.append(name) }

  /// - Throws: `NNError.argument` for names, `.dtype` if no column is left.
  package func table() throws(NNError) -> Table {
    guard !columns.isEmpty else {
      throw .dtype("a table must have a column of numbers, booleans, text or dates, got none")
    }
    return Table(
      rows: rows, columns: columns, names: try ColumnNames.index(columns), ignored: ignored,
      owner: Copies(copies, owner))
  }

  /// The column without the texts that mean a missing value.
  private mutating func withMissing(_ view: ColumnView) throws(NNError) -> ColumnView {
    guard !options.missing.isEmpty else { return view }
    if let dictionary = view.dictionary {
      return view.referring(to: try withMissing(dictionary.levels))
    }
    let valid = try Buffer<UInt8>(count: (view.rows + 7) / 8)
    var found = false
    for row in 0..<view.rows {
      guard !view.isMissing(row), let text = view.text(row) else { continue }
      if options.missing.contains(text) {
        found = true
      } else {
        valid.base[row >> 3] |= 1 << UInt8(truncatingIfNeeded: row & 7)
      }
    }
    guard found else { return view }
    copies.append(valid)
    return view.masked(by: valid.base)
  }

  /// The numbers that all texts of a column are; nil: some are none, or all are missing.
  private mutating func numbers(of column: TableColumn) throws(NNError) -> ColumnView? {
    let values = try Buffer<Double>(count: rows)
    var found = false
    for row in 0..<rows {
      guard case .text(let text) = column.cell(row) else {
        values.base[row] = .nan
        continue
      }
      guard let number = text.number else { return nil }
      values.base[row] = number
      found = true
    }
    guard found else { return nil }
    copies.append(values)
    return ColumnView(type: .float64, rows: rows, data: values.base)
  }
}

/// Memory that the caller keeps.
private final class Borrowed: TableOwner {}

/// What was copied of columns, beside what keeps the rest.
private final class Copies: TableOwner, @unchecked Sendable {
  private let copies: [AnyObject]
  private let owner: any TableOwner

  init(_ copies: [AnyObject], _ owner: any TableOwner) {
    (self.copies, self.owner) = (copies, owner)
  }
}
