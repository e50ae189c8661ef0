import NNErrors
import NNMath

// Whole tables through an encoder.

extension TableEncoder {
  /// The table's column for each of the model's: by name, or where columns have no names by
  /// position. nil: an ignored column that the table lacks.
  ///
  /// - Parameters:
  ///   - targets: columns that are no features, such as the target.
  /// - Throws: `NNError.argument` naming a column that is missing.
  package func match(_ table: Table, without targets: [Int]) throws(NNError) -> [Int?] {
    guard let names = table.names else { return try matchByPosition(table, without: targets) }
    var places: [Int?] = []
    for column in columns {
      let place = names.place(of: column.name)
      guard place != nil || column.kind == .ignore else {
        throw .argument(
          "the table has no column \"\(column.name)\", which the model needs; it has "
            + listedNames(table))
      }
      places.append(place)
    }
    return places
  }

  private func listedNames(_ table: Table) -> String {
    var names = ""
    for (index, column) in table.columns.enumerated() {
      // A sentence with more would not be read.
      guard index < 20, names.utf8.count < 300 else { return names + ", ..." }
      names += (index > 0 ? ", " : "") + (column.name ?? "")
    }
    return names
  }

  private func matchByPosition(
    _ table: Table, without targets: [Int]
  ) throws(NNError) -> [Int?] {
    let places = table.columns.indices.filter { !targets.contains($0) }
    guard places.count == columns.count else {
      throw .shape(
        "the table has \(places.count) columns without names, the model expects \(columns.count); "
          + "give names, or the columns of the training in their order")
    }
    return places.map { $0 }
  }

  /// Writes rows of a table, each to its own row of `features`.
  ///
  /// - Parameters:
  ///   - positions: how many rows.
  ///   - source: the table's row at a position.
  ///   - floats: [table's rows × features].
  /// - Throws: as the encoding of a value, with its row.
  package func encode(
    _ table: Table, _ places: [Int?], positions: Int, source: (Int) -> Int,
    into floats: UnsafeMutablePointer<Float>
  ) throws(NNError) {
    for (column, place) in places.enumerated() {
      guard let place, columns[column].kind != .ignore else { continue }
      for position in 0..<positions {
        let row = source(position)
        do throws(NNError) {
          _ = try encode(
            table.columns[place].cell(row), column: column, into: floats + row * features.count,
            others: { places[$0].map { table.columns[$0].cell(row) } ?? .missing })
        } catch {
          throw error.inRow(row)
        }
      }
    }
    guard !groups.isEmpty else { return }
    for position in 0..<positions {
      let row = source(position)
      try encodeGroups(
        into: floats + row * features.count, own: { $0.ownMeans(row, of: table) },
        cell: { places[$0].map { table.columns[$0].cell(row) } ?? .missing })
    }
  }
}

extension NNError {
  /// The same with the row at the end of the sentence.
  fileprivate func inRow(_ row: Int) -> NNError {
    switch self {
    case .argument(let text): .argument("row \(row): \(text)")
    case .dtype(let text): .dtype("row \(row): \(text)")
    default: self
    }
  }
}
