import NNErrors
import NNMath

/// The levels of a category in ascending order, each once: texts by their bytes, or integers.
///
/// Codes: 0 is "other", 1 is "missing", level i is i + 2.
package final class LevelSet {
  package static let other = 0
  package static let missing = 1
  /// The code of the first level.
  package static let first = 2

  package let count: Int
  /// Of texts: their bytes one behind the other, and where each ends.
  package let bytes: Buffer<UInt8>
  package let ends: Buffer<UInt32>
  /// Of integers and booleans; else empty.
  package let values: Buffer<Int64>
  /// The first eight bytes of each text as a number: most comparisons need no more.
  private let heads: Buffer<UInt64>
  package let areTexts: Bool

  package static let mostLevels = 1_000_000
  package static let longestLevel = 4096

  /// - Parameters: texts in ascending order without a repetition, checked by the caller.
  package convenience init(texts bytes: Buffer<UInt8>, ends: Buffer<UInt32>) throws(NNError) {
    let heads = try Buffer<UInt64>(count: ends.count)
    self.init(
      count: ends.count, bytes: bytes, ends: ends, values: try Buffer(count: 0), heads: heads,
      areTexts: true)
    for index in 0..<count { heads.base[index] = head(text(index)) }
  }

  /// - Parameter values: in ascending order without a repetition, checked by the caller.
  package convenience init(integers values: Buffer<Int64>) throws(NNError) {
    self.init(
      count: values.count, bytes: try Buffer(count: 0), ends: try Buffer(count: 0), values: values,
      heads: try Buffer(count: 0), areTexts: false)
  }

  private init(
    count: Int, bytes: Buffer<UInt8>, ends: Buffer<UInt32>, values: Buffer<Int64>,
    heads: Buffer<UInt64>, areTexts: Bool
  ) {
    (self.count, self.bytes, self.ends) = (count, bytes, ends)
    (self.values, self.heads, self.areTexts) = (values, heads, areTexts)
  }

  /// Level index as text bytes.
  package func text(_ index: Int) -> Text {
    let start = index == 0 ? 0 : Int(ends.base[index - 1])
    return Text(base: UnsafePointer(bytes.base + start), count: Int(ends.base[index]) - start)
  }

  /// The code of a text; 0: no level.
  package func code(of text: Text) -> Int {
    let wanted = head(text)
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(middle, text, wanted) { low = middle + 1 } else { high = middle }
    }
    guard low < ends.count, heads.base[low] == wanted else { return Self.other }
    let found = self.text(low)
    return found.compare(text.base, text.count) == 0 ? low + Self.first : Self.other
  }

  private func isBefore(_ index: Int, _ text: Text, _ head: UInt64) -> Bool {
    let own = heads.base[index]
    if own != head { return own < head }
    return self.text(index).compare(text.base, text.count) < 0
  }

  /// The code of an integer; 0: no level.
  package func code(of value: Int64) -> Int {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values.base[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < values.count && values.base[low] == value ? low + Self.first : Self.other
  }
}

/// The first eight bytes as a number that orders as they do; shorter texts end with zeros.
func head(_ text: Text) -> UInt64 {
  var head: UInt64 = 0
  for index in 0..<8 { head = head << 8 | (index < text.count ? UInt64(text.base[index]) : 0) }
  return head
}
