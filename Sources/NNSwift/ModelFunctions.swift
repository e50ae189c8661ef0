import CNNSwift
import NNErrors
import NNJSON
import NNMath
import NNNetwork

@c @implementation
public func nns_create(
  _ spec_json: UnsafePointer<CChar>?, _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded(texts: length(spec_json)) { () throws(NNError) in
    let target = try required(model, "model")
    let spec = try ModelSpec(try json(spec_json, "spec_json"))
    guard spec.table == nil else {
      throw .argument(
        "spec: levels and scales of columns are learnt from a table; make the model with "
          + "nns_create_for")
    }
    target.pointee = try ModelHandle(try Model(spec)).insert()
  }
}

@c @implementation
public func nns_create_mlp(
  _ sizes: UnsafePointer<Int64>?, _ count: Int64, _ activation: UnsafePointer<CChar>?,
  _ loss: UnsafePointer<CChar>?, _ seed: UInt64, _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  // The bytes of JSON text of the largest kind of layer.
  let texts = 64 * Int(min(max(count, 0), 1001)) + length(activation) + length(loss)
  return guarded(texts: texts) { () throws(NNError) in
    let target = try required(model, "model")
    let sizes = try required(sizes, "sizes")
    guard count >= 2, count <= 1001 else {
      throw .argument("count must be an integer in 2...1001, got \(count)")
    }
    let hidden = activation == nil ? "relu" : try string(activation, "activation")
    var layers: [JSON] = []
    for index in 1..<Int(count) {
      var layer = JSONObject()
      layer["type"] = .string("dense")
      layer["units"] = .integer(sizes[index])
      if index < Int(count) - 1 { layer["activation"] = .string(hidden) }
      layers.append(.object(layer))
    }
    var spec = JSONObject()
    spec["input"] = .integer(sizes[0])
    spec["layers"] = .array(layers)
    spec["loss"] = .string(loss == nil ? "softmax_cross_entropy" : try string(loss, "loss"))
    spec["seed"] = .natural(seed)
    target.pointee = try ModelHandle(try Model(try ModelSpec(.object(spec)))).insert()
  }
}

@c @implementation
public func nns_clone(
  _ model: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(copy, "copy")
    let twin = try reading(model) { source throws(NNError) in
      try MemoryReservation.hold(source.savedBytes) { () throws(NNError) in
        let twin = try ModelHandle(try source.model.copy())
        twin.savedHistory = source.history
        twin.isTrained = source.isTrained
        return twin
      }
    }
    target.pointee = try twin.insert()
  }
}

@c @implementation
public func nns_free(_ model: OpaquePointer?) { HandleTable.free(model, .model) }

@c @implementation
public func nns_input_size(
  _ model: OpaquePointer?, _ size: UnsafeMutablePointer<Int64>?
) -> Int32 {
  number(model, size, "size") { Int64($0.spec.table?.columns.count ?? $0.inputSize) }
}

@c @implementation
public func nns_output_size(
  _ model: OpaquePointer?, _ size: UnsafeMutablePointer<Int64>?
) -> Int32 {
  number(model, size, "size") { Int64($0.outputSize) }
}

@c @implementation
public func nns_param_count(
  _ model: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> Int32 {
  number(model, count, "count") { Int64($0.parameterCount) }
}

private func number(
  _ model: OpaquePointer?, _ target: UnsafeMutablePointer<Int64>?, _ name: StaticString,
  _ value: (Model) -> Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(target, name)
    try inspecting(model) { target.pointee = value($0.model) }
  }
}

@c @implementation
public func nns_describe(
  _ model: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    let text = try reading(model) { handle throws(NNError) in
      try MemoryReservation.hold(handle.describedBytes) { handle.model.specJSON.text }
    }
    try write(text, buffer, capacity, need)
  }
}
