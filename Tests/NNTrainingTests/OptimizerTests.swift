import NNData
import NNErrors
import NNJSON
import NNMath
import NNNetwork
import NNTraining
import Testing

@Suite struct OptimizerTests {
  /// Every rule learns a linear function far better than it starts, from its example's options.
  @Test(arguments: OptimizerKind.registry.map { $0.name })
  func everyRuleLearns(_ name: String) throws {
    let rule = try #require(OptimizerKind.registry.first { $0.name == name })
    let data = try TestData(rows: 90, regression: true)
    let model = try makeModel(regressor)
    let trainer = try Trainer(
      model, try makeConfig(#"{"epochs": 150, "batch_size": 0, "optimizer": \#(rule.example)}"#),
      defaultThreads: 1)
    try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
    let losses = trainer.history.columns[0]
    #expect(losses.count == 150)
    #expect(losses[149] < 0.3 * losses[0], "\(losses[0]) -> \(losses[149])")
  }

  /// Options come back as they were given, defaults filled in; unknown ones are refused.
  @Test func everyRuleDescribesItself() throws {
    for rule in OptimizerKind.registry {
      let first = try OptimizerKind.parse(try JSON.parse(rule.example)).resolved
      #expect(try OptimizerKind.parse(first).resolved.text == first.text)
      let spoiled = String(rule.example.dropLast()) + #", "unknwn": 1}"#
      #expect(throws: NNError.self) { try OptimizerKind.parse(try JSON.parse(spoiled)) }
    }
  }

  /// One step by hand from w = 1 with x = 1, t = 0 and no bias: y = 1, loss 1, g = 2.
  ///
  ///     sgd, rate 0.1                 w = 1 - 0.1 · 2 = 0.8
  ///     + momentum 0.9, second step   y = 0.8, g = 1.6; b = 0.9 · 2 + 1.6 = 3.4;
  ///                                   w = 0.8 - 0.34 = 0.46
  ///     nesterov, first step          w = 1 - 0.1 · (2 + 0.9 · 2) = 0.62
  ///     adam, rate 0.1                m/c1 = g, √(v/c2) = |g|; w = 1 - 0.1 · 2 / (2 + 1e-8) = 0.9
  ///     adamw, decay 0.5              w = 1 · (1 - 0.05) - 0.1 = 0.85
  ///     rmsprop, alpha 0.75           v = 0.25 · 4 = 1; w = 1 - 0.1 · 2 / 1 = 0.8
  ///     adagrad                       w = 1 - 0.1 · 2 / 2 = 0.9
  ///     rprop                         step 0.1 against the sign: w = 0.9
  ///     lion, two steps               0.1 against the sign of 0.2 and of 0.198: w = 0.8
  ///     with decay 0.5                w = 1 · (1 - 0.05) - 0.1 = 0.85
  ///     l2 in the gradient, 0.5       g = 2 + 0.5 = 2.5; w = 0.75
  ///     l1, 0.5                       g = 2 + 0.5 = 2.5; w = 0.75
  ///     clip_norm 1                   g = 1 (+ 1e-6 in the norm); w = 0.9
  ///     clip_value 0.5                g = 0.5; w = 0.95
  @Test(arguments: [
    (#"{"type": "sgd", "learning_rate": 0.1}"#, "", 1, 0.8),
    (#"{"type": "sgd", "learning_rate": 0.1, "momentum": 0.9}"#, "", 2, 0.46),
    (#"{"type": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": true}"#, "", 1, 0.62),
    (#"{"type": "adam", "learning_rate": 0.1}"#, "", 1, 0.9),
    (#"{"type": "adamw", "learning_rate": 0.1, "weight_decay": 0.5}"#, "", 1, 0.85),
    (#"{"type": "rmsprop", "learning_rate": 0.1, "alpha": 0.75}"#, "", 1, 0.8),
    (#"{"type": "adagrad", "learning_rate": 0.1}"#, "", 1, 0.9),
    (#"{"type": "rprop", "learning_rate": 0.1}"#, "", 1, 0.9),
    (#"{"type": "lion", "learning_rate": 0.1}"#, "", 2, 0.8),
    (#"{"type": "lion", "learning_rate": 0.1, "weight_decay": 0.5}"#, "", 1, 0.85),
    (#"{"type": "sgd", "learning_rate": 0.1, "weight_decay": 0.5}"#, "", 1, 0.75),
    (#"{"type": "sgd", "learning_rate": 0.1, "l1": 0.5}"#, "", 1, 0.75),
    (#"{"type": "sgd", "learning_rate": 0.1}"#, #", "clip_norm": 1"#, 1, 0.9),
    (#"{"type": "sgd", "learning_rate": 0.1}"#, #", "clip_value": 0.5"#, 1, 0.95),
  ])
  func stepsByHand(_ optimizer: String, _ more: String, _ steps: Int, _ wanted: Double) throws {
    let model = try makeModel(
      #"{"input": 1, "loss": "mse", "layers": [{"type": "dense", "units": 1, "bias": false}]}"#)
    model.weights.base[0] = 1
    let trainer = try Trainer(
      model, try makeConfig(#"{"optimizer": \#(optimizer)\#(more)}"#), defaultThreads: 1)
    let x = try Buffer<Float>(count: 2)
    x.base[0] = 1
    func view(_ index: Int) -> ArrayView {
      ArrayView(
        type: .float32, base: x.base + index, rows: 1, columns: 1, rowStride: 4, columnStride: 4)
    }
    let batch = SampleRows(rows: 1, features: view(0), targets: view(1), weights: nil, order: nil)
    for _ in 0..<steps { _ = try trainer.trainBatch(batch) }
    // Float32 arithmetic on numbers of size 1.
    #expect(abs(Double(model.weights.base[0]) - wanted) < 1e-6)
  }

  /// Lion with β1 = 0.9 and β2 = 0.99 from w = 1, m = 0, rate 0.125:
  ///
  ///     g = 1      direction 0.1                                   w = 0.875; m = 0.01
  ///     g = -0.1   direction 0.9 · 0.01 - 0.1 · 0.1 = -0.001       w = 1; m = 0.0099 - 0.001 = 0.0089
  ///     g = -0.08  direction 0.9 · 0.0089 - 0.008 = 0.00001        w = 0.875
  ///     g = 0      direction 0.9 · m, m > 0                        w = 0.75
  @Test func lionFollowsTheSignOfItsMomentum() throws {
    let model = try makeModel(
      #"{"input": 1, "loss": "mse", "layers": [{"type": "dense", "units": 1, "bias": false}]}"#)
    model.weights.base[0] = 1
    let trainer = try Trainer(
      model, try makeConfig(#"{"optimizer": {"type": "lion", "learning_rate": 0.125}}"#),
      defaultThreads: 1)
    let gradient = try Buffer<Float>(count: 1)
    for (value, wanted) in [(1, 0.875), (-0.1, 1), (-0.08, 0.875), (0, 0.75)] as [(Float, Float)] {
      gradient.base[0] = value
      try trainer.apply(gradient: gradient.base)
      #expect(model.weights.base[0] == wanted)
    }
  }

  @Test func biasesCanBeLeftOutOfDecay() throws {
    func bias(_ decays: Bool) throws -> Float {
      let model = try makeModel(
        #"{"input": 1, "loss": "mse", "layers": [{"type": "dense", "units": 1, "init": "zeros", "bias_init": {"type": "constant", "value": 1}}]}"#
      )
      let trainer = try Trainer(
        model,
        try makeConfig(
          #"{"optimizer": {"type": "sgd", "learning_rate": 0.1, "weight_decay": 1, "decay_bias": \#(decays)}}"#
        ),
        defaultThreads: 1)
      let gradient = try Buffer<Float>(count: 2)
      try trainer.apply(gradient: gradient.base)
      return model.weights.base[1]
    }
    #expect(try bias(true) == 0.9)
    #expect(try bias(false) == 1)
  }

  @Test func lbfgsSolvesAQuadraticInAFewSteps() throws {
    for search in ["none", "strong_wolfe"] {
      let data = try TestData(rows: 60, regression: true)
      let model = try makeModel(
        #"{"input": 2, "seed": 1, "loss": "mse", "layers": [{"type": "dense", "units": 1}]}"#)
      let trainer = try Trainer(
        model,
        try makeConfig(
          #"{"epochs": 4, "batch_size": 0, "optimizer": {"type": "lbfgs", "line_search": "\#(search)"}}"#
        ),
        defaultThreads: 1)
      try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
      // The target is exactly linear: the weights are (1, 1, 0).
      #expect(zip(weights(model), [1, 1, 0]).allSatisfy { abs($0 - $1) < 1e-4 }, "\(search)")
    }
  }
}

@Suite struct ScheduleTests {
  /// The rates of an untouched model over some calls of trainBatch: position = call.
  private func rates(_ schedule: String, calls: Int, epochs: Int) throws -> [Double] {
    let model = try makeModel(
      #"{"input": 1, "loss": "mse", "layers": [{"type": "dense", "units": 1, "bias": false}]}"#)
    let trainer = try Trainer(
      model,
      try makeConfig(
        #"{"epochs": \#(epochs), "optimizer": {"type": "sgd", "learning_rate": 0.5}, "schedule": \#(schedule)}"#
      ),
      defaultThreads: 1)
    let gradient = try Buffer<Float>(count: 1)
    gradient.base[0] = 1
    return try (0..<calls).map { _ in
      model.weights.base[0] = 0
      gradient.base[0] = 1
      try trainer.apply(gradient: gradient.base)
      return -Double(model.weights.base[0])
    }
  }

  /// Values of torch.optim.lr_scheduler's formulas, base 0.5, worked out with a calculator.
  @Test(arguments: [
    (#""constant""#, [0.5, 0.5, 0.5]),
    (#"{"type": "step", "every": 2, "gamma": 0.5}"#, [0.5, 0.5, 0.25, 0.25, 0.125]),
    (#"{"type": "multi_step", "at": [1, 3], "gamma": 0.1}"#, [0.5, 0.05, 0.05, 0.005]),
    (#"{"type": "exponential", "gamma": 0.5}"#, [0.5, 0.25, 0.125]),
    (#"{"type": "polynomial", "power": 2}"#, [0.5, 0.32, 0.18, 0.08, 0.02]),
    (#"{"type": "cosine", "epochs": 4, "minimum": 0.1}"#, [0.5, 0.44142136, 0.3, 0.15857864, 0.1]),
    (#"{"type": "cosine", "epochs": 2, "restarts": true}"#, [0.5, 0.25, 0.5, 0.25, 0.5]),
    (#"{"type": "constant", "warmup_steps": 4}"#, [0.125, 0.25, 0.375, 0.5, 0.5]),
  ])
  func formulas(_ schedule: String, _ wanted: [Double]) throws {
    let found = try rates(schedule, calls: wanted.count, epochs: 5)
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-6 }, "\(found)")
  }

  @Test func oneCycleRisesAndFalls() throws {
    let found = try rates(#"{"type": "one_cycle", "maximum": 1}"#, calls: 10, epochs: 10)
    // torch: OneCycleLR(max_lr=1, total_steps=10): phases end at steps 2 and 9.
    #expect(abs(found[0] - 0.04) < 1e-6 && abs(found[2] - 1) < 1e-6)
    #expect(abs(found[1] - 0.52) < 1e-6)
    #expect(abs(found[9] - 4e-6) < 1e-8)
    #expect(zip(found[2...], found[3...]).allSatisfy { $0 > $1 })
  }

  /// Within the test's time: a restart must not be counted one by one.
  @Test func restartsAreFoundAtOnce() throws {
    let model = try makeModel(
      #"{"input": 1, "loss": "mse", "layers": [{"type": "dense", "units": 1, "bias": false}]}"#)
    let config = try makeConfig(
      #"{"continue": true, "optimizer": "sgd", "schedule": {"type": "cosine", "epochs": 1, "restarts": true}}"#
    )
    let trainer = try Trainer(model, config, defaultThreads: 1)
    try trainer.restore(
      TrainingState(
        text: #"{"epoch": 1099511627775, "step": 1099511627775, "history": {}}"#, slots: []))
    let gradient = try Buffer<Float>(count: 1)
    for _ in 0..<1000 { try trainer.apply(gradient: gradient.base) }
  }

  @Test func everyScheduleIsReadAndRefusesUnknownOptions() throws {
    for schedule in Schedule.registry {
      _ = try ScheduleFunction.parse(try JSON.parse(schedule.example))
      let spoiled = String(schedule.example.dropLast()) + #", "unknwn": 1}"#
      #expect(throws: NNError.self) { try ScheduleFunction.parse(try JSON.parse(spoiled)) }
    }
  }

  @Test func plateauReducesTheRate() throws {
    let data = try TestData(rows: 30)
    let model = try makeModel(classifier)
    let trainer = try Trainer(
      model,
      try makeConfig(
        #"{"epochs": 8, "optimizer": {"type": "sgd", "learning_rate": 0}, "metrics": ["loss"], "schedule": {"type": "reduce_on_plateau", "metric": "loss", "patience": 1, "factor": 0.5}}"#
      ),
      defaultThreads: 1)
    // With rate 0 the loss stays: 0 · 0.5 stays 0, so watch it through a tiny rate instead.
    try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
    let small = try Trainer(
      model,
      try makeConfig(
        #"{"epochs": 7, "shuffle": false, "optimizer": {"type": "sgd", "learning_rate": 1e-30}, "schedule": {"type": "reduce_on_plateau", "metric": "loss", "patience": 1, "factor": 0.5}}"#
      ),
      defaultThreads: 1)
    try small.fit(train: data.dataset, validation: nil, observer: quiet)
    let column = try #require(small.history.names.firstIndex(of: "learning_rate"))
    let factors = small.history.columns[column].map { ($0 / 1e-30 * 1000).rounded() / 1000 }
    // Epoch 1 sets the best; 2 and 3 are bad, so 4 has half the rate; 4 and 5 are bad: a quarter.
    #expect(factors == [1, 1, 1, 0.5, 0.5, 0.25, 0.25])
  }
}
