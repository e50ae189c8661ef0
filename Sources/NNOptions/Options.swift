import NNErrors
import NNJSON

/// Reads the options of one JSON object: checks types and ranges and fills in defaults. It
/// remembers which keys were read, so that it can name unknown ones and write the resolved object.
package struct Options {
  /// The owner of the options, for messages: `layer 0 (dense)`.
  package let owner: String
  /// The options read so far with their defaults filled in, in the order of reading.
  package private(set) var resolved = JSONObject()

  /// What each option accepts, in the order of reading; nil: not asked for.
  package private(set) var descriptions: [JSON]?

  private let given: JSONObject
  private var known: [String] = []

  /// - Parameter describes: whether to gather `descriptions`.
  package init(_ object: JSONObject, owner: String, describes: Bool = false) {
    self.given = object
    self.owner = owner
    descriptions = describes ? [] : nil
  }

  /// A number in an interval; the default if the key is absent.
  package mutating func number(
    _ key: String, default standard: Double, in interval: Interval
  ) throws(NNError) -> Double {
    describe(key, "number", default: JSON(standard), interval)
    return try readNumber(key, default: standard, in: interval)
  }

  private mutating func readNumber(
    _ key: String, default standard: Double, in interval: Interval
  ) throws(NNError) -> Double {
    let value = take(key)
    guard let value else { return keep(key, standard) }
    guard let number = value.double, interval.contains(number) else {
      throw refusal(key, "a number, \(interval.sentence(key))", value)
    }
    return keep(key, number)
  }

  /// A number that must be given.
  package mutating func number(_ key: String, in interval: Interval) throws(NNError) -> Double {
    guard given[key] != nil else { throw missing(key, "a number, \(interval.sentence(key))") }
    describe(key, "number", default: nil, interval)
    return try readNumber(key, default: .nan, in: interval)
  }

  /// An integer in a range; the default if the key is absent.
  package mutating func integer(
    _ key: String, default standard: Int, in range: ClosedRange<Int>
  ) throws(NNError) -> Int {
    describe(key, "integer", default: .integer(Int64(standard)), range)
    return try readInteger(key, default: standard, in: range)
  }

  private mutating func readInteger(
    _ key: String, default standard: Int, in range: ClosedRange<Int>
  ) throws(NNError) -> Int {
    guard let value = take(key) else {
      resolved[key] = .integer(Int64(standard))
      return standard
    }
    guard let integer = value.integer, range.contains(Int(integer)) else {
      throw refusal(key, integerSentence(range), value)
    }
    resolved[key] = .integer(integer)
    return Int(integer)
  }

  /// An integer that must be given.
  package mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(NNError) -> Int {
    guard given[key] != nil else { throw missing(key, integerSentence(range)) }
    describe(key, "integer", default: nil, range)
    return try readInteger(key, default: 0, in: range)
  }

  /// Any of the 2^64 seeds.
  package mutating func seed(_ key: String, default standard: UInt64) throws(NNError) -> UInt64 {
    let value = take(key)
    guard let seed = value == nil ? standard : value?.natural else {
      throw refusal(key, "an integer in 0...18446744073709551615", value ?? .null)
    }
    resolved[key] = Int64(exactly: seed).map { .integer($0) } ?? .natural(seed)
    return seed
  }

  /// true or false.
  package mutating func flag(_ key: String, default standard: Bool) throws(NNError) -> Bool {
    describe(key, "boolean", default: .bool(standard))
    guard let value = take(key) else {
      resolved[key] = .bool(standard)
      return standard
    }
    guard case .bool(let flag) = value else { throw refusal(key, "true or false", value) }
    resolved[key] = value
    return flag
  }

  /// One of some words.
  package mutating func choice(
    _ key: String, default standard: String, among words: [String]
  ) throws(NNError) -> String {
    describe(key, "string", default: .string(standard), words)
    guard let value = take(key) else {
      resolved[key] = .string(standard)
      return standard
    }
    guard let word = value.string, words.contains(where: { sameBytes($0, word) }) else {
      throw refusal(key, "one of \(listing(words))", value)
    }
    resolved[key] = value
    return word
  }

  /// A list of numbers in an interval, not empty.
  package mutating func numbers(_ key: String, in interval: Interval) throws(NNError) -> [Double] {
    let sentence = "a list of numbers, \(interval.sentence("each"))"
    guard let value = take(key) else { throw missing(key, sentence) }
    describe(key, "numbers", default: nil, interval)
    guard let elements = value.array, !elements.isEmpty else {
      throw refusal(key, sentence, value)
    }
    var numbers: [Double] = []
    for element in elements {
      guard let number = element.double, interval.contains(number) else {
        throw refusal(key, sentence, element)
      }
      numbers.append(number)
    }
    resolved[key] = value
    return numbers
  }

  /// A text, such as the name of a metric.
  ///
  /// - Parameter must: what it must be, for messages.
  package mutating func text(
    _ key: String, default standard: String, _ must: String
  ) throws(NNError) -> String {
    describe(key, "string", default: .string(standard))
    let value = take(key) ?? .string(standard)
    guard let text = value.string else { throw refusal(key, must, value) }
    resolved[key] = value
    return text
  }

  /// The raw value of a key whose caller checks it; `resolve` then records the result.
  package mutating func value(_ key: String) -> JSON? { take(key) }

  /// Records the resolved form of a value read by `value(_:)`.
  package mutating func resolve(_ key: String, as value: JSON) { resolved[key] = value }

  /// Keeps a key out of the resolved text: one that says nothing with its default.
  package mutating func leaveOut(_ key: String) { resolved[key] = nil }

  /// Whether a key is in the text.
  package func has(_ key: String) -> Bool { given[key] != nil }

  /// Whether a key is in the text with a list as its value.
  package func isList(_ key: String) -> Bool { given[key]?.array != nil }

  /// Refuses keys that were not read.
  package func finish() throws(NNError) {
    for (key, _) in given.members where !known.contains(where: { sameBytes($0, key) }) {
      let names = known.filter { $0 != "type" }
      let end =
        names.isEmpty
        ? "; there are no options"
        : hint(for: key, among: names, aliases: optionAliases, title: "known options")
      throw .argument("\(owner): unknown option \"\(key)\"\(end)")
    }
  }

  /// The sentence for a value that does not fit.
  package func refusal(_ key: String, _ must: String, _ value: JSON) -> NNError {
    let text = value.text
    let shown =
      text.utf8.count > 80 ? String(decoding: text.utf8.prefix(77), as: UTF8.self) + "..." : text
    return .argument("\(owner): \(key) must be \(must), got \(shown)")
  }

  private func missing(_ key: String, _ must: String) -> NNError {
    .argument("\(owner): \(key) is needed: \(must)")
  }

  private func integerSentence(_ range: ClosedRange<Int>) -> String {
    "an integer in \(range.lowerBound)...\(range.upperBound)"
  }

  /// Adds to `descriptions`.
  mutating func describe(
    _ key: String, _ type: String, default standard: JSON?, _ more: [(key: String, value: JSON)]
  ) {
    guard descriptions != nil else { return }
    var description = JSONObject([("name", .string(key)), ("type", .string(type))])
    if let standard { description.members.append(("default", standard)) }
    description.members += more
    descriptions?.append(.object(description))
  }

  private mutating func take(_ key: String) -> JSON? {
    if !known.contains(where: { sameBytes($0, key) }) { known.append(key) }
    return given[key]
  }

  private mutating func keep(_ key: String, _ number: Double) -> Double {
    resolved[key] = JSON(number)
    return number
  }
}
