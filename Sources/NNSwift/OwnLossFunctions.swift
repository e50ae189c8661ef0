import CNNSwift
import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork
import NNTraining

@c @implementation
public func nns_forward_train(
  _ model: OpaquePointer?, _ x: UnsafePointer<nns_array>?, _ out: UnsafePointer<nns_array>?
) -> Int32 {
  guarded { () throws(NNError) in
    let out = try view(out, "out")
    let features = try view(x, "x")
    try changing(model) { handle throws(NNError) in
      let model = handle.model
      try checkArray(features, for: model)
      guard model.members == 1 else {
        throw .state(
          "the model has \(model.members) members, whose outputs a loss of your own cannot tell "
            + "apart; train it with nns_train, or make it with members 1")
      }
      guard features.rows > 0 else { throw .shape("x must have at least one row, got 0") }
      guard features.rows <= Int32.max else { throw .limit("x must have at most 2147483647 rows") }
      let output = try predictionOutput(out, model, .raw, rows: features.rows)
      try model.requireFitted()
      let trainer = try handle.trainerForSteps()
      if !trainer.config.allowsNaN { try checkFinite(features, "x") }
      let batch = try handle.keptBatch(rows: features.rows)
      output.store(try trainer.forward(features, into: batch), at: 0)
    }
  }
}

@c @implementation
public func nns_backward(
  _ model: OpaquePointer?, _ d_outputs: UnsafePointer<nns_array>?,
  _ gradient: UnsafeMutablePointer<Float>?, _ count: Int64, _ d_inputs: UnsafePointer<nns_array>?
) -> Int32 {
  guarded { () throws(NNError) in
    let outputs = try view(d_outputs, "d_outputs")
    let inputs = try optionalView(d_inputs, "d_inputs")
    guard gradient != nil || inputs != nil else {
      throw .null("gradient and d_inputs must not both be NULL")
    }
    try changing(model, keepsBatch: true) { handle throws(NNError) in
      let model = handle.model
      guard let batch = handle.batch, batch.rowsKept > 0 else {
        throw .state(
          "nns_backward needs a batch of nns_forward_train, and no call since then that changes the "
            + "model")
      }
      if gradient != nil { try requireCount(count, model.parameterCount) }
      try requireFloats(
        outputs, "d_outputs", rows: batch.rowsKept, columns: model.outputSize)
      let target = try inputs.map { inputs throws(NNError) in
        try floatOutput(inputs, "d_inputs", rows: batch.rowsKept, columns: model.inputSize)
      }
      try checkFinite(outputs, "d_outputs")
      let result = try handle.trainerForSteps().backward(outputs, of: batch)
      if let gradient {
        model.exportRows(result.parameters, count: model.parameterCount, to: gradient)
      }
      target?.store(result.inputs, at: 0)
    }
  }
}

extension ModelHandle {
  /// Memory for a batch of so many rows; reused if it is large enough.
  fileprivate func keptBatch(rows: Int) throws(NNError) -> KeptBatch {
    if let batch, batch.capacity >= rows { return batch }
    let made = try KeptBatch(model, rows: rows)
    batch = made
    return made
  }
}
