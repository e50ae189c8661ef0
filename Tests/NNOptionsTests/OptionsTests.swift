import NNErrors
import NNJSON
import NNOptions
import Testing

@Suite struct OptionsTests {
  private func options(_ text: String) throws -> Options {
    Options(try JSON.parse(text).object ?? JSONObject(), owner: "layer dense")
  }

  @Test func fillsDefaultsInAndRemembersThem() throws {
    var options = try options(#"{"rate": 0.25}"#)
    #expect(try options.number("rate", default: 0.5, in: .from(0, below: 1)) == 0.25)
    #expect(try options.integer("units", default: 3, in: 1...10) == 3)
    try options.finish()
    #expect(JSON.object(options.resolved).text == #"{"rate": 0.25, "units": 3}"#)
  }

  @Test func saysWhatMustHoldAndWhatCame() throws {
    var options = try options(#"{"rate": 1}"#)
    let error = #expect(throws: NNError.self) {
      try options.number("rate", default: 0.5, in: .from(0, below: 1))
    }
    #expect(error?.message == "layer dense: rate must be a number, 0 <= rate < 1, got 1")
  }

  @Test func namesTheNearestKey() throws {
    var options = try options(#"{"unit": 4}"#)
    _ = try options.integer("units", default: 3, in: 1...10)
    let error = #expect(throws: NNError.self) { try options.finish() }
    #expect(error?.message.contains("did you mean \"units\"?") == true)
  }

  @Test func integersAreExact() throws {
    var options = try options(#"{"a": 1.5, "b": 1e18, "seed": 18446744073709551615}"#)
    #expect(throws: NNError.self) { try options.integer("a", default: 0, in: 0...9) }
    #expect(throws: NNError.self) { try options.integer("b", default: 0, in: 0...9) }
    #expect(try options.seed("seed", default: 0) == .max)
  }
}
