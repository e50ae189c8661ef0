import CKernels
import CPlatform
import NNErrors
import NNJSON
import NNOptions

extension OptimizerKind {
  /// Divides the mean gradient by the root of the mean square; bias corrections in double.
  ///
  /// References: torch.optim.Adam; Kingma and Ba 2015; amsgrad: Reddi, Kale and Kumar 2018.
  static let adam = OptimizerKind(
    name: "adam",
    example: #"{"type": "adam", "learning_rate": 0.01, "beta1": 0.8, "amsgrad": true}"#
  ) { options throws(NNError) in
    try adamFunction(&options)
  }

  /// Adam whose weight decay (default 0.01) shrinks the weights: `w -= learning_rate · decay · w`.
  ///
  /// References: torch.optim.AdamW; Loshchilov and Hutter 2019.
  static let adamW = OptimizerKind(
    name: "adamw", example: #"{"type": "adamw", "learning_rate": 0.01, "weight_decay": 0.1}"#
  ) { options throws(NNError) in
    var function = try adamFunction(&options)
    function.weightDecay = 0.01
    function.isDecoupled = true
    return function
  }

  private static func adamFunction(
    _ options: inout Options
  ) throws(NNError) -> OptimizerFunction {
    let moments = try Moments(&options)
    let isAMSGrad = try options.flag("amsgrad", default: false)
    let names = ["exp_avg", "exp_avg_sq"] + (isAMSGrad ? ["max_exp_avg_sq"] : [])
    return OptimizerFunction(
      slots: names.count, slotNames: names, learningRate: 1e-3,
      constants: { StepConstants(adam: moments.constants($0.number, rate: $0.learningRate)) },
      update: { part in
        var (run, constants) = (part.run, part.constants.adam)
        let (m, v) = (part.slots.slot(0), part.slots.slot(1))
        if isAMSGrad {
          nnk_kernels().pointee.amsgrad(&run, m, v, part.slots.slot(2), &constants)
        } else {
          nnk_kernels().pointee.adam(&run, m, v, &constants)
        }
      })
  }

  /// Adam with Nesterov's look-ahead; its momentum warms up by `momentum_decay`.
  ///
  /// References: torch.optim.NAdam; Dozat 2016.
  static let nadam = OptimizerKind(
    name: "nadam", example: #"{"type": "nadam", "learning_rate": 0.01, "beta2": 0.99}"#
  ) { options throws(NNError) in
    let moments = try Moments(&options)
    let psi = try options.number("momentum_decay", default: 0.004, in: .closed(0, 1))
    return OptimizerFunction(
      slots: 2, slotNames: ["exp_avg", "exp_avg_sq"], learningRate: 2e-3,
      constants: { step in
        let number = Double(step.number)
        let momentum = moments.beta1 * (1 - 0.5 * nnc_pow(0.96, number * psi))
        let next = moments.beta1 * (1 - 0.5 * nnc_pow(0.96, (number + 1) * psi))
        // The product of all momenta so far; 0 stands for none yet.
        let before = step.number == 1 ? 1 : step.scalars[0]
        let product = before * momentum
        step.scalars[0] = product
        var constants = moments.constants(step.number, rate: step.learningRate)
        constants.step = Float(step.learningRate * next / (1 - product * next))
        constants.gradient_rate = Float(step.learningRate * (1 - momentum) / (1 - product))
        return StepConstants(adam: constants)
      },
      update: { part in
        var (run, constants) = (part.run, part.constants.adam)
        nnk_kernels().pointee.adam(&run, part.slots.slot(0), part.slots.slot(1), &constants)
      })
  }
}

/// How fast the two means forget, and what keeps the divisor off 0.
private struct Moments {
  let beta1, beta2, eps: Double
  private let logBeta1, logBeta2: Double

  init(_ options: inout Options) throws(NNError) {
    beta1 = try options.number("beta1", default: 0.9, in: .from(0, below: 1))
    beta2 = try options.number("beta2", default: 0.999, in: .from(0, below: 1))
    eps = try options.number("eps", default: 1e-8, in: .closed(1e-30, 1))
    (logBeta1, logBeta2) = (nnc_log(beta1), nnc_log(beta2))
  }

  /// The constants of a step. Corrections in double: 1 - 0.999^t in float would cost digits.
  func constants(_ step: Int, rate: Double) -> nnk_adam {
    let correction1 = -nnc_expm1(Double(step) * logBeta1)
    let correction2 = -nnc_expm1(Double(step) * logBeta2)
    return nnk_adam(
      one_minus_beta1: Float(1 - beta1), one_minus_beta2: Float(1 - beta2),
      step: Float(rate / correction1), root: Float(nnc_sqrt(correction2)), eps: Float(eps),
      gradient_rate: 0)
  }
}
