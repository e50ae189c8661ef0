import NNErrors
import NNJSON
import NNMath
import NNOptions

extension LayerKind {
  /// Every output is a weighted sum of all inputs: `y = f(x · Wᵀ + b)`; with `groups`, of the
  /// inputs of its group.
  static let dense = LayerKind(
    name: "dense",
    example:
      #"{"type": "dense", "units": 5, "activation": "tanh", "init": "he_normal", "bias_init": {"type": "constant", "value": 0.1}}"#
  ) { options, input throws(NNError) in
    let own = try DenseOptions(&options)
    return own.groups == 1
      ? DenseLayer(own, inputSize: input.count)
      : try GroupedDenseLayer(own, inputSize: input.count, owner: options.owner)
  }
}

/// The checked options of a dense layer.
struct DenseOptions {
  /// Bounds a single option; the memory of the whole model is checked as well.
  private static let unitsRange = 1...16_777_216

  let units: Int
  let activation: ActivationFunction
  let fillWeight: InitializerFunction
  let hasBias: Bool
  let fillBias: InitializerFunction
  let groups: Int

  init(_ options: inout Options) throws(NNError) {
    units = try options.integer("units", in: Self.unitsRange)
    activation = try options.activation()
    fillWeight = try options.initializer("init")
    hasBias = try options.flag("bias", default: true)
    fillBias = try options.initializer("bias_init")
    groups = try options.integer("groups", default: 1, in: Self.unitsRange)
    if groups == 1 { options.leaveOut("groups") }
  }
}

/// Weight W is [units × inputSize], stored [inputSize × units]; bias b is [units].
final class DenseLayer: Layer {
  let outputShape: Shape
  let sliceCount: Int
  private let inputSize: Int
  /// Inputs in one part of the gradients.
  private let inputsOfSlice: Int
  private let weight: Parameter
  private let bias: Parameter?
  private let activation: ActivationFunction
  private let fillWeight: InitializerFunction
  private let fillBias: InitializerFunction

  fileprivate init(_ options: DenseOptions, inputSize: Int) {
    self.inputSize = inputSize
    outputShape = Shape(options.units)
    // Few enough that a part fits into the first-level cache; enough that the batch is not read too
    // often.
    inputsOfSlice = max(48, 4096 / options.units / 12 * 12)
    sliceCount = (inputSize + inputsOfSlice - 1) / inputsOfSlice
    activation = options.activation
    fillWeight = options.fillWeight
    fillBias = options.fillBias
    weight = Parameter("weight", Shape(options.units, inputSize))
    bias = options.hasBias ? Parameter("bias", Shape(options.units), isBias: true) : nil
  }

  var tensors: [Parameter] { bias.map { [weight, $0] } ?? [weight] }
  var slices: (any GradientSlices)? { self }
  var readsRows: Bool { true }
  /// Inputs of the next rows to prefetch in the forward pass. The others are fetched with the
  /// gradients: if one pass fetched all, a narrow layer would wait for memory.
  private var inputsFetchedForward: Int { sliceCount / 2 * inputsOfSlice }

  func memory(rows: Int, training: Bool) -> LayerMemory {
    LayerMemory(
      savedPerRow: activation.needsInput ? outputSize : 0,
      temporary: max(
        training ? (inputsOfSlice + 1) * outputSize : 0,
        spareForProducts(
          rows: rows, factor: weight.count, outputs: outputSize, training: training)))
  }

  func initialize(_ random: inout RandomGenerator) throws(NNError) {
    try weight.fill(fillWeight, fanIn: inputSize, &random)
    try bias?.fill(fillBias, fanIn: inputSize, &random)
  }

  func forward(_ step: LayerStep) {
    let output = step.output
    multiply(
      step.inputRows, weight.stored, bias: bias.map { UnsafePointer($0.base) },
      isRectified: activation.isRectifier, into: output, spare: step.temporary,
      nonzeros: step.nonzeros,
      ahead: step.nextRows.map { RowsAhead($0, columns: inputsFetchedForward) }, pool: step.pool)
    if activation.isRectifier { return }
    if step.isTraining, activation.needsInput {
      step.saved.copy(from: output.base, count: output.count)
    }
    activation.apply(output)
  }

  func backward(_ step: LayerStep) {
    let gradient = step.outputGradient
    let z = Matrix(step.saved, rows: gradient.rows, columns: gradient.columns)
    activation.differentiate(gradient, z, step.output)
    if let inputGradient = step.inputGradient {
      multiplyTransposed(
        step.outputGradientRows, weight.stored, into: inputGradient, spare: step.temporary,
        pool: step.pool)
    }
  }
}

/// The gradients of weight and bias in slices of inputs: a slice fits into the first-level cache.
extension DenseLayer: GradientSlices {
  func offset(slice: Int) -> Int { weight.offset + slice * inputsOfSlice * outputSize }

  func gradient(
    slice: Int, _ step: LayerStep, into place: GradientPlace, fused: FusedSGD?
  ) -> GradientSpan {
    let start = slice * inputsOfSlice
    let inputs = min(inputsOfSlice, inputSize - start)
    let offset = self.offset(slice: slice)
    let values =
      switch place {
      case .model: step.gradients + offset
      case .temporary(let memory): memory
      }
    let part = Matrix(values, rows: inputs, columns: outputSize)
    weightGradient(part, from: start, step, fused)
    let done = fused == nil ? 0 : part.count
    var count = part.count - done
    if bias != nil, start + inputs == inputSize {
      // The bias follows the weight.
      columnSums(
        step.outputGradient.base, rows: step.outputGradient.rows, columns: outputSize,
        into: values + part.count)
      count += outputSize
    }
    return GradientSpan(offset: offset + done, count: count, values: values + done)
  }

  /// Computes the weight's gradient for inputs from `start` on, or makes the fused step with it.
  private func weightGradient(
    _ part: Matrix, from start: Int, _ step: LayerStep, _ fused: FusedSGD?
  ) {
    let (rows, gradient) = (step.inputRows, step.outputGradient)
    let next = step.nonzeros == nil && start < inputsFetchedForward ? nil : step.nextRows
    guard var fused else {
      return multiplyFirstTransposed(
        rows, from: start, gradient, into: part, next: next, nonzeros: step.nonzeros)
    }
    multiplyFirstTransposed(
      rows, from: start, gradient, into: part, next: next, descent: &fused,
      nonzeros: step.nonzeros)
  }

  func bound(_ step: LayerStep, inputMagnitude: Float?) -> Float {
    let gradient = step.outputGradient
    return Float(gradient.rows) * largestMagnitude(gradient.base, gradient.count)
      * max(1, inputMagnitude ?? largestMagnitude(step.inputRows))
  }
}
