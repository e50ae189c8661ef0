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
    _ build: @escaping (Self, inout Options) throws(NNError) -> Void
  ) throws(NNError) -> JSON {
    try describe(
      registry.map { kind in
        Described(name: kind.name, example: kind.example) { options throws(NNError) in
          try build(kind, &options)
        }
      }, role)
  }
}

/// A member whose options are to be described. The rest is not generic, for the library's size.
private struct Described {
  let name: String
  let example: String
  let build: (inout Options) throws(NNError) -> Void
}

private func describe(_ members: [Described], _ role: String) throws(NNError) -> JSON {
  var descriptions: [JSON] = []
  for member in members {
    let example = try JSON.parse(member.example)
    var options = Options(
      example.object ?? JSONObject(), owner: "\(role) \(member.name)", describes: true)
    _ = options.value("type")
    try member.build(&options)
    descriptions.append(
      .object(
        JSONObject([
          ("name", .string(member.name)), ("example", example),
          ("options", .array(options.descriptions ?? [])),
        ])))
  }
  return .array(descriptions)
}
