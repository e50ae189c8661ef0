import CKernels
import CPlatform
import NNData
import NNErrors
import NNMath
import NNOptions

/// Networks that learn side by side in one model and predict together. The last layer has the
/// outputs of each, one network's after the other's; layers with `groups` keep the networks apart.
/// Each is trained with a loss of its own, and a prediction is the mean of theirs: of
/// probabilities, rates or values.
///
/// References: Hansen and Salamon 1990 (ensembles); Gorishniy, Kotelnikov and Babenko 2024 (TabM:
/// for tables, members of one model).
enum Members {
  private static let range = 1...1024

  /// - Throws: `NNError.argument`.
  static func read(_ options: inout Options, lastUnits: Int) throws(NNError) -> Int {
    let members = try options.integer("members", default: 1, in: range)
    if members == 1 { options.leaveOut("members") }
    guard lastUnits % members == 0 else {
      throw .argument(
        "spec: members must divide the outputs of the last layer, got members \(members) and "
          + "\(lastUnits) outputs")
    }
    return members
  }
}

extension Model {
  package var members: Int { spec.members }

  /// The raw outputs of the last layer, a row for each member of each row.
  package func rowsOfMembers(_ raw: Matrix) -> Matrix {
    Matrix(raw.base, rows: raw.rows * members, columns: outputSize)
  }

  /// Replaces the raw outputs of all members, in their memory, by those that predict the mean of
  /// the members' predictions.
  ///
  /// - Parameters:
  ///   - raw: [rows × members · outputs]
  ///   - samples: if they hold out rows, only the members that do not learn from a row predict it.
  ///   - start: the place among them of the first row.
  /// - Returns: [rows × outputs]
  package func joinMembers(
    _ raw: Matrix, of samples: SampleRows? = nil, from start: Int = 0
  ) -> Matrix {
    let function = spec.loss.output
    // The mean of probabilities near 1 would lose what they lack of 1.
    let isTwoSided = function == .sigmoid
    if !isTwoSided { function.apply(rowsOfMembers(raw)) }
    let joined = Matrix(raw.base, rows: raw.rows, columns: outputSize)
    let heldOut = samples?.heldOut
    for row in 0..<joined.rows {
      // Behind what it replaces: a member's values are read before they are written over.
      let (values, mean) = (raw.row(row), joined.row(row))
      let source = samples?.source(start + row) ?? 0
      for output in 0..<outputSize {
        var sum = 0.0
        var (rest, count) = (0.0, 0.0)
        for member in 0..<members where heldOut?.holds(member, row: source) ?? true {
          let value = Double(values[member * outputSize + output])
          sum += isTwoSided ? 1 / (1 + nnc_exp(-value)) : value
          rest += isTwoSided ? 1 / (1 + nnc_exp(value)) : 0
          count += 1
        }
        mean[output] = Float(isTwoSided ? nnc_log(sum) - nnc_log(rest) : sum / count)
      }
    }
    if !isTwoSided { function.invert(joined) }
    return joined
  }
}

extension OutputFunction {
  /// Replaces probabilities or rates by raw outputs that have them.
  func invert(_ outputs: Matrix) {
    switch self {
    case .identity, .sigmoid: break
    case .softmax, .exponential:
      for index in 0..<outputs.count {
        outputs.base[index] = max(outputs.base[index], Float.leastNormalMagnitude)
      }
      nnk_kernels().pointee.logarithms(outputs.base, outputs.count)
    }
  }
}
