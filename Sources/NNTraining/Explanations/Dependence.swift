import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork

extension Model {
  /// Partial dependence: the mean prediction with a column set to each of several values.
  ///
  /// - Parameters:
  ///   - output: of the probabilities, or the values of a regression.
  ///   - value: of a point.
  ///   - means: receives one a point, with the sample weights.
  /// - Throws: `NNError.dtype`, `.argument` for a value; `.memory`.
  /// Reference: Friedman 2001, "Greedy function approximation", section 8.2.
  package func dependence(
    _ rows: VariedRows, column: Int, output: Int, points: Int, pool: WorkerPool,
    value: (_ point: Int) throws(NNError) -> Cell, means: UnsafeMutablePointer<Double>
  ) throws(NNError) {
    let samples = rows.samples
    let predictions = try Buffer<Float>(
      count: try checkedProduct(samples.rows, outputSize, "predictions"))
    let out = PredictionOutput(
      ArrayView(
        dense: .float32, UnsafeRawPointer(predictions.base), rows: samples.rows,
        columns: outputSize))
    let shards = try PredictionShards(for: self, rows: samples.rows, pool: pool)
    for point in 0..<points {
      try rows.fill(column, with: try value(point))
      predict(
        samples.features, rows: samples.rows, order: nil, kind: .probabilities, into: out,
        shards: shards, pool: pool)
      var (sum, total) = (0.0, 0.0)
      for row in 0..<samples.rows {
        let weight = samples.weights?.double(row, 0) ?? 1
        sum += weight * Double(predictions.base[row * outputSize + output])
        total += weight
      }
      means[point] = sum / total
    }
  }
}
