import CPlatform
import NNErrors
import NNMath
import NNOptions

extension PreprocessKind {
  /// The normal quantile of a value's share among the values seen: whatever the distribution of a
  /// feature, it becomes a standard normal one, within ±5.2. Constant columns become 0.
  ///
  /// `n_quantiles` quantiles of each feature are kept; between two the share is interpolated, of
  /// equal ones it is the middle.
  ///
  /// Reference: sklearn.preprocessing.QuantileTransformer(output_distribution="normal"), which
  /// makes constant columns -5.2.
  static let quantileNormal = PreprocessKind(
    name: "quantile_normal", example: #"{"type": "quantile_normal", "n_quantiles": 16}"#
  ) { options throws(NNError) in
    let width = try options.integer("n_quantiles", default: 256, in: 2...65_536)
    return PreprocessFunction(
      ignoresOffset: true,
      tensors: [
        PreprocessTensor(
          name: "quantiles", width: width,
          condition: "finite and not below the one before it"
        ) { values, index, width in
          values[index].isFinite && (index % width == 0 || values[index] >= values[index - 1])
        }
      ],
      fit: { data, memory throws(NNError) in
        var values = try SortedColumn(data)
        for column in 0..<data.columns {
          values.load(column)
          for index in 0..<width {
            memory.base[column * width + index] = Float(
              values.quantile(Double(index) / Double(width - 1)))
          }
        }
      },
      apply: { block, first, memory in
        for column in 0..<block.columns {
          let known = Quantiles(base: memory.base + (first + column) * width, count: width)
          for row in 0..<block.rows {
            let place = row * block.columns + column
            block.base[place] = known.normal(block.base[place])
          }
        }
      })
  }
}

/// Quantiles of one feature in ascending order, the shares between them equal.
private struct Quantiles {
  let base: UnsafePointer<Float>
  let count: Int

  /// The normal quantile of a value's share, within those of 1e-7 and 1 - 1e-7 as scikit-learn has
  /// it; NaN for NaN.
  func normal(_ value: Float) -> Float {
    let (least, largest) = (base[0], base[count - 1])
    if value.isNaN { return value }
    if least == largest { return 0 }
    let share =
      value <= least ? 0 : value >= largest ? 1 : place(value) / Double(count - 1)
    return Float(normalQuantile(min(max(share, 1e-7), 1 - 1e-7)))
  }

  /// Where a value between the least and the largest stands among the quantiles: 0 ... count - 1.
  private func place(_ value: Float) -> Double {
    let (below, above) = (firstPlace { $0 >= value }, firstPlace { $0 > value })
    // As many quantiles are equal to it: the middle of them.
    if above > below { return Double(below + above - 1) / 2 }
    let (low, high) = (Double(base[below - 1]), Double(base[below]))
    return Double(below - 1) + (Double(value) - low) / (high - low)
  }

  /// The first place whose quantile holds; `holds` is false up to some place, then true.
  private func firstPlace(_ holds: (Float) -> Bool) -> Int {
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if holds(base[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// The value below which a standard normal variable lies with a probability.
///
/// Reference: Wichura 1988, algorithm AS 241 (PPND16), without its last branch: a relative error of
/// about 1e-16.
///
/// - Parameter probability: 1e-10 ... 1 - 1e-10.
private func normalQuantile(_ probability: Double) -> Double {
  let distance = probability - 0.5
  if abs(distance) <= 0.425 {
    let x = 0.180625 - distance * distance
    return distance
      * polynomial(
        x, 2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
        45921.953931549871457, 13731.693765509461125, 1971.5909503065514427, 133.14166789178437745,
        3.387132872796366608)
      / polynomial(
        x, 5226.495278852854561, 28729.085735721942674, 39307.89580009271061,
        21213.794301586595867, 5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1
      )
  }
  let x = nnc_sqrt(-nnc_log(min(probability, 1 - probability))) - 1.6
  let value =
    polynomial(
      x, 7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
      1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
      1.42343711074968357734)
    / polynomial(
      x, 1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
      0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494,
      2.05319162663775882187, 1)
  return distance < 0 ? -value : value
}

/// a x⁷ + b x⁶ + ... + h
private func polynomial(
  _ x: Double, _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double,
  _ g: Double, _ h: Double
) -> Double {
  let upper = ((a * x + b) * x + c) * x + d
  return (((upper * x + e) * x + f) * x + g) * x + h
}
