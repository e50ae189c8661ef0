import NNData
import NNErrors
import NNJSON
import NNMath
import Synchronization

/// The built network: its plan, and the values of its layers in one block of weights.
package final class Model {
  package let spec: ModelSpec
  package let plan: Plan
  package let preprocess: Preprocess
  /// Turns the rows of a table into the network's inputs; nil: rows come as arrays, or nothing was
  /// learnt yet.
  package var table: TableEncoder?
  /// nil: targets are learnt as they are.
  package let targetScaling: TargetScaling?
  /// Trainable values first, in the order of the nodes; then the running statistics.
  package let weights: Buffer<Float>
  /// Trainable values.
  package let parameterCount: Int
  /// All tensors in the order of `weights`, with their full names.
  package let tensors: [(name: String, parameter: Parameter)]
  /// The range of each node's parameters in `weights`.
  package let parameterRanges: [Range<Int>]
  /// One a node, for `BorrowedLayer`.
  package let keepers: [BorrowedLayer.Keeper]
  /// The fewest rows of a training batch.
  package let leastTrainingRows: LeastRows
  package var notes = Notes()
  /// Names of the classes: the spec's, or those that came later.
  package private(set) var classes: ClassNames

  package var inputSize: Int { spec.inputSize }
  /// Columns of an array of features; -1: the model takes tables.
  package let arrayColumns: Int
  package var outputSize: Int { spec.outputSize }

  /// Builds the network with freshly initialised weights.
  package convenience init(_ spec: ModelSpec, initialized: Bool = true) throws(NNError) {
    let plan = try spec.makePlan()
    let count = plan.nodes.reduce(0) { sum, node in
      node.layer.tensors.reduce(sum) { $0 + $1.count }
    }
    self.init(
      spec, plan, preprocess: Preprocess(spec.preprocess, features: spec.inputSize),
      targetScaling: spec.target.scales || spec.target.clamps
        ? try TargetScaling(
          outputs: spec.outputSize, scales: spec.target.scales, clamps: spec.target.clamps) : nil,
      weights: try Buffer(count: count), temperature: try Buffer(count: 1))
    for node in plan.nodes { try node.layer.prepare() }
    guard initialized else { return }
    for (index, node) in plan.nodes.enumerated() {
      var random = RandomGenerator(seed: spec.seed, purpose: .initialization, item: index)
      try node.layer.initialize(&random)
    }
  }

  private init(
    _ spec: ModelSpec, _ plan: Plan, preprocess: Preprocess, targetScaling: TargetScaling?,
    weights: Buffer<Float>, temperature: Buffer<Float>
  ) {
    temperature.base[0] = 1
    temperatureMemory = temperature
    self.spec = spec
    arrayColumns = spec.table == nil ? spec.inputSize : -1
    self.plan = plan
    thresholdBits = Atomic(spec.threshold.bitPattern)
    classes = spec.classes
    self.preprocess = preprocess
    self.targetScaling = targetScaling
    self.weights = weights
    keepers = plan.nodes.map { BorrowedLayer.Keeper($0.layer) }
    var named: [(name: String, parameter: Parameter)] = []
    var ranges: [Range<Int>] = []
    var end = 0
    for node in plan.nodes {
      let start = end
      for parameter in node.layer.parameters {
        named.append(("\(node.name).\(parameter.name)", parameter))
        parameter.bind(to: weights.base, offset: end)
        end += parameter.count
      }
      ranges.append(start..<end)
    }
    parameterCount = end
    parameterRanges = ranges
    for node in plan.nodes {
      for parameter in node.layer.statistics {
        named.append(("\(node.name).\(parameter.name)", parameter))
        parameter.bind(to: weights.base, offset: end)
        end += parameter.count
      }
    }
    tensors = named
    leastTrainingRows = Self.leastRows(plan)
  }

  private static func leastRows(_ plan: Plan) -> LeastRows {
    var least = LeastRows(rows: 1, owner: "training")
    for node in plan.nodes where node.layer.leastTrainingRows > least.rows {
      least = LeastRows(rows: node.layer.leastTrainingRows, owner: node.kind)
    }
    return least
  }

  /// An independent copy of spec, scaling and weights.
  package func copy() throws(NNError) -> Model {
    let twin = try Model(spec, initialized: false)
    try twin.take(self)
    return twin
  }

  /// Takes weights, scalings, notes, threshold and class names of a model of the same architecture.
  ///
  /// - Throws: `NNError.memory`; nothing is changed then.
  package func take(_ other: Model) throws(NNError) {
    try preprocess.copy(from: other.preprocess)
    table = other.table
    temperature = other.temperature
    if let scaling = other.targetScaling { targetScaling?.copy(from: scaling) }
    weights.copy(from: other.weights)
    settle()
    notes = other.notes
    classes = other.classes
    thresholdBits.store(other.threshold.bitPattern, ordering: .relaxed)
  }

  /// The probability from which one binary output is class 1: the spec's, until a host sets
  /// another. Atomic, as the summary is written without a lock.
  package var threshold: Double { Double(bitPattern: thresholdBits.load(ordering: .relaxed)) }
  private let thresholdBits: Atomic<UInt64>

  /// - Throws: `NNError.argument`.
  package func setThreshold(_ threshold: Double) throws(NNError) {
    guard spec.loss.output == .sigmoid else {
      throw .argument(
        "threshold belongs to the loss binary_cross_entropy; of this model's outputs none has one")
    }
    guard threshold >= 0, threshold <= 1 else {
      throw .argument("threshold must be a number in 0...1, got \(threshold)")
    }
    thresholdBits.store(threshold.bitPattern, ordering: .relaxed)
  }

  /// Names the classes anew; `.none` takes the spec's.
  package func name(_ classes: ClassNames) {
    self.classes = classes.type == .none ? spec.classes : classes
  }

  /// The spec with threshold and class names as they are now.
  package var specJSON: JSON {
    guard var object = spec.json.object else { return spec.json }
    if threshold != spec.threshold {
      object["threshold"] = Int64(exactly: threshold).map { .integer($0) } ?? .number(threshold)
    }
    if classes.type != .none { object["classes"] = classes.json }
    return .object(object)
  }

  /// The tensors that an optimiser changes.
  package var trainableTensors: [(name: String, parameter: Parameter)] {
    tensors.filter { $0.parameter.role == .trainable }
  }

  /// Computes what follows from the weights; see `Layer`.
  package func settle() {
    for node in plan.nodes { node.layer.settle() }
  }

  /// Refuses to predict before a scaling that needs data is fitted.
  ///
  /// Inline: one row would notice the call.
  @inline(__always)
  package func requireFitted() throws(NNError) {
    guard isFitted else { throw notFitted }
  }

  @inline(never)
  private var notFitted: NNError {
    .state(
      "the model's \(preprocess.isFitted ? "target" : "preprocess") must be fitted before it "
        + "predicts, no data were seen yet; train the model or call nns_fit_preprocess")
  }

  /// Whether all scalings have seen data.
  package var isFitted: Bool {
    preprocess.isFitted && targetScaling?.isFitted != false && (spec.table == nil || table != nil)
  }

  /// What the outputs of a classifier are divided by before they become probabilities.
  ///
  /// Reference: Guo et al. 2017, "On Calibration of Modern Neural Networks".
  package var temperature: Float {
    get { temperatureMemory.base[0] }
    set { temperatureMemory.base[0] = newValue }
  }
  /// Where it stands, for a file.
  package var temperatureBase: UnsafeMutablePointer<Float> { temperatureMemory.base }
  private let temperatureMemory: Buffer<Float>

  /// Fits the scalings that have seen none.
  ///
  /// - Throws: `NNError.memory`, `.limit`.
  package func fitScalings(_ samples: SampleRows) throws(NNError) {
    if !preprocess.isFitted {
      try preprocess.fit(samples.features, rows: samples.rows, order: samples.order)
    }
    if let targetScaling, !targetScaling.isFitted { try targetScaling.fit(samples) }
  }

  /// Turns raw outputs into probabilities, rates or values.
  package func finish(_ outputs: Matrix) {
    calibrate(outputs)
    applyOutput(outputs)
  }

  /// Divides raw outputs by the temperature.
  package func calibrate(_ outputs: Matrix) {
    if temperature != 1 { NNMath.scale(outputs.base, by: 1 / temperature, outputs.count) }
  }

  /// Turns calibrated outputs into probabilities, rates or values.
  package func applyOutput(_ outputs: Matrix) {
    spec.loss.output.apply(outputs)
    targetScaling?.undo(on: outputs)
  }

  /// Refuses values for `weights` whose running variances are negative.
  package func requireVariances(in values: UnsafePointer<Float>) throws(NNError) {
    for tensor in tensors where tensor.parameter.isVariance {
      for index in 0..<tensor.parameter.count where values[tensor.parameter.offset + index] < 0 {
        throw .argument("\(tensor.name) must not be negative, value \(index) is")
      }
    }
  }

  /// Writes the stored values of the first tensors (all, or those of an optimiser) in row order.
  ///
  /// - Parameter count: values in all; `parameterCount` or `weights.count`.
  package func exportRows(
    _ stored: UnsafePointer<Float>, count: Int, to values: UnsafeMutablePointer<Float>
  ) {
    for (_, parameter) in tensors where parameter.offset < count {
      parameter.exportRows(stored + parameter.offset, to: values + parameter.offset)
    }
  }

  /// Stores values that come in row order: the inverse of `exportRows`.
  package func importRows(
    _ values: UnsafePointer<Float>, count: Int, into stored: UnsafeMutablePointer<Float>
  ) {
    for (_, parameter) in tensors where parameter.offset < count {
      parameter.importRows(values + parameter.offset, into: stored + parameter.offset)
    }
  }
}
