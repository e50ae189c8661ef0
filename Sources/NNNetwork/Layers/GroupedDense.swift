import NNErrors
import NNMath

/// A dense layer in groups: the inputs and the units are cut into equally many parts, and the units
/// of a part see its inputs alone. Weight W is [units × inputs of a part], stored turned; bias b is
/// [units].
final class GroupedDenseLayer: Layer {
  let outputShape: Shape
  private let options: DenseOptions
  private let product: GroupedProduct
  private let weight: Parameter
  private let bias: Parameter?

  /// - Throws: `NNError.argument` where inputs or units cannot be cut into so many parts.
  init(_ options: DenseOptions, inputSize: Int, owner: String) throws(NNError) {
    self.options = options
    let (groups, units) = (options.groups, options.units)
    guard inputSize % groups == 0, units % groups == 0 else {
      throw .argument(
        "\(owner): groups must divide the inputs and the units, got groups \(groups), \(inputSize) "
          + "inputs and \(units) units")
    }
    outputShape = Shape(units)
    product = GroupedProduct(groups: groups, inputs: inputSize / groups, outputs: units / groups)
    weight = Parameter("weight", Shape(units, inputSize / groups))
    bias = options.hasBias ? Parameter("bias", Shape(units), isBias: true) : nil
  }

  var tensors: [Parameter] { bias.map { [weight, $0] } ?? [weight] }
  var readsRows: Bool { true }
  private var fanIn: Int { weight.shape[1] }

  func memory(rows: Int, training: Bool) -> LayerMemory {
    LayerMemory(
      savedPerRow: options.activation.needsInput ? outputSize : 0,
      temporary: spareForProducts(
        rows: rows, factor: weight.count, outputs: outputSize, training: training))
  }

  func initialize(_ random: inout RandomGenerator) throws(NNError) {
    try weight.fill(options.fillWeight, fanIn: fanIn, &random)
    try bias?.fill(options.fillBias, fanIn: fanIn, &random)
  }

  func forward(_ step: LayerStep) {
    let output = step.output
    product.multiply(
      step.inputRows, weight.base, bias: bias.map { UnsafePointer($0.base) }, into: output,
      spare: step.temporary, pool: step.pool)
    if step.isTraining, options.activation.needsInput {
      step.saved.copy(from: output.base, count: output.count)
    }
    options.activation.apply(output)
  }

  func backward(_ step: LayerStep) {
    let gradient = step.outputGradient
    let z = Matrix(step.saved, rows: gradient.rows, columns: gradient.columns)
    options.activation.differentiate(gradient, z, step.output)
    if let inputGradient = step.inputGradient {
      product.multiplyTransposed(
        step.outputGradientRows, weight.base, into: inputGradient, spare: step.temporary,
        pool: step.pool)
    }
    product.multiplyFirstTransposed(
      step.inputRows, gradient, into: weight.gradient(in: step.gradients))
    if let bias {
      columnSums(
        gradient.base, rows: gradient.rows, columns: outputSize,
        into: bias.gradient(in: step.gradients))
    }
  }
}
