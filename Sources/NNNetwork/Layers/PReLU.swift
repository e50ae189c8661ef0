import NNErrors
import NNMath
import NNOptions

extension LayerKind {
  /// `y = x > 0 ? x : weight · x`, the weight trained: one for all features, or one for each.
  ///
  /// References: He et al. 2015; torch.nn.PReLU.
  static let prelu = LayerKind(
    name: "prelu", example: #"{"type": "prelu", "shared": false, "slope": 0.5}"#
  ) { options, input throws(NNError) in
    let isShared = try options.flag("shared", default: true)
    let slope = try options.number("slope", default: 0.25, in: .closed(-1000, 1000))
    return PReLULayer(shape: input, isShared: isShared, slope: Float(slope))
  }
}

final class PReLULayer: Layer {
  let outputShape: Shape
  /// The weight's first value.
  private let slope: Float
  private let isShared: Bool
  private let weight: Parameter

  init(shape: Shape, isShared: Bool, slope: Float) {
    outputShape = shape
    (self.slope, self.isShared) = (slope, isShared)
    weight = Parameter("weight", Shape(isShared ? 1 : shape.count), isBias: true)
  }

  var tensors: [Parameter] { [weight] }
  /// min(x, 0), by which the weight's gradient is multiplied.
  func memory(rows: Int, training: Bool) -> LayerMemory {
    LayerMemory(temporary: training ? rows * outputSize : 0)
  }

  func initialize(_ random: inout RandomGenerator) throws(NNError) {
    weight.base.update(repeating: slope, count: weight.count)
  }

  func forward(_ step: LayerStep) {
    let output = step.output
    output.base.copy(from: step.input.base, count: output.count)
    if isShared {
      leakyRelu(output.base, output.count, slope: weight.base[0])
    } else {
      leakyRelu(output, slopes: weight.base)
    }
  }

  func backward(_ step: LayerStep) {
    let (gradient, input) = (step.outputGradient, step.input)
    weightGradient(step, into: weight.gradient(in: step.gradients))
    guard let inputGradient = step.inputGradient else { return }
    inputGradient.base.copy(from: gradient.base, count: gradient.count)
    if isShared {
      leakyReluGradient(inputGradient.base, input.base, input.count, slope: weight.base[0])
    } else {
      leakyReluGradient(inputGradient, input, slopes: weight.base)
    }
  }

  private func weightGradient(_ step: LayerStep, into sums: UnsafeMutablePointer<Float>) {
    let gradient = step.outputGradient
    let below = step.temporary
    below.copy(from: step.input.base, count: gradient.count)
    clip(below, gradient.count, low: -.infinity, high: 0)
    if isShared {
      sums[0] = Float(dotInDouble(gradient.base, below, gradient.count))
    } else {
      columnDots(
        gradient.base, below, rows: gradient.rows, columns: gradient.columns, into: sums)
    }
  }
}
