import NNErrors
import NNJSON
import NNMath
import NNOptions

extension LayerKind {
  /// Training sets each value to 0 with probability `rate` and divides the others by 1 - rate, so
  /// that inference changes nothing. Reference: Srivastava et al. 2014 (inverted form).
  static let dropout = LayerKind(name: "dropout", example: #"{"type": "dropout", "rate": 0.25}"#) {
    options, inputSize throws(NNError) in
    DropoutLayer(rate: try options.number("rate", in: .from(0, below: 1)), size: inputSize)
  }
}

final class DropoutLayer: Layer {
  let outputSize: Int
  private let rate: Double

  init(rate: Double, size: Int) {
    self.rate = rate
    outputSize = size
  }

  var scratch: ScratchSize { ScratchSize(perRow: outputSize, fixed: 0) }

  func forward(_ step: LayerStep) {
    step.output.base.update(from: step.input.base, count: step.input.count)
    guard case .training(let seed, let epoch, let number) = step.mode else { return }
    var random = RandomGenerator(
      seed: seed, purpose: .dropout, item: step.index, epoch: epoch, step: number)
    random.drawMask(
      step.scratch, count: step.input.count, dropped: UInt32(min(rate * 0x1p32, 0x1p32 - 1)),
      kept: Float(1 / (1 - rate)))
    multiply(step.output.base, by: step.scratch, step.output.count)
  }

  func backward(_ step: LayerStep) {
    guard let inputGradient = step.inputGradient else { return }
    inputGradient.base.update(from: step.outputGradient.base, count: inputGradient.count)
    multiply(inputGradient.base, by: step.scratch, inputGradient.count)
  }
}
