import CKernels
import NNData
import NNErrors
import NNMath

/// One output and its target.
struct LossElement {
  let output: Double
  let target: Double
  let column: Int
}

/// All outputs of a batch and their targets, and where losses and slopes go.
struct LossElements {
  let outputs: UnsafePointer<Float>
  let targets: UnsafePointer<Float>
  let count: Int
  let losses: UnsafeMutablePointer<Float>
  let slopes: UnsafeMutablePointer<Float>
}

extension LossFunction {
  /// A loss that adds up over outputs: mean over the outputs of a row, weighted mean over the rows.
  ///
  /// - Parameters:
  ///   - vectors: many elements at a time, in float; nil: only `element` will do.
  ///   - element: the loss of one output and its derivative, in double.
  static func elementwise(
    output: OutputFunction, targets: TargetDomain, classCount: Int? = nil,
    vectors: (@Sendable (LossElements) -> Void)? = nil,
    _ element: @escaping @Sendable (LossElement) -> (loss: Double, slope: Double)
  ) -> LossFunction {
    LossFunction(output: output, targets: targets, classCount: classCount) { input in
      guard case .values(let targets) = input.targets else { return LossSum() }
      let batch = ElementwiseBatch(input: input, targets: targets)
      if let vectors, !input.isPrecise { return batch.sum(vectors) }
      return batch.sum(element)
    }
  }
}

/// A batch whose losses are added up.
private struct ElementwiseBatch {
  let input: LossInput
  let targets: Matrix

  private var rows: Int { input.outputs.rows }
  private var columns: Int { input.outputs.columns }
  private var isWeighted: Bool { input.sampleWeights != nil || input.classWeights != nil }

  func sum(_ vectors: (LossElements) -> Void) -> LossSum {
    let count = input.outputs.count
    let elements = LossElements(
      outputs: input.outputs.base, targets: targets.base, count: count, losses: input.scratch,
      slopes: input.scratch + count)
    vectors(elements)
    let kernels = nnk_kernels()
    let all = totalWeight
    let share = self.share(of: all)
    guard isWeighted else {
      if let gradient = input.gradient {
        kernels.pointee.scaled(elements.slopes, count, Float(share), gradient.base)
      }
      let total = kernels.pointee.sum_in_double(elements.losses, count) / Double(columns)
      return LossSum(total: total, weight: all)
    }
    var total = 0.0
    for row in 0..<rows {
      let weight = weight(row)
      let start = row * columns
      if let gradient = input.gradient {
        // A row of weight 0 must not change the loss, whatever it holds.
        if weight > 0 {
          kernels.pointee.scaled(
            elements.slopes + start, columns, Float(weight * share), gradient.row(row))
        } else {
          gradient.row(row).update(repeating: 0, count: columns)
        }
      }
      if weight > 0 {
        total += weight * kernels.pointee.sum_in_double(elements.losses + start, columns)
      }
    }
    return LossSum(total: total / Double(columns), weight: all)
  }

  func sum(_ element: (LossElement) -> (loss: Double, slope: Double)) -> LossSum {
    let all = totalWeight
    let share = self.share(of: all)
    var total = 0.0
    for row in 0..<rows {
      let weight = weight(row)
      let (outputs, wanted) = (input.outputs.row(row), targets.row(row))
      var sum = 0.0
      for column in 0..<columns {
        let (loss, slope) = element(
          LossElement(
            output: Double(outputs[column]), target: Double(wanted[column]), column: column))
        sum += loss
        if let gradient = input.gradient {
          gradient.row(row)[column] = weight > 0 ? Float(weight * share * slope) : 0
        }
      }
      if weight > 0 { total += weight * sum / Double(columns) }
    }
    return LossSum(total: total, weight: all)
  }

  private func share(of all: Double) -> Double { all > 0 ? 1 / (all * Double(columns)) : 0 }

  /// Sample weight times class weight; a soft binary target takes both classes' weights in its
  /// shares.
  private func weight(_ row: Int) -> Double {
    guard let classes = input.classWeights else { return input.weight(row) }
    let target = Double(targets.row(row)[0])
    return input.weight(row) * (target * Double(classes[1]) + (1 - target) * Double(classes[0]))
  }

  private var totalWeight: Double {
    guard isWeighted else { return Double(rows) }
    var sum = 0.0
    for row in 0..<rows { sum += weight(row) }
    return sum
  }
}
