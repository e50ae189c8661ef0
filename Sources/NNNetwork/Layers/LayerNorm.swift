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
    let affine = try options.flag("affine", default: true) ? ScaleShift(size: input.count) : nil
    return RowNormLayer(shape: input, eps: eps, centers: true, affine: affine)
  }
}

/// A normalisation of each row, with its mean subtracted or not.
final class RowNormLayer: Layer {
  let outputShape: Shape
  private let eps: Double
  private let centers: Bool
  private let affine: ScaleShift?

  init(shape: Shape, eps: Double, centers: Bool, affine: ScaleShift?) {
    outputShape = shape
    self.eps = eps
    self.centers = centers
    self.affine = affine
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
      input.base, centers: centers, eps: eps, into: output.base,
      inverse: step.isTraining ? step.saved + input.count : nil, rows: input.rows,
      columns: input.columns)
    if step.isTraining { step.saved.copy(from: output.base, count: output.count) }
    affine?.apply(output)
  }

  func backward(_ step: LayerStep) {
    let gradient = step.outputGradient
    let normalized = Matrix(step.saved, rows: gradient.rows, columns: gradient.columns)
    affine?.differentiate(gradient, normalized: normalized, gradients: step.gradients)
    guard let inputGradient = step.inputGradient else { return }
    rowNormGradient(
      gradient.base, normalized: normalized.base, inverse: step.saved + gradient.count,
      centers: centers, into: inputGradient.base, rows: gradient.rows, columns: gradient.columns)
  }
}
