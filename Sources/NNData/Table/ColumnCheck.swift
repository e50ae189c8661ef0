import NNErrors

/// Checks the values of one chunk of a column, row by row, so that every later read stays within
/// the memory that the caller described.
struct ColumnCheck {
  /// What the column is called in sentences.
  let title: String
  /// The row that row 0 of the chunk is.
  var firstRow = 0
  let allowsInfinite: Bool
  /// What one value is called: a level of a dictionary has no row.
  var unit = "row"

  /// - Throws: `NNError.argument` with column and row, `.null`, `.dtype`.
  func check(_ view: ColumnView) throws(NNError) {
    guard view.rows > 0 else { return }
    if let dictionary = view.dictionary { return try checkIndices(view, dictionary.levels) }
    switch view.type.family {
    case .real: if !allowsInfinite { try checkNumbers(view) }
    case .integer, .boolean: break
    case .date: try checkDates(view)
    case .text: try checkTexts(view)
    }
  }

  private func refusal(_ row: Int, _ must: String, _ got: String) -> NNError {
    .argument("column \(title) must \(must), \(unit) \(firstRow + row) \(got)")
  }

  private func checkNumbers(_ view: ColumnView) throws(NNError) {
    for row in 0..<view.rows where !view.isMissing(row) {
      let value = view.number(row)
      guard !value.isInfinite else {
        throw refusal(
          row, "have finite numbers",
          "is \(value); write NaN for a missing one, or set "
            + "\"allow_infinite\"")
      }
    }
  }

  private func checkDates(_ view: ColumnView) throws(NNError) {
    guard view.type == .days else { return }
    // Microseconds of 64 bits reach 292,277 years.
    let most: Int64 = .max / 86_400_000_000
    for row in 0..<view.rows where !view.isMissing(row) {
      let days = view.integer(row)
      guard days.magnitude <= UInt64(most) else {
        throw refusal(row, "have days in \(-most)...\(most) since 1970", "is \(days)")
      }
    }
  }

  private func checkIndices(_ view: ColumnView, _ levels: ColumnView) throws(NNError) {
    for row in 0..<view.rows where !view.isMissing(row) {
      let index = view.integer(row)
      guard index >= 0, index < levels.rows else {
        throw refusal(
          row, "have indices below the number of its levels, \(levels.rows)", "is \(index)")
      }
    }
    guard levels.dictionary == nil else {
      throw .dtype("column \(title): levels must not have levels themselves")
    }
    let check = ColumnCheck(title: title, allowsInfinite: allowsInfinite, unit: "level")
    try check.check(levels)
  }
}

// Texts.
extension ColumnCheck {
  private func checkTexts(_ view: ColumnView) throws(NNError) {
    switch view.type {
    case .text32: if try checkEnds(view, Int32.self) { return }
    case .text64: if try checkEnds(view, Int64.self) { return }
    case .textView: try checkViews(view)
    default: break
    }
    for row in 0..<view.rows where !view.isMissing(row) {
      guard let text = view.text(row) else { continue }
      guard text.count <= Int32.max else {
        throw refusal(row, "have texts below 2 GiB", "has \(text.count) bytes")
      }
      if let place = firstInvalidUTF8(text.base, text.count) {
        throw refusal(
          row, "be UTF-8", "is not at byte \(place); decode it from its encoding first")
      }
    }
  }

  /// Checks offsets; they count for missing rows too.
  ///
  /// - Returns: whether all texts, seen as one, are UTF-8, and each begins with a character.
  private func checkEnds<Offset: FixedWidthInteger & BitwiseCopyable>(
    _ view: ColumnView, _: Offset.Type
  ) throws(NNError) -> Bool {
    let ends = view.data + view.offset * MemoryLayout<Offset>.size
    func end(_ row: Int) -> Int64 {
      Int64(
        ends.loadUnaligned(fromByteOffset: row * MemoryLayout<Offset>.size, as: Offset.self))
    }
    let first = end(0)
    guard first >= 0 else { throw refusal(0, "have offsets of 0 or more", "begins at \(first)") }
    var last = first
    for row in 0..<view.rows {
      let next = end(row + 1)
      guard next >= last else {
        throw refusal(
          row, "have offsets that never fall", "begins at \(last) and ends at \(next)")
      }
      guard view.size < 0 || next <= Int64(view.size) else {
        throw refusal(
          row, "have offsets within its \(view.size) bytes of characters", "ends at \(next)")
      }
      last = next
    }
    guard last > first else { return true }
    guard let bytes = view.bytes?.assumingMemoryBound(to: UInt8.self) else {
      throw .null("column \(title): bytes must not be NULL, its texts are there")
    }
    guard firstInvalidUTF8(bytes + Int(first), Int(last - first)) == nil else { return false }
    for row in 0..<view.rows where end(row) < last && bytes[Int(end(row))] & 0xC0 == 0x80 {
      return false
    }
    return last - first <= Int64(Int32.max)
  }

  private func checkViews(_ view: ColumnView) throws(NNError) {
    for row in 0..<view.rows where !view.isMissing(row) {
      let place = view.textView(row)
      guard place.count >= 0 else {
        throw refusal(row, "have texts of 0 bytes or more", "has \(place.count)")
      }
      guard place.count > 12 else { continue }
      guard place.buffer >= 0, place.buffer < view.size, place.start >= 0,
        let base = view.buffer(place.buffer)
      else {
        throw refusal(
          row, "have texts in its \(max(0, view.size)) buffers",
          "is at byte \(place.start) of buffer \(place.buffer)")
      }
      withExtendedLifetime(base) {}
      guard let size = view.sizes?[place.buffer] else { continue }
      guard Int64(place.start) + Int64(place.count) <= size else {
        throw refusal(
          row, "have texts within their buffers",
          "ends at byte \(place.start + place.count) of \(size)")
      }
    }
  }
}
