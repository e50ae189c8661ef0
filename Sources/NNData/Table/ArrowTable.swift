import CPlatform
import NNErrors

extension ArrowStream {
  /// The table of all chunks, in the stream's memory as far as its formats are columns' own.
  ///
  /// - Parameter mustHave: whether a column that cannot be read is refused; others are left out.
  /// - Throws: `NNError.argument` with column and row, `.dtype`, `.null`, `.shape`, `.memory`.
  package func table(
    _ options: TableOptions, mustHave: (String) -> Bool
  ) throws(NNError) -> Table {
    var builder = TableBuilder(rows: rows, options: options, owner: self)
    for index in 0..<columnCount {
      let name = try self.name(index)
      guard let schema = schema.children?[index]?.pointee,
        var column = ArrowColumn(schema, title: "\"\(name)\"")
      else {
        guard !mustHave(name) else { throw unread(name, index) }
        builder.leaveOut(name)
        continue
      }
      var views: [ColumnView] = []
      for number in 0..<chunkCount {
        guard let chunk = chunk(number), let array = chunk.children?[index]?.pointee else {
          throw .null("column \"\(name)\": a chunk of the stream has no array")
        }
        views.append(try column.view(of: array, in: chunk))
      }
      try builder.add(name: name, chunks: views, copies: column.copies)
    }
    return try builder.table()
  }

  private func name(_ index: Int) throws(NNError) -> String {
    guard let text = schema.children?[index]?.pointee.name else {
      throw .argument("column #\(index) must have a name, got none")
    }
    return try ColumnNames.name(
      UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self),
      count: strnlen(text, ColumnNames.longest + 1), index: index)
  }

  /// The name of the column that `"#3"` means; else the text itself.
  package func columnName(_ role: String) throws(NNError) -> String {
    guard role.utf8.first == UInt8(ascii: "#"), let position = Int(role.dropFirst()),
      (0..<columnCount).contains(position)
    else { return role }
    for index in 0..<columnCount where sameText(try name(index), role) { return role }
    return try name(position)
  }

  private func unread(_ name: String, _ index: Int) -> NNError {
    let format = schema.children?[index]?.pointee.format.map { String(cString: $0) } ?? "none"
    return .dtype(
      "column \"\(name)\" cannot be target or weight, its Arrow format \"\(format)\" is not read; "
        + "convert it to numbers, booleans or text")
  }

  /// A bound on what `table` allocates for small objects.
  package var bytesToRead: Int {
    (64 << 10) + 4096 * columnCount + 768 * columnCount * chunkCount
  }
}
