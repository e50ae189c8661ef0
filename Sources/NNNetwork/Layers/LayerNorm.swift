import NNErrors
import NNJSON
import NNMath
import NNOptions

extension LayerKind {
  /// `y = (x - mean) / √(variance + eps) · weight + bias` over the values of each row, biased
  /// variance. Reference: Ba, Kiros and Hinton 2016.
  static let layerNorm = LayerKind(
    name: "layer_norm", example: #"{"type": "layer_norm", "eps": 0.001, "affine": true}"#
  ) { options, input throws(NNError) in
    let eps = try options.number("eps", default: 1e-5, in: .above(0, through: 1))
    return LayerNormLayer(
      shape: input, eps: eps, isAffine: try options.flag("affine", default: true))
  }
}

final class LayerNormLayer: Layer {
  let outputShape: Shape
  private let eps: Double
  private let affine: ScaleShift?

  init(shape: Shape, eps: Double, isAffine: Bool) {
    outputShape = shape
    self.eps = eps
    affine = isAffine ? ScaleShift(size: shape.count) : nil
  }

  var tensors: [Parameter] { affine?.parameters ?? [] }
  /// Normalised values, and 1 / deviation of each row behind them.
  func memory(rows: Int, training: Bool) -> LayerMemory {
    LayerMemory(savedPerRow: outputSize + 1)
  }

  func initialize(_ random: inout RandomGenerator) throws(NNError) { affine?.initialize() }

  func forward(_ step: LayerStep) {
    let (input, output) = (step.input, step.output)
    normalizeEachRow(
      input.base, eps: eps, into: output.base,
      inverse: step.isTraining ? step.saved + input.count : nil, rows: input.rows,
      columns: input.columns)
    if step.isTraining { step.saved.update(from: output.base, count: output.count) }
    affine?.apply(output)
  }

  func backward(_ step: LayerStep) {
    let gradient = step.outputGradient
    let normalized = Matrix(step.saved, rows: gradient.rows, columns: gradient.columns)
    affine?.differentiate(gradient, normalized: normalized, gradients: step.gradients)
    guard let inputGradient = step.inputGradient else { return }
    layerNormGradient(
      gradient.base, normalized: normalized.base, inverse: step.saved + gradient.count,
      into: inputGradient.base, rows: gradient.rows, columns: gradient.columns)
  }
}
