import CNNSwift
import NNData
import NNErrors
import NNFile
import NNJSON
import NNMath
import NNNetwork
import NNTraining

extension ModelHandle {
  /// The trainer that single steps use: the one there is, or one with the default config, which
  /// goes on with the optimiser of a file.
  func trainerForSteps() throws(NNError) -> Trainer {
    if let trainer { return trainer }
    let fresh = try Trainer(
      model, try TrainingConfig(.object(JSONObject())),
      defaultThreads: Settings.threads)
    if let savedTraining {
      do throws(NNError) {
        try fresh.restore(savedTraining)
      } catch {
        guard case .state = error else { throw error }
        throw .state(
          "the model's file has the state of another optimizer than adam, which steps use without a "
            + "config; call nns_configure, with \"continue\": true to go on with that state")
      }
    }
    trainer = fresh
    savedTraining = nil
    return fresh
  }

  /// Sets what single steps use.
  fileprivate func configure(_ config: TrainingConfig) throws(NNError) {
    if let metric = config.schedule.metric {
      throw .argument(
        "schedule reduce_on_plateau watches \(metric) after every epoch of nns_train, single steps "
          + "have none; choose another schedule, or lower learning_rate yourself")
    }
    let made = try trainer(for: config)
    savedHistory = history
    if made === trainer {
      made.reconfigure(config, defaultThreads: Settings.threads)
    } else {
      made.adopt(savedHistory)
    }
    trainer = made
    savedTraining = nil
  }
}

@c @implementation
public func nns_configure(_ model: OpaquePointer?, _ config_json: UnsafePointer<CChar>?) -> Int32 {
  guarded(texts: length(config_json)) { () throws(NNError) in
    let config = try TrainingConfig(
      try json(config_json, "config_json", default: .object(JSONObject())))
    try changing(model) { handle throws(NNError) in try handle.configure(config) }
  }
}

@c @implementation
public func nns_train_batch(
  _ model: OpaquePointer?, _ x: UnsafePointer<nns_array>?, _ y: UnsafePointer<nns_array>?,
  _ weight: UnsafePointer<nns_array>?, _ loss: UnsafeMutablePointer<Double>?
) -> Int32 {
  guarded { () throws(NNError) in
    try changing(model) { handle throws(NNError) in
      let trainer = try handle.trainerForSteps()
      let value = try withSamples(
        x, y, weight, for: handle.model, allowsNaN: trainer.config.allowsNaN
      ) { rows throws(NNError) in
        try handle.model.requireFitted()
        return try trainer.trainBatch(rows)
      }
      handle.isTrained = true
      loss?.pointee = value
    }
  }
}

@c @implementation
public func nns_fit_preprocess(_ model: OpaquePointer?, _ data: OpaquePointer?) -> Int32 {
  guarded { () throws(NNError) in
    try changing(model) { handle throws(NNError) in
      try dataset(data) { set throws(NNError) in
        let set = try handle.model.encoded(set)
        try checkColumns(set.features, expected: handle.model.inputSize)
        let model = handle.model
        if model.targetScaling != nil {
          try set.requireTargets()
          try checkFit(set.sampleRows, model)
        }
        try model.preprocess.fit(set.features, rows: set.rows, order: set.order)
        try model.targetScaling?.fit(set.sampleRows)
      }
    }
  }
}

@c @implementation
public func nns_loss_grad(
  _ model: OpaquePointer?, _ x: UnsafePointer<nns_array>?, _ y: UnsafePointer<nns_array>?,
  _ weight: UnsafePointer<nns_array>?, _ loss: UnsafeMutablePointer<Double>?,
  _ gradient: UnsafeMutablePointer<Float>?, _ count: Int64,
  _ weight_sum: UnsafeMutablePointer<Double>?
) -> Int32 {
  guarded { () throws(NNError) in
    let gradient = try required(gradient, "gradient")
    try changing(model) { handle throws(NNError) in
      try requireCount(count, handle.model.parameterCount)
      let trainer = try handle.trainerForSteps()
      let result = try Buffer<Float>(count: handle.model.parameterCount)
      let sum = try withSamples(
        x, y, weight, for: handle.model, allowsNaN: trainer.config.allowsNaN
      ) { rows throws(NNError) in
        try handle.model.requireFitted()
        return try trainer.lossAndGradient(rows, into: result.base)
      }
      handle.model.exportRows(result.base, count: result.count, to: gradient)
      loss?.pointee = sum.mean
      weight_sum?.pointee = sum.weight
    }
  }
}

@c @implementation
public func nns_apply_grad(
  _ model: OpaquePointer?, _ gradient: UnsafePointer<Float>?, _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let gradient = try required(gradient, "gradient")
    try changing(model) { handle throws(NNError) in
      try requireCount(count, handle.model.parameterCount)
      try handle.trainerForSteps().apply(gradient: gradient)
    }
  }
}

func requireCount(_ count: Int64, _ wanted: Int) throws(NNError) {
  guard count == Int64(wanted) else {
    throw .shape("count must be the model's number of values, \(wanted), got \(count)")
  }
}

@c @implementation
public func nns_evaluate(
  _ model: OpaquePointer?, _ data: OpaquePointer?, _ metrics_json: UnsafePointer<CChar>?,
  _ values: UnsafeMutablePointer<Double>?, _ count: Int64
) -> Int32 {
  guarded(texts: length(metrics_json)) { () throws(NNError) in
    let values = try required(values, "values")
    let metrics = try metricList(metrics_json)
    guard count == Int64(metrics.count) else {
      throw .shape("count must be the number of metrics, \(metrics.count), got \(count)")
    }
    try reading(model) { handle throws(NNError) in
      try dataset(data) { set throws(NNError) in
        try set.requireTargets()
        let results = try Buffer<Double>(count: metrics.count)
        try evaluate(handle, set, metrics, into: results.base)
        values.copy(from: results.base, count: results.count)
      }
    }
  }
}

/// The metrics that a text names; NULL: the loss.
func metricList(_ text: UnsafePointer<CChar>?) throws(NNError) -> [NamedMetric] {
  let metrics = try NamedMetric.list(
    try json(text, "metrics_json", default: .array([.string("loss")])))
  guard !metrics.isEmpty else { throw .argument("metrics_json must name at least one metric") }
  return metrics
}

/// Computes metrics on the rows of a data set with targets.
func evaluate(
  _ handle: ModelHandle, _ set: Dataset, _ metrics: [NamedMetric],
  into values: UnsafeMutablePointer<Double>
) throws(NNError) {
  let set = try handle.model.indexed(try handle.model.encoded(set))
  try checkFit(set.sampleRows, handle.model)
  try handle.model.requireFitted()
  let evaluator = try Evaluator(handle.model, set.sampleRows, metrics: metrics)
  _ = try evaluator.run(set.sampleRows, pool: WorkerPool.alone, into: values)
}

@c @implementation
public func nns_history(
  _ model: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    let text = try reading(model) { handle throws(NNError) in
      let history = handle.history
      let values = history.epochs.count * (history.names.count + 1)
      return try MemoryReservation.hold(MemoryReservation.bytes(forHistory: values)) {
        history.json.text
      }
    }
    try write(text, buffer, capacity, need)
  }
}

@c @implementation
public func nns_cancel(_ model: OpaquePointer?) -> Int32 {
  HandleTable.cancel(model)
}
