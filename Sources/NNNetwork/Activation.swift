import CKernels
import NNErrors
import NNJSON
import NNMath
import NNOptions

/// A function applied to a layer's outputs; a dense layer may carry one, or it is a layer itself.
package struct Activation: Kind {
  package static let role = "activation"
  package static let aliases: [Alias] = [("swish", "silu"), ("clip", "hard_tanh")]
  package let name: String
  package let example: String
  /// Reads the options and returns the function.
  package let make: @Sendable (inout Options) throws(NNError) -> ActivationFunction

  /// The members, in the order of the reference page.
  package static let registry: [Activation] = [
    .identity, .relu, .leakyRelu, .relu6, .hardTanh, .elu, .selu, .celu, .gelu, .silu, .mish,
    .hardSwish, .sigmoid, .logSigmoid, .hardSigmoid, .tanh, .tanhShrink, .softsign, .softplus,
    .softmax, .logSoftmax,
  ]
}

/// An activation with its options filled in.
package struct ActivationFunction: Sendable {
  /// Whether the derivative needs the activation's input, not only its output.
  package let needsInput: Bool
  /// Whether y = max(z, 0): a product applies that before it stores.
  package var isRectifier = false
  /// Replaces z by y = f(z), [rows × columns].
  package let apply: @Sendable (_ z: Matrix) -> Void
  /// Replaces dLoss/dy by dLoss/dz. `z` is valid only when `needsInput`.
  package let differentiate: @Sendable (_ gradient: Matrix, _ z: Matrix, _ y: Matrix) -> Void

  static let identity = ActivationFunction(
    needsInput: false, apply: { _ in }, differentiate: { _, _, _ in })
}

extension Activation {
  /// y = z
  static let identity = Activation(name: "identity", example: #"{"type": "identity"}"#) {
    _ throws(NNError) in .identity
  }

  /// y = max(z, 0). With `straight_through` the gradient passes as if y = z.
  ///
  /// Reference: Nair and Hinton 2010; straight-through: Bengio, Léonard and Courville 2013.
  static let relu = Activation(
    name: "relu", example: #"{"type": "relu", "straight_through": true}"#
  ) { options throws(NNError) in
    let passes = try options.flag("straight_through", default: false)
    return ActivationFunction(
      needsInput: false, isRectifier: true, apply: { NNMath.relu($0.base, $0.count) },
      differentiate: { gradient, _, y in
        if !passes { nnk_kernels().pointee.relu_gradient(gradient.base, y.base, gradient.count) }
      })
  }

  /// y = z > 0 ? z : slope · z. Reference: Maas, Hannun and Ng 2013.
  static let leakyRelu = Activation(
    name: "leaky_relu", example: #"{"type": "leaky_relu", "slope": 0.1}"#
  ) { options throws(NNError) in
    let slope = Float(try options.number("slope", default: 0.01, in: .closed(0, 1000)))
    return ActivationFunction(
      needsInput: false, apply: { NNMath.leakyRelu($0.base, $0.count, slope: slope) },
      differentiate: { gradient, _, y in
        leakyReluGradient(gradient.base, y.base, gradient.count, slope: slope)
      })
  }

  /// y = z · Φ(z); with `approximate` "tanh" the formula of the paper's section 2.
  ///
  /// Reference: Hendrycks and Gimpel 2016.
  static let gelu = Activation(
    name: "gelu", example: #"{"type": "gelu", "approximate": "tanh"}"#
  ) { options throws(NNError) in
    let form = try options.choice("approximate", default: "none", among: ["none", "tanh"])
    guard form == "tanh" else {
      return ActivationFunction(
        needsInput: true, apply: { nnk_kernels().pointee.gelu($0.base, $0.count) },
        differentiate: { gradient, z, _ in
          nnk_kernels().pointee.gelu_gradient(gradient.base, z.base, gradient.count)
        })
    }
    return ActivationFunction(
      needsInput: true, apply: { nnk_kernels().pointee.gelu_tanh($0.base, $0.count) },
      differentiate: { gradient, z, _ in
        nnk_kernels().pointee.gelu_tanh_gradient(gradient.base, z.base, gradient.count)
      })
  }

  /// y = z · σ(z). Reference: Elfwing, Uchibe and Doya 2018; also called swish.
  static let silu = Activation(name: "silu", example: #"{"type": "silu"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: true, apply: { nnk_kernels().pointee.silu($0.base, $0.count) },
      differentiate: { gradient, z, _ in
        nnk_kernels().pointee.silu_gradient(gradient.base, z.base, gradient.count)
      })
  }

  /// y = 1 / (1 + e^-z)
  static let sigmoid = Activation(name: "sigmoid", example: #"{"type": "sigmoid"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: false, apply: { nnk_kernels().pointee.sigmoid($0.base, $0.count) },
      differentiate: { gradient, _, y in
        nnk_kernels().pointee.sigmoid_gradient(gradient.base, y.base, gradient.count)
      })
  }

  /// y = tanh z
  static let tanh = Activation(name: "tanh", example: #"{"type": "tanh"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: false, apply: { nnk_kernels().pointee.tanh($0.base, $0.count) },
      differentiate: { gradient, _, y in
        nnk_kernels().pointee.tanh_gradient(gradient.base, y.base, gradient.count)
      })
  }

  /// y = log(1 + e^(beta z)) / beta, and z where beta z > threshold.
  ///
  /// Reference: Dugas et al. 2001; the threshold is PyTorch's.
  static let softplus = Activation(
    name: "softplus", example: #"{"type": "softplus", "beta": 2, "threshold": 30}"#
  ) { options throws(NNError) in
    let beta = Float(try options.number("beta", default: 1, in: .closed(1e-6, 1e6)))
    let threshold = Float(try options.number("threshold", default: 20, in: .closed(0, 1000)))
    return ActivationFunction(
      needsInput: true,
      apply: { NNMath.softplus($0.base, $0.count, beta: beta, threshold: threshold) },
      differentiate: { gradient, z, _ in
        softplusGradient(gradient.base, z.base, gradient.count, beta: beta, threshold: threshold)
      })
  }

  /// y_j = e^(z_j) / Σ e^(z_k), over the outputs of a row. Reference: Bridle 1990.
  static let softmax = Activation(name: "softmax", example: #"{"type": "softmax"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: false,
      apply: { nnk_kernels().pointee.softmax($0.base, $0.rows, $0.columns, $0.base, nil, nil) },
      differentiate: { gradient, _, y in
        softmaxGradient(gradient.base, y.base, rows: gradient.rows, columns: gradient.columns)
      })
  }

  /// y_j = z_j - log Σ e^(z_k), over the outputs of a row.
  static let logSoftmax = Activation(name: "log_softmax", example: #"{"type": "log_softmax"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: false,
      apply: { NNMath.logSoftmax($0.base, rows: $0.rows, columns: $0.columns) },
      differentiate: { gradient, _, y in
        logSoftmaxGradient(gradient.base, y.base, rows: gradient.rows, columns: gradient.columns)
      })
  }
}
