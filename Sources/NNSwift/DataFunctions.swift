import CNNSwift
import NNData
import NNErrors
import NNJSON
import NNMath
import NNOptions
import NNTraining

@c @implementation
public func nns_data_create(
  _ x: UnsafePointer<nns_array>?, _ y: UnsafePointer<nns_array>?,
  _ weight: UnsafePointer<nns_array>?, _ config_json: UnsafePointer<CChar>?,
  _ data: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded(texts: length(config_json)) { () throws(NNError) in
    let target = try required(data, "data")
    let config = try json(config_json, "config_json", default: .object(JSONObject()))
    guard let object = config.object else {
      throw .argument(#"config_json must be an object such as {"allow_nan": true}"#)
    }
    var options = Options(object, owner: "data config")
    let allowsNaN = try options.flag("allow_nan", default: false)
    try options.finish()
    let features = try view(x, "x")
    guard features.columns > 0 else { throw .shape("x must have at least one column, got 0") }
    let set = try Dataset(
      features: features, targets: try view(y, "y"), weights: try optionalView(weight, "weight"),
      allowsNaN: allowsNaN)
    target.pointee = try HandleTable.insert(set, .data)
  }
}

@c @implementation
public func nns_data_split(
  _ data: OpaquePointer?, _ kind: Int32, _ fraction: Double, _ key: UnsafePointer<nns_array>?,
  _ seed: UInt64, _ rest: UnsafeMutablePointer<OpaquePointer?>?,
  _ part: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded { () throws(NNError) in
    let rest = try required(rest, "rest")
    let part = try required(part, "part")
    let how = try splitKind(kind)
    let keys = try optionalView(key, "key")
    let sides = try dataset(data) { set throws(NNError) in
      try set.split(how, fraction: fraction, key: keys, seed: seed)
    }
    let first = try HandleTable.insert(sides.rest, .data)
    do throws(NNError) {
      part.pointee = try HandleTable.insert(sides.part, .data)
    } catch {
      HandleTable.free(first, .data)
      throw error
    }
    rest.pointee = first
  }
}

func splitKind(_ kind: Int32) throws(NNError) -> SplitKind {
  guard let kind = SplitKind(rawValue: kind) else {
    throw .argument("kind must be NNS_SPLIT_RANDOM (1) ... NNS_SPLIT_TIME (4), got \(kind)")
  }
  return kind
}

@c @implementation
public func nns_data_size(
  _ data: OpaquePointer?, _ rows: UnsafeMutablePointer<Int64>?,
  _ features: UnsafeMutablePointer<Int64>?, _ targets: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(NNError) in
    try dataset(data) { set in
      rows?.pointee = Int64(set.rows)
      features?.pointee = Int64(set.tablePart?.inputs ?? set.features.columns)
      targets?.pointee = Int64(set.targets.columns)
    }
  }
}

@c @implementation
public func nns_data_rows(
  _ data: OpaquePointer?, _ indices: UnsafeMutablePointer<Int64>?, _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let indices = try required(indices, "indices")
    try dataset(data) { set throws(NNError) in
      guard count == Int64(set.rows) else {
        throw .shape("count must be the number of rows, \(set.rows), got \(count)")
      }
      for position in 0..<set.rows { indices[position] = Int64(set.sourceRow(position)) }
    }
  }
}

@c @implementation
public func nns_data_free(_ data: OpaquePointer?) { HandleTable.free(data, .data) }

/// Uses the data set behind a handle.
func dataset<Value>(
  _ data: OpaquePointer?, _ body: (Dataset) throws(NNError) -> Value
) throws(NNError) -> Value {
  try HandleTable.with(data, .data, as: Dataset.self, body)
}
