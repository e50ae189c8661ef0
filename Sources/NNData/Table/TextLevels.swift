import CPlatform
import NNErrors
import NNMath

/// The different texts of a column, each by the first row that has it, in ascending order of their
/// bytes.
///
/// A sorted list, not a table of hashes: no text makes it slow, and there are at most `limit`.
struct TextLevels {
  private let column: TableColumn
  private let rows: Buffer<Int32>
  private(set) var count = 0
  /// Bytes of all levels.
  private var bytes = 0
  /// More classes than that are no classes.
  static let limit = 65_536
  /// A longer text is no label.
  static let longest = 4_096

  init(of column: TableColumn) throws(NNError) {
    self.column = column
    rows = try Buffer(count: min(column.rows, Self.limit))
  }

  private func text(_ level: Int) -> Text? {
    if case .text(let text) = column.cell(Int(rows.base[level])) { text } else { nil }
  }

  /// The first level that is not below a text, and whether it is that text.
  func place(of text: Text) -> (place: Int, isThere: Bool) {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      guard let level = self.text(middle) else { return (middle, false) }
      let order = level.compare(text.base, text.count)
      if order == 0 { return (middle, true) }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  /// Takes a text in; false: there is no room for another.
  mutating func add(_ text: Text, row: Int) -> Bool {
    let (place, isThere) = place(of: text)
    if isThere { return true }
    guard count < rows.count else { return false }
    (rows.base + place + 1).update(from: rows.base + place, count: count - place)
    rows.base[place] = Int32(row)
    count += 1
    bytes += text.count
    return true
  }

  /// Copies of the levels.
  ///
  /// - Throws: `NNError.memory`.
  func strings() throws(NNError) -> [String] {
    // Swift aborts when it cannot allocate a String: enough is reserved before.
    var hold: UnsafeMutableRawPointer?
    guard nnc_hold(bytes + count * 128, &hold) == 1 else {
      throw .memory("the \(count) labels of the target could not be copied; free memory first")
    }
    defer { if let hold { nnc_let_go(hold) } }
    return (0..<count).map { text($0)?.string ?? "" }
  }
}
