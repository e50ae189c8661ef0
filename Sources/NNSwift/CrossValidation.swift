import CNNSwift
import NNData
import NNErrors
import NNExecution
import NNJSON
import NNMath
import NNNetwork
import NNTraining

@c @implementation
public func nns_data_folds(
  _ data: OpaquePointer?, _ kind: Int32, _ folds: Int32, _ key: UnsafePointer<nns_array>?,
  _ seed: UInt64, _ fold: UnsafeMutablePointer<Int32>?, _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let fold = try required(fold, "fold")
    try dataset(data) { set throws(NNError) in
      guard count == Int64(set.rows) else {
        throw .shape("count must be the number of rows, \(set.rows), got \(count)")
      }
      let places = try dealt(set, kind, folds, key, seed).places
      fold.update(from: places.base, count: places.count)
    }
  }
}

private func dealt(
  _ set: Dataset, _ kind: Int32, _ folds: Int32, _ key: UnsafePointer<nns_array>?, _ seed: UInt64
) throws(NNError) -> Folds {
  try set.folds(
    try splitKind(kind), count: Int(folds), key: try optionalView(key, "key"), seed: seed)
}

@c @implementation
public func nns_cross_validate(
  _ data: OpaquePointer?, _ spec_json: UnsafePointer<CChar>?,
  _ config_json: UnsafePointer<CChar>?, _ kind: Int32, _ folds: Int32,
  _ key: UnsafePointer<nns_array>?, _ seed: UInt64, _ metrics_json: UnsafePointer<CChar>?,
  _ values: UnsafeMutablePointer<Double>?, _ count: Int64, _ out: UnsafePointer<nns_array>?,
  _ progress: nns_progress_fn?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
  guarded(texts: length(spec_json) + length(config_json) + length(metrics_json)) {
    () throws(NNError) in
    let values = try required(values, "values")
    let metrics = try metricList(metrics_json)
    let out = try optionalView(out, "out")
    try dataset(data) { set throws(NNError) in
      try set.requireTargets()
      let validation = CrossValidation(
        set: set, spec: try specJSON(spec_json, set), config: try configJSON(config_json, set),
        folds: try dealt(set, kind, folds, key, seed), metrics: metrics, progress: progress,
        user: user)
      guard count == Int64(folds) * Int64(metrics.count) else {
        throw .shape(
          "count must be folds x metrics, \(folds) x \(metrics.count), got \(count)")
      }
      try validation.run(into: values, out)
    }
  }
}

private func specJSON(
  _ text: UnsafePointer<CChar>?, _ set: Dataset
) throws(NNError) -> JSON {
  set.tablePart == nil
    ? try json(text, "spec_json") : try json(text, "spec_json", default: TabularPreset.spec)
}

private func configJSON(
  _ text: UnsafePointer<CChar>?, _ set: Dataset
) throws(NNError) -> JSON {
  var usual = JSONObject()
  if set.tablePart != nil { usual["preset"] = .string(TabularPreset.name) }
  let config = try json(text, "config_json", default: .object(usual))
  guard config.object?["checkpoint"] == nil else {
    throw .argument("config: the models of folds are not kept; leave checkpoint out")
  }
  if config.object?["preset"] == nil { _ = try TrainingConfig(config) }
  return config
}

/// Trains a model for each fold, and judges it by the rows that it has not seen.
private struct CrossValidation {
  let set: Dataset
  let spec: JSON
  let config: JSON
  let folds: Folds
  let metrics: [NamedMetric]
  let progress: nns_progress_fn?
  let user: UnsafeMutableRawPointer?

  /// - Parameters:
  ///   - values: receives [folds × metrics].
  ///   - out: receives the predictions of each row by the model of its fold.
  /// - Throws: as making, training and evaluating a model.
  func run(into values: UnsafeMutablePointer<Double>, _ out: ArrayView?) throws(NNError) {
    let results = try Buffer<Double>(
      count: try checkedProduct(folds.count, metrics.count, "metrics"))
    let predictions = try out.map { view throws(NNError) in
      let output = try floatOutput(view, "out", rows: set.rows, columns: view.columns)
      let floats = try Buffer<Float>(count: try checkedProduct(view.rows, view.columns, "out"))
      floats.base.update(repeating: .nan, count: floats.count)
      return (view: view, output: output, floats: floats)
    }
    for fold in 0..<folds.count {
      try run(fold, results.base + fold * metrics.count, out, predictions?.floats)
    }
    values.update(from: results.base, count: results.count)
    if let predictions {
      let rows = Matrix(
        predictions.floats.base, rows: set.rows, columns: predictions.view.columns)
      predictions.output.store(rows, at: 0)
    }
  }

  private func run(
    _ fold: Int, _ values: UnsafeMutablePointer<Double>, _ out: ArrayView?,
    _ floats: Buffer<Float>?
  ) throws(NNError) {
    let train = try set.part { folds.trains($0, in: fold) }
    let test = try set.part { folds.tests($0, in: fold) }
    try MemoryReservation.hold(tableBytes(set)) { () throws(NNError) in
      let model =
        set.tablePart == nil
        ? try Model(try ModelSpec(spec)) : try Model.make(for: train, spec)
      if let out, out.columns != model.outputSize {
        throw .shape(
          "out must have \(model.outputSize) columns, the outputs of fold \(fold + 1), got "
            + "\(out.columns)")
      }
      let pointer = try ModelHandle(model).insert()
      defer { HandleTable.free(pointer, .model) }
      try fit(
        pointer, train, nil, config, progress, user, fold: (fold + 1, folds.count))
      try reading(pointer) { handle throws(NNError) in
        try evaluate(handle, test, metrics, into: values)
        if let floats { try predict(handle, test, fold, into: floats) }
      }
    }
  }

  /// Predicts the rows of a fold, each to its place.
  private func predict(
    _ handle: ModelHandle, _ test: Dataset, _ fold: Int, into floats: Buffer<Float>
  ) throws(NNError) {
    let columns = handle.model.outputSize
    let rows = try Buffer<Float>(count: test.rows * columns)
    let encoded = try handle.model.encoded(test)
    let pool = handle.model.predictionPool(rows: test.rows, threads: Settings.threads)
    let output = PredictionOutput(
      ArrayView(dense: .float32, UnsafeRawPointer(rows.base), rows: test.rows, columns: columns))
    try NNSwift.predict(
      handle, encoded.features, rows: test.rows, order: encoded.order, .probabilities, output, pool)
    var next = 0
    for row in 0..<set.rows where folds.tests(row, in: fold) {
      (floats.base + row * columns).update(from: rows.base + next * columns, count: columns)
      next += 1
    }
  }
}
