import NNErrors
import NNJSON

/// A member of a registry: something that JSON names.
package protocol Kind: Sendable {
  /// What a member is, in messages: `layer`.
  static var role: String { get }
  /// The members, in the order of the reference page.
  static var registry: [Self] { get }
  /// What other libraries call members: each is the alias and the name of the member it means.
  static var aliases: [Alias] { get }
  /// The name in JSON.
  var name: String { get }
  /// JSON text of its options with values that are not the defaults; tests build from it.
  var example: String { get }
}

extension Kind {
  package static var aliases: [Alias] { [] }

  /// Reads the member that `json` names, as `"name"` or `{"type": "name", ...}`.
  ///
  /// - Parameters:
  ///   - owner: what the value belongs to, for messages.
  ///   - build: reads the member's options; an option that it does not read is unknown.
  /// - Returns: what `build` returns, and the JSON with every default filled in.
  /// - Throws: `NNError.argument` naming the nearest member or option, and what `build` throws.
  package static func read<Value>(
    _ json: JSON, owner: String? = nil,
    _ build: (Self, inout Options) throws(NNError) -> Value
  ) throws(NNError) -> (value: Value, resolved: JSON) {
    var (index, options) = try member(
      json, role, names: registry.map { $0.name }, aliases, owner: owner)
    let value = try build(registry[index], &options)
    try options.finish()
    return (value, .object(options.resolved))
  }
}

/// Which of a registry's members `json` names, and its options. Not generic, for the library's
/// size.
private func member(
  _ json: JSON, _ role: String, names: [String], _ aliases: [Alias], owner: String?
) throws(NNError) -> (index: Int, options: Options) {
  let place = owner.map { "\($0): " } ?? ""
  let given = json.object ?? JSONObject()
  let named = json.object == nil ? json : given["type"] ?? .null
  guard let name = named.string else {
    throw .argument(
      "\(place)\(role) must be a name or {\"type\": name, ...}, got \(String(json.text.prefix(80)))"
    )
  }
  guard let index = names.firstIndex(where: { sameBytes($0, name) }) else {
    let cure = hint(for: name, among: names, aliases: aliases, title: "known")
    throw .argument("\(place)unknown \(role) \"\(name)\"\(cure)")
  }
  var options = Options(given, owner: "\(place)\(role) \(name)")
  _ = options.value("type")
  options.resolve("type", as: .string(name))
  return (index, options)
}

extension Options {
  /// An option whose value is a member of a registry.
  ///
  /// - Parameters:
  ///   - standard: what an absent key means: a name, or the text of an object.
  ///   - owner: names the value in messages; nil: the owner of these options.
  ///   - build: reads the member's own options.
  package mutating func kind<Member: Kind, Value>(
    _ key: String, default standard: String, owner: String? = nil,
    _ build: (Member, inout Options) throws(NNError) -> Value
  ) throws(NNError) -> Value {
    let usual =
      standard.utf8.first == UInt8(ascii: "{") ? try JSON.parse(standard) : .string(standard)
    describe(key, Member.role, default: usual)
    let json = value(key) ?? usual
    let (value, resolved) = try Member.read(json, owner: owner ?? self.owner, build)
    resolve(key, as: resolved)
    return value
  }
}
