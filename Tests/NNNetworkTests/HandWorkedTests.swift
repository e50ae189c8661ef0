import NNExecution
import NNJSON
import NNMath
import NNNetwork
import Testing

/// One small network worked out by hand.
@Suite struct HandWorkedTests {
  /// x = (1, 2); W1 = [[0.5, -1], [1, 1]], b1 = (0.5, -1); ReLU; W2 = [[2, 1]], b2 = 0.5; MSE,
  /// t = 4.
  ///
  ///     z1 = (0.5·1 - 1·2 + 0.5, 1·1 + 1·2 - 1) = (-1, 2)     a1 = (0, 2)
  ///     y  = 2·0 + 1·2 + 0.5 = 2.5                           loss = (2.5 - 4)² = 2.25
  ///     dy = 2·(2.5 - 4) = -3
  ///     dW2 = dy · a1 = (0, -6)      db2 = -3      da1 = dy · W2 = (-6, -3)
  ///     dz1 = (0, -3)                dW1 = [[0, 0], [-3, -6]]      db1 = (0, -3)
  @Test func forwardLossAndBackward() throws {
    let model = try makeModel(
      """
      {"input": 2, "loss": "mse",
       "layers": [{"type": "dense", "units": 2, "activation": "relu"}, {"type": "dense", "units": 1}]}
      """)
    let weights: [Float] = [0.5, -1, 1, 1, 0.5, -1, 2, 1, 0.5]
    model.importRows(weights, count: 9, into: model.weights.base)
    let features = try Buffer<Float>(count: 2)
    (features.base[0], features.base[1]) = (1, 2)
    let target = try Buffer<Float>(count: 1)
    target.base[0] = 4
    let executor = try CPUExecutor(for: model, rows: 1, training: true)
    executor.load(
      denseView(features, rows: 1, columns: 2), from: 0, count: 1, order: nil)
    let mode = Mode.training(seed: 0, epoch: 0, step: 0)
    let outputs = executor.forward(rows: 1, mode: mode, pool: .alone)
    #expect(outputs.base[0] == 2.5)
    let loss = model.spec.loss(
      LossInput(
        outputs: outputs, targets: .values(Matrix(target.base, rows: 1, columns: 1)),
        sampleWeights: nil, classWeights: nil, gradient: executor.outputGradient(rows: 1),
        scratch: executor.lossScratch))
    #expect(loss.mean == 2.25)
    let gradients = try Buffer<Float>(count: 9)
    executor.differentiate(rows: 1, mode: mode, gradients: gradients.base)
    #expect(try model.byRows(gradients) == [0, 0, -3, -6, 0, -3, 0, -6, -3])
  }

  /// x = (-2, 3), (4, -1); mse of rows of two against 0.
  ///
  ///     shared, a = 0.5: y = (-1, 3), (4, -0.5); dy = 2y / 4 = (-0.5, 1.5), (2, -0.25)
  ///       da = -0.5·(-2) + -0.25·(-1) = 1.25
  ///     one for each, a = (0.5, 0.5): da = (-0.5·(-2), -0.25·(-1)) = (1, 0.25)
  @Test(arguments: [(true, [Float(1.25)]), (false, [1, 0.25])])
  func preluTrainsItsSlope(_ isShared: Bool, _ wanted: [Float]) throws {
    let model = try makeModel(
      """
      {"input": 2, "loss": "mse",
       "layers": [{"type": "prelu", "shared": \(isShared), "slope": 0.5}]}
      """)
    let features = try Buffer<Float>(count: 4)
    for (index, value) in [-2, 3, 4, -1].enumerated() { features.base[index] = Float(value) }
    let targets = try Buffer<Float>(count: 4)
    for index in 0..<4 { targets.base[index] = 0 }
    let executor = try CPUExecutor(for: model, rows: 2, training: true)
    executor.load(denseView(features, rows: 2, columns: 2), from: 0, count: 2, order: nil)
    let mode = Mode.training(seed: 0, epoch: 0, step: 0)
    let outputs = executor.forward(rows: 2, mode: mode, pool: .alone)
    #expect((0..<4).map { outputs.base[$0] } == [-1, 3, 4, -0.5])
    _ = model.spec.loss(
      LossInput(
        outputs: outputs, targets: .values(Matrix(targets.base, rows: 2, columns: 2)),
        sampleWeights: nil, classWeights: nil, gradient: executor.outputGradient(rows: 2),
        scratch: executor.lossScratch))
    let gradients = try Buffer<Float>(count: model.parameterCount)
    executor.differentiate(rows: 2, mode: mode, gradients: gradients.base)
    #expect(try model.byRows(gradients) == wanted)
  }

  @Test func losesNothingAtExtremeLogits() throws {
    let model = try makeModel(
      #"{"input": 1, "loss": "softmax_cross_entropy", "layers": [{"type": "dense", "units": 3}]}"#)
    let logits = try Buffer<Float>(count: 6)
    for (index, value) in [1e4, -1e4, 0, -1e4, -1e4, -1e4].enumerated() {
      logits.base[index] = Float(value)
    }
    let indices = try Buffer<Int32>(count: 2)
    indices.base[0] = 1
    let gradient = try Buffer<Float>(count: 6)
    let scratch = try Buffer<Float>(count: 2 * 8)
    let sum = model.spec.loss(
      LossInput(
        outputs: Matrix(logits.base, rows: 2, columns: 3), targets: .indices(indices.base),
        sampleWeights: nil, classWeights: nil, gradient: Matrix(gradient.base, rows: 2, columns: 3),
        scratch: scratch.base, isPrecise: true))
    // Row 0: 1e4 - (-1e4); row 1: log 3. Means over two rows, in float64.
    #expect(abs(sum.mean - (20_000 + 1.0986122886681098) / 2) < 1e-9)
    #expect((0..<3).map { gradient.base[$0] } == [0.5, -0.5, 0])
  }

  @Test func batchNormKeepsPyTorchsStatistics() throws {
    // Column (1, 2, 3, 6): mean 3, biased variance 3.5, unbiased 14/3; momentum 0.1 from (0, 1).
    let model = try makeModel(
      #"{"input": 1, "loss": "mse", "layers": [{"type": "batch_norm"}]}"#)
    let features = try Buffer<Float>(count: 4)
    for (index, value) in [1, 2, 3, 6].enumerated() { features.base[index] = Float(value) }
    let executor = try CPUExecutor(for: model, rows: 4, training: true)
    executor.load(
      denseView(features, rows: 4, columns: 1), from: 0, count: 4, order: nil)
    let mode = Mode.training(seed: 0, epoch: 0, step: 0)
    let outputs = executor.forward(rows: 4, mode: mode, pool: .alone)
    #expect(abs(Double(outputs.base[3]) - 3 / (3.5 + 1e-5).squareRoot()) < 1e-6)
    executor.commit(rows: 4, mode: mode)
    #expect(abs(Double(model.weights.base[2]) - 0.3) < 1e-7)
    #expect(abs(Double(model.weights.base[3]) - (0.9 + 0.1 * 14 / 3)) < 1e-6)
  }

  @Test(arguments: [0, 0.1, 1]) func runningStatisticsStayNumbers(momentum: Double) throws {
    let model = try makeModel(
      #"{"input": 1, "loss": "mse", "layers": [{"type": "batch_norm", "momentum": \#(momentum)}]}"#)
    let features = try Buffer<Float>(count: 4)
    // Their variance is no float.
    for (index, value) in [1e30, -1e30, 3e30, 0].enumerated() {
      features.base[index] = Float(value)
    }
    let executor = try CPUExecutor(for: model, rows: 4, training: true)
    executor.load(
      denseView(features, rows: 4, columns: 1), from: 0, count: 4, order: nil)
    let mode = Mode.training(seed: 0, epoch: 0, step: 0)
    _ = executor.forward(rows: 4, mode: mode, pool: .alone)
    executor.commit(rows: 4, mode: mode)
    #expect(model.weights.base[3] == (momentum == 0 ? 1 : .greatestFiniteMagnitude))
  }

  /// The row (3, 1, -1, -5): mean square 36 / 4 = 9, with eps 1 the root of 10; no mean is subtracted.
  @Test func rmsNormDividesByTheRootOfTheMeanSquare() throws {
    let model = try makeModel(
      #"{"input": 4, "loss": "mse", "layers": [{"type": "rms_norm", "eps": 1}]}"#)
    #expect(model.tensors.map { $0.name } == ["layers.0.weight"])
    let features = try Buffer<Float>(count: 4)
    for (index, value) in [3, 1, -1, -5].enumerated() {
      features.base[index] = Float(value)
      model.weights.base[index] = Float(index + 1)
    }
    let executor = try CPUExecutor(for: model, rows: 1, training: false)
    executor.load(denseView(features, rows: 1, columns: 4), from: 0, count: 1, order: nil)
    let outputs = executor.forward(rows: 1, mode: .inference, pool: .alone)
    // 3 · 1, 1 · 2, -1 · 3 and -5 · 4 over √10.
    for (index, wanted) in [0.94868330, 0.63245553, -0.94868330, -6.32455532].enumerated() {
      #expect(abs(Double(outputs.base[index]) - wanted) < 1e-6)
    }
  }

  @Test func dropoutKeepsTheMean() throws {
    let model = try makeModel(
      #"{"input": 10000, "loss": "mse", "layers": [{"type": "dropout", "rate": 0.25}]}"#)
    let features = try Buffer<Float>(count: 10_000)
    for index in 0..<10_000 { features.base[index] = 1 }
    let executor = try CPUExecutor(for: model, rows: 1, training: true)
    let view = denseView(features, rows: 1, columns: 10_000)
    executor.load(view, from: 0, count: 1, order: nil)
    let trained = executor.forward(
      rows: 1, mode: .training(seed: 1, epoch: 0, step: 0), pool: .alone)
    let kept = (0..<10_000).filter { trained.base[$0] != 0 }
    // Five standard deviations of a binomial with n = 10,000, p = 3/4.
    #expect(abs(kept.count - 7500) < 217)
    #expect(kept.allSatisfy { trained.base[$0] == Float(1 / 0.75) })
    let inferred = executor.forward(rows: 1, mode: .inference, pool: .alone)
    #expect((0..<10_000).allSatisfy { inferred.base[$0] == 1 })
  }

  @Test func scalingIsFittedAndConstantColumnsStayFinite() throws {
    let cases: [(name: String, wanted: [Double])] = [
      ("standardize", [-1.3416407, 0, -0.4472136, 0, 0.4472136, 0, 1.3416407, 0]),
      ("minmax", [0, 0, 1.0 / 3, 0, 2.0 / 3, 0, 1, 0]),
    ]
    for (name, wanted) in cases {
      let model = try makeModel(
        #"{"input": 2, "loss": "mse", "preprocess": "\#(name)", "layers": [{"type": "identity"}]}"#)
      let features = try Buffer<Float>(count: 8)
      for index in 0..<4 {
        (features.base[2 * index], features.base[2 * index + 1]) = (Float(index + 1), 0.1)
      }
      let view = denseView(features, rows: 4, columns: 2)
      #expect(throws: (any Error).self) { try model.requireFitted() }
      try model.preprocess.fit(view, rows: 4, order: nil)
      try model.requireFitted()
      let executor = try CPUExecutor(for: model, rows: 4, training: false)
      executor.load(view, from: 0, count: 4, order: nil)
      let scaled = executor.forward(rows: 4, mode: .inference, pool: .alone)
      for index in 0..<8 { #expect(abs(Double(scaled.base[index]) - wanted[index]) < 1e-6) }
    }
  }
}
