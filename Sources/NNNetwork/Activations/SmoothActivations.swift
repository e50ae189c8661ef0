import CKernels
import NNErrors
import NNMath
import NNOptions

// Members made of σ, tanh and their logarithms, beside those that Activation.swift has.

extension Activation {
  /// y = z · tanh(log(1 + e^z)). Reference: Misra 2019.
  static let mish = Activation(name: "mish", example: #"{"type": "mish"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: true, apply: { nnk_kernels().pointee.mish($0.base, $0.count) },
      differentiate: { gradient, z, _ in
        nnk_kernels().pointee.mish_gradient(gradient.base, z.base, gradient.count)
      })
  }

  /// y = log σ(z) = -log(1 + e^-z)
  static let logSigmoid = Activation(name: "log_sigmoid", example: #"{"type": "log_sigmoid"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: true, apply: { nnk_kernels().pointee.log_sigmoid($0.base, $0.count) },
      differentiate: { gradient, z, _ in
        nnk_kernels().pointee.log_sigmoid_gradient(gradient.base, z.base, gradient.count)
      })
  }

  /// y = z - tanh z
  static let tanhShrink = Activation(name: "tanh_shrink", example: #"{"type": "tanh_shrink"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: true, apply: { nnk_kernels().pointee.tanh_shrink($0.base, $0.count) },
      differentiate: { gradient, z, _ in
        nnk_kernels().pointee.tanh_shrink_gradient(gradient.base, z.base, gradient.count)
      })
  }

  /// y = z / (1 + |z|). Reference: Bergstra et al. 2009.
  static let softsign = Activation(name: "softsign", example: #"{"type": "softsign"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: true, apply: { NNMath.softsign($0.base, $0.count) },
      differentiate: { gradient, z, _ in softsignGradient(gradient.base, z.base, gradient.count) })
  }
}
