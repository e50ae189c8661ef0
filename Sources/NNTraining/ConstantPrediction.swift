import CPlatform
import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork

/// The prediction that is the same for every row: the shares of the classes, or the mean target. A
/// training whose loss ends near its loss has learnt nothing.
struct ConstantPrediction {
  private let samples: SampleRows
  private let model: Model
  private let classWeights: Buffer<Float>?
  private let block: Int
  private let targets: BatchTargets
  /// [block × outputs], before the output function.
  private let raw: Buffer<Float>
  private let scratch: Buffer<Float>

  /// - Throws: `NNError.memory`.
  init(_ samples: SampleRows, _ model: Model, classWeights: Buffer<Float>?) throws(NNError) {
    (self.samples, self.model, self.classWeights) = (samples, model, classWeights)
    block = min(samples.rows, Model.predictionBlock)
    let outputs = model.outputSize
    targets = try BatchTargets(rows: block, outputs: outputs, scaling: model.targetScaling)
    raw = try Buffer(count: try checkedProduct(block, outputs, "constant prediction"))
    scratch = try Buffer(
      count: try checkedProduct(block, 2 * outputs + 2, "constant prediction"))
    let means = try Buffer<Double>(count: outputs)
    let weight = addTargets(to: means.base)
    for column in 0..<outputs {
      let value = Float(model.spec.loss.output.raw(of: means.base[column] / weight))
      for row in 0..<block { raw.base[row * outputs + column] = value }
    }
  }

  /// Its loss, with sample and class weights.
  var loss: Double {
    var sum = LossSum()
    forEachBlock { count, targets, weights in
      sum += model.spec.loss(
        LossInput(
          outputs: Matrix(raw.base, rows: count, columns: model.outputSize), targets: targets,
          sampleWeights: weights, classWeights: classWeights.map { UnsafePointer($0.base) },
          gradient: nil, scratch: scratch.base))
    }
    return sum.mean
  }

  /// Adds up weighted targets, class indices as shares of 0 and 1.
  ///
  /// - Returns: the weight of all rows.
  private func addTargets(to sums: UnsafeMutablePointer<Double>) -> Double {
    var total = 0.0
    forEachBlock { count, targets, weights in
      for row in 0..<count {
        let weight = weights.map { Double($0[row]) } ?? 1
        total += weight
        switch targets {
        case .indices(let indices): sums[Int(indices[row])] += weight
        case .values(let values):
          let values = values.row(row)
          for column in 0..<model.outputSize { sums[column] += weight * Double(values[column]) }
        }
      }
    }
    return total
  }

  private func forEachBlock(_ body: (Int, TargetRows, UnsafePointer<Float>?) -> Void) {
    let asIndices = hasIndices(samples, model)
    var start = 0
    while start < samples.rows {
      let count = min(block, samples.rows - start)
      let batch = targets.load(samples, from: start, count: count, asIndices: asIndices)
      body(count, batch.targets, batch.weights)
      start += count
    }
  }
}

extension OutputFunction {
  /// The raw output that becomes a probability, rate or value; shares of 0 and 1 are kept off
  /// infinity.
  fileprivate func raw(of value: Double) -> Double {
    let least = 1e-7
    return switch self {
    case .identity: value
    case .softmax, .exponential: nnc_log(max(value, least))
    case .sigmoid: nnc_log(max(value, least) / max(1 - value, least))
    }
  }
}
