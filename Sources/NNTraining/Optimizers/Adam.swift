import CPlatform
import NNErrors
import NNJSON
import NNKernels

extension OptimizerRule {
  /// Steps of the mean gradient over the root of the mean square; corrections in double.
  ///
  /// References: torch.optim.Adam; Kingma and Ba 2015; amsgrad: Reddi, Kale and Kumar 2018.
  static let adam = OptimizerRule(
    name: "adam",
    example: #"{"type": "adam", "learning_rate": 0.01, "beta1": 0.8, "amsgrad": true}"#
  ) { options throws(NNError) in
    try adamFunction(&options)
  }

  /// Adam whose weight decay (default 0.01) shrinks the weights: `w -= learning_rate · decay · w`.
  ///
  /// References: torch.optim.AdamW; Loshchilov and Hutter 2019.
  static let adamW = OptimizerRule(
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
    let (beta1, beta2, eps) = try moments(&options)
    let isAMSGrad = try options.flag("amsgrad", default: false)
    let names = ["exp_avg", "exp_avg_sq"] + (isAMSGrad ? ["max_exp_avg_sq"] : [])
    return OptimizerFunction(slots: names.count, slotNames: names, learningRate: 1e-3) {
      let constants = AdamConstants(
        beta1: beta1, beta2: beta2, eps: eps, rate: $0.learningRate, step: $0.number)
      if isAMSGrad {
        amsgradStep($0.range, $0.slots.slot(0), $0.slots.slot(1), $0.slots.slot(2), constants)
      } else {
        adamStep($0.range, $0.slots.slot(0), $0.slots.slot(1), constants)
      }
    }
  }

  /// Adam with Nesterov's look-ahead; its momentum warms up by `momentum_decay`.
  ///
  /// References: torch.optim.NAdam; Dozat 2016.
  static let nadam = OptimizerRule(
    name: "nadam", example: #"{"type": "nadam", "learning_rate": 0.01, "beta2": 0.99}"#
  ) { options throws(NNError) in
    let (beta1, beta2, eps) = try moments(&options)
    let psi = try options.number("momentum_decay", default: 0.004, in: .closed(0, 1))
    return OptimizerFunction(
      slots: 2, slotNames: ["exp_avg", "exp_avg_sq"], learningRate: 2e-3
    ) { step in
      let number = Double(step.number)
      let momentum = beta1 * (1 - 0.5 * nnc_pow(0.96, number * psi))
      let next = beta1 * (1 - 0.5 * nnc_pow(0.96, (number + 1) * psi))
      // The product of all momenta so far; 0 stands for none yet.
      let before = step.number == 1 ? 1 : step.scalars[0]
      let product = before * momentum
      step.scalars[0] = product
      nadamStep(
        step.range, step.slots.slot(0), step.slots.slot(1),
        AdamConstants(
          beta1: beta1, beta2: beta2, eps: eps, rate: step.learningRate, step: step.number),
        gradientRate: Float(step.learningRate * (1 - momentum) / (1 - product)),
        momentumRate: Float(step.learningRate * next / (1 - product * next)))
    }
  }

  private static func moments(
    _ options: inout Options
  ) throws(NNError) -> (beta1: Double, beta2: Double, eps: Double) {
    (
      try options.number("beta1", default: 0.9, in: .from(0, below: 1)),
      try options.number("beta2", default: 0.999, in: .from(0, below: 1)),
      try options.number("eps", default: 1e-8, in: .closed(1e-30, 1))
    )
  }
}
