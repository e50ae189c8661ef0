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
      if case .probabilities = kind { finish(outputs) }
      out.store(outputs, at: start)
    }
  }

  private func writeLabels(_ outputs: Matrix, at start: Int, into out: PredictionOutput) {
    let classes = classes
    if spec.loss.output == .softmax {
      for row in 0..<outputs.rows {
        let index = largestIndex(outputs.row(row), outputs.columns)
        out.store(label: classes.label(of: index), row: start + row, column: 0)
      }
      return
    }
    finish(outputs)
    let threshold = threshold
    for row in 0..<outputs.rows {
      let values = outputs.row(row)
      for column in 0..<outputs.columns {
        let value = Double(values[column])
        let index = value.isNaN ? nil : value >= threshold ? 1 : 0
        // Several binary outputs are answers of their own, named by their classes.
        let label =
          outputs.columns == 1 ? classes.label(of: index) : index.map { Int64($0) } ?? .noLabel
        out.store(label: label, row: start + row, column: column)
      }
    }
  }

  /// The first of the largest values; nil where one is NaN.
  private func largestIndex(_ values: UnsafePointer<Float>, _ count: Int) -> Int? {
    var best = 0
    var sum = values[0]
    for index in 1..<max(1, count) {
      if values[index] > values[best] { best = index }
      sum += values[index]
    }
    guard sum.isNaN else { return best }
    // Infinities of both signs give NaN, too.
    for index in 0..<count where values[index].isNaN { return nil }
    return best
  }
}

extension Int64 {
  /// The contract's `NNS_NO_LABEL`.
  fileprivate static let noLabel = Int64(Int32.min)
}

extension ClassNames {
  /// The label of a class: itself where it is a number, else its index.
  fileprivate func label(of index: Int?) -> Int64 {
    guard let index else { return .noLabel }
    return index < values.count ? values[index] : Int64(index)
  }
}
