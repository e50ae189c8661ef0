import CKernels
import NNErrors
import NNMath
import NNOptions

// Members that are the identity above 0 and an exponential below: one kernel.

extension Activation {
  /// y = z > 0 ? z : alpha · (e^z - 1). Reference: Clevert, Unterthiner and Hochreiter 2016.
  static let elu = Activation(name: "elu", example: #"{"type": "elu", "alpha": 0.5}"#) {
    options throws(NNError) in
    let alpha = Float(try options.number("alpha", default: 1, in: .closed(0, 1000)))
    return exponentialLinear(alpha: alpha, slope: alpha)
  }

  /// y = 1.0507 · (z > 0 ? z : 1.6733 · (e^z - 1)). Reference: Klambauer et al. 2017.
  static let selu = Activation(name: "selu", example: #"{"type": "selu"}"#) {
    _ throws(NNError) in
    let alpha: Float = 1.6732632423543772
    return exponentialLinear(alpha: alpha, slope: alpha, factor: 1.0507009873554805)
  }

  /// y = z > 0 ? z : alpha · (e^(z / alpha) - 1): its slope at 0 is 1 for every alpha.
  ///
  /// Reference: Barron 2017.
  static let celu = Activation(name: "celu", example: #"{"type": "celu", "alpha": 0.5}"#) {
    options throws(NNError) in
    let alpha = Float(try options.number("alpha", default: 1, in: .closed(1e-6, 1000)))
    return exponentialLinear(alpha: alpha, slope: 1, rate: 1 / alpha)
  }

  /// y = factor · (z > 0 ? z : alpha · (e^(rate z) - 1)).
  ///
  /// - Parameter slope: alpha · rate.
  private static func exponentialLinear(
    alpha: Float, slope: Float, factor: Float = 1, rate: Float = 1
  ) -> ActivationFunction {
    ActivationFunction(
      needsInput: true,
      apply: { nnk_kernels().pointee.elu($0.base, $0.count, alpha, factor, rate) },
      differentiate: { gradient, z, _ in
        nnk_kernels().pointee.elu_gradient(
          gradient.base, z.base, gradient.count, slope, factor, rate)
      })
  }
}
