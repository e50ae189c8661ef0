import NNErrors
import NNMath

/// What columns may be called: 1 to 1,024 bytes of UTF-8, no name twice, all named or none.
package enum ColumnNames {
  package static let longest = 1_024

  /// A copy of a name.
  ///
  /// - Parameter index: the column's position, for sentences.
  /// - Throws: `NNError.argument`.
  package static func name(
    _ base: UnsafePointer<UInt8>, count: Int, index: Int
  ) throws(NNError) -> String {
    guard count > 0 else { throw .argument("column #\(index) must have a name, got an empty one") }
    guard count <= longest else {
      throw .argument("the name of column #\(index) must have at most \(longest) bytes")
    }
    if let place = firstInvalidUTF8(base, count) {
      throw .argument(
        "the name of column #\(index) must be UTF-8, byte \(place) is not; decode it from its "
          + "encoding first")
    }
    return Text(base: base, count: count).string
  }

  /// - Returns: where each name stands; nil: the columns have none.
  /// - Throws: `NNError.argument` for a name that comes twice, or where only some have one.
  static func index(_ columns: [TableColumn]) throws(NNError) -> NameIndex? {
    if let unnamed = columns.firstIndex(where: { $0.name == nil }) {
      guard let named = columns.firstIndex(where: { $0.name != nil }) else { return nil }
      throw .argument(
        "all columns must have names, or none: column #\(named) has one, column #\(unnamed) has "
          + "none")
    }
    let names = try NameIndex(columns.map { $0.name ?? "" })
    if let (first, second) = names.repeated {
      throw .argument(
        "every column must have a name of its own, #\(first) and #\(second) are both "
          + "\"\(columns[second].name ?? "")\"")
    }
    return names
  }
}
