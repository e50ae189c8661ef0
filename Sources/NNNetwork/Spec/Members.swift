import CKernels
import NNData
import NNErrors
import NNMath
import NNOptions

/// Networks that learn side by side in one model and predict together. The last layer has the outputs
/// of each, one network's after the other's; layers with `groups` keep the networks apart. Each is
/// trained with a loss of its own, and a prediction is the mean of theirs: of probabilities, rates or
/// values.
///
/// References: Hansen and Salamon 1990 (ensembles); Gorishniy, Kotelnikov and Babenko 2024 (TabM: for
/// tables, members of one model).
enum Members {
  private static let range = 1...1024

  /// - Throws: `NNError.argument`.
  static func read(_ options: inout Options, lastUnits: Int) throws(NNError) -> Int {
    let members = try options.integer("members", default: 1, in: range)
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

  /// Replaces the raw outputs of all members, in their memory, by those that predict the mean of the
  /// members' predictions.
  ///
  /// - Parameters:
  ///   - raw: [rows × members · outputs]
  ///   - samples: if they hold out rows, only the members that do not learn from a row predict it.
  ///   - start: the place among them of the first row.
  /// - Returns: [rows × outputs]
  package func joinMembers(
    _ raw: Matrix, of samples: SampleRows? = nil, from start: Int = 0
  ) -> Matrix {
    spec.loss.output.apply(rowsOfMembers(raw))
    let joined = Matrix(raw.base, rows: raw.rows, columns: outputSize)
    let heldOut = samples?.heldOut
    for row in 0..<joined.rows {
      // Behind what it replaces: a member's values are read before they are written over.
      let (values, mean) = (raw.row(row), joined.row(row))
      let source = samples?.source(start + row) ?? 0
      for output in 0..<outputSize {
        var (sum, count): (Float, Float) = (0, 0)
        for member in 0..<members where heldOut?.holds(member, row: source) ?? true {
          sum += values[member * outputSize + output]
          count += 1
        }
        mean[output] = sum / count
      }
    }
    spec.loss.output.invert(joined)
    return joined
  }
}

extension OutputFunction {
  /// Replaces probabilities, rates or values by raw outputs that have them. Probabilities closer to 0
  /// or 1 than a float can be told from 1 count as that close.
  func invert(_ outputs: Matrix) {
    let count = outputs.count
    switch self {
    case .identity: break
    case .softmax, .exponential:
      for index in 0..<count {
        outputs.base[index] = max(outputs.base[index], Float.leastNormalMagnitude)
      }
      nnk_kernels().pointee.logarithms(outputs.base, count)
    case .sigmoid:
      let least = Float.ulpOfOne / 2
      for index in 0..<count {
        let share = min(max(outputs.base[index], least), 1 - least)
        outputs.base[index] = share / (1 - share)
      }
      nnk_kernels().pointee.logarithms(outputs.base, count)
    }
  }
}
