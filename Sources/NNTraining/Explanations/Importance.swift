import CPlatform
import NNData
import NNErrors
import NNMath
import NNNetwork

extension Model {
  /// Permutation importance: how much a metric worsens when the values of a column change places.
  ///
  /// - Parameters:
  ///   - repeats: permutations, at least 1; each column sees the same ones.
  ///   - drops: receives the mean for each column; above 0: the metric worsens.
  ///   - deviations: receives the standard deviation over the repeats.
  /// - Throws: what the metric throws; `NNError.memory`.
  /// References: Breiman 2001, "Random forests", section 10; Fisher, Rudin and Dominici 2019.
  package func importance(
    _ rows: VariedRows, metric: NamedMetric, repeats: Int, seed: UInt64, pool: WorkerPool,
    drops: UnsafeMutablePointer<Double>, deviations: UnsafeMutablePointer<Double>
  ) throws(NNError) {
    let samples = rows.samples
    let evaluator = try Evaluator(self, samples, metrics: [metric])
    func value() throws(NNError) -> Double {
      var value = 0.0
      _ = try evaluator.run(samples, pool: pool, into: &value)
      return metric.isHigherBetter ? value : -value
    }
    let whole = try value()
    let order = try Buffer<Int32>(count: samples.rows)
    var random = RandomGenerator(seed: seed, purpose: .importance)
    for column in 0..<rows.columns { (drops[column], deviations[column]) = (0, 0) }
    for round in 1...repeats {
      for row in 0..<samples.rows { order.base[row] = Int32(row) }
      random.shuffle(order.base, count: samples.rows)
      for column in 0..<rows.columns {
        try rows.shuffle(column, by: order.base)
        let drop = whole - (try value())
        try rows.restore(column)
        // Welford 1962: the sum of squares about the running mean.
        let gap = drop - drops[column]
        drops[column] += gap / Double(round)
        deviations[column] += gap * (drop - drops[column])
      }
    }
    for column in 0..<rows.columns {
      deviations[column] = nnc_sqrt(deviations[column] / Double(repeats))
    }
  }
}
