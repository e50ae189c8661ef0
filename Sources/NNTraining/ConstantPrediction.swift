import CPlatform
import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork

/// The loss of the model that predicts the same for every row: class shares, or the mean target. A
/// training that ends near it has learnt nothing.
///
/// - Throws: `NNError.memory`.
func lossOfConstant(
  _ samples: SampleRows, _ model: Model, classWeights: UnsafePointer<Float>?
) throws(NNError) -> Double {
  let block = min(samples.rows, Model.predictionBlock)
  let outputs = model.outputSize
  let constant = try Buffer<Double>(count: outputs)
  let raw = try Buffer<Float>(count: try checkedProduct(block, outputs, "constant prediction"))
  let scratch = try Buffer<Float>(
    count: try checkedProduct(block, 2 * outputs + 2, "constant prediction"))
  let targets = try BatchTargets(rows: block, outputs: outputs, scaling: model.targetScaling)
  let asIndices = hasIndices(samples, model)
  var sum = LossSum()
  /// Goes through the targets in blocks.
  func forEachBlock(_ body: (Int, TargetRows, UnsafePointer<Float>?) -> Void) {
    var start = 0
    while start < samples.rows {
      let count = min(block, samples.rows - start)
      let batch = targets.load(samples, from: start, count: count, asIndices: asIndices)
      body(count, batch.targets, batch.weights)
      start += count
    }
  }
  var weight = 0.0
  forEachBlock { count, targets, weights in
    for row in 0..<count {
      let share = weights.map { Double($0[row]) } ?? 1
      weight += share
      switch targets {
      case .indices(let indices): constant.base[Int(indices[row])] += share
      case .values(let values):
        let row = values.row(row)
        for column in 0..<outputs { constant.base[column] += share * Double(row[column]) }
      }
    }
  }
  for column in 0..<outputs {
    let value = Float(model.spec.loss.output.raw(of: constant.base[column] / weight))
    for row in 0..<block { raw.base[row * outputs + column] = value }
  }
  forEachBlock { count, targets, weights in
    sum += model.spec.loss(
      LossInput(
        outputs: Matrix(raw.base, rows: count, columns: outputs), targets: targets,
        sampleWeights: weights, classWeights: classWeights, gradient: nil, scratch: scratch.base))
  }
  return sum.mean
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
