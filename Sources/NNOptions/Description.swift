import NNErrors
import NNJSON

// What an option accepts, in the words of JSON Schema: {"name": "rate", "type": "number",
// "minimum": 0, "exclusiveMaximum": 1}; without "default" it must be given. Types are number,
// integer, boolean, string (with "enum": one of these), numbers and layers (lists), and the role of
// a kind.

extension JSON {
  /// A number as people write it: an integer if it is one.
  init(_ number: Double) { self = Int64(exactly: number).map { .integer($0) } ?? .number(number) }
}

extension Options {
  /// Describes an option that another reader reads.
  package mutating func describe(_ key: String, _ type: String, default standard: JSON?) {
    describe(key, type, default: standard, [] as [(key: String, value: JSON)])
  }

  mutating func describe(
    _ key: String, _ type: String, default standard: JSON?, _ interval: Interval
  ) {
    guard descriptions != nil else { return }
    describe(
      key, type, default: standard,
      [
        (interval.includesLow ? "minimum" : "exclusiveMinimum", JSON(interval.low)),
        (interval.includesHigh ? "maximum" : "exclusiveMaximum", JSON(interval.high)),
      ])
  }

  mutating func describe(
    _ key: String, _ type: String, default standard: JSON?, _ range: ClosedRange<Int>
  ) {
    guard descriptions != nil else { return }
    describe(
      key, type, default: standard,
      [
        ("minimum", .integer(Int64(range.lowerBound))),
        ("maximum", .integer(Int64(range.upperBound))),
      ])
  }

  mutating func describe(
    _ key: String, _ type: String, default standard: JSON?, _ words: [String]
  ) {
    guard descriptions != nil else { return }
    describe(key, type, default: standard, [("enum", .array(words.map { .string($0) }))])
  }
}

extension Kind {
  /// Describes every member: its name, its example, and what its options accept.
  ///
  /// - Parameter build: reads a member's options.
  package static func descriptions(
    _ build: (Self, inout Options) throws(NNError) -> Void
  ) throws(NNError) -> JSON {
    var members: [JSON] = []
    for kind in registry {
      var (example, options) = try readExample(kind.example, owner: "\(role) \(kind.name)")
      try build(kind, &options)
      members.append(description(kind.name, example, options))
    }
    return .array(members)
  }
}

// Not generic, for the library's size.
private func readExample(
  _ text: String, owner: String
) throws(NNError) -> (example: JSON, options: Options) {
  let example = try JSON.parse(text)
  var options = Options(example.object ?? JSONObject(), owner: owner, describes: true)
  _ = options.value("type")
  return (example, options)
}

private func description(_ name: String, _ example: JSON, _ options: Options) -> JSON {
  .object(
    JSONObject([
      ("name", .string(name)), ("example", example),
      ("options", .array(options.descriptions ?? [])),
    ]))
}
