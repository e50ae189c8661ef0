import NNData
import NNErrors
import NNMath
import NNNetwork

/// The kinds of prediction: what each row gets.
package enum PredictionKind: Sendable {
  /// Probabilities, rates or values, [rows × outputs].
  case probabilities
  /// Class indices, [rows × 1]; binary with several outputs: [rows × outputs].
  case labels
  /// Before the output function, [rows × outputs].
  case raw
}

extension Model {
  /// Rows that pass through the network at a time: as many as fit the cache.
  package static let predictionBlock = 256

  /// The threads for predictions of that many rows.
  ///
  /// - Parameter threads: as many as may work; 0: as many as pay.
  package func predictionPool(rows: Int, threads: Int) -> WorkerPool {
    let work = Double(rows) * Double(parameterCount)
    return work < WorkerPool.leastSharedWork ? WorkerPool.alone : WorkerPool.of(threads, for: work)
  }

  /// Columns of a prediction.
  package func predictionColumns(_ kind: PredictionKind) throws(NNError) -> Int {
    guard case .labels = kind else { return outputSize }
    switch spec.loss.output {
    case .softmax: return 1
    case .sigmoid: return outputSize
    case .identity, .exponential:
      throw .argument(
        "NNS_LABEL needs a classification loss, this model's is a regression; use NNS_PROBA")
    }
  }

  func write(
    _ outputs: Matrix, kind: PredictionKind, at start: Int, into out: PredictionOutput
  ) {
    switch kind {
    case .labels: writeLabels(outputs, at: start, into: out)
    case .raw, .probabilities:
      if case .probabilities = kind { spec.loss.output.apply(outputs) }
      out.store(outputs, at: start)
    }
  }

  private func writeLabels(_ outputs: Matrix, at start: Int, into out: PredictionOutput) {
    if spec.loss.output == .softmax {
      for row in 0..<outputs.rows {
        let label = largestIndex(outputs.row(row), outputs.columns)
        out.store(label: label, row: start + row, column: 0)
      }
      return
    }
    spec.loss.output.apply(outputs)
    let threshold = threshold
    for row in 0..<outputs.rows {
      let values = outputs.row(row)
      for column in 0..<outputs.columns {
        let label = Double(values[column]) >= threshold ? 1 : 0
        out.store(label: label, row: start + row, column: column)
      }
    }
  }

  /// The first of the largest values.
  private func largestIndex(_ values: UnsafePointer<Float>, _ count: Int) -> Int {
    var best = 0
    for index in 1..<max(1, count) where values[index] > values[best] { best = index }
    return best
  }
}
