import CNNSwift
import NNData
import NNErrors
import NNMath
import NNNetwork

/// Refuses models whose preprocess is no scaling by a center and a scale that were fitted.
private func fittedScaling(_ model: Model, _ count: Int64) throws(NNError) -> Preprocess {
  let preprocess = model.preprocess
  guard preprocess.isFittedScaling else {
    throw .argument(
      "the model's preprocess must be one that is fitted, such as standardize; "
        + "this one has nothing to read or to set")
  }
  guard count == Int64(model.inputSize) else {
    throw .shape("count must be the number of features, \(model.inputSize), got \(count)")
  }
  return preprocess
}

@c @implementation
public func nns_get_scaling(
  _ model: OpaquePointer?, _ center: UnsafeMutablePointer<Float>?,
  _ scale: UnsafeMutablePointer<Float>?, _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let center = try required(center, "center")
    let scale = try required(scale, "scale")
    try reading(model) { handle throws(NNError) in
      let preprocess = try fittedScaling(handle.model, count)
      guard preprocess.isFitted else {
        throw .state(
          "the model's preprocess must be fitted before, it has seen no data yet; train the model, "
            + "or call nns_fit_preprocess or nns_set_scaling")
      }
      let tensors = preprocess.tensors
      center.update(from: tensors[0].values, count: Int(count))
      scale.update(from: tensors[1].values, count: Int(count))
    }
  }
}

@c @implementation
public func nns_set_scaling(
  _ model: OpaquePointer?, _ center: UnsafePointer<Float>?, _ scale: UnsafePointer<Float>?,
  _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let center = try required(center, "center")
    let scale = try required(scale, "scale")
    try changing(model) { handle throws(NNError) in
      let preprocess = try fittedScaling(handle.model, count)
      for index in 0..<Int(count) {
        guard center[index].isFinite else {
          throw .argument("center must be finite, value \(index) is \(center[index])")
        }
        guard scale[index].isFinite, scale[index] > 0 else {
          throw .argument(
            "scale must be finite and above 0, value \(index) is \(scale[index])")
        }
      }
      let memories = try preprocess.emptyMemories()
      let tensors = preprocess.tensors(in: memories)
      tensors[0].values.update(from: center, count: Int(count))
      tensors[1].values.update(from: scale, count: Int(count))
      preprocess.take(memories)
    }
  }
}
