import CKernels
import CPlatform
import NNErrors
import NNJSON
import NNOptions

extension Loss {
  /// `(y - t)²`. Reference: torch.nn.MSELoss.
  static let meanSquaredError = Loss(name: "mse", example: #"{"type": "mse"}"#) {
    _, _ throws(NNError) in
    .elementwise(
      output: .identity, targets: .real,
      vectors: {
        nnk_kernels().pointee.squared_errors(
          $0.outputs, $0.targets, $0.count, $0.losses, $0.slopes)
      }
    ) {
      let distance = $0.output - $0.target
      return (distance * distance, 2 * distance)
    }
  }

  /// `|y - t|`, with slope 0 where they are equal. Reference: torch.nn.L1Loss.
  static let meanAbsoluteError = Loss(name: "mae", example: #"{"type": "mae"}"#) {
    _, _ throws(NNError) in
    .elementwise(output: .identity, targets: .real) {
      let distance = $0.output - $0.target
      return (abs(distance), distance > 0 ? 1 : (distance < 0 ? -1 : 0))
    }
  }

  /// `(y - t)² / 2` up to a distance of delta, then `delta · (|y - t| - delta / 2)`.
  ///
  /// Reference: Huber 1964; torch.nn.HuberLoss.
  static let huber = Loss(name: "huber", example: #"{"type": "huber", "delta": 0.5}"#) {
    options, _ throws(NNError) in
    let delta = try options.number("delta", default: 1, in: .above(0, through: 1e30))
    return .elementwise(output: .identity, targets: .real) {
      let distance = $0.output - $0.target
      if abs(distance) <= delta { return (0.5 * distance * distance, distance) }
      return (delta * (abs(distance) - 0.5 * delta), distance > 0 ? delta : -delta)
    }
  }

  /// `q · (t - y)` where t exceeds y, else `(1 - q) · (y - t)`; with a list one quantile an output.
  ///
  /// Reference: Koenker and Bassett 1978 (also called pinball loss).
  static let quantile = Loss(name: "quantile", example: #"{"type": "quantile", "q": 0.9}"#) {
    options, outputs throws(NNError) in
    let levels =
      options.isList("q")
      ? try options.numbers("q", in: .between(0, 1))
      : [try options.number("q", default: 0.5, in: .between(0, 1))]
    guard levels.count == 1 || levels.count == outputs else {
      throw .argument(
        "\(options.owner): q must have one number an output, \(outputs), got \(levels.count)")
    }
    return .elementwise(output: .identity, targets: .real) {
      let q = levels.count == 1 ? levels[0] : levels[$0.column]
      let distance = $0.output - $0.target
      if distance < 0 { return (-q * distance, -q) }
      return ((1 - q) * distance, distance > 0 ? 1 - q : 0)
    }
  }

  /// `e^z - t · z`, z the logarithm of the rate. Reference: torch.nn.PoissonNLLLoss.
  static let poisson = Loss(name: "poisson", example: #"{"type": "poisson"}"#) {
    _, _ throws(NNError) in
    .elementwise(output: .exponential, targets: .counts) {
      let rate = nnc_exp($0.output)
      return (rate - $0.target * $0.output, rate - $0.target)
    }
  }
}
