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
