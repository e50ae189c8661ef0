import NNMath

/// A named tensor of a layer. Its values stand in the model's one block of weights.
///
/// Outside, in files and for callers, a tensor has PyTorch's order, row by row. In memory it is
/// turned: the values of one input lie side by side, as the products of a dense layer and the zeros
/// among its inputs want them. `exportRows` and `importRows` are the border.
package final class Parameter {
  /// The role of a tensor.
  package enum Role: Sendable {
    /// An optimiser changes it.
    case trainable
    /// Training gathers it beside the optimiser: a running statistic.
    case statistic
  }

  /// The name below the layer: `weight`.
  package let name: String
  /// As in a file: `[units, inputs]`.
  package let shape: Shape
  package let role: Role
  /// Whether `decay_bias` and a bias's own initialiser concern it.
  package let isBias: Bool
  /// Whether its values are variances, which are never negative.
  package let isVariance: Bool
  /// Where its values begin in the model's weights.
  package private(set) var offset = 0
  package private(set) var base: UnsafeMutablePointer<Float>

  /// - Parameter keepsOrder: whether it is stored as in a file: for tensors whose rows are looked
  ///   up.
  package init(
    _ name: String, _ shape: Shape, role: Role = .trainable, isBias: Bool = false,
    isVariance: Bool = false, keepsOrder: Bool = false
  ) {
    (self.name, self.shape, self.role) = (name, shape, role)
    (self.isBias, self.isVariance) = (isBias, isVariance)
    (count, rows) = (shape.count, keepsOrder ? shape.count : shape[0])
    rowSize = shape.isFlat || keepsOrder ? 1 : shape.count / max(1, shape[0])
    // Replaced by bind before anyone reads; never followed.
    base = UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
  }

  /// Values; checked for overflow when the spec was.
  package let count: Int
  /// The first dimension: outputs of a layer; of a tensor that keeps its order all values.
  private let rows: Int
  /// The product of the other dimensions: values for one output; 1 of such a tensor.
  private let rowSize: Int

  /// [rowSize × rows]: the values as they are stored.
  package var stored: Matrix { Matrix(base, rows: rowSize, columns: rows) }

  /// Where its values are in a block of gradients.
  package func gradient(in gradients: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    gradients + offset
  }

  /// Turns stored values into rows.
  package func exportRows(
    _ stored: UnsafePointer<Float>, to values: UnsafeMutablePointer<Float>
  ) {
    transpose(stored, rows: rowSize, columns: rows, into: values)
  }

  /// Turns rows into stored values.
  package func importRows(
    _ values: UnsafePointer<Float>, into stored: UnsafeMutablePointer<Float>
  ) {
    transpose(values, rows: rows, columns: rowSize, into: stored)
  }

  package func bind(to weights: UnsafeMutablePointer<Float>, offset: Int) {
    self.offset = offset
    base = weights + offset
  }
}
