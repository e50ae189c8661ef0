import NNData
import NNErrors
import NNExecution
import NNMath
import NNMetrics
import NNNetwork

/// Collects scores and truth of many rows, in double, for metrics.
final class PredictionLog {
  private let scores: Buffer<Double>
  private let truth: Buffer<Double>
  private let weights: Buffer<Double>?
  /// Of soft labels their shares, one a score; nil: labels are hard, or nothing asks for them.
  private let shares: Buffer<Double>?
  private let truthColumns: Int
  private let outputs: Int
  private let task: MetricTask
  private let threshold: Double
  private var rows = 0

  /// - Throws: `NNError.argument` for a metric that does not fit the model's loss; `.memory`.
  convenience init(
    for model: Model, _ samples: SampleRows, metrics: [NamedMetric]
  ) throws(NNError) {
    let rows = samples.rows
    let (task, truthColumns) = Self.taskAndTruthColumns(model)
    for metric in metrics where metric.function != nil && !metric.tasks.contains(task) {
      throw .argument(
        "metric \(metric.name) is not defined for \(task.phrase), which the model's loss asks for; "
          + "leave it out")
    }
    self.init(
      model, task: task, truthColumns: truthColumns,
      scores: try Buffer(count: try checkedProduct(rows, model.outputSize, "scores")),
      truth: try Buffer(count: try checkedProduct(rows, truthColumns, "scores")),
      weights: samples.weights != nil ? try Buffer(count: rows) : nil,
      shares: task != .regression && !samples.targets.type.isInteger
        ? try Buffer(count: try checkedProduct(rows, model.outputSize, "scores")) : nil)
  }

  private init(
    _ model: Model, task: MetricTask, truthColumns: Int, scores: Buffer<Double>,
    truth: Buffer<Double>, weights: Buffer<Double>?, shares: Buffer<Double>?
  ) {
    outputs = model.outputSize
    threshold = model.threshold
    (self.task, self.truthColumns) = (task, truthColumns)
    (self.scores, self.truth, self.weights, self.shares) = (scores, truth, weights, shares)
  }

  private static func taskAndTruthColumns(_ model: Model) -> (MetricTask, Int) {
    let outputs = model.outputSize
    switch model.spec.loss.output {
    case .softmax: return (outputs == 2 ? .binary : .multiclass, 1)
    case .sigmoid: return (outputs == 1 ? .binary : .multilabel, outputs)
    case .identity, .exponential: return (.regression, outputs)
    }
  }

  func reset() { rows = 0 }

  /// Adds a batch: converts its calibrated outputs to probabilities in place, and copies the truth
  /// at its positions.
  func take(_ raw: Matrix, _ samples: SampleRows, from start: Int, model: Model) {
    model.applyOutput(raw)
    for position in 0..<raw.rows {
      let row = samples.source(start + position)
      let values = raw.row(position)
      if outputs == 2, task == .binary {
        scores.base[rows] = Double(values[1])
      } else {
        for column in 0..<outputs { scores.base[rows * outputs + column] = Double(values[column]) }
      }
      if model.spec.loss.targets == .classes {
        truth.base[rows] = Double(trueClass(samples, start + position, model, of: outputs))
      } else {
        for column in 0..<truthColumns {
          let value = samples.targets.double(row, column)
          // A soft binary target counts as its likelier class.
          truth.base[rows * truthColumns + column] =
            task == .regression ? value : (value >= 0.5 ? 1 : 0)
        }
      }
      weights?.base[rows] = samples.weights?.double(row, 0) ?? 1
      takeShares(samples.targets, row)
      rows += 1
    }
  }

  private func takeShares(_ targets: ArrayView, _ row: Int) {
    guard let shares else { return }
    if outputs == 2, task == .binary {
      shares.base[rows] = targets.double(row, 1)
    } else {
      for column in 0..<outputs {
        shares.base[rows * outputs + column] = targets.double(row, column)
      }
    }
  }

  func value(of metric: MetricFunction) throws(NNError) -> Double {
    try metric(
      MetricInput(
        task: task, rows: rows, truth: truth.base, truthColumns: truthColumns, scores: scores.base,
        scoreColumns: task == .binary ? 1 : outputs,
        weights: weights.map { UnsafePointer($0.base) },
        threshold: threshold, shares: shares.map { UnsafePointer($0.base) }))
  }
}

/// Computes losses and metrics of a model on rows, in inference mode; its memory is planned once.
package struct Evaluator {
  private let model: Model
  private let metrics: [NamedMetric]
  private let executor: CPUExecutor
  private let targets: BatchTargets
  private let sheet: PredictionLog?

  package init(
    _ model: Model, _ samples: SampleRows, metrics: [NamedMetric]
  ) throws(NNError) {
    let rows = samples.rows
    self.model = model
    self.metrics = metrics
    let block = min(rows, Model.predictionBlock)
    executor = try CPUExecutor(for: model, rows: block, training: false)
    targets = try BatchTargets(
      rows: block, outputs: model.outputSize, scaling: model.targetScaling)
    let needsSheet = metrics.contains { $0.function != nil }
    sheet =
      needsSheet
      ? try PredictionLog(for: model, samples, metrics: metrics) : nil
  }

  /// - Parameter values: receives one value a metric.
  /// - Returns: the loss, with sample weights and without class weights.
  package func run(
    _ samples: SampleRows, pool: WorkerPool, into values: UnsafeMutablePointer<Double>
  ) throws(NNError) -> Double {
    var sum = LossSum()
    sheet?.reset()
    executor.forEachBlock(samples, pool: pool) { raw, start in
      // The loss is that of the probabilities that a prediction tells.
      model.calibrate(raw)
      let batch = targets.load(
        samples, from: start, count: raw.rows, asIndices: hasIndices(samples, model))
      sum += model.spec.loss(
        LossInput(
          outputs: raw, targets: batch.targets, sampleWeights: batch.weights, classWeights: nil,
          gradient: nil, scratch: executor.lossScratch))
      sheet?.take(raw, samples, from: start, model: model)
    }
    for (index, metric) in metrics.enumerated() {
      guard let function = metric.function, let sheet else {
        values[index] = sum.mean
        continue
      }
      values[index] = try sheet.value(of: function)
    }
    return sum.mean
  }
}
