import NNErrors
import NNJSON
import NNOptions

extension Schedule {
  /// Multiplies the rate by `factor` when the metric has not improved for `patience` epochs.
  ///
  /// Improved: better than the best by the share `threshold` of it. `cooldown` epochs pass after a
  /// reduction before patience counts again; the rate does not fall below `minimum`.
  /// Reference: ReduceLROnPlateau (threshold_mode "rel").
  static let reduceOnPlateau = Schedule(
    name: "reduce_on_plateau",
    example: #"{"type": "reduce_on_plateau", "metric": "loss", "factor": 0.5, "patience": 1}"#,
    isPerStep: false
  ) { options throws(NNError) in
    let metric = try options.text(
      "metric", default: "val_loss", "a name such as \"val_loss\"")
    return .plateau(
      PlateauRule(
        metric: metric,
        factor: try options.number("factor", default: 0.1, in: .between(0, 1)),
        patience: try options.integer("patience", default: 10, in: 0...1_000_000_000),
        threshold: try options.number("threshold", default: 1e-4, in: .closed(0, 1)),
        cooldown: try options.integer("cooldown", default: 0, in: 0...1_000_000_000),
        minimum: try options.number("minimum", default: 0, in: .closed(0, 1e30))))
  }
}

struct PlateauRule: Sendable {
  let metric: String
  let factor: Double
  let patience: Int
  let threshold: Double
  let cooldown: Int
  let minimum: Double
}

/// Where a plateau rule stands.
struct PlateauState {
  /// The factor of the base rate.
  var factor = 1.0
  var best = Double.infinity
  var badEpochs = 0
  var cooldownLeft = 0

  /// - Parameter value: the metric, with the sign changed so that less is better; NaN says nothing.
  mutating func observe(_ value: Double, rule: PlateauRule, base: Double) {
    guard !value.isNaN else { return }
    // Relative to the best: for values below 0 that makes the goal larger in magnitude too.
    let goal = best.isFinite ? best - abs(best) * rule.threshold : best
    if value < goal {
      best = value
      badEpochs = 0
    } else {
      badEpochs = min(badEpochs, rule.patience) + 1
    }
    if cooldownLeft > 0 {
      cooldownLeft -= 1
      badEpochs = 0
    }
    guard badEpochs > rule.patience else { return }
    factor = max(factor * rule.factor, base > 0 ? min(rule.minimum / base, factor) : 0)
    cooldownLeft = rule.cooldown
    badEpochs = 0
  }
}
