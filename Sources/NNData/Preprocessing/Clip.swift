import CPlatform
import NNErrors
import NNMath
import NNOptions

extension PreprocessKind {
  /// `x / √(1 + (x / limit)²)`: nearly x near 0, never beyond ±limit.
  ///
  /// Reference: Holzmüller, Grinsztajn and Steinwart 2024 (RealMLP), whose limit is 3.
  static let clip = PreprocessKind(name: "clip", example: #"{"type": "clip", "limit": 2}"#) {
    options throws(NNError) in
    let limit = try options.number("limit", default: 3, in: .closed(1e-6, 1e6))
    return PreprocessFunction(
      keepsZeros: true,
      apply: { block, _, _ in
        for index in 0..<block.count {
          let x = Double(block.base[index])
          // In double no square overflows; infinity would give infinity / infinity.
          let share = x / limit
          let y = x / nnc_sqrt(1 + share * share)
          block.base[index] = Float(x.isInfinite ? (x < 0 ? -limit : limit) : y)
        }
      })
  }
}
