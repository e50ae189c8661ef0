import CNNSwift
import NNData
import NNErrors
import NNJSON
import NNMetrics
import NNNetwork
import NNOptions
import NNTraining

@c @implementation
public func nns_registry(
  _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  // As much as a text of 1 KB may take, 507 KB: three times what it needs.
  guarded(texts: 1024) { () throws(NNError) in
    try write(try registries().text, buffer, capacity, need)
  }
}

/// Every registry under the key that its members have in a spec or config.
private func registries() throws(NNError) -> JSON {
  let activations = try Activation.descriptions { kind, options throws(NNError) in
    _ = try kind.make(&options)
  }
  let initializers = try Initializer.descriptions { kind, options throws(NNError) in
    _ = try kind.make(&options)
  }
  let preprocess = try PreprocessKind.descriptions { kind, options throws(NNError) in
    _ = try kind.make(&options)
  }
  let losses = try Loss.descriptions { kind, options throws(NNError) in
    _ = try kind.make(&options, 4)
  }
  let metrics = try Metric.descriptions { kind, options throws(NNError) in
    _ = try kind.make(&options)
  }
  return .object(
    JSONObject([
      ("layer", try LayerKind.descriptions()),
      ("activation", activations),
      ("init", initializers),
      ("preprocess", preprocess),
      ("loss", losses),
      ("optimizer", try OptimizerKind.descriptions()),
      ("schedule", try ScheduleFunction.descriptions()),
      ("metric", metrics),
    ]))
}
