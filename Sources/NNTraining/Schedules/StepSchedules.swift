import CPlatform
import NNErrors
import NNJSON
import NNOptions

extension Schedule {
  /// The optimiser's rate throughout.
  static let constant = Schedule(
    name: "constant", example: #"{"type": "constant", "warmup_steps": 10}"#, isPerStep: false
  ) { _ throws(NNError) in
    .formula { base, _, _ in base }
  }

  /// `base · gamma^⌊t / every⌋`. Reference: StepLR.
  static let step = Schedule(
    name: "step", example: #"{"type": "step", "every": 2, "gamma": 0.5}"#, isPerStep: false
  ) { options throws(NNError) in
    let every = try options.integer("every", in: 1...1_000_000_000)
    let gamma = try options.number("gamma", default: 0.1, in: .above(0, through: 10))
    return .formula { base, t, _ in base * nnc_pow(gamma, Double(t / every)) }
  }

  /// `base · gamma^(how many of "at" are <= t)`. Reference: MultiStepLR.
  static let multiStep = Schedule(
    name: "multi_step", example: #"{"type": "multi_step", "at": [1, 3], "gamma": 0.5}"#,
    isPerStep: false
  ) { options throws(NNError) in
    let at = try options.numbers("at", in: .closed(0, 1e9))
    let gamma = try options.number("gamma", default: 0.1, in: .above(0, through: 10))
    return .formula { base, t, _ in
      base * nnc_pow(gamma, Double(at.reduce(0) { $0 + ($1 <= Double(t) ? 1 : 0) }))
    }
  }

  /// `base · gamma^t`. Reference: ExponentialLR.
  static let exponential = Schedule(
    name: "exponential", example: #"{"type": "exponential", "gamma": 0.9}"#, isPerStep: false
  ) { options throws(NNError) in
    let gamma = try options.number("gamma", in: .above(0, through: 10))
    return .formula { base, t, _ in base * nnc_pow(gamma, Double(t)) }
  }

  /// `base · (1 - t / total)^power`. Reference: PolynomialLR.
  static let polynomial = Schedule(
    name: "polynomial", example: #"{"type": "polynomial", "power": 2}"#, isPerStep: false
  ) { options throws(NNError) in
    let power = try options.number("power", default: 1, in: .closed(0, 100))
    return .formula { base, t, total in
      base * nnc_pow(1 - Double(min(t, total)) / Double(total), power)
    }
  }
}
