import NNErrors
import NNJSON
import NNMath
import Testing

@testable import NNData

/// Runs a body with the bytes of a text.
private func withText<Value>(_ bytes: [UInt8], _ body: (Text) -> Value) -> Value {
  bytes.withUnsafeBufferPointer { body(Text(base: $0.baseAddress!, count: $0.count)) }
}

/// The first place at which Swift's own decoder finds no character.
private func isUTF8(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

@Suite struct UTF8CheckTests {
  /// Every first two bytes, before a third and a fourth at the borders of what may follow.
  @Test func agreesWithSwiftOnEveryBeginning() {
    let borders: [UInt8] = [0x7F, 0x80, 0xBF, 0xC0]
    var wrong: [[UInt8]] = []
    for first in UInt8(0x7F)...0xFF {
      for second in UInt8.min...UInt8.max {
        for third in borders {
          for fourth in [0x41, 0x80] as [UInt8] {
            let bytes = [first, second, third, fourth]
            if (firstInvalidUTF8(bytes, 4) == nil) != isUTF8(bytes) { wrong.append(bytes) }
          }
        }
      }
    }
    #expect(wrong.isEmpty)
  }

  /// A bad byte is found wherever it stands among the words of eight.
  @Test func namesThePlace() {
    for count in 1...40 {
      for place in 0..<count {
        var bytes = [UInt8](repeating: 0x61, count: count)
        bytes[place] = 0xE9
        #expect(firstInvalidUTF8(bytes, count) == place)
      }
    }
  }

  @Test func aCharacterThatEndsTooEarlyIsNone() {
    let euro: [UInt8] = [0x61, 0xE2, 0x82, 0xAC]
    #expect(firstInvalidUTF8(euro, 4) == nil)
    #expect(firstInvalidUTF8(euro, 3) == 1)
    #expect(firstInvalidUTF8(euro, 0) == nil)
  }
}

@Suite struct NumberTextTests {
  @Test(arguments: [
    "0", "-0", "1", "-12", "+7", "7.", ".5", "-.5", "1e3", "1E-3", "2.5e+2", "0.1", "123456.789",
    "123456789012345", "1234567890123456789", "9007199254740993", "1e22", "1e23", "1e-22", "1e-23",
    "2.2250738585072014e-308", "5e-324", "1.7976931348623157e308", "0000000000000000000000001",
    "0.000000000000000000000000000000001",
  ])
  func readsWhatSwiftReads(text: String) throws {
    let swift = try #require(Double(text.hasSuffix(".") ? String(text.dropLast()) : text))
    let value = try #require(withText(Array(text.utf8)) { $0.number })
    #expect(value.bitPattern == swift.bitPattern)
  }

  @Test(arguments: [
    "", " ", "1 ", " 1", "-", "+", ".", "e3", "1e", "1e+", "--1", "1.2.3", "0x10", "inf", "nan",
    "1,5", "1e999", "1_000", "\u{0661}", String(repeating: "1", count: 65),
  ])
  func refusesWhatIsNoNumber(text: String) {
    #expect(
      withText(Array(text.utf8) + [0]) { Text(base: $0.base, count: $0.count - 1).number } == nil)
  }
}

@Suite struct TableColumnTests {
  /// Rows of chunks are found by the numbers they have in the whole.
  @Test func chunksFollowOneAnother() throws {
    let numbers: [Int32] = [5, 6, 7, 8, 9]
    try numbers.withUnsafeBytes { bytes in
      let base = try #require(bytes.baseAddress)
      let column = TableColumn(
        name: "n",
        chunks: [
          ColumnView(type: .int32, rows: 2, data: base),
          ColumnView(type: .int32, rows: 0, data: base),
          ColumnView(type: .int32, rows: 3, data: base, offset: 2),
        ])
      #expect(column.rows == 5)
      for row in 0..<5 {
        guard case .integer(let value) = column.cell(row) else {
          Issue.record("row \(row) is no integer")
          continue
        }
        #expect(value == Int64(5 + row))
      }
    }
  }

  /// Bits of what is missing count from the offset on, for values and for levels.
  @Test func bitsBeginAtTheOffset() throws {
    let indices: [UInt8] = [9, 9, 9, 0, 1, 0, 1, 0, 1]
    // Rows 3 ... 8, of which 4 and 8 are missing.
    let valid: [UInt8] = [0b1110_1000, 0b0000_0000]
    let names: [UInt8] = Array("ab".utf8)
    indices.withUnsafeBytes { data in
      names.withUnsafeBytes { text in
        valid.withUnsafeBufferPointer { bits in
          let levels = ColumnView(type: .textFixed, rows: 2, data: text.baseAddress!, size: 1)
          let column = ColumnView(
            type: .uint8, rows: 6, data: data.baseAddress!, offset: 3, valid: bits.baseAddress,
            dictionary: ColumnDictionary(levels))
          let read = (0..<6).map { column.cell($0).quoted }
          #expect(
            read == ["\"a\"", "a missing value", "\"a\"", "\"b\"", "\"a\"", "a missing value"])
        }
      }
    }
  }

  /// A live index that has become wrong is missing, not a read elsewhere.
  @Test func aWrongIndexReadsAsMissing() {
    let indices: [Int8] = [0, 1, -1]
    let level: [Double] = [2.5]
    indices.withUnsafeBytes { data in
      level.withUnsafeBytes { values in
        let levels = ColumnView(type: .float64, rows: 1, data: values.baseAddress!)
        let column = ColumnView(
          type: .int8, rows: 3, data: data.baseAddress!, dictionary: ColumnDictionary(levels))
        #expect(
          (0..<3).map { column.cell($0).quoted } == ["2.5", "a missing value", "a missing value"])
      }
    }
  }
}

@Suite struct TableTargetTests {
  /// Labels in byte order: capitals before small letters, an accent after both.
  @Test func textsBecomeTheirPlaces() throws {
    let labels = ["b", "a", "\u{E9}", "B", "a", ""]
    let fixed = labels.flatMap { label in
      Array(label.utf8) + [UInt8](repeating: 0, count: 4 - label.utf8.count)
    }
    try fixed.withUnsafeBytes { data in
      let view = ColumnView(type: .textFixed, rows: 6, data: data.baseAddress!, size: 4)
      var builder = TableBuilder(
        rows: 6, options: try TableOptions(.object(JSONObject())))
      try builder.add(name: "y", chunks: [view])
      let set = try Dataset(table: try builder.table(), target: 0, weight: nil)
      #expect(set.tablePart?.targetClasses?.texts == ["", "B", "a", "b", "\u{E9}"])
      #expect((0..<6).map { set.targets.integer($0, 0) } == [3, 2, 4, 1, 2, 0])
      #expect(set.targets.columns == 1 && set.features.columns == 0)
    }
  }
}
