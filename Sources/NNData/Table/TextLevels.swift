import CPlatform
import NNErrors
import NNMath

/// The different texts of a column in ascending order of their bytes, borrowed from it.
///
/// A sorted list, not a table of hashes: no text makes it slow, and there are at most `limit`.
struct TextLevels {
  private let texts: Buffer<Text>
  private(set) var count = 0
  /// Bytes of all levels.
  private var bytes = 0
  /// More classes than that are no classes.
  static let limit = 65_536
  /// A longer text is no label.
  static let longest = 4_096

  init(of column: TableColumn) throws(NNError) {
    texts = try Buffer(count: min(column.rows, Self.limit))
  }

  /// The first level that is not below a text, and whether it is that text.
  func place(of text: Text) -> (place: Int, isThere: Bool) {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let order = texts.base[middle].compare(text.base, text.count)
      if order == 0 { return (middle, true) }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  /// Takes a text in; false: there is no room for another.
  mutating func add(_ text: Text) -> Bool {
    let (place, isThere) = place(of: text)
    if isThere { return true }
    guard count < texts.count else { return false }
    (texts.base + place + 1).copy(from: texts.base + place, count: count - place)
    texts.base[place] = text
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
    return (0..<count).map { texts.base[$0].string }
  }
}
