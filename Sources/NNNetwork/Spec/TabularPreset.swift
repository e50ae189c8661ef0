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

  /// The layers for so many outputs.
  static func layers(outputs: Int) -> JSON {
    func dropout() -> JSON { object([("type", .string("dropout")), ("rate", .number(0.15))]) }
    func units(_ kind: String) -> JSON {
      object([
        ("type", .string(kind)), ("units", .integer(64)), ("activation", .string("silu")),
      ])
    }
    return .array([
      units("table"), dropout(), units("dense"), dropout(),
      object([("type", .string("dense")), ("units", .integer(Int64(outputs)))]),
    ])
  }

  /// What a config has besides the keys that it names.
  ///
  /// - Parameters:
  ///   - rows: to train on.
  ///   - validates: whether the caller brings validation rows.
  ///   - stratifies: whether the target is one class a row.
  package static func config(
    _ given: JSONObject, rows: Int, validates: Bool, stratifies: Bool
  ) -> JSONObject {
    let share = 0.15
    let own = validates || given["validation_fraction"] != nil
    let learnt = Double(rows) * (own ? 1 : 1 - share)
    let batch = given["batch_size"]?.integer.map { $0 > 0 ? Double($0) : learnt } ?? 256
    let batches = max(1, (learnt / batch).rounded(.up))
    // Enough epochs for large tables, enough steps for small ones.
    let epochs = max(leastEpochs, (leastSteps / batches).rounded(.up))
    var config = JSONObject([
      ("epochs", .integer(Int64(epochs))), ("batch_size", .integer(256)),
      (
        "optimizer",
        object([
          ("type", .string("adamw")), ("learning_rate", .number(0.002)),
          ("weight_decay", .number(0.02)),
        ])
      ),
      ("schedule", object([("type", .string("cosine"))])),
      ("early_stopping", object([("patience", .integer(1_000_000_000))])),
    ])
    if !own {
      config["validation_fraction"] = .number(share)
      config["stratify"] = .bool(stratifies)
    }
    for (key, value) in given.members where key != "preset" { config[key] = value }
    return config
  }

  private static let leastEpochs = 20.0
  private static let leastSteps = 1000.0

  private static func object(_ members: [(key: String, value: JSON)]) -> JSON {
    .object(JSONObject(members))
  }
}
