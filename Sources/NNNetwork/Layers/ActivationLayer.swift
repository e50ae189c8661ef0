import NNErrors
import NNJSON
import NNMath
import NNOptions

extension LayerKind {
  /// An activation as a layer of its own.
  static func activation(_ activation: Activation) -> LayerKind {
    LayerKind(name: activation.name, example: activation.example) {
      options, inputSize throws(NNError) in
      ActivationLayer(try activation.make(&options), size: inputSize)
    }
  }
}

final class ActivationLayer: Layer {
  let outputSize: Int
  private let function: ActivationFunction

  init(_ function: ActivationFunction, size: Int) {
    self.function = function
    outputSize = size
  }

  func forward(_ step: LayerStep) {
    step.output.base.update(from: step.input.base, count: step.input.count)
    function.apply(step.output)
  }

  func backward(_ step: LayerStep) {
    function.differentiate(step.outputGradient, step.input, step.output)
    step.inputGradient?.base.update(
      from: step.outputGradient.base, count: step.outputGradient.count)
  }
}
