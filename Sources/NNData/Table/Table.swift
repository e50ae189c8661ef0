import NNErrors
import Synchronization

/// Tables made so far.
private let tableCount = Atomic<UInt64>(0)

/// A column of a table: chunks one behind the other.
package struct TableColumn: Sendable {
  /// nil: matched by its position.
  package let name: String?
  package let chunks: [ColumnView]
  /// The first row of each chunk.
  private let starts: [Int]

  package init(name: String?, chunks: [ColumnView]) {
    (self.name, self.chunks) = (name, chunks)
    var start = 0
    starts = chunks.map { chunk in
      defer { start += chunk.rows }
      return start
    }
  }

  package var family: ColumnType.Family { chunks.first?.family ?? .real }
  package var rows: Int { chunks.reduce(0) { $0 + $1.rows } }

  /// The value of a row.
  package func cell(_ row: Int) -> Cell {
    let chunk = chunks.count == 1 ? 0 : self.chunk(of: row)
    let first = chunks.count == 1 ? 0 : starts[chunk]
    // Through a pointer: an element of the array would be copied for each value.
    return chunks.withUnsafeBufferPointer { $0[chunk].cell(row - first) }
  }

  private func chunk(of row: Int) -> Int {
    var (low, high) = (0, starts.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= row { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// Named columns of equally many rows, borrowed.
package final class Table: Sendable {
  /// No other table of the process has it; never 0.
  let id: UInt64
  package let rows: Int
  package let columns: [TableColumn]
  /// nil: the columns have no names.
  package let names: NameIndex?
  /// Names of columns that were left out: no column type is like theirs.
  package let ignored: [String]
  /// Keeps alive what the columns point to; nil: the caller does.
  private let owner: (any TableOwner)?

  package init(
    rows: Int, columns: [TableColumn], names: NameIndex?, ignored: [String] = [],
    owner: (any TableOwner)? = nil
  ) {
    (self.rows, self.columns, self.names) = (rows, columns, names)
    (self.ignored, self.owner) = (ignored, owner)
    id = tableCount.add(1, ordering: .relaxed).newValue
  }

  /// A column by its name, or `"#3"`: by its position.
  package func index(of name: String) -> Int? {
    if let found = names?.place(of: name) { return found }
    guard name.utf8.first == UInt8(ascii: "#"), let position = Int(name.dropFirst()),
      columns.indices.contains(position)
    else { return nil }
    return position
  }

  /// What a column is called in sentences.
  package func title(_ index: Int) -> String {
    columns[index].name.map { "\"\($0)\"" } ?? "#\(index)"
  }
}

/// What a table keeps alive: an Arrow stream, or copies of its columns.
package protocol TableOwner: AnyObject, Sendable {}

/// Whether two texts are the same bytes.
package func sameText(_ a: String, _ b: String) -> Bool {
  a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
}
