import NNErrors
import NNMath
import NNOptions

// What layers with a weight share: the options of activation and first values, and filling them.

extension Options {
  /// The function behind a layer's product.
  ///
  /// - Throws: `NNError.argument`.
  mutating func activation() throws(NNError) -> ActivationFunction {
    if let name = value("activation").map(kindName), LayerKind.isOnlyLayer(name) {
      throw .argument(
        "\(owner): activation must be a function, \"\(name)\" is a layer of its own; "
          + "put it behind this layer")
    }
    return try kind("activation", default: "identity") {
      (kind: Activation, inner) throws(NNError) in try kind.make(&inner)
    }
  }

  /// How a parameter's values begin.
  ///
  /// - Throws: `NNError.argument`.
  mutating func initializer(
    _ key: String, default standard: String = "pytorch"
  ) throws(NNError) -> InitializerFunction {
    try kind(key, default: standard) {
      (kind: Initializer, inner) throws(NNError) in try kind.make(&inner)
    }
  }
}

extension Parameter {
  /// Gives the values that a function draws in row order.
  ///
  /// - Throws: `NNError.memory`.
  func fill(
    _ draw: InitializerFunction, fanIn: Int, _ random: inout RandomGenerator
  ) throws(NNError) {
    let rows = try Buffer<Float>(count: count)
    try draw(
      InitializerTarget(
        values: rows.base, rows: shape[0], columns: count / max(1, shape[0]), fanIn: fanIn),
      &random)
    importRows(rows.base, into: base)
  }
}
