import CPlatform
import NNErrors
import NNJSON
import NNOptions

extension Schedule {
  /// `minimum + (base - minimum) · (1 + cos(π t / epochs)) / 2`; `epochs` is the length of the
  /// descent in positions, by default the whole training. Behind it the rate stays at the minimum,
  /// or, with `restarts`, begins anew, each time `multiplier` times as long.
  ///
  /// References: CosineAnnealingLR, CosineAnnealingWarmRestarts; Loshchilov and Hutter 2017.
  static let cosine = Schedule(
    name: "cosine", example: #"{"type": "cosine", "epochs": 3, "restarts": true}"#, isPerStep: false
  ) { options throws(NNError) in
    let length = try options.integer("epochs", default: 0, in: 0...1_000_000_000)
    let minimum = try options.number("minimum", default: 0, in: .closed(0, 1e30))
    let restarts = try options.flag("restarts", default: false)
    let multiplier = try options.integer("multiplier", default: 1, in: 1...1000)
    return .formula { base, t, total in
      var cycle = length > 0 ? length : total
      var position = t
      if restarts {
        if multiplier == 1 { position %= cycle }
        while position >= cycle, cycle < 1 << 40 {
          position -= cycle
          cycle *= multiplier
        }
      }
      let share = Double(min(position, cycle)) / Double(cycle)
      return minimum + (base - minimum) * 0.5 * (1 + nnc_cos(.pi * share))
    }
  }

  /// Up from maximum / div to maximum over `start_fraction` of the steps, then down to
  /// maximum / div / final_div, both along a cosine; the optimiser's rate is not used.
  ///
  /// References: OneCycleLR (cosine, two phases); Smith and Topin 2019.
  static let oneCycle = Schedule(
    name: "one_cycle", example: #"{"type": "one_cycle", "maximum": 0.05}"#, isPerStep: true
  ) { options throws(NNError) in
    let maximum = try options.number("maximum", in: .above(0, through: 1e30))
    let fraction = try options.number("start_fraction", default: 0.3, in: .between(0, 1))
    let div = try options.number("div", default: 25, in: .closed(1, 1e12))
    let finalDiv = try options.number("final_div", default: 1e4, in: .closed(1, 1e12))
    return .formula { _, t, total in
      let initial = maximum / div
      let top = fraction * Double(total) - 1
      let end = Double(total - 1)
      let now = min(Double(t), end)
      if now <= top || end <= top {
        return anneal(from: initial, to: maximum, top > 0 ? min(now / top, 1) : 1)
      }
      return anneal(from: maximum, to: initial / finalDiv, (now - top) / (end - top))
    }
  }

  private static func anneal(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) / 2 * (1 + nnc_cos(.pi * share))
  }
}
