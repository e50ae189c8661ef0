import CPlatform

// How a column's rows refer to texts.
extension ColumnView {
  /// The text of a row; nil: missing.
  @inline(never)
  func text(_ row: Int) -> Text? {
    let place = data + (offset + row) * stride
    switch type {
    case .textPointer:
      guard let start = place.loadUnaligned(as: UnsafePointer<CChar>?.self) else { return nil }
      return Text(
        base: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: strlen(start))
    case .textFixed:
      let start = place.assumingMemoryBound(to: CChar.self)
      return Text(
        base: place.assumingMemoryBound(to: UInt8.self), count: strnlen(start, size))
    case .text32:
      return text(
        from: Int64(place.loadUnaligned(as: Int32.self)),
        to: Int64(place.loadUnaligned(fromByteOffset: 4, as: Int32.self)))
    case .text64:
      return text(
        from: place.loadUnaligned(as: Int64.self),
        to: place.loadUnaligned(fromByteOffset: 8, as: Int64.self))
    default: return viewed(row, place)
    }
  }

  private func text(from start: Int64, to end: Int64) -> Text? {
    guard start >= 0, end >= start else { return nil }
    // Empty texts need no characters.
    let base = (bytes ?? data).assumingMemoryBound(to: UInt8.self)
    return Text(base: base + Int(start), count: Int(end - start))
  }

  /// The parts of a view of more than 12 bytes: its length, its buffer, and its place there.
  func textView(_ row: Int) -> (count: Int, buffer: Int, start: Int) {
    let view = data + (offset + row) * stride
    return (
      Int(view.loadUnaligned(as: Int32.self)),
      Int(view.loadUnaligned(fromByteOffset: 8, as: Int32.self)),
      Int(view.loadUnaligned(fromByteOffset: 12, as: Int32.self))
    )
  }

  /// A buffer of views.
  func buffer(_ index: Int) -> UnsafePointer<UInt8>? {
    bytes?.loadUnaligned(fromByteOffset: index * 8, as: UnsafePointer<UInt8>?.self)
  }

  /// A view has its length, then up to 12 bytes, or 4 bytes, a buffer and a place in it.
  private func viewed(_ row: Int, _ place: UnsafeRawPointer) -> Text? {
    let view = textView(row)
    if view.count <= 12 {
      return Text(
        base: (place + 4).assumingMemoryBound(to: UInt8.self), count: max(0, view.count))
    }
    guard view.buffer >= 0, view.buffer < size, view.start >= 0, let base = buffer(view.buffer)
    else { return nil }
    return Text(base: base + view.start, count: view.count)
  }
}
