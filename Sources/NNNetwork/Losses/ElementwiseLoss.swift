import NNErrors
import NNMath

/// One output and its target.
struct LossElement {
  let output: Double
  let target: Double
  let column: Int
  fileprivate let prepared: UnsafePointer<Float>
  fileprivate let stride: Int
  let isPrecise: Bool

  /// What `prepare` has left for this output.
  var first: Double { Double(prepared[0]) }
  var second: Double { Double(prepared[stride]) }
}

extension LossFunction {
  /// A loss that adds up over outputs: mean over the outputs of a row, weighted mean over the rows.
  ///
  /// - Parameters:
  ///   - prepare: fills the first rows · outputs floats of the scratch, and the second, with what
  ///     `element` wants to know of each output.
  ///   - element: the loss of one output and its derivative, in double so that the sum keeps the
  ///     digits.
  static func elementwise(
    output: OutputFunction, targets: TargetRule, classCount: Int? = nil,
    prepare: (@Sendable (LossInput) -> Void)? = nil,
    _ element: @escaping @Sendable (LossElement) -> (loss: Double, slope: Double)
  ) -> LossFunction {
    LossFunction(output: output, targets: targets, classCount: classCount) { input in
      guard case .values(let targets) = input.targets else { return LossSum() }
      prepare?(input)
      let columns = input.outputs.columns
      let all = totalWeight(input, targets)
      let share = all > 0 ? 1 / (all * Double(columns)) : 0
      var total = 0.0
      for row in 0..<input.outputs.rows {
        let weight = rowWeight(input, targets, row)
        let (outputs, wanted) = (input.outputs.row(row), targets.row(row))
        var sum = 0.0
        for column in 0..<columns {
          let (loss, slope) = element(
            LossElement(
              output: Double(outputs[column]), target: Double(wanted[column]), column: column,
              prepared: input.scratch + row * columns + column, stride: input.outputs.count,
              isPrecise: input.isPrecise))
          sum += loss
          if let gradient = input.gradient {
            gradient.row(row)[column] = weight > 0 ? Float(weight * share * slope) : 0
          }
        }
        if weight > 0 { total += weight * sum / Double(columns) }
      }
      return LossSum(total: total, weight: all)
    }
  }
}

/// Sample weight times class weight; a soft binary target takes both classes' weights in its shares.
private func rowWeight(_ input: LossInput, _ targets: Matrix, _ row: Int) -> Double {
  guard let classes = input.classWeights else { return input.weight(row) }
  let target = Double(targets.row(row)[0])
  return input.weight(row) * (target * Double(classes[1]) + (1 - target) * Double(classes[0]))
}

private func totalWeight(_ input: LossInput, _ targets: Matrix) -> Double {
  if input.sampleWeights == nil, input.classWeights == nil { return Double(input.outputs.rows) }
  var sum = 0.0
  for row in 0..<input.outputs.rows { sum += rowWeight(input, targets, row) }
  return sum
}
