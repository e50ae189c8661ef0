import CPlatform
import NNErrors
import NNJSON
import NNMath
import NNOptions

extension LayerKind {
  /// `y = (x - mean) / √(variance + eps) · weight + bias`, each feature over the batch in training
  /// and over the running statistics in inference.
  ///
  /// As PyTorch: the batch is divided by its biased variance, the running variance gathers the
  /// unbiased one, and momentum is the share of the new batch.
  /// Reference: Ioffe and Szegedy 2015, algorithm 1.
  static let batchNorm = LayerKind(
    name: "batch_norm", example: #"{"type": "batch_norm", "momentum": 0.2, "eps": 0.001}"#
  ) { options, input throws(NNError) in
    let momentum = try options.number("momentum", default: 0.1, in: .closed(0, 1))
    let eps = try options.number("eps", default: 1e-5, in: .above(0, through: 1))
    let isAffine = try options.flag("affine", default: true)
    return BatchNormLayer(shape: input, momentum: momentum, eps: eps, isAffine: isAffine)
  }
}

final class BatchNormLayer: Layer {
  let outputShape: Shape
  private let momentum: Double
  private let eps: Double
  private let affine: ScaleShift?
  private let runningMean: Parameter
  private let runningVariance: Parameter

  init(shape: Shape, momentum: Double, eps: Double, isAffine: Bool) {
    outputShape = shape
    self.momentum = momentum
    self.eps = eps
    affine = isAffine ? ScaleShift(size: shape.count) : nil
    let size = Shape(shape.count)
    runningMean = Parameter("running_mean", size, role: .statistic)
    runningVariance = Parameter("running_var", size, role: .statistic, isVariance: true)
  }

  var tensors: [Parameter] { (affine?.parameters ?? []) + [runningMean, runningVariance] }
  /// Normalised values of the batch; then mean, variance and 1 / deviation of each feature.
  func memory(rows: Int, training: Bool) -> LayerMemory {
    LayerMemory(savedPerRow: outputSize, savedOnce: 3 * outputSize)
  }
  /// One row has no variance.
  var leastTrainingRows: Int { 2 }

  func initialize(_ random: inout RandomGenerator) throws(NNError) {
    affine?.initialize()
    runningMean.base.update(repeating: 0, count: outputSize)
    runningVariance.base.update(repeating: 1, count: outputSize)
  }

  func forward(_ step: LayerStep) {
    let (input, output) = (step.input, step.output)
    if step.isTraining {
      let moments = self.moments(step)
      columnMoments(
        input.base, rows: input.rows, columns: input.columns, mean: moments.mean,
        variance: moments.variance)
      inverseDeviations(moments.variance, eps: eps, into: moments.inverse, outputSize)
      output.base.copy(from: input.base, count: input.count)
      standardize(
        output.base, center: moments.mean, scale: moments.inverse, rows: input.rows,
        columns: input.columns)
      step.saved.copy(from: output.base, count: output.count)
    } else {
      normalizeRows(
        input.base, mean: runningMean.base, variance: runningVariance.base, eps: eps,
        into: output.base, rows: input.rows, columns: input.columns)
    }
    affine?.apply(output)
  }

  func backward(_ step: LayerStep) {
    let gradient = step.outputGradient
    let normalized = Matrix(step.saved, rows: gradient.rows, columns: gradient.columns)
    affine?.differentiate(gradient, normalized: normalized, gradients: step.gradients)
    guard let inputGradient = step.inputGradient else { return }
    batchNormGradient(
      gradient.base, normalized: normalized.base, inverse: moments(step).inverse,
      into: inputGradient.base, rows: gradient.rows, columns: gradient.columns)
  }

  func commit(_ step: LayerStep) {
    let moments = self.moments(step)
    let rows = Double(step.input.rows)
    for feature in 0..<outputSize {
      let unbiased = Double(moments.variance[feature]) * rows / (rows - 1)
      runningMean.base[feature] = blend(runningMean.base[feature], Double(moments.mean[feature]))
      runningVariance.base[feature] = blend(runningVariance.base[feature], unbiased)
    }
  }

  private func blend(_ old: Float, _ new: Double) -> Float {
    // A variance may overflow although the batch is finite. An infinite statistic could not be
    // saved, nor could the NaN that a momentum of 0 makes of it.
    let largest = Double(Float.greatestFiniteMagnitude)
    let value = (1 - momentum) * Double(old) + momentum * new
    return value.isNaN ? old : Float(min(max(value, -largest), largest))
  }

  private func moments(
    _ step: LayerStep
  ) -> (
    mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>,
    inverse: UnsafeMutablePointer<Float>
  ) {
    let start = step.saved + step.input.count
    return (start, start + outputSize, start + 2 * outputSize)
  }
}
