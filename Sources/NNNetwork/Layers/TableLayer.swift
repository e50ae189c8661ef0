import NNData
import NNErrors
import NNMath
import NNOptions

extension LayerKind {
  /// A dense layer over the columns of a table: `y = f(s ∘ d · Wᵀ + b)`, d what is derived from the
  /// columns. Of a number: itself, and ones for the bins below it, its share of the bin it is in,
  /// zeros above. Of a category: one-hot codes up to `one_hot_up_to` levels, above an embedding of
  /// `category_size`. The scale s of each derived input is trained, too. Where it is not the first
  /// layer of a spec with columns, its inputs are numbers without bins.
  ///
  /// References: Gorishniy, Rubachev and Babenko 2022 (piecewise-linear embedding); Guo and
  /// Berkhahn 2016 (embeddings of categories); Holzmüller, Grinsztajn and Steinwart 2024 (scale).
  static let table = LayerKind(
    name: "table",
    example:
      #"{"type": "table", "units": 5, "activation": "silu", "init": "he_normal", "bias_init": {"type": "constant", "value": 0.1}, "input_scale": false, "one_hot_up_to": 2, "category_size": 3, "category_init": "zeros"}"#,
    ofLayers: { options, input, reader throws(NNError) in
      let layer = try TableLayerOptions(&options)
      let inputs =
        if let features = reader.featuresOfLayer { try TableInputs(features, layer) } else {
          try TableInputs(scalars: input.count)
        }
      return .layer(TableLayer(layer, inputs), kind: "table")
    })
}

/// The checked options of a table layer.
struct TableLayerOptions {
  let units: Int
  let activation: ActivationFunction
  let fillWeight: InitializerFunction
  let fillBias: InitializerFunction
  let fillEmbedding: InitializerFunction
  let hasScale: Bool
  /// Categories of so many levels, and up to those, are one-hot.
  let mostOneHot: Int
  let embeddingSize: Int

  init(_ options: inout Options) throws(NNError) {
    units = try options.integer("units", in: 1...16_777_216)
    activation = try options.kind("activation", default: "identity") {
      (kind: Activation, inner) throws(NNError) in try kind.make(&inner)
    }
    fillWeight = try Self.initializer(&options, "init", default: "pytorch")
    fillBias = try Self.initializer(&options, "bias_init", default: "pytorch")
    hasScale = try options.flag("input_scale", default: true)
    mostOneHot = try options.integer("one_hot_up_to", default: 9, in: 0...LevelSet.mostLevels)
    embeddingSize = try options.integer("category_size", default: 8, in: 1...4096)
    fillEmbedding = try Self.initializer(
      &options, "category_init", default: #"{"type": "normal", "std": 0.3}"#)
  }

  private static func initializer(
    _ options: inout Options, _ key: String, default standard: String
  ) throws(NNError) -> InitializerFunction {
    try options.kind(key, default: standard) {
      (kind: Initializer, inner) throws(NNError) in try kind.make(&inner)
    }
  }
}

/// Weight W is [units × derived], stored [derived × units]; scale s is [derived]; each embedding is
/// [codes × size].
final class TableLayer: Layer {
  let outputShape: Shape
  let inputs: TableInputs
  private let options: TableLayerOptions
  private let weight: Parameter
  private let bias: Parameter
  private let inputScale: Parameter?
  private let embeddings: [Parameter]

  init(_ options: TableLayerOptions, _ inputs: TableInputs) {
    (self.options, self.inputs) = (options, inputs)
    outputShape = Shape(options.units)
    weight = Parameter("weight", Shape(options.units, inputs.derived))
    bias = Parameter("bias", Shape(options.units), isBias: true)
    inputScale =
      options.hasScale ? Parameter("input_scale", Shape(inputs.derived), isBias: true) : nil
    embeddings = inputs.embedded.map {
      Parameter(
        "embedding.\($0.input).weight", Shape($0.codes, options.embeddingSize), keepsOrder: true)
    }
  }

  var tensors: [Parameter] {
    [weight, bias] + (inputScale.map { [$0] } ?? []) + embeddings
  }
  var readsRows: Bool { true }
  private var units: Int { outputShape.count }

  func memory(rows: Int, training: Bool) -> LayerMemory {
    // Terms are 16 bytes. Sums before each bin, or their gradients; those of the weights.
    let terms = 4 * (inputs.mostTerms + 1) + 16
    let sums = (inputs.sums + 1) * units
    let means = inputs.embedded.count * options.embeddingSize
    return LayerMemory(
      savedPerRow: options.activation.needsInput ? units : 0,
      temporary: terms + sums + means
        + (training ? inputs.derived * units + options.embeddingSize : 0))
  }

  func initialize(_ random: inout RandomGenerator) throws(NNError) {
    let rows = try Buffer<Float>(count: weight.count)
    try options.fillWeight(
      InitializerTarget(
        values: rows.base, rows: units, columns: inputs.derived, fanIn: inputs.derived), &random)
    weight.importRows(rows.base, into: weight.base)
    try options.fillBias(
      InitializerTarget(values: bias.base, rows: units, columns: 1, fanIn: inputs.derived),
      &random)
    inputScale?.base.update(repeating: 1, count: inputs.derived)
    for embedding in embeddings {
      try options.fillEmbedding(
        InitializerTarget(
          values: embedding.base, rows: embedding.shape[0], columns: embedding.shape[1],
          fanIn: embedding.shape[0]), &random)
    }
  }

  func forward(_ step: LayerStep) {
    let output = step.output
    let pass = pass(step)
    if output.rows > 1 { pass.addUpBins() }
    for row in 0..<output.rows {
      let count = pass.terms(of: step.inputRows.base[row], alone: output.rows == 1)
      combine(pass.terms, count, bias: bias.base, into: output.row(row), columns: units)
    }
    if step.isTraining, options.activation.needsInput {
      step.saved.update(from: output.base, count: output.count)
    }
    options.activation.apply(output)
  }

  private func pass(_ step: LayerStep) -> TablePass {
    TablePass(
      inputs: inputs, units: units, size: options.embeddingSize, weight: weight.base,
      scale: inputScale.map { UnsafePointer($0.base) },
      embeddings: embeddings, temporary: step.temporary)
  }

  func backward(_ step: LayerStep) {
    let gradient = step.outputGradient
    let z = Matrix(step.saved, rows: gradient.rows, columns: gradient.columns)
    options.activation.differentiate(gradient, z, step.output)
    columnSums(
      gradient.base, rows: gradient.rows, columns: units, into: bias.gradient(in: step.gradients))
    let pass = pass(step)
    let weightGradient = weight.gradient(in: step.gradients)
    weightGradient.update(repeating: 0, count: weight.count)
    for embedding in embeddings {
      embedding.gradient(in: step.gradients).update(repeating: 0, count: embedding.count)
    }
    pass.clearSums()
    for row in 0..<gradient.rows {
      pass.addGradient(
        of: step.inputRows.base[row], gradient.row(row), weight: weightGradient,
        gradients: step.gradients)
    }
    pass.spreadSums(to: weightGradient)
    if let inputGradient = step.inputGradient {
      for row in 0..<gradient.rows {
        pass.differentiateInput(gradient.row(row), into: inputGradient.row(row))
      }
    }
    if let inputScale {
      pass.differentiateScale(weightGradient, into: inputScale.gradient(in: step.gradients))
    }
  }
}
