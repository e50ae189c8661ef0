import CKernels
import NNErrors
import NNJSON
import NNMath
import NNOptions

extension Loss {
  /// `-Σ_c q_c · log softmax(z)_c`, q the target distribution mixed with `label_smoothing`/K.
  ///
  /// Weighted mean as PyTorch's CrossEntropyLoss with class indices. One-hot rows give the same
  /// numbers as their indices; for soft rows PyTorch divides by their count, this by their weight.
  /// Reference: torch.nn.CrossEntropyLoss; smoothing: Szegedy et al. 2016, section 7.
  static let softmaxCrossEntropy = Loss(
    name: "softmax_cross_entropy",
    example: #"{"type": "softmax_cross_entropy", "label_smoothing": 0.1}"#
  ) { options, outputs throws(NNError) in
    guard outputs >= 2 else {
      throw .argument(
        "\(options.owner): it needs at least 2 outputs, the last layer has \(outputs); "
          + "use binary_cross_entropy for one output")
    }
    let smoothing = try options.number("label_smoothing", default: 0, in: .closed(0, 1))
    return LossFunction(output: .softmax, targets: .classes, classCount: outputs) { input in
      crossEntropy(input, smoothing: smoothing)
    }
  }
}

private func crossEntropy(_ input: LossInput, smoothing: Double) -> LossSum {
  let rows = input.outputs.rows
  var all = 0.0
  for row in 0..<rows { all += rowWeight(input, row) }
  let exponentials = Exponentials(input)
  var total = 0.0
  for row in 0..<rows {
    let weight = input.weight(row)
    let logSum = exponentials.logSum(row)
    let scale = all > 0 ? weight / all : 0
    let loss: Double
    if case .indices(let indices) = input.targets, input.classWeights == nil {
      loss = indexLoss(
        input, row, Int(indices[row]), smoothing: smoothing, logSum: logSum, scale: scale)
    } else {
      loss = rowLoss(input, row, smoothing: smoothing, logSum: logSum, scale: scale)
    }
    // A row with non-finite logits makes the loss NaN, even if its weight would multiply it away.
    if weight > 0 { total += logSum.isFinite ? weight * loss : .nan }
  }
  return LossSum(total: total, weight: all)
}

/// softmax of all rows, in the gradient if there is one, and what its logarithm needs.
private struct Exponentials {
  private let input: LossInput
  private let peaks: UnsafeMutablePointer<Float>
  private let logs: UnsafeMutablePointer<Float>

  init(_ input: LossInput) {
    self.input = input
    let outputs = input.outputs
    peaks = input.scratch
    logs = peaks + outputs.rows
    let probabilities = input.gradient?.base ?? logs + outputs.rows
    let kernels = nnk_kernels().pointee
    kernels.softmax(outputs.base, outputs.rows, outputs.columns, probabilities, peaks, logs)
    kernels.logarithms(logs, outputs.rows)
  }

  /// log Σ e^z; in double, as the largest logit may have many digits.
  func logSum(_ row: Int) -> Double {
    input.isPrecise
      ? logSumExp(input.outputs.row(row), input.outputs.columns)
      : Double(peaks[row]) + Double(logs[row])
  }
}

/// The weight of a row in the mean: sample weight times the weight of its class or classes.
private func rowWeight(_ input: LossInput, _ row: Int) -> Double {
  guard let classes = input.classWeights else {
    guard case .values(let targets) = input.targets else { return input.weight(row) }
    var mass = 0.0
    for column in 0..<targets.columns { mass += Double(targets.row(row)[column]) }
    return input.weight(row) * mass
  }
  switch input.targets {
  case .indices(let indices): return input.weight(row) * Double(classes[Int(indices[row])])
  case .values(let targets):
    var mass = 0.0
    for column in 0..<targets.columns {
      mass += Double(targets.row(row)[column]) * Double(classes[column])
    }
    return input.weight(row) * mass
  }
}

/// Loss of one row, and its gradient scaled: `scale · (p_j · Σ q - q_j)`. On entry the gradient
/// holds p.
private func rowLoss(
  _ input: LossInput, _ row: Int, smoothing: Double, logSum: Double, scale: Double
) -> Double {
  let logits = input.outputs.row(row)
  let columns = input.outputs.columns
  var loss = 0.0
  var mass = 0.0
  for column in 0..<columns {
    let share = target(input, row, column, smoothing: smoothing)
    // 0 · ∞ is 0 here: a class with no share of the target adds nothing.
    if share != 0 { loss += share * (logSum - Double(logits[column])) }
    mass += share
  }
  if let gradient = input.gradient?.row(row) {
    for column in 0..<columns {
      let share = target(input, row, column, smoothing: smoothing)
      gradient[column] =
        scale > 0 ? Float(scale * (Double(gradient[column]) * mass - share)) : 0
    }
  }
  return loss
}

/// As `rowLoss` for a class index: q is smoothing / K everywhere, and 1 - smoothing more at the
/// index.
private func indexLoss(
  _ input: LossInput, _ row: Int, _ index: Int, smoothing: Double, logSum: Double, scale: Double
) -> Double {
  let logits = input.outputs.row(row)
  let columns = input.outputs.columns
  if let gradient = input.gradient?.row(row) {
    let (factor, base) = (Float(scale), Float(smoothing / Double(columns)))
    // p - 1 of the right class is minus the others' sum, which keeps its digits where p is near 1.
    gradient[index] = 0
    var others: Float = 0
    for column in 0..<columns {
      others += gradient[column]
      gradient[column] = factor * (gradient[column] - base)
    }
    gradient[index] = factor * (Float(smoothing) - base - others)
  }
  let loss = logSum - Double(logits[index])
  guard smoothing > 0 else { return loss }
  var sum = 0.0
  for column in 0..<columns { sum += logSum - Double(logits[column]) }
  return (1 - smoothing) * loss + smoothing / Double(columns) * sum
}

/// q_c: the target distribution with smoothing and class weight.
@inline(__always)
private func target(_ input: LossInput, _ row: Int, _ column: Int, smoothing: Double) -> Double {
  let share: Double
  switch input.targets {
  case .indices(let indices): share = Int(indices[row]) == column ? 1 : 0
  case .values(let targets): share = Double(targets.row(row)[column])
  }
  let smooth = share * (1 - smoothing) + smoothing / Double(input.outputs.columns)
  return input.classWeights.map { smooth * Double($0[column]) } ?? smooth
}
