import CPlatform
import NNErrors
import NNJSON
import NNKernels
import NNMath

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
  var all = 0.0
  for row in 0..<input.outputs.rows { all += rowWeight(input, row) }
  var total = 0.0
  for row in 0..<input.outputs.rows {
    let weight = input.weight(row)
    let loss = rowLoss(input, row, smoothing: smoothing, scale: all > 0 ? weight / all : 0)
    if weight > 0 { total += weight * loss }
  }
  return LossSum(total: total, weight: all)
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

/// Loss of one row, and its gradient scaled: `scale · (p_j · Σ q - q_j)`.
private func rowLoss(_ input: LossInput, _ row: Int, smoothing: Double, scale: Double) -> Double {
  let logits = input.outputs.row(row)
  let columns = input.outputs.columns
  let logSum = logSumExp(logits, columns)
  var loss = 0.0
  var mass = 0.0
  for column in 0..<columns {
    let share = target(input, row, column, smoothing: smoothing)
    // 0 · ∞ is 0 here: what has no share of the target costs nothing.
    if share != 0 { loss += share * (logSum - Double(logits[column])) }
    mass += share
  }
  if let gradient = input.gradient {
    for column in 0..<columns {
      let probability = nnc_exp(Double(logits[column]) - logSum)
      let share = target(input, row, column, smoothing: smoothing)
      gradient.row(row)[column] = scale > 0 ? Float(scale * (probability * mass - share)) : 0
    }
  }
  // A row whose logits are not finite must show in the loss, also when its share hides it.
  return logSum.isFinite ? loss : .nan
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
