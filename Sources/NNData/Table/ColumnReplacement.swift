import NNErrors

extension TableEncoder {
  /// Writes the floats that depend on a column, as if the column had other values: its own, days
  /// since it, and means of groups with it.
  ///
  /// - Parameters:
  ///   - column: of the model; nil: the values are the table's, and only groups are written.
  ///   - value: the column's value at a position.
  ///   - floats: [positions × features].
  /// - Throws: as the encoding of a value.
  package func encode(
    replacing column: Int?, by value: (_ position: Int) -> Cell, in table: Table,
    _ places: [Int?], positions: Int, source: (Int) -> Int,
    into floats: UnsafeMutablePointer<Float>
  ) throws(NNError) {
    let affected = columns.indices.filter { own in
      own == column || since[own].contains { $0 == column }
    }
    let regroups = column.map { isGrouped($0) } ?? !groups.isEmpty
    guard regroups || !affected.isEmpty else { return }
    for position in 0..<positions {
      let row = source(position)
      let place = floats + position * features.count
      func cell(_ own: Int) -> Cell {
        own == column
          ? value(position) : places[own].map { table.columns[$0].cell(row) } ?? .missing
      }
      for own in affected {
        _ = try encode(cell(own), column: own, into: place, others: cell)
      }
      // As a row that was not learnt from: what it had then does not fit other values.
      if regroups { try encodeGroups(into: place, own: { _ in nil }, cell: cell) }
    }
  }
}
