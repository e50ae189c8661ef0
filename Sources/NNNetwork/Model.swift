import NNData
import NNErrors
import NNJSON
import NNMath

/// The built network: its layers in order, and their values in one block of weights.
package final class Model {
  package let spec: ModelSpec
  package let preprocess: Preprocess
  /// Trainable values first, in the order of the layers; then the running statistics.
  package let weights: Buffer<Float>
  /// Trainable values.
  package let parameterCount: Int
  /// All tensors in the order of `weights`, with their full names.
  package let tensors: [(name: String, parameter: Parameter)]
  /// The layers, in order.
  let layers: [any Layer]
  /// The same for `BorrowedLayer`.
  let keepers: [BorrowedLayer.Keeper]

  package var inputSize: Int { spec.inputSize }
  package var outputSize: Int { spec.outputSize }
  /// Rows a training batch must have at least.
  package let leastTrainingRows: LeastRows
  /// The lowest layer with parameters; no gradient is computed below it.
  let firstTrainableLayer: Int
  private let layersWithStatistics: [Int]
  /// The range of each layer's parameters in `weights`.
  let parameterRanges: [Range<Int>]

  /// Builds the network with freshly initialised weights.
  package convenience init(_ spec: ModelSpec, initialized: Bool = true) throws(NNError) {
    let layers = try spec.makeLayers()
    let count = layers.reduce(0) { sum, layer in
      (layer.parameters + layer.statistics).reduce(sum) { $0 + $1.count }
    }
    self.init(
      spec, layers,
      preprocess: try Preprocess(rule: spec.preprocess, features: spec.inputSize),
      weights: try Buffer(count: count))
    guard initialized else { return }
    for (index, layer) in layers.enumerated() {
      var random = RandomGenerator(seed: spec.seed, purpose: .initialization, item: index)
      try layer.initialize(&random)
    }
  }

  private init(
    _ spec: ModelSpec, _ layers: [any Layer], preprocess: Preprocess, weights: Buffer<Float>
  ) {
    self.spec = spec
    self.layers = layers
    keepers = layers.map { BorrowedLayer.Keeper($0) }
    firstReadsRows = layers[0].readsRows
    self.preprocess = preprocess
    self.weights = weights
    var named: [(name: String, parameter: Parameter)] = []
    var ranges: [Range<Int>] = []
    var end = 0
    for (index, layer) in layers.enumerated() {
      let start = end
      for parameter in layer.parameters {
        named.append(("layers.\(index).\(parameter.name)", parameter))
        end += parameter.count
      }
      ranges.append(start..<end)
    }
    parameterRanges = ranges
    let trainable = named.count
    for (index, layer) in layers.enumerated() {
      for parameter in layer.statistics {
        named.append(("layers.\(index).\(parameter.name)", parameter))
      }
    }
    tensors = named
    var offset = 0
    var parameters = 0
    for (index, tensor) in named.enumerated() {
      tensor.parameter.bind(to: weights.base, offset: offset)
      offset += tensor.parameter.count
      if index < trainable { parameters = offset }
    }
    parameterCount = parameters
    layersWithStatistics = layers.indices.filter { !layers[$0].statistics.isEmpty }
    firstTrainableLayer = layers.firstIndex { !$0.parameters.isEmpty } ?? layers.count
    var least = LeastRows(rows: 1, owner: "training")
    for (index, layer) in layers.enumerated() where layer.leastTrainingRows > least.rows {
      least = LeastRows(rows: layer.leastTrainingRows, owner: spec.layerName(index))
    }
    leastTrainingRows = least
  }

  /// Whether the first layer can read features in place.
  private var readsFeatures: Bool { firstReadsRows && preprocess.isIdentity }
  private let firstReadsRows: Bool

  /// An independent copy of spec, scaling and weights.
  package func copy() throws(NNError) -> Model {
    let twin = try Model(spec, initialized: false)
    twin.weights.copy(from: weights)
    twin.preprocess.center.copy(from: preprocess.center)
    twin.preprocess.scale.copy(from: preprocess.scale)
    twin.preprocess.isFitted = preprocess.isFitted
    twin.foreignNotes = foreignNotes
    return twin
  }

  /// Texts of other programs that a file carried, to be written back.
  package var foreignNotes = JSONObject()

  /// The tensors that an optimiser changes.
  package var trainableTensors: [(name: String, parameter: Parameter)] {
    tensors.filter { $0.parameter.offset < parameterCount }
  }

  /// Refuses values for `weights` whose running variances are negative.
  package func requireVariances(in values: UnsafePointer<Float>) throws(NNError) {
    for tensor in tensors where tensor.name.hasSuffix(".running_var") {
      for index in 0..<tensor.parameter.count where values[tensor.parameter.offset + index] < 0 {
        throw .argument("\(tensor.name) must not be negative, value \(index) is")
      }
    }
  }

  /// Loads rows of features, scaled. The first layer reads them in place if it can; otherwise they
  /// are copied into the workspace.
  package func load(
    _ view: ArrayView, from start: Int, count: Int, order: UnsafePointer<Int32>?,
    into workspace: Workspace
  ) {
    let isInPlace =
      readsFeatures
      && view.pointRows(workspace.inputRows, from: start, count: count, order: order)
    if !isInPlace {
      view.gather(from: start, count: count, order: order, into: workspace.input)
      preprocess.apply(to: Matrix(workspace.input, rows: count, columns: inputSize))
      workspace.inputRows.update(from: workspace.loadedRows, count: count)
    }
    workspace.markNonzeros(rows: count, columns: inputSize)
  }

  /// Whether enough features are 0 that leaving them out pays.
  package func isSparse(density: Double) -> Bool {
    density <= NonzeroIndex.densityLimit(outputs: layers[0].outputSize)
  }

  /// Makes the first layer of a training pass leave out inputs of 0 from now on, or not.
  ///
  /// - Throws: `NNError.memory`.
  package func leaveOutZeros(_ isSparse: Bool, in workspace: Workspace) throws(NNError) {
    workspace.index =
      isSparse && firstReadsRows && preprocess.keepsZeros
      ? try NonzeroIndex.make(
        rows: workspace.capacity, inputs: inputSize, outputs: layers[0].outputSize) : nil
  }

  /// Prefetches the next batch while the gradients of this one are computed.
  package func announce(
    _ view: ArrayView, from start: Int, count: Int, order: UnsafePointer<Int32>?,
    in workspace: Workspace
  ) {
    if readsFeatures {
      workspace.announce(view, from: start, count: count, order: order)
    }
  }

  /// Runs the loaded rows through the layers.
  ///
  /// - Returns: raw outputs [rows × outputSize], in the workspace.
  package func forward(
    _ workspace: Workspace, rows: Int, mode: Mode, pool: WorkerPool
  ) -> Matrix {
    let count = layers.count
    for index in 0..<count {
      let step = step(
        index, workspace, rows: rows, mode: mode, gradients: workspace.input, pool: pool)
      step.place.pointee.layer.use { $0.forward(step) }
    }
    return Matrix(workspace.places[count - 1].output, rows: rows, columns: outputSize)
  }

  /// Where the gradient of the raw outputs is to be written before `backward`.
  package func outputGradient(_ workspace: Workspace, rows: Int) -> Matrix {
    Matrix(workspace.places[layers.count - 1].gradient, rows: rows, columns: outputSize)
  }

  /// Computes dLoss/dOutput of every layer from that of the raw outputs; `completeGradient` does
  /// the rest.
  package func backward(
    _ workspace: Workspace, rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>,
    pool: WorkerPool
  ) {
    for index in (firstTrainableLayer..<layers.count).reversed() {
      let step = step(
        index, workspace, rows: rows, mode: mode, gradients: gradients, pool: pool)
      step.place.pointee.layer.use { $0.backward(step) }
    }
  }

  /// Adds the statistics of the batch just trained on to the running ones.
  package func commit(_ workspace: Workspace, rows: Int, mode: Mode) {
    for index in layersWithStatistics {
      layers[index].commit(
        step(
          index, workspace, rows: rows, mode: mode, gradients: workspace.input,
          pool: WorkerPool.alone))
    }
  }

  func step(
    _ index: Int, _ workspace: Workspace, rows: Int, mode: Mode,
    gradients: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) -> LayerStep {
    LayerStep(
      place: workspace.places + index, rows: rows,
      nonzeros: index == 0 ? workspace.nonzeros : nil,
      nextRows: index == 0 && workspace.nextCount >= rows ? workspace.nextRows : nil,
      spare: workspace.spare, gradients: gradients, mode: mode,
      pool: BorrowedPool(pool))
  }
}
