import CNNSwift
import NNErrors
import NNMath
import NNNetwork

@c @implementation
public func nns_tensor_count(
  _ model: OpaquePointer?, _ tensors: UnsafeMutablePointer<Int64>?,
  _ values: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(NNError) in
    try inspecting(model) { handle in
      tensors?.pointee = Int64(handle.model.tensors.count)
      values?.pointee = Int64(handle.model.weights.count)
    }
  }
}

@c @implementation
public func nns_tensor(
  _ model: OpaquePointer?, _ index: Int64, _ name: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ need: UnsafeMutablePointer<Int>?, _ dims: UnsafeMutablePointer<Int64>?, _ dims_capacity: Int,
  _ rank: UnsafeMutablePointer<Int>?, _ offset: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(NNError) in
    guard dims != nil || dims_capacity == 0 else {
      throw .null("dims must not be NULL when dims_capacity is not 0")
    }
    try inspecting(model) { handle throws(NNError) in
      let tensors = handle.model.tensors
      guard index >= 0, index < Int64(tensors.count) else {
        throw .argument("index must be in 0..<\(tensors.count), got \(index)")
      }
      let tensor = tensors[Int(index)]
      let shape = tensor.parameter.shape
      // A size_t beyond 2^63 arrives as a negative number.
      guard dims_capacity <= 0 || dims_capacity >= shape.rank else {
        throw .argument("dims_capacity must be at least \(shape.rank), got \(dims_capacity)")
      }
      try write(tensor.name, name, capacity, need)
      if let dims, dims_capacity != 0 {
        for place in 0..<shape.rank { dims[place] = Int64(shape[place]) }
      }
      rank?.pointee = shape.rank
      offset?.pointee = Int64(tensor.parameter.offset)
    }
  }
}

@c @implementation
public func nns_get_weights(
  _ model: OpaquePointer?, _ values: UnsafeMutablePointer<Float>?, _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let values = try required(values, "values")
    try reading(model) { handle throws(NNError) in
      try requireCount(count, handle.model.weights.count)
      handle.model.exportRows(handle.model.weights.base, count: Int(count), to: values)
    }
  }
}

@c @implementation
public func nns_set_weights(
  _ model: OpaquePointer?, _ values: UnsafePointer<Float>?, _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let values = try required(values, "values")
    try changing(model) { handle throws(NNError) in
      let weights = handle.model.weights
      try requireCount(count, weights.count)
      for index in 0..<weights.count where !values[index].isFinite {
        throw .argument("values must be finite, value \(index) is \(values[index])")
      }
      try handle.model.requireVariances(in: values)
      handle.model.importRows(values, count: weights.count, into: weights.base)
    }
  }
}
