import CKernels
import NNErrors
import NNJSON
import NNOptions

extension OptimizerKind {
  /// `b = momentum · b + (1 - dampening) · g; w -= learning_rate · b`; with Nesterov
  /// `w -= learning_rate · (g + momentum · b)`. The first step takes b = g.
  ///
  /// References: torch.optim.SGD; Polyak 1964; Sutskever et al. 2013.
  static let sgd = OptimizerKind(
    name: "sgd",
    example: #"{"type": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": true}"#
  ) { options throws(NNError) in
    let momentum = try options.number("momentum", default: 0, in: .from(0, below: 1))
    let dampening = try options.number("dampening", default: 0, in: .closed(0, 1))
    let isNesterov = try options.flag("nesterov", default: false)
    guard !isNesterov || (momentum > 0 && dampening == 0) else {
      throw .argument(
        "\(options.owner): nesterov needs momentum > 0 and dampening 0, "
          + "got \(momentum) and \(dampening)")
    }
    guard momentum > 0 else {
      return OptimizerFunction(slots: 0, slotNames: [], learningRate: 1e-3, isPlain: true) { part in
        var run = part.run
        nnk_kernels().pointee.sgd(&run, part.constants.rate)
      }
    }
    return OptimizerFunction(
      slots: 1, slotNames: ["momentum_buffer"], learningRate: 1e-3,
      constants: { step in
        // The first step takes the whole gradient, without dampening: the buffer is 0.
        StepConstants(
          rate: Float(step.learningRate), fresh: step.number == 1 ? 1 : Float(1 - dampening))
      },
      update: { part in
        var run = part.run
        nnk_kernels().pointee.momentum(
          &run, part.slots.slot(0), part.constants.rate, Float(momentum), part.constants.fresh,
          isNesterov ? 1 : 0)
      })
  }
}
