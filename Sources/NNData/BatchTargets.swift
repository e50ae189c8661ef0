import NNErrors
import NNMath

/// The targets of a batch.
package enum TargetRows {
  /// A class index a row.
  case indices(UnsafePointer<Int32>)
  /// [rows × outputs]
  case values(Matrix)
}

/// Memory for the targets and sample weights of one batch.
package struct BatchTargets {
  private let outputs: Int
  private let indices: Buffer<Int32>
  private let values: Buffer<Float>
  private let weights: Buffer<Float>
  private let scaling: TargetScaling?
  private let members: Int

  /// - Parameters:
  ///   - scaling: applied to the targets; nil: they stay as they are.
  ///   - members: so many rows, one after the other, have the same target.
  package init(
    rows: Int, outputs: Int, scaling: TargetScaling?, members: Int = 1
  ) throws(NNError) {
    let rows = try checkedProduct(rows, members, "batch targets")
    (self.outputs, self.scaling, self.members) = (outputs, scaling, members)
    indices = try Buffer(count: rows)
    values = try Buffer(count: try checkedProduct(rows, outputs, "batch targets"))
    weights = try Buffer(count: rows)
  }

  /// Gathers the targets and weights at positions start ..< start + count.
  package func load(
    _ samples: SampleRows, from start: Int, count: Int, asIndices: Bool
  ) -> (targets: TargetRows, weights: UnsafePointer<Float>?) {
    samples.weights?.gather(from: start, count: count, order: samples.order, into: weights.base)
    let holdsOut = members > 1 && samples.heldOut != nil
    let loaded = samples.weights == nil && !holdsOut ? nil : UnsafePointer(weights.base)
    if samples.weights != nil { repeatRows(weights.base, rows: count, columns: 1) }
    if holdsOut { holdOut(samples, from: start, count: count) }
    if asIndices {
      samples.targets.gatherIndices(
        from: start, count: count, order: samples.order, below: outputs, into: indices.base)
      repeatRows(indices.base, rows: count, columns: 1)
      return (.indices(UnsafePointer(indices.base)), loaded)
    }
    samples.targets.gather(from: start, count: count, order: samples.order, into: values.base)
    let targets = Matrix(values.base, rows: count, columns: samples.targets.columns)
    scaling?.apply(to: targets)
    repeatRows(values.base, rows: count, columns: targets.columns)
    return (.values(Matrix(values.base, rows: count * members, columns: targets.columns)), loaded)
  }

  /// A member's own rows weigh nothing.
  private func holdOut(_ samples: SampleRows, from start: Int, count: Int) {
    guard let heldOut = samples.heldOut else { return }
    if samples.weights == nil {
      for index in 0..<count * members { weights.base[index] = 1 }
    }
    for row in 0..<count {
      let source = samples.source(start + row)
      for member in 0..<members where heldOut.holds(member, row: source) {
        weights.base[row * members + member] = 0
      }
    }
  }

  /// Puts each row once for each member, from the last one on.
  private func repeatRows<Value: BitwiseCopyable>(
    _ values: UnsafeMutablePointer<Value>, rows: Int, columns: Int
  ) {
    guard members > 1 else { return }
    for row in stride(from: rows - 1, through: 0, by: -1) {
      for member in stride(from: members - 1, through: 0, by: -1) {
        for column in 0..<columns {
          values[(row * members + member) * columns + column] = values[row * columns + column]
        }
      }
    }
  }
}
