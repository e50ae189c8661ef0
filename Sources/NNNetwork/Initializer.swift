import CPlatform
import NNErrors
import NNJSON
import NNMath
import NNOptions

/// How a parameter's values begin.
package struct Initializer: Kind {
  package static let role = "init"
  package static let aliases: [Alias] = [
    ("xavier_uniform", "glorot_uniform"), ("xavier_normal", "glorot_normal"),
    ("kaiming_uniform", "he_uniform"), ("kaiming_normal", "he_normal"),
  ]
  package let name: String
  package let example: String
  /// Reads the options and returns the function that fills a parameter.
  package let make: @Sendable (inout Options) throws(NNError) -> InitializerFunction

  /// The members, in the order of the reference page.
  package static let registry: [Initializer] = [
    .zeros, .constant, .uniform, .normal, .normalL2,
    scaled("glorot_uniform", numerator: 6, fans: .sum, isUniform: true),
    scaled("glorot_normal", numerator: 2, fans: .sum, isUniform: false),
    scaled("he_uniform", numerator: 6, fans: .input, isUniform: true),
    scaled("he_normal", numerator: 2, fans: .input, isUniform: false),
    scaled("lecun_uniform", numerator: 3, fans: .input, isUniform: true),
    scaled("lecun_normal", numerator: 1, fans: .input, isUniform: false),
    .orthogonal, .pytorch,
  ]
}

/// What an initialiser fills: `count` = rows · columns values, drawn in row order.
package struct InitializerTarget {
  package let values: UnsafeMutablePointer<Float>
  /// Outputs of the layer.
  package let rows: Int
  /// Inputs of the layer; 1 for a bias.
  package let columns: Int
  /// Inputs of the layer to which the parameter belongs, also for its bias.
  package let fanIn: Int

  var count: Int { rows * columns }
}

/// An initialiser with its options filled in. Throws `NNError.memory` only.
package typealias InitializerFunction =
  @Sendable (_ target: InitializerTarget, _ random: inout RandomGenerator) throws(NNError) -> Void

extension Initializer {
  /// 0
  static let zeros = Initializer(name: "zeros", example: #"{"type": "zeros"}"#) {
    _ throws(NNError) in
    { target, _ throws(NNError) in target.values.update(repeating: 0, count: target.count) }
  }

  /// One given value.
  static let constant = Initializer(
    name: "constant", example: #"{"type": "constant", "value": 0.5}"#
  ) {
    options throws(NNError) in
    let value = Float(try options.number("value", in: .closed(-1e30, 1e30)))
    return { target, _ throws(NNError) in
      target.values.update(repeating: value, count: target.count)
    }
  }

  /// Uniform in [low, high).
  static let uniform = Initializer(
    name: "uniform", example: #"{"type": "uniform", "low": -0.5, "high": 0.25}"#
  ) { options throws(NNError) in
    let low = try options.number("low", in: .closed(-1e30, 1e30))
    let high = try options.number("high", in: .closed(-1e30, 1e30))
    guard low <= high else {
      throw .argument("\(options.owner): low must not exceed high, got \(low) and \(high)")
    }
    return { target, random throws(NNError) in
      fillUniform(target, from: low, to: high, &random)
    }
  }

  /// Normal with the given mean and standard deviation.
  static let normal = Initializer(
    name: "normal", example: #"{"type": "normal", "mean": 0.1, "std": 0.2}"#
  ) { options throws(NNError) in
    let mean = try options.number("mean", default: 0, in: .closed(-1e30, 1e30))
    let deviation = try options.number("std", default: 1, in: .closed(0, 1e30))
    return { target, random throws(NNError) in
      for index in 0..<target.count {
        target.values[index] = Float(mean + deviation * random.normal())
      }
    }
  }

  /// Normal with mean 0, then divided by the L2 norm of all values of the parameter.
  ///
  /// `std` cancels out; it is an option because the study that uses the rule names it.
  static let normalL2 = Initializer(
    name: "normal_l2", example: #"{"type": "normal_l2", "std": 0.1}"#
  ) { options throws(NNError) in
    let deviation = try options.number("std", default: 0.1, in: .closed(1e-6, 1e6))
    return { target, random throws(NNError) in
      var squares = 0.0
      for index in 0..<target.count {
        target.values[index] = Float(deviation * random.normal())
        squares += Double(target.values[index]) * Double(target.values[index])
      }
      guard squares > 0 else { return }
      let norm = nnc_sqrt(squares)
      for index in 0..<target.count {
        target.values[index] = Float(Double(target.values[index]) / norm)
      }
    }
  }

  /// PyTorch's Linear: uniform in ±1/√fan_in, weights and bias alike.
  ///
  /// Reference: torch.nn.Linear.reset_parameters.
  static let pytorch = Initializer(name: "pytorch", example: #"{"type": "pytorch"}"#) {
    _ throws(NNError) in
    { target, random throws(NNError) in
      let bound = 1 / nnc_sqrt(Double(max(1, target.fanIn)))
      fillUniform(target, from: -bound, to: bound, &random)
    }
  }

  enum Fans: Sendable { case input, sum }

  /// Zero mean and variance numerator / fans (uniform: bound √(numerator / fans)).
  ///
  /// References: Glorot and Bengio 2010, eq. 16; He et al. 2015, eq. 10; LeCun et al. 1998, sec.
  /// 4.6.
  static func scaled(
    _ name: String, numerator: Double, fans: Fans, isUniform: Bool
  ) -> Initializer {
    Initializer(name: name, example: "{\"type\": \"\(name)\"}") { _ throws(NNError) in
      { target, random throws(NNError) in
        let inputs = Double(max(1, target.fanIn))
        let size = fans == .sum ? inputs + Double(target.rows) : inputs
        let spread = nnc_sqrt(numerator / size)
        if isUniform { return fillUniform(target, from: -spread, to: spread, &random) }
        for index in 0..<target.count { target.values[index] = Float(spread * random.normal()) }
      }
    }
  }

  private static func fillUniform(
    _ target: InitializerTarget, from low: Double, to high: Double, _ random: inout RandomGenerator
  ) {
    let least = Float(low)
    for index in 0..<target.count {
      // The product may round up to the excluded end.
      let value = Float(low + (high - low) * Double(random.uniform()))
      target.values[index] = value < Float(high) ? value : least
    }
  }
}
