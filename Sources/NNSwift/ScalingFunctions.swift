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
      "the model's preprocess must be a single kind with a center and a scale: standardize, minmax or "
        + "robust; this one has nothing to read or to set")
  }
  guard count == Int64(model.inputSize) else {
    throw .shape("count must be the number of features, \(model.inputSize), got \(count)")
  }
  return preprocess
}

@c @implementation
public func nns_get_scaling(
  _ model: OpaquePointer?, _ center: UnsafeMutablePointer<Double>?,
  _ scale: UnsafeMutablePointer<Double>?, _ count: Int64
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
      for index in 0..<Int(count) { (center[index], scale[index]) = preprocess.scaling(index) }
    }
  }
}

@c @implementation
public func nns_set_scaling(
  _ model: OpaquePointer?, _ center: UnsafePointer<Double>?, _ scale: UnsafePointer<Double>?,
  _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let center = try required(center, "center")
    let scale = try required(scale, "scale")
    try changing(model) { handle throws(NNError) in
      let preprocess = try fittedScaling(handle.model, count)
      for index in 0..<Int(count) {
        guard Float(center[index]).isFinite else {
          throw .argument("center must be finite, value \(index) is \(center[index])")
        }
        guard Float(scale[index]).isFinite, Float(scale[index]) > 0 else {
          throw .argument(
            "scale must be finite and above 0, value \(index) is \(scale[index])")
        }
      }
      try preprocess.setScaling { (center[$0], scale[$0]) }
    }
  }
}
