import NNErrors
import NNMath
import NNOptions

// Members that are straight lines and parabolas, and clip.

extension Activation {
  /// y = min(max(z, 0), 6). Reference: Krizhevsky 2010.
  static let relu6 = Activation(name: "relu6", example: #"{"type": "relu6"}"#) {
    _ throws(NNError) in clipped(low: 0, high: 6)
  }

  /// y = min(max(z, min), max); ONNX calls it Clip. Reference: Collobert 2004.
  static let hardTanh = Activation(
    name: "hard_tanh", example: #"{"type": "hard_tanh", "min": -0.75, "max": 2}"#
  ) { options throws(NNError) in
    let low = try options.number("min", default: -1, in: .closed(-1e30, 1e30))
    let high = try options.number("max", default: 1, in: .closed(-1e30, 1e30))
    guard low < high else {
      throw .argument("\(options.owner): min must be less than max, got \(low) and \(high)")
    }
    return clipped(low: Float(low), high: Float(high))
  }

  private static func clipped(low: Float, high: Float) -> ActivationFunction {
    ActivationFunction(
      needsInput: false, apply: { clip($0.base, $0.count, low: low, high: high) },
      differentiate: { gradient, _, y in
        clipGradient(gradient.base, y.base, gradient.count, low: low, high: high)
      })
  }

  /// y = min(max(z / 6 + 1/2, 0), 1). Reference: PyTorch's Hardsigmoid.
  static let hardSigmoid = Activation(name: "hard_sigmoid", example: #"{"type": "hard_sigmoid"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: true, apply: { NNMath.hardSigmoid($0.base, $0.count) },
      differentiate: { gradient, z, _ in
        hardSigmoidGradient(gradient.base, z.base, gradient.count)
      })
  }

  /// y = z · min(max(z / 6 + 1/2, 0), 1). Reference: Howard et al. 2019.
  static let hardSwish = Activation(name: "hard_swish", example: #"{"type": "hard_swish"}"#) {
    _ throws(NNError) in
    ActivationFunction(
      needsInput: true, apply: { NNMath.hardSwish($0.base, $0.count) },
      differentiate: { gradient, z, _ in hardSwishGradient(gradient.base, z.base, gradient.count) })
  }
}
