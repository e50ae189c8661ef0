import CNNSwift
import NNData
import NNErrors
import NNExecution
import NNJSON
import NNMath
import NNNetwork
import NNOptions
import NNTraining

@c @implementation
public func nns_create_for(
  _ data: OpaquePointer?, _ spec_json: UnsafePointer<CChar>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded(texts: length(spec_json)) { () throws(NNError) in
    let target = try required(model, "model")
    let spec = try json(spec_json, "spec_json", default: TabularPreset.spec)
    target.pointee = try dataset(data) { set throws(NNError) in
      try MemoryReservation.hold(tableBytes(set)) { () throws(NNError) in
        try ModelHandle(try Model.make(for: set, spec)).insert()
      }
    }
  }
}

/// Bytes of small objects that a model for a data set needs: the knots of one column, for each
/// column its specs, with its name several times; the names of classes.
func tableBytes(_ set: Dataset) -> Int {
  guard let part = set.tablePart else { return 0 }
  var classes = part.targetClasses?.texts.reduce(0) { $0 + 1024 + 16 * $1.utf8.count } ?? 0
  // More integers are a number; which they are is not known yet.
  if part.targetClasses?.kind == .integer { classes = 1024 * min(set.rows, 65_536) }
  let names = part.table.columns.reduce(0) { $0 + 16 * ($1.name?.utf8.count ?? 8) }
  return MemoryReservation.base + (256 << 10) + classes + names
    + part.table.columns.count * (12 << 10)
}

@c @implementation
public func nns_fit_table(
  _ columns: UnsafePointer<nns_column>?, _ count: Int64, _ rows: Int64,
  _ target: UnsafePointer<CChar>?, _ options_json: UnsafePointer<CChar>?,
  _ progress: nns_progress_fn?, _ user: UnsafeMutableRawPointer?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded(texts: length(options_json)) { () throws(NNError) in
    let result = try required(model, "model")
    guard target != nil else { throw .null("target must not be NULL: name the column to learn") }
    let options = try FitOptions(options_json)
    let columns = try ColumnArguments(columns, count: count, rows: rows)
    result.pointee = try MemoryReservation.hold(columns.bytesToRead) { () throws(NNError) in
      let roles = try TableRoles(target: target, weight: nil)
      let set = try roles.dataset(of: try columns.table(options.table))
      return try MemoryReservation.hold(tableBytes(set)) { () throws(NNError) in
        let handle = try ModelHandle(try Model.make(for: set, options.spec))
        let pointer = try handle.insert()
        do throws(NNError) {
          try fit(pointer, set, nil, options.config, progress, user)
        } catch {
          HandleTable.free(pointer, .model)
          throw error
        }
        return pointer
      }
    }
  }
}

/// What `nns_fit_table` takes besides the columns.
private struct FitOptions {
  let spec: JSON
  let config: JSON
  let table: TableOptions

  init(_ text: UnsafePointer<CChar>?) throws(NNError) {
    let json = try json(text, "options_json", default: .object(JSONObject()))
    guard let given = json.object else {
      throw .argument(#"options_json must be an object such as {"seed": 7}"#)
    }
    var options = Options(given, owner: "options")
    var spec = try Self.object("spec", &options)
    var config = try Self.object("config", &options)
    if let columns = options.value("columns") { spec["columns"] = columns }
    let seed = try options.seed("seed", default: 0)
    table = try TableOptions(.object(try Self.object("table", &options)))
    try options.finish()
    if spec["preset"] == nil { spec["preset"] = .string(TabularPreset.name) }
    if config["preset"] == nil { config["preset"] = .string(TabularPreset.name) }
    if spec["seed"] == nil { spec["seed"] = .natural(seed) }
    if config["seed"] == nil { config["seed"] = .natural(seed) }
    (self.spec, self.config) = (.object(spec), .object(config))
  }

  private static func object(
    _ key: String, _ options: inout Options
  ) throws(NNError) -> JSONObject {
    guard let json = options.value(key) else { return JSONObject() }
    guard let object = json.object else { throw options.refusal(key, "an object", json) }
    return object
  }
}

@c @implementation
public func nns_predict_table(
  _ model: OpaquePointer?, _ columns: UnsafePointer<nns_column>?, _ count: Int64,
  _ rows: Int64, _ kind: Int32, _ out: UnsafePointer<nns_array>?
) -> Int32 {
  guarded { () throws(NNError) in
    let (kind, allowsNaN) = try predictionKind(kind)
    let out = try view(out, "out")
    let columns = try ColumnArguments(columns, count: count, rows: rows)
    try MemoryReservation.hold(columns.bytesToRead) { () throws(NNError) in
      let options = try TableOptions(
        .object(JSONObject([("allow_infinite", .bool(allowsNaN))])))
      let set = try Dataset(table: try columns.table(options), target: nil, weight: nil)
      try reading(model) { handle throws(NNError) in
        let output = try predictionOutput(out, handle.model, kind, rows: set.rows)
        try handle.model.requireFitted()
        let encoded = try handle.model.encoded(set, needsTarget: false)
        let pool = handle.model.predictionPool(rows: set.rows, threads: Settings.threads)
        try predict(
          handle, encoded.features, rows: set.rows, order: encoded.order, kind, output, pool)
      }
    }
  }
}

@c @implementation
public func nns_calibrate(_ model: OpaquePointer?, _ data: OpaquePointer?) -> Int32 {
  guarded { () throws(NNError) in
    try changing(model) { handle throws(NNError) in
      try dataset(data) { set throws(NNError) in
        guard handle.model.spec.calibrates else {
          throw .argument(
            "the model's spec has no calibration; make it with \"calibration\": {\"type\": "
              + "\"temperature\"}")
        }
        try handle.model.requireFitted()
        let set = try handle.model.indexed(try handle.model.encoded(set))
        try checkFit(set.sampleRows, handle.model)
        try handle.model.calibrate(set.sampleRows, pool: .alone)
      }
    }
  }
}
