import NNErrors
import NNJSON
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    "null", "true", "0", "-1", "9223372036854775807", "18446744073709551615", "0.5", "1e-05",
    "\"\"", "\"é\\n\\u0001\"", "[]", "{}", "[1, [2, {\"a\": null}]]", "{\"b\": 1, \"a\": 2}",
  ])
  func writesBackWhatItRead(_ text: String) throws {
    #expect(try JSON.parse(text).text == text)
  }

  @Test(arguments: [
    "", " ", "nul", "01", "1.", ".5", "+1", "1e", "- 1", "\"\\x\"", "\"\n\"", "\"", "[1,]", "[1 2]",
    "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "1 2", "NaN", "Infinity", "1e999",
    "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\u{FEFF}1", "[1}", "tru", "\u{0B}1",
  ])
  func refusesWhatTheStandardDoesNotAllow(_ text: String) {
    #expect(throws: NNError.self) { try JSON.parse(text) }
  }

  @Test func refusesDuplicateKeysAndNamesThem() {
    let error = #expect(throws: NNError.self) { try JSON.parse(#"{"a": 1, "b": 2, "a": 3}"#) }
    #expect(error?.message.contains("\"a\" twice") == true)
  }

  @Test func boundsNesting() throws {
    _ = try JSON.parse(String(repeating: "[", count: 63) + String(repeating: "]", count: 63))
    #expect(throws: NNError.self) { try JSON.parse(String(repeating: "[", count: 100_000)) }
  }

  @Test func refusesInvalidUTF8() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22], [0x22, 0xC3],
    ] {
      _ = bytes.withUnsafeBufferPointer { buffer in
        #expect(throws: NNError.self) { try JSON.parse(buffer) }
      }
    }
  }

  @Test func tellsTheByte() {
    let error = #expect(throws: NNError.self) { try JSON.parse("{\"a\": !}") }
    #expect(error?.message.contains("at byte 6") == true)
  }

  @Test func keepsKeysThatOnlyLookAlikeApart() throws {
    // é as one scalar and as e + accent: Swift's == calls them equal, their bytes differ.
    let object = try JSON.parse("{\"\u{E9}\": 1, \"e\u{301}\": 2}").object
    #expect(object?["\u{E9}"]?.integer == 1)
    #expect(object?["e\u{301}"]?.integer == 2)
  }

  @Test func readsSurrogatePairs() throws {
    #expect(try JSON.parse(#""\ud83d\ude00""#).string == "\u{1F600}")
  }

  @Test func roundsNumbersCorrectly() throws {
    for value in [
      0.1, 1.0 / 3, 2.2250738585072014e-308, 1.7976931348623157e308, 123456789.123456789,
    ] {
      #expect(try JSON.parse("\(value)").double == value)
    }
  }
}
