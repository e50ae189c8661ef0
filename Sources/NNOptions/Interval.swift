/// The numbers an option accepts.
package struct Interval: Sendable {
  package let low: Double
  package let high: Double
  package let includesLow: Bool
  package let includesHigh: Bool

  /// low <= x <= high
  package static func closed(_ low: Double, _ high: Double) -> Interval {
    Interval(low: low, high: high, includesLow: true, includesHigh: true)
  }

  /// low <= x < high
  package static func from(_ low: Double, below high: Double) -> Interval {
    Interval(low: low, high: high, includesLow: true, includesHigh: false)
  }

  /// low < x <= high
  package static func above(_ low: Double, through high: Double) -> Interval {
    Interval(low: low, high: high, includesLow: false, includesHigh: true)
  }

  /// low < x < high
  package static func between(_ low: Double, _ high: Double) -> Interval {
    Interval(low: low, high: high, includesLow: false, includesHigh: false)
  }

  package func contains(_ value: Double) -> Bool {
    (includesLow ? value >= low : value > low) && (includesHigh ? value <= high : value < high)
  }

  /// `0 <= rate < 1`
  package func sentence(_ name: String) -> String {
    "\(brief(low)) \(includesLow ? "<=" : "<") \(name) \(includesHigh ? "<=" : "<") \(brief(high))"
  }

  private func brief(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}
