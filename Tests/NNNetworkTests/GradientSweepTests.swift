import NNData
import NNErrors
import NNExecution
import NNJSON
import NNMath
import NNNetwork
import Testing

/// Every layer and every loss of the registries against central differences.
@Suite struct GradientSweepTests {
  /// A network, one batch, and how to compute its loss again after a change.
  private struct Probe {
    let model: Model
    let executor: CPUExecutor
    let features: Buffer<Float>
    let targets: Buffer<Float>
    let indices: Buffer<Int32>
    let usesIndices: Bool
    let rows: Int
    let weights: Buffer<Float>
    let classWeights: Buffer<Float>?

    init(_ model: Model, rows: Int, usesIndices: Bool, weighted: Bool) throws {
      self.model = model
      self.rows = rows
      self.usesIndices = usesIndices
      executor = try CPUExecutor(for: model, rows: rows, training: true)
      features =
        try model.spec.table.map { try tableRows(rows, $0.features) }
        ?? awayFromKinks(rows * model.inputSize, seed: 5)
      targets = try Buffer(count: rows * model.outputSize)
      indices = try Buffer(count: rows)
      weights = try Buffer(count: rows)
      var random = RandomGenerator(seed: 11, purpose: .initialization)
      for row in 0..<rows {
        indices.base[row] = Int32(random.below(UInt32(model.outputSize)))
        weights.base[row] = weighted ? 0.5 + random.uniform() : 1
        // Rows that add up to 1: fine as soft labels, probabilities, counts and numbers alike.
        var total: Float = 0
        for column in 0..<model.outputSize {
          targets.base[row * model.outputSize + column] = 0.1 + random.uniform()
          total += targets.base[row * model.outputSize + column]
        }
        for column in 0..<model.outputSize {
          targets.base[row * model.outputSize + column] /= total
        }
      }
      let classes = weighted ? model.spec.loss.classCount : nil
      classWeights = try classes.map { count in
        let buffer = try Buffer<Float>(count: count)
        for index in 0..<count { buffer.base[index] = 0.5 + 0.25 * Float(index) }
        return buffer
      }
    }

    let mode = Mode.training(seed: 3, epoch: 0, step: 0)

    func loss(gradients: UnsafeMutablePointer<Float>?) -> Double {
      executor.load(
        denseView(features, rows: rows, columns: model.inputSize), from: 0, count: rows, order: nil)
      let outputs = executor.forward(rows: rows, mode: mode, pool: .alone)
      let wanted: TargetRows =
        usesIndices
        ? .indices(indices.base)
        : .values(Matrix(targets.base, rows: rows, columns: model.outputSize))
      let sum = model.spec.loss(
        LossInput(
          outputs: outputs, targets: wanted, sampleWeights: weights.base,
          classWeights: classWeights.map { UnsafePointer($0.base) },
          gradient: gradients == nil ? nil : executor.outputGradient(rows: rows),
          scratch: executor.lossScratch))
      if let gradients {
        executor.differentiate(rows: rows, mode: mode, gradients: gradients)
      }
      return sum.mean
    }

    /// The relative error of all gradients against central differences.
    func error() throws -> Double {
      let gradients = try Buffer<Float>(count: model.parameterCount)
      _ = loss(gradients: gradients.base)
      var analytic: [Double] = []
      var numeric: [Double] = []
      // Large enough that float32 losses differ in many digits, small enough for the curvature.
      let width: Float = 1 / 128
      for index in 0..<model.parameterCount {
        let value = model.weights.base[index]
        model.weights.base[index] = value + width
        let above = loss(gradients: nil)
        model.weights.base[index] = value - width
        let below = loss(gradients: nil)
        model.weights.base[index] = value
        analytic.append(Double(gradients.base[index]))
        numeric.append((above - below) / Double(2 * width))
      }
      return relativeError(analytic, numeric)
    }
  }

  /// Kinks in the parameters' range would make the differences meaningless: a straight-through
  /// gradient is by definition not the derivative.
  private static func isDifferentiable(_ kind: LayerKind) -> Bool { kind.name != "relu" }

  @Test(arguments: LayerKind.registry.map { $0.name })
  func layerGradients(_ name: String) throws {
    let kind = try #require(LayerKind.registry.first { $0.name == name })
    let layer = Self.isDifferentiable(kind) ? kind.example : #"{"type": "relu"}"#
    // A dense layer below carries the gradient of the input; offsets keep values off the kinks.
    // Without it the layer is the first, whose input needs no gradient.
    let below = """
      {"type": "dense", "units": 6, "init": {"type": "uniform", "low": -0.8, "high": 0.9},
       "bias_init": {"type": "constant", "value": 0.05}},
      """
    for below in [below, ""] {
      let model = try makeModel(
        """
        {"input": 4, "seed": 21, "loss": "mse", "layers": [\(below) \(layer), {"type": "dense", "units": 2}]}
        """)
      #expect(try Probe(model, rows: 7, usesIndices: false, weighted: false).error() <= 2e-3)
    }
  }

  /// Both branches, first, last, nested, with and without parameters in the shortcut; groups.
  @Test(arguments: [
    #"{"type": "dense", "units": 6, "groups": 2, "activation": "tanh"}"#,
    #"{"type": "dense", "units": 9, "groups": 3, "bias": false, "activation": "silu"}"#,
    #"{"type": "residual", "layers": [{"type": "dense", "units": 6, "activation": "tanh"}]}"#,
    #"{"type": "residual", "layers": [{"type": "dense", "units": 5, "activation": "silu"}], "shortcut": [{"type": "dense", "units": 5}]}"#,
    #"{"type": "residual", "layers": [{"type": "layer_norm"}], "shortcut": [{"type": "tanh"}]}"#,
    #"{"type": "residual", "layers": [{"type": "batch_norm"}, {"type": "dense", "units": 6}]}"#,
    #"{"type": "residual", "layers": [{"type": "dense", "units": 3}, {"type": "residual", "layers": [{"type": "sigmoid"}]}, {"type": "dense", "units": 6}]}"#,
    #"{"type": "residual", "layers": [{"type": "residual", "layers": [{"type": "dense", "units": 6}], "shortcut": [{"type": "dense", "units": 6, "bias": false}]}]}"#,
  ])
  func blockGradients(_ block: String) throws {
    let below = #"{"type": "dense", "units": 6}, "#
    for (before, after) in [
      (below, #", {"type": "dense", "units": 2}"#), ("", #", {"type": "dense", "units": 2}"#),
      (below, ""), ("", ""),
    ] {
      let model = try makeModel(
        """
        {"input": 6, "seed": 21, "loss": "mse", "layers": [\(before)\(block)\(after)]}
        """)
      let probe = try Probe(model, rows: 7, usesIndices: false, weighted: false)
      #expect(try probe.error() <= 2e-3, "\(before)\(block)\(after)")
    }
  }

  /// Numbers with bins and without, one-hot codes, embeddings.
  @Test func tableGradients() throws {
    let model = try makeModel(
      """
      {"columns": [
        {"name": "a", "kind": "number", "has_missing": true, "bins": [5]},
        {"name": "b", "kind": "boolean", "has_missing": false},
        {"name": "c", "kind": "category", "has_missing": true, "has_other": false, "levels": 3},
        {"name": "d", "kind": "category", "has_missing": false, "has_other": false, "levels": 7},
        {"name": "e", "kind": "number", "has_missing": false, "bins": [0]}],
       "seed": 21, "loss": "mse", "layers": [
        {"type": "table", "units": 70, "activation": "silu", "one_hot_up_to": 4, "category_size": 3}, {"type": "dense", "units": 2}]}
      """)
    #expect(try Probe(model, rows: 9, usesIndices: false, weighted: false).error() <= 2e-3)
  }

  /// A row has the same bits alone as among others: its sums are computed for it alone.
  @Test func aTableRowAlone() throws {
    let model = try makeModel(
      """
      {"columns": [
        {"name": "a", "kind": "number", "has_missing": true, "bins": [40]},
        {"name": "b", "kind": "number", "has_missing": false, "bins": [9]},
        {"name": "d", "kind": "category", "has_missing": false, "has_other": false, "levels": 17}],
       "seed": 2, "loss": "mse", "layers": [
        {"type": "table", "units": 67}, {"type": "dense", "units": 2}]}
      """)
    let rows = 11
    let features = try tableRows(rows, try #require(model.spec.table).features)
    let view = denseView(features, rows: rows, columns: model.inputSize)
    let executor = try CPUExecutor(for: model, rows: rows, training: false)
    executor.load(view, from: 0, count: rows, order: nil)
    let outputs = executor.forward(rows: rows, mode: .inference, pool: .alone)
    let together = (0..<outputs.count).map { outputs.base[$0] }
    for row in 0..<rows {
      executor.load(view, from: row, count: 1, order: nil)
      let alone = executor.forward(rows: 1, mode: .inference, pool: .alone)
      #expect(alone.base[0] == together[2 * row] && alone.base[1] == together[2 * row + 1])
    }
  }

  @Test(arguments: Activation.registry.map { $0.name }.filter { $0 != "relu" })
  func inlineActivationGradients(_ name: String) throws {
    let kind = try #require(Activation.registry.first { $0.name == name })
    let model = try makeModel(
      """
      {"input": 3, "seed": 4, "loss": "mse", "layers": [
        {"type": "dense", "units": 5, "activation": \(kind.example)}, {"type": "dense", "units": 3}]}
      """)
    #expect(try Probe(model, rows: 5, usesIndices: false, weighted: false).error() <= 2e-3)
  }

  @Test(arguments: Loss.registry.map { $0.name }, [false, true])
  func lossGradients(_ name: String, _ weighted: Bool) throws {
    let kind = try #require(Loss.registry.first { $0.name == name })
    for outputs in name == "softmax_cross_entropy" ? [2, 5] : [1, 3] {
      for usesIndices in name == "softmax_cross_entropy" ? [true, false] : [false] {
        let model = try makeModel(
          """
          {"input": 3, "seed": 8, "loss": \(kind.example), "layers": [
            {"type": "dense", "units": 4, "activation": "tanh"}, {"type": "dense", "units": \(outputs)}]}
          """)
        let probe = try Probe(model, rows: 9, usesIndices: usesIndices, weighted: weighted)
        #expect(try probe.error() <= 2e-3, "\(name), \(outputs) outputs, indices \(usesIndices)")
      }
    }
  }

  @Test func straightThroughPassesTheGradientAsIfIdentity() throws {
    func gradients(_ activation: String) throws -> [Float] {
      let model = try makeModel(
        """
        {"input": 3, "seed": 4, "loss": "mse", "layers": [
          {"type": "dense", "units": 4, "activation": \(activation), "bias_init": "zeros"}]}
        """)
      let executor = try CPUExecutor(for: model, rows: 6, training: true)
      let features = try awayFromKinks(18, seed: 1)
      executor.load(
        denseView(features, rows: 6, columns: 3), from: 0, count: 6, order: nil)
      let mode = Mode.training(seed: 0, epoch: 0, step: 0)
      _ = executor.forward(rows: 6, mode: mode, pool: .alone)
      let gradient = executor.outputGradient(rows: 6)
      for index in 0..<24 { gradient.base[index] = Float(index) - 3.5 }
      let result = try Buffer<Float>(count: model.parameterCount)
      executor.differentiate(rows: 6, mode: mode, gradients: result.base)
      return (0..<result.count).map { result.base[$0] }
    }
    let through = try gradients(#"{"type": "relu", "straight_through": true}"#)
    #expect(through == (try gradients(#""identity""#)))
    #expect(through != (try gradients(#""relu""#)))
  }
}
