import CNNSwift
import NNData
import NNErrors
import NNExecution
import NNJSON
import NNMath
import NNNetwork
import NNTraining

@c @implementation
public func nns_importance(
  _ model: OpaquePointer?, _ data: OpaquePointer?, _ metric: UnsafePointer<CChar>?,
  _ repeats: Int32, _ seed: UInt64, _ drop: UnsafeMutablePointer<Double>?,
  _ deviation: UnsafeMutablePointer<Double>?, _ count: Int64
) -> Int32 {
  guarded(texts: length(metric)) { () throws(NNError) in
    let drop = try required(drop, "drop")
    let json = metric == nil ? JSON.string("loss") : try kindName(metric, "metric")
    let metric = try NamedMetric.parse(json)
    let most: Int32 = 1_000_000
    guard repeats >= 1, repeats <= most else {
      throw .argument("repeats must be an integer in 1...\(most), got \(repeats)")
    }
    try explaining(model, data, needsTarget: true) { model, rows, pool throws(NNError) in
      guard count == Int64(rows.columns) else {
        throw .shape(
          "count must be the number of the model's columns, \(rows.columns), got \(count)")
      }
      let drops = try Buffer<Double>(count: rows.columns)
      let deviations = try Buffer<Double>(count: rows.columns)
      try model.importance(
        rows, metric: metric, repeats: Int(repeats), seed: seed, pool: pool, drops: drops.base,
        deviations: deviations.base)
      drop.update(from: drops.base, count: drops.count)
      deviation?.update(from: deviations.base, count: deviations.count)
    }
  }
}

@c @implementation
public func nns_dependence(
  _ model: OpaquePointer?, _ data: OpaquePointer?, _ column: Int64,
  _ values: UnsafePointer<nns_value>?, _ points: Int64, _ output: Int64,
  _ mean: UnsafeMutablePointer<Double>?
) -> Int32 {
  guarded { () throws(NNError) in
    let values = try required(values, "values")
    let mean = try required(mean, "mean")
    guard points >= 1 else { throw .shape("points must be at least 1, got \(points)") }
    guard points <= Int64(Int32.max) else {
      throw .limit("points must be at most 2147483647, got \(points)")
    }
    try explaining(model, data, needsTarget: false) { model, rows, pool throws(NNError) in
      guard column >= 0, column < Int64(rows.columns) else {
        throw .argument("column must be in 0..<\(rows.columns), got \(column)")
      }
      guard output >= 0, output < Int64(model.outputSize) else {
        throw .argument("output must be in 0..<\(model.outputSize), got \(output)")
      }
      let means = try Buffer<Double>(count: Int(points))
      let title = model.table.map { "\"\($0.columns[Int(column)].name)\"" } ?? "#\(column)"
      try model.dependence(
        rows, column: Int(column), output: Int(output), points: means.count, pool: pool,
        value: { point throws(NNError) in
          try cell(values[point]) { "value \(point) of column \(title)" }
        }, means: means.base)
      mean.update(from: means.base, count: means.count)
    }
  }
}

/// Reads from a model, with rows that may be varied.
private func explaining(
  _ model: OpaquePointer?, _ data: OpaquePointer?, needsTarget: Bool,
  _ body: (Model, VariedRows, WorkerPool) throws(NNError) -> Void
) throws(NNError) {
  try reading(model) { handle throws(NNError) in
    try dataset(data) { set throws(NNError) in
      if needsTarget { try set.requireTargets() }
      try handle.model.requireFitted()
      let rows = try VariedRows(set, for: handle.model, needsTarget: needsTarget)
      let pool = handle.model.predictionPool(rows: set.rows, threads: Settings.threads)
      try body(handle.model, rows, pool)
    }
  }
}
