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
    let dropout = object([("type", .string("dropout")), ("rate", .number(0.15))])
    let table = object([
      ("type", .string("table")), ("units", .integer(64)), ("activation", .string("silu")),
    ])
    let dense = object([
      ("type", .string("dense")), ("units", .integer(64)), ("activation", .string("silu")),
    ])
    let last = object([
      ("type", .string("dense")), ("units", .integer(Int64(outputs))),
      ("bias_init", .string("zeros")),
    ])
    return .array([table, dropout, dense, dropout, last])
  }

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
  package static func config(
    _ given: JSONObject, rows: Int, validates: Bool, stratifies: Bool
  ) -> JSONObject {
    let isOwn = validates || given["validation_fraction"] != nil
    let learnt = max(1, (Double(rows) * (isOwn ? 1 : 1 - validationShare)).rounded(.down))
    let batch = given["batch_size"]?.integer.map { $0 > 0 ? Double($0) : learnt } ?? size(learnt)
    let batches = max(1, (learnt / batch).rounded(.down))
    let epochs = max(leastEpochs, (leastSteps / batches).rounded(.up))
    var config = JSONObject([
      ("epochs", .integer(Int64(epochs))), ("batch_size", .integer(Int64(batch))),
      ("drop_last", .bool(learnt >= batch)),
      (
        "optimizer",
        object([
          ("type", .string("adamw")), ("learning_rate", .number(0.005)),
          ("weight_decay", .number(0.02)),
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

  private static func object(_ members: [(key: String, value: JSON)]) -> JSON {
    .object(JSONObject(members))
  }
}
