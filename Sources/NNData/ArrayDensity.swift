import NNErrors
import NNMath

extension ArrayView {
  /// The share of values that are not 0, counted in up to 64 rows spread over `count`.
  ///
  /// - Throws: `NNError.memory`.
  package func density(count: Int, order: UnsafePointer<Int32>?) throws(NNError) -> Double {
    let values = try Buffer<Float>(count: columns)
    let looks = min(count, 64)
    var nonzero = 0
    for look in 0..<looks {
      let position = look * (count / looks)
      copyRow(order.map { Int($0[position]) } ?? position, into: values.base)
      for column in 0..<columns where values.base[column] != 0 { nonzero += 1 }
    }
    return Double(nonzero) / Double(max(1, looks * columns))
  }
}
