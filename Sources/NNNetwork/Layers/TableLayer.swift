import NNData
import NNErrors
import NNMath
import NNOptions

extension LayerKind {
  /// A dense layer over the columns of a table: `y = f(d · Wᵀ + b)`, d what is derived from the
  /// columns. Of a number: itself, and ones for the bins below it, its share of the bin it is in,
  /// zeros above. Of a category: one-hot codes up to `one_hot_up_to` levels, above an embedding of
  /// `category_size`. Where it is not the first layer of a spec with columns, its inputs are
  /// numbers without bins.
  ///
  /// References: Gorishniy, Rubachev and Babenko 2022 (piecewise-linear embedding); Guo and
  /// Berkhahn 2016 (embeddings of categories).
  static let table = LayerKind(
    name: "table",
    example:
      #"{"type": "table", "units": 5, "activation": "silu", "init": "he_normal", "bias_init": {"type": "constant", "value": 0.1}, "one_hot_up_to": 2, "category_size": 3, "category_init": "zeros"}"#,
    ofLayers: { options, input, reader throws(NNError) in
      let own = try TableLayerOptions(&options)
      let inputs =
        if let features = reader.featuresOfLayer {
          try TableInputs(
            features, mostOneHot: own.mostOneHot, embeddingSize: own.embeddingSize)
        } else {
          try TableInputs(scalars: input.count)
        }
      return .layer(TableLayer(own, inputs), kind: "table")
    })
}

/// The checked options of a table layer.
struct TableLayerOptions {
  let units: Int
  let activation: ActivationFunction
  let fillWeight: InitializerFunction
  let fillBias: InitializerFunction
  let fillEmbedding: InitializerFunction
  /// Categories of so many levels, and up to those, are one-hot.
  let mostOneHot: Int
  let embeddingSize: Int

  init(_ options: inout Options) throws(NNError) {
    units = try options.integer("units", in: 1...16_777_216)
    activation = try options.activation()
    fillWeight = try options.initializer("init")
    fillBias = try options.initializer("bias_init")
    mostOneHot = try options.integer("one_hot_up_to", default: 9, in: 0...LevelSet.mostLevels)
    embeddingSize = try options.integer("category_size", default: 8, in: 1...4096)
    fillEmbedding = try options.initializer(
      "category_init", default: #"{"type": "normal", "std": 0.3}"#)
  }
}

/// Weight W is [units × derived], stored [derived × units]; each embedding is [codes × size].
final class TableLayer: Layer {
  let outputShape: Shape
  let inputs: TableInputs
  private let options: TableLayerOptions
  private let weight: Parameter
  private let bias: Parameter
  private let embeddings: [Parameter]
  /// Of all positions, see `fillBins`: what predictions need of the weight, and what a training
  /// step makes anew.
  private var bins: Buffer<Float>?

  init(_ options: TableLayerOptions, _ inputs: TableInputs) {
    self.options = options
    self.inputs = inputs
    outputShape = Shape(options.units)
    weight = Parameter("weight", Shape(options.units, inputs.derived))
    bias = Parameter("bias", Shape(options.units), isBias: true)
    embeddings = inputs.embedded.map { index in
      let source = inputs.sources.base[index]
      return Parameter(
        "embedding.\(source.input).weight", Shape(source.count, options.embeddingSize),
        keepsOrder: true)
    }
  }

  var tensors: [Parameter] { [weight, bias] + embeddings }
  var readsRows: Bool { true }
  private var units: Int { outputShape.count }

  func memory(rows: Int, training: Bool) -> LayerMemory {
    let kept = TablePass.keptMemory(inputs)
    let temporary = TablePass.temporaryMemory(
      inputs, units: units, size: options.embeddingSize, rows: rows, training: training)
    guard training else {
      return LayerMemory(temporary: temporary + rows * kept.perRow + kept.once + 1)
    }
    return LayerMemory(
      savedPerRow: kept.perRow + (options.activation.needsInput ? units : 0),
      savedOnce: kept.once + 1, temporary: temporary)
  }

  func prepare() throws(NNError) {
    bins = try Buffer(
      count: try checkedProduct(try checkedProduct(inputs.sums, units, "bins"), 2, "bins"))
  }

  func initialize(_ random: inout RandomGenerator) throws(NNError) {
    try weight.fill(options.fillWeight, fanIn: inputs.derived, &random)
    try bias.fill(options.fillBias, fanIn: inputs.derived, &random)
    for embedding in embeddings {
      try embedding.fill(options.fillEmbedding, fanIn: embedding.shape[0], &random)
    }
    settle()
  }

  /// Codes that no row had when the model was made: a one-hot one adds nothing, an embedded one is
  /// the mean over the levels.
  func settle() {
    for index in inputs.oneHots {
      let source = inputs.sources.base[index]
      for code in source.unseen {
        (weight.base + (source.first + code) * units).clear(count: units)
      }
    }
    for index in inputs.embedded {
      let source = inputs.sources.base[index]
      settle(embeddings[source.place], source)
    }
    addUpBins()
  }

  private func addUpBins() {
    guard let bins else { return }
    for index in inputs.positions {
      let source = inputs.sources.base[index]
      fillBins(
        bins.base + 2 * source.place * units, from: weight.base + source.first * units,
        source.count, columns: units)
    }
  }

  private func settle(_ embedding: Parameter, _ source: TableInputs.Source) {
    let (size, levels) = (options.embeddingSize, source.count - LevelSet.first)
    for code in source.unseen {
      let mean = embedding.base + code * size
      mean.clear(count: size)
      for level in 0..<levels {
        NNMath.add(embedding.base + (level + LevelSet.first) * size, to: mean, size)
      }
      NNMath.scale(mean, by: 1 / Float(max(1, levels)), size)
    }
  }

  func forward(_ step: LayerStep) {
    guard let bins else { return }
    let output = step.output
    if step.isTraining { addUpBins() }
    pass(step).multiply(
      step.inputRows.base, bins: bins.base, bias: bias.base, into: output, pool: step.pool)
    if step.isTraining, options.activation.needsInput {
      step.saved.copy(from: output.base, count: output.count)
    }
    options.activation.apply(output)
  }

  private func pass(_ step: LayerStep) -> TablePass {
    let training = step.isTraining
    // Pointers are of 8 bytes.
    let z = options.activation.needsInput ? (step.rows * units + 1) & ~1 : 0
    let kept = training ? step.saved + z : step.temporary
    let (perRow, once) = TablePass.keptMemory(inputs)
    let own = training ? 0 : (step.rows * perRow + once + 1) & ~1
    return TablePass(
      inputs, weight: weight.stored, embeddings: embeddings, size: options.embeddingSize,
      rows: step.rows, kept: kept, temporary: step.temporary + own)
  }

  func backward(_ step: LayerStep) {
    let gradient = step.outputGradient
    let z = Matrix(step.saved, rows: gradient.rows, columns: gradient.columns)
    options.activation.differentiate(gradient, z, step.output)
    columnSums(
      gradient.base, rows: gradient.rows, columns: units, into: bias.gradient(in: step.gradients))
    let pass = pass(step)
    pass.differentiate(
      gradient, weight: weight.gradient(in: step.gradients), gradients: step.gradients,
      pool: step.pool)
    guard let inputGradient = step.inputGradient else { return }
    for row in 0..<gradient.rows {
      pass.differentiateInput(gradient.row(row), into: inputGradient.row(row))
    }
  }
}
