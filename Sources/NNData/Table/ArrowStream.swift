import CPlatform
import NNErrors
import NNMath

/// A stream of Arrow arrays, moved here, with all of its chunks. Releases stream, schema and chunks
/// when it ends: the columns point into them.
///
/// Reference: the Arrow C stream interface.
package final class ArrowStream: TableOwner, @unchecked Sendable {
  private var stream: ArrowArrayStream
  private(set) var schema = ArrowSchema()
  private var chunkList: Buffer<ArrowArray>?
  /// Chunks with rows.
  package private(set) var chunkCount = 0
  package private(set) var rows = 0

  /// Moves a stream here: the caller's is marked as released.
  package init(moving source: UnsafeMutablePointer<ArrowArrayStream>) {
    stream = source.pointee
    source.pointee.release = nil
  }

  deinit {
    if let chunkList {
      for chunk in 0..<chunkCount { chunkList.base[chunk].release?(chunkList.base + chunk) }
    }
    withUnsafeMutablePointer(to: &schema) { $0.pointee.release?($0) }
    withUnsafeMutablePointer(to: &stream) { $0.pointee.release?($0) }
  }

  package var columnCount: Int { Int(schema.n_children) }

  func chunk(_ index: Int) -> ArrowArray? { chunkList?.base[index] }

  /// Takes in the schema and every chunk.
  ///
  /// - Throws: `NNError.io` with the producer's sentence, `.dtype`, `.argument`, `.shape`,
  ///   `.limit`, `.memory`.
  package func read() throws(NNError) {
    try readSchema()
    while let chunk = try nextChunk() {
      var chunk = chunk
      do throws(NNError) {
        try check(chunk)
        if chunk.length > 0 {
          try append(chunk)
          continue
        }
      } catch {
        chunk.release?(&chunk)
        throw error
      }
      chunk.release?(&chunk)
    }
    guard rows > 0 else { throw .shape("a table must have at least one row, the stream has none") }
  }

  private func readSchema() throws(NNError) {
    let status = withUnsafeMutablePointer(to: &stream) { stream in
      withUnsafeMutablePointer(to: &schema) { stream.pointee.get_schema?(stream, $0) ?? 22 }
    }
    guard status == 0 else { throw failure("schema", status) }
    guard let format = schema.format, strcmp(format, "+s") == 0 else {
      throw .dtype(
        "the stream must have structs, the rows of a table, got Arrow format "
          + (schema.format.map { "\"\(String(cString: $0))\"" } ?? "NULL"))
    }
    guard schema.n_children > 0, schema.children != nil else {
      throw .shape("a table must have at least one column, the stream has none")
    }
    guard schema.n_children <= Int64(TableBuilder.mostColumns) else {
      throw .limit(
        "a table must have at most \(TableBuilder.mostColumns) columns, the stream has "
          + "\(schema.n_children)")
    }
  }

  /// The next chunk; nil: the end.
  private func nextChunk() throws(NNError) -> ArrowArray? {
    var chunk = ArrowArray()
    let status = withUnsafeMutablePointer(to: &stream) { stream in
      withUnsafeMutablePointer(to: &chunk) { stream.pointee.get_next?(stream, $0) ?? 22 }
    }
    guard status == 0 else { throw failure("next chunk", status) }
    return chunk.release == nil ? nil : chunk
  }

  private func check(_ chunk: ArrowArray) throws(NNError) {
    guard chunk.n_children == schema.n_children, chunk.children != nil else {
      throw .argument(
        "every chunk of the stream must have \(schema.n_children) columns, as its schema says, "
          + "got \(chunk.n_children)")
    }
    guard chunk.length >= 0, chunk.offset >= 0 else {
      throw .argument(
        "length and offset of a chunk must be 0 or more, got \(chunk.length) and \(chunk.offset)")
    }
    guard chunk.length <= Int64(Int32.max) - Int64(rows) else {
      throw .limit("a table must have at most 2147483647 rows, the stream has more")
    }
  }

  private func append(_ chunk: ArrowArray) throws(NNError) {
    if chunkCount == chunkList?.count ?? 0 {
      let longer = try Buffer<ArrowArray>(count: max(8, 2 * chunkCount))
      if let chunkList { longer.base.copy(from: chunkList.base, count: chunkCount) }
      chunkList = longer
    }
    chunkList?.base[chunkCount] = chunk
    chunkCount += 1
    rows += Int(chunk.length)
  }

  private func failure(_ part: StaticString, _ status: Int32) -> NNError {
    let text = withUnsafeMutablePointer(to: &stream) { $0.pointee.get_last_error?($0) }
    let reason =
      text.map { text in
        Text(
          base: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self),
          count: strnlen(text, 1000)
        ).string
      } ?? String(cString: nnc_error_text(status))
    return .io("the Arrow stream did not give its \(part): \(reason)", errno: status)
  }
}
