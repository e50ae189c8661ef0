import NNErrors
import NNJSON
import NNMath
import NNOptions

extension LayerKind {
  /// Training sets each value to 0 with probability `rate` and divides the others by 1 - rate, so
  /// that inference changes nothing. Reference: Srivastava et al. 2014 (inverted form).
  static let dropout = LayerKind(name: "dropout", example: #"{"type": "dropout", "rate": 0.25}"#) {
    options, input throws(NNError) in
    DropoutLayer(rate: try options.number("rate", in: .from(0, below: 1)), shape: input)
  }
}

final class DropoutLayer: Layer {
  let outputShape: Shape
  private let rate: Double

  init(rate: Double, shape: Shape) {
    self.rate = rate
    outputShape = shape
  }

  func memory(rows: Int, training: Bool) -> LayerMemory {
    LayerMemory(savedPerRow: outputSize)
  }

  func forward(_ step: LayerStep) {
    guard case .training(let seed, let epoch, let number) = step.mode else {
      return step.output.base.copy(from: step.input.base, count: step.input.count)
    }
    let random = RandomGenerator(
      seed: seed, purpose: .dropout, item: step.index, epoch: epoch, step: number)
    random.dropOut(
      step.input.base, step.input.count, dropped: UInt32(min(rate * 0x1p32, 0x1p32 - 1)),
      kept: Float(1 / (1 - rate)), mask: step.saved, into: step.output.base)
  }

  func backward(_ step: LayerStep) {
    guard let inputGradient = step.inputGradient else { return }
    multiply(
      step.outputGradient.base, by: step.saved, inputGradient.count, into: inputGradient.base)
  }
}
