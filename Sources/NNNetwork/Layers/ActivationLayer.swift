import NNErrors
import NNJSON
import NNMath
import NNOptions

extension LayerKind {
  /// An activation as a layer of its own.
  static func activation(_ activation: Activation) -> LayerKind {
    LayerKind(name: activation.name, example: activation.example) {
      options, input throws(NNError) in
      ActivationLayer(try activation.make(&options), shape: input)
    }
  }
}

final class ActivationLayer: Layer {
  let outputShape: Shape
  private let function: ActivationFunction

  init(_ function: ActivationFunction, shape: Shape) {
    self.function = function
    outputShape = shape
  }

  func forward(_ step: LayerStep) {
    step.output.base.copy(from: step.input.base, count: step.input.count)
    function.apply(step.output)
  }

  func backward(_ step: LayerStep) {
    function.differentiate(step.outputGradient, step.input, step.output)
    step.inputGradient?.base.update(
      from: step.outputGradient.base, count: step.outputGradient.count)
  }
}
