import CKernels
import NNErrors
import NNJSON
import NNOptions

extension OptimizerKind {
  /// Divides gradients by the root of their running mean square; if centred, minus the squared
  /// mean.
  ///
  /// References: torch.optim.RMSprop; Tieleman and Hinton 2012; centred: Graves 2013.
  static let rmsprop = OptimizerKind(
    name: "rmsprop",
    example: #"{"type": "rmsprop", "learning_rate": 0.02, "momentum": 0.5, "centered": true}"#
  ) { options throws(NNError) in
    let alpha = try options.number("alpha", default: 0.99, in: .from(0, below: 1))
    let eps = try options.number("eps", default: 1e-8, in: .closed(1e-30, 1))
    let momentum = try options.number("momentum", default: 0, in: .from(0, below: 1))
    let isCentered = try options.flag("centered", default: false)
    let names =
      ["square_avg"] + (isCentered ? ["grad_avg"] : []) + (momentum > 0 ? ["momentum_buffer"] : [])
    return OptimizerFunction(slots: names.count, slotNames: names, learningRate: 1e-2) { part in
      var run = part.run
      var constants = nnk_rmsprop(
        alpha: Float(alpha), fresh: Float(1 - alpha), eps: Float(eps), momentum: Float(momentum),
        rate: part.constants.rate)
      nnk_kernels().pointee.rmsprop(
        &run, part.slots.slot(0), isCentered ? part.slots.slot(1) : nil,
        momentum > 0 ? part.slots.slot(isCentered ? 2 : 1) : nil, &constants)
    }
  }

  /// Divides gradients by the root of the sum of all their squares.
  ///
  /// References: torch.optim.Adagrad; Duchi, Hazan and Singer 2011.
  static let adagrad = OptimizerKind(
    name: "adagrad",
    example: #"{"type": "adagrad", "learning_rate": 0.1, "lr_decay": 0.01}"#
  ) { options throws(NNError) in
    let decay = try options.number("lr_decay", default: 0, in: .closed(0, 1e6))
    let initial = try options.number("initial_accumulator", default: 0, in: .closed(0, 1e6))
    let eps = try options.number("eps", default: 1e-10, in: .closed(1e-30, 1))
    return OptimizerFunction(
      slots: 1, slotNames: ["sum"], learningRate: 1e-2,
      prepare: { slots, _ in
        slots.slot(0).update(repeating: Float(initial), count: slots.stride)
      },
      constants: { step in
        StepConstants(rate: Float(step.learningRate / (1 + Double(step.number - 1) * decay)))
      },
      update: { part in
        var run = part.run
        nnk_kernels().pointee.adagrad(&run, part.slots.slot(0), part.constants.rate, Float(eps))
      })
  }

  /// Scales each gradient by RMS(previous updates) / RMS(gradients).
  ///
  /// References: torch.optim.Adadelta; Zeiler 2012.
  static let adadelta = OptimizerKind(
    name: "adadelta", example: #"{"type": "adadelta", "learning_rate": 0.5, "rho": 0.8}"#
  ) { options throws(NNError) in
    let rho = try options.number("rho", default: 0.9, in: .closed(0, 1))
    let eps = try options.number("eps", default: 1e-6, in: .closed(1e-30, 1))
    return OptimizerFunction(
      slots: 2, slotNames: ["square_avg", "acc_delta"], learningRate: 1
    ) { part in
      var run = part.run
      nnk_kernels().pointee.adadelta(
        &run, part.slots.slot(0), part.slots.slot(1), part.constants.rate, Float(rho),
        Float(1 - rho), Float(eps))
    }
  }

  /// A step size for each weight, controlled by the signs of its gradients alone: for full batches.
  ///
  /// References: torch.optim.Rprop; Riedmiller and Braun 1993.
  static let rprop = OptimizerKind(
    name: "rprop", example: #"{"type": "rprop", "learning_rate": 0.005, "grow": 1.1}"#
  ) { options throws(NNError) in
    let shrink = Float(try options.number("shrink", default: 0.5, in: .between(0, 1)))
    let grow = Float(try options.number("grow", default: 1.2, in: .above(1, through: 1000)))
    let least = Float(try options.number("min_step", default: 1e-6, in: .closed(1e-30, 1e6)))
    let largest = Float(try options.number("max_step", default: 50, in: .closed(1e-30, 1e6)))
    return OptimizerFunction(
      slots: 2, slotNames: ["prev", "step_size"], learningRate: 1e-2,
      prepare: { slots, rate in
        slots.slot(1).update(repeating: Float(rate), count: slots.stride)
      },
      update: { part in
        var run = part.run
        var constants = nnk_rprop(shrink: shrink, grow: grow, least: least, largest: largest)
        nnk_kernels().pointee.rprop(&run, part.slots.slot(0), part.slots.slot(1), &constants)
      })
  }
}
