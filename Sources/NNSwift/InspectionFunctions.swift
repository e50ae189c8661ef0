import CNNSwift
import NNErrors
import NNJSON
import NNNetwork

@c @implementation
public func nns_summary(
  _ model: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    let text = try inspecting(model) { handle throws(NNError) in
      try MemoryReservation.hold(handle.specBytes) { handle.model.summary }
    }
    try write(text, buffer, capacity, need)
  }
}

@c @implementation
public func nns_feature_name(
  _ model: OpaquePointer?, _ index: Int64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    try inspecting(model) { handle throws(NNError) in
      let name = try listed(handle.model.spec.features, index, "features")
      try write(name, buffer, capacity, need)
    }
  }
}

@c @implementation
public func nns_class_count(
  _ model: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(count, "count")
    try reading(model) { target.pointee = Int64($0.model.classes.texts.count) }
  }
}

@c @implementation
public func nns_class_type(
  _ model: OpaquePointer?, _ type: UnsafeMutablePointer<Int32>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(type, "type")
    try reading(model) { target.pointee = $0.model.classes.type.rawValue }
  }
}

@c @implementation
public func nns_class_name(
  _ model: OpaquePointer?, _ index: Int64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    try reading(model) { handle throws(NNError) in
      let name = try listed(handle.model.classes.texts, index, "classes")
      try write(name, buffer, capacity, need)
    }
  }
}

@c @implementation
public func nns_set_classes(
  _ model: OpaquePointer?, _ classes_json: UnsafePointer<CChar>?
) -> Int32 {
  guarded(texts: length(classes_json)) { () throws(NNError) in
    let list = classes_json == nil ? nil : try json(classes_json, "classes_json")
    try changing(model) { handle throws(NNError) in
      let model = handle.model
      model.name(
        try list.map { list throws(NNError) in try model.spec.readClasses(list) } ?? .none)
    }
  }
}

/// A name of a list of the spec.
private func listed(
  _ names: [String], _ index: Int64, _ key: StaticString
) throws(NNError) -> String {
  guard !names.isEmpty else {
    throw .argument("the spec has no \"\(key)\" to look up by index; name them there")
  }
  guard index >= 0, index < Int64(names.count) else {
    throw .argument("index must be in 0..<\(names.count), got \(index)")
  }
  return names[Int(index)]
}

@c @implementation
public func nns_get_threshold(
  _ model: OpaquePointer?, _ threshold: UnsafeMutablePointer<Double>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(threshold, "threshold")
    try reading(model) { target.pointee = $0.model.threshold }
  }
}

@c @implementation
public func nns_set_threshold(_ model: OpaquePointer?, _ threshold: Double) -> Int32 {
  guarded { () throws(NNError) in
    try changing(model) { handle throws(NNError) in
      try handle.model.setThreshold(threshold)
    }
  }
}
