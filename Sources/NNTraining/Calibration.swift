import CPlatform
import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork

extension Model {
  /// Fits the temperature of a classifier: the loss of rows that it was not trained on becomes
  /// least. Its outputs stay as they are, and so does the order of the probabilities of a class.
  ///
  /// Reference: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.
  ///
  /// - Throws: `NNError.memory`.
  package func calibrate(_ samples: SampleRows, pool: WorkerPool) throws(NNError) {
    settle()
    let outputs = try KeptOutputs(self, samples, pool: pool)
    // ln T by golden section: the loss has one minimum in it.
    var (low, high) = (-3.0, 3.0)
    let golden = 0.6180339887498949
    var (left, right) = (high - golden * (high - low), low + golden * (high - low))
    var (leftLoss, rightLoss) = (outputs.loss(left), outputs.loss(right))
    while high - low > 1e-3 {
      if leftLoss <= rightLoss {
        (high, right, rightLoss) = (right, left, leftLoss)
        left = high - golden * (high - low)
        leftLoss = outputs.loss(left)
      } else {
        (low, left, leftLoss) = (left, right, rightLoss)
        right = low + golden * (high - low)
        rightLoss = outputs.loss(right)
      }
    }
    let place = (low + high) / 2
    // A loss that is not finite says nothing.
    let isBetter = outputs.loss(place) < outputs.loss(0)
    temperature = isBetter ? Float(nnc_exp(place)) : 1
  }
}

/// The raw outputs of some rows, and the loss that they have at a temperature.
private struct KeptOutputs {
  private let model: Model
  private let samples: SampleRows
  private let outputs: Buffer<Float>
  private let scaled: Buffer<Float>
  private let targets: BatchTargets
  private let scratch: Buffer<Float>
  private let block: Int

  init(_ model: Model, _ samples: SampleRows, pool: WorkerPool) throws(NNError) {
    (self.model, self.samples) = (model, samples)
    block = min(samples.rows, Model.predictionBlock)
    let size = model.outputSize
    outputs = try Buffer(count: try checkedProduct(samples.rows, size, "calibration"))
    scaled = try Buffer(count: try checkedProduct(block, size, "calibration"))
    scratch = try Buffer(
      count: try checkedProduct(block, try checkedSum(2 * size, 2, "calibration"), "calibration"))
    targets = try BatchTargets(rows: block, outputs: size, scaling: model.targetScaling)
    let executor = try CPUExecutor(for: model, rows: block, training: false)
    executor.forEachBlock(samples, pool: pool) { raw, start in
      (outputs.base + start * size).copy(from: raw.base, count: raw.count)
    }
  }

  /// The mean loss of the outputs divided by e^place.
  func loss(_ place: Double) -> Double {
    let factor = Float(nnc_exp(-place))
    var sum = LossSum()
    var start = 0
    while start < samples.rows {
      let count = min(block, samples.rows - start)
      let values = Matrix(scaled.base, rows: count, columns: model.outputSize)
      values.base.copy(from: outputs.base + start * model.outputSize, count: values.count)
      scale(values.base, by: factor, values.count)
      let batch = targets.load(
        samples, from: start, count: count, asIndices: hasIndices(samples, model))
      sum += model.spec.loss(
        LossInput(
          outputs: values, targets: batch.targets, sampleWeights: batch.weights, classWeights: nil,
          gradient: nil, scratch: scratch.base))
      start += count
    }
    return sum.mean
  }
}
