import NNData
import NNErrors
import NNMath
import NNNetwork

/// Memory for predictions: an executor for each lane. A lane is a range of rows for one thread.
///
/// A row's result depends neither on the shards nor on its neighbours.
package final class PredictionShards {
  fileprivate let first: CPUExecutor
  private let others: [CPUExecutor]
  /// Rows that are worth a lane of their own; with fewer, threads share the products of layers.
  private static let leastRows = 128
  /// Bounds the number of small objects, for which a call reserves little memory.
  private static let most = 32

  /// As many lanes as the rows are worth, at most two for each thread: a thread that is delayed
  /// then delays little.
  ///
  /// - Throws: `NNError.memory`, `.limit`.
  package convenience init(for model: Model, rows: Int, pool: WorkerPool) throws(NNError) {
    let count = pool.members == 1 ? 1 : min(2 * pool.members, rows / Self.leastRows, Self.most)
    let rows = min(rows, Model.predictionBlock)
    let first = try CPUExecutor(for: model, rows: rows, training: false)
    var others: [CPUExecutor] = []
    while others.count + 1 < count {
      others.append(try CPUExecutor(for: model, rows: rows, training: false))
    }
    self.init(first, others)
  }

  private init(_ first: CPUExecutor, _ others: [CPUExecutor]) {
    self.first = first
    self.others = others
  }

  /// The number of lanes to use for that many rows.
  fileprivate func count(for rows: Int) -> Int {
    max(1, min(others.count + 1, rows / Self.leastRows))
  }

  fileprivate subscript(shard: Int) -> CPUExecutor { shard == 0 ? first : others[shard - 1] }
}

extension Model {
  /// Predicts for rows of features.
  ///
  /// - Parameters:
  ///   - view: [any × inputSize], checked by the caller.
  ///   - order: the row at a position; nil: the position itself.
  ///   - out: receives the rows.
  ///   - lanes: made for this model and for at least `rows` rows.
  ///   - pool: runs the lanes; for a single lane it shares the products.
  package func predict(
    _ view: ArrayView, rows: Int, order: UnsafePointer<Int32>?, kind: PredictionKind,
    into out: PredictionOutput, shards: PredictionShards, pool: WorkerPool
  ) {
    let count = shards.count(for: rows)
    if count == 1 {
      return predict(
        view, from: 0, to: rows, order: order, kind: kind, into: out, executor: shards.first,
        pool: pool)
    }
    var job = PredictionJob(
      model: self, view: view, rows: rows, rowsOfShard: (rows + count - 1) / count, order: order,
      kind: kind, out: out, shards: shards)
    withUnsafeMutablePointer(to: &job) { job in
      pool.run(parts: count, context: UnsafeMutableRawPointer(job)) { context, shard, _ in
        context.assumingMemoryBound(to: PredictionJob.self).pointee.predict(shard: shard)
      }
    }
  }

  /// The same for rows of one shard.
  fileprivate func predict(
    _ view: ArrayView, from first: Int, to end: Int, order: UnsafePointer<Int32>?,
    kind: PredictionKind, into out: PredictionOutput, executor: CPUExecutor, pool: WorkerPool
  ) {
    var start = first
    while start < end {
      let count = min(end - start, executor.capacity, Self.predictionBlock)
      executor.load(view, from: start, count: count, order: order)
      let outputs = executor.forward(rows: count, mode: .inference, pool: pool)
      write(outputs, kind: kind, at: start, into: out)
      start += count
    }
  }
}

/// The arguments that all lanes of a prediction share.
private struct PredictionJob {
  unowned(unsafe) let model: Model
  let view: ArrayView
  let rows: Int
  let rowsOfShard: Int
  let order: UnsafePointer<Int32>?
  let kind: PredictionKind
  let out: PredictionOutput
  let shards: PredictionShards

  func predict(shard: Int) {
    let start = shard * rowsOfShard
    model.predict(
      view, from: start, to: min(rows, start + rowsOfShard), order: order, kind: kind, into: out,
      executor: shards[shard], pool: .alone)
  }
}
