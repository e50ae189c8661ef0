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

  /// - Throws: `NNError.argument` for a name that comes twice, or where only some have one.
  static func check(_ columns: [TableColumn]) throws(NNError) {
    if let unnamed = columns.firstIndex(where: { $0.name == nil }) {
      guard let named = columns.firstIndex(where: { $0.name != nil }) else { return }
      throw .argument(
        "all columns must have names, or none: column #\(named) has one, column #\(unnamed) has "
          + "none")
    }
    let order = try Buffer<Int32>(count: columns.count)
    let spare = try Buffer<Int32>(count: columns.count)
    for index in columns.indices { order.base[index] = Int32(index) }
    let sorted = mergeSort(order.base, count: columns.count, spare: spare.base) {
      !isBefore(columns[Int($1)], columns[Int($0)])
    }
    for place in columns.indices.dropFirst() {
      let (before, after) = (columns[Int(sorted[place - 1])], columns[Int(sorted[place])])
      guard isBefore(before, after) else {
        throw .argument(
          "every column must have a name of its own, #\(sorted[place - 1]) and #\(sorted[place]) "
            + "are both \"\(after.name ?? "")\"")
      }
    }
    withExtendedLifetime((order, spare)) {}
  }

  private static func isBefore(_ a: TableColumn, _ b: TableColumn) -> Bool {
    guard let first = a.name, let second = b.name else { return false }
    return first.utf8.lexicographicallyPrecedes(second.utf8)
  }
}
