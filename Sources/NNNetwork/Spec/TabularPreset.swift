import NNErrors
import NNJSON
import NNOptions

/// The preset "tabular": what a spec and a config leave out, filled in for tables. Figures of every
/// choice: docs/tabular.md.
package enum TabularPreset {
  package static let name = "tabular"
  /// The spec of a caller who leaves all to it.
  package static var spec: JSON { object([("preset", .string(name))]) }

  /// Refuses another preset than this one.
  ///
  /// - Throws: `NNError.argument`.
  package static func check(_ json: JSON, owner: String) throws(NNError) {
    guard json.string == name else {
      throw .argument("\(owner): preset must be \"\(name)\", got \(String(json.text.prefix(80)))")
    }
  }

  /// What a spec has besides the keys that it names.
  ///
  /// - Parameter rows: to train on.
  static func complete(_ spec: inout JSONObject, outputs: Int, rows: Int) {
    guard spec["layers"] == nil else { return }
    let members = spec["members"]?.integer.map { min(max(1, Int($0)), 1024) } ?? members(rows: rows)
    spec["members"] = spec["members"] ?? .integer(Int64(members))
    spec["layers"] = layers(outputs: outputs, members: members)
  }

  /// Many on few rows, where each learns something else; on many rows one learns nearly all.
  private static func members(rows: Int) -> Int { rows <= rowsForMembers ? 4 : 1 }
  private static let rowsForMembers = 20_000

  /// The layers for so many outputs.
  private static func layers(outputs: Int, members: Int) -> JSON {
    let dropout = object([("type", .string("dropout")), ("rate", .number(0.15))])
    func units(_ count: Int) -> (String, JSON) { ("units", .integer(Int64(count * members))) }
    let groups: [(String, JSON)] = members > 1 ? [("groups", .integer(Int64(members)))] : []
    let silu: (String, JSON) = ("activation", .string("silu"))
    return .array([
      object([("type", .string("table")), units(width), silu]), dropout,
      object([("type", .string("dense")), units(width), silu] + groups), dropout,
      object(
        [("type", .string("dense")), units(outputs), ("bias_init", .string("zeros"))] + groups),
    ])
  }

  private static let width = 64

  /// Steps of a training at least, and epochs at least: enough for small tables and for large ones.
  private static let leastSteps = 1000.0
  private static let leastEpochs = 4.0
  /// The share of the rows that choose the best epoch.
  private static let validationShare = 0.2

  /// What a config has besides the keys that it names.
  ///
  /// - Parameters:
  ///   - rows: to train on.
  ///   - validates: whether the caller brings validation rows.
  ///   - stratifies: whether the target is one class a row.
  ///   - members: of the model; those learn from all rows.
  package static func config(
    _ given: JSONObject, rows: Int, validates: Bool, stratifies: Bool, members: Int
  ) -> JSONObject {
    let isOwn = validates || given["validation_fraction"] != nil
    let share = isOwn || members > 1 ? 1 : 1 - validationShare
    let learnt = max(1, (Double(rows) * share).rounded(.down))
    let batch = given["batch_size"]?.integer.map { $0 > 0 ? Double($0) : learnt } ?? size(learnt)
    let batches = max(1, (learnt / batch).rounded(.down))
    let epochs = max(leastEpochs, (leastSteps / batches).rounded(.up))
    var config = JSONObject([
      ("epochs", .integer(Int64(epochs))), ("batch_size", .integer(Int64(batch))),
      ("drop_last", .bool(learnt >= batch)),
      (
        "optimizer",
        object([
          ("type", .string("adam")), ("learning_rate", .number(0.005)),
        ])
      ),
      ("schedule", object([("type", .string("cosine"))])),
    ])
    if validates || !isOwn {
      config["early_stopping"] = object([("patience", .integer(1_000_000_000))])
    }
    if !isOwn, rows > 1 {
      config["validation_fraction"] = .number(validationShare)
      if stratifies { config["stratify"] = .bool(true) }
    }
    for (key, value) in given.members where key != "preset" { config[key] = value }
    return config
  }

  /// A 32nd of the rows, as a power of 2 in 64 ... 256.
  private static func size(_ rows: Double) -> Double {
    var size = 64.0
    // Rounded on the scale of powers: up from 1.41 times the smaller one.
    while size < 256, rows / 32 > size * 1.4142135623730951 { size *= 2 }
    return size
  }

  private static func object(_ members: [(String, JSON)]) -> JSON {
    .object(JSONObject(members.map { (key: $0.0, value: $0.1) }))
  }
}
