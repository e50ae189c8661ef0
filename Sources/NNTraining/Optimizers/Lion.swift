import NNErrors
import NNJSON
import NNOptions

extension OptimizerKind {
  /// `w -= learning_rate · sign(β1 m + (1 - β1) g); m = β2 m + (1 - β2) g`: every weight moves by
  /// the rate. Weight decay shrinks the weights as in adamw.
  ///
  /// Reference: Chen et al. 2023; defaults of their own program.
  static let lion = OptimizerKind(
    name: "lion", example: #"{"type": "lion", "learning_rate": 0.01, "beta1": 0.8}"#
  ) { options throws(NNError) in
    let beta1 = try options.number("beta1", default: 0.9, in: .from(0, below: 1))
    let beta2 = try options.number("beta2", default: 0.99, in: .from(0, below: 1))
    let (keep1, take1, keep2, take2) = (
      Float(beta1), Float(1 - beta1), Float(beta2), Float(1 - beta2)
    )
    return OptimizerFunction(
      slots: 1, slotNames: ["exp_avg"], learningRate: 1e-4, isDecoupled: true
    ) { part in
      // No kernel: the compiler's vectors round as single numbers do, whatever the processor.
      let (w, g, m) = (part.run.w, part.run.g, part.slots.slot(0))
      let rate = part.constants.rate
      for index in 0..<part.run.count {
        let direction = keep1 * m[index] + take1 * g[index]
        let step: Float = direction > 0 ? rate : direction < 0 ? -rate : 0
        w[index] -= step
        m[index] = keep2 * m[index] + take2 * g[index]
      }
    }
  }
}
