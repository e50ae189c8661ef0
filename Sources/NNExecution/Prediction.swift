import NNData
import NNErrors
import NNMath
import NNNetwork

/// The kinds of prediction: what each row gets.
package enum PredictionKind: Sendable {
  /// Probabilities, rates or values: Float [rows × outputs].
  case probabilities
  /// Class indices: Int64 [rows × 1]; binary with several outputs: [rows × outputs].
  case labels
  /// Before the output function: Float [rows × outputs].
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

  /// Bytes of a prediction for that many rows.
  package func predictionBytes(_ kind: PredictionKind, rows: Int) throws(NNError) -> Int {
    let values = try checkedProduct(rows, try predictionColumns(kind), "predictions")
    let size = if case .labels = kind { 8 } else { 4 }
    return try checkedProduct(values, size, "predictions")
  }

  func write(
    _ outputs: Matrix, kind: PredictionKind, at start: Int, into out: UnsafeMutableRawPointer
  ) {
    switch kind {
    case .labels: writeLabels(outputs, at: start, into: out)
    case .raw, .probabilities:
      if case .probabilities = kind { spec.loss.output.apply(outputs) }
      (out + start * outputSize * 4).copyMemory(from: outputs.base, byteCount: outputs.count * 4)
    }
  }

  /// The caller's buffer need not be aligned.
  private func writeLabels(_ outputs: Matrix, at start: Int, into out: UnsafeMutableRawPointer) {
    if spec.loss.output == .softmax {
      for row in 0..<outputs.rows {
        out.storeBytes(
          of: Int64(largestIndex(outputs.row(row), outputs.columns)),
          toByteOffset: (start + row) * 8, as: Int64.self)
      }
      return
    }
    spec.loss.output.apply(outputs)
    let threshold = threshold
    for index in 0..<outputs.count {
      let label: Int64 = Double(outputs.base[index]) >= threshold ? 1 : 0
      out.storeBytes(of: label, toByteOffset: (start * outputSize + index) * 8, as: Int64.self)
    }
  }

  /// The first of the largest values.
  private func largestIndex(_ values: UnsafePointer<Float>, _ count: Int) -> Int {
    var best = 0
    for index in 1..<max(1, count) where values[index] > values[best] { best = index }
    return best
  }
}
