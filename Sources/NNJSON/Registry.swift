import NNErrors

/// A member of a registry: something that JSON names.
package protocol Kind: Sendable {
  /// The name in JSON.
  static var role: String { get }
  var name: String { get }
  /// JSON text of its options with values that are not the defaults; tests build from it.
  var example: String { get }
}

extension Kind {
  /// Finds the member that `json` names, as `"name"` or `{"type": "name", ...}`, and its options.
  ///
  /// - Throws: `NNError.argument` naming the nearest member.
  package static func find(
    _ json: JSON, in registry: [Self], owner: String? = nil
  ) throws(NNError) -> (kind: Self, options: Options) {
    let place = owner.map { "\($0): " } ?? ""
    let given = json.object ?? JSONObject()
    let named = json.object == nil ? json : given["type"] ?? .null
    guard let name = named.string else {
      throw .argument(
        "\(place)\(role) must be a name or {\"type\": name, ...}, got \(String(json.text.prefix(80)))"
      )
    }
    guard let kind = registry.first(where: { sameBytes($0.name, name) }) else {
      let names = registry.map { $0.name }
      throw .argument(
        "\(place)unknown \(role) \"\(name)\"\(hint(for: name, among: names, title: "known"))")
    }
    var options = Options(given, owner: "\(place)\(role) \(name)")
    _ = options.value("type")
    options.resolve("type", as: .string(kind.name))
    return (kind, options)
  }
}
