import NNData
import NNErrors
import NNJSON
import NNMath
import NNNetwork
import Testing

@testable import NNTraining

@Suite struct TrainerTests {
  private func trained(
    _ config: String, spec: String = classifier, rows: Int = 120, validation: Bool = false
  ) throws -> (model: Model, trainer: Trainer) {
    let data = try TestData(rows: rows)
    let other = try TestData(rows: 60, seed: 9)
    let model = try makeModel(spec)
    let trainer = try Trainer(model, try makeConfig(config), defaultThreads: 1)
    try trainer.fit(
      train: data.dataset, validation: validation ? other.dataset : nil, observer: quiet)
    return (model, trainer)
  }

  @Test func learnsThreeClasses() throws {
    let run = try trained(
      #"{"epochs": 30, "optimizer": {"type": "adam", "learning_rate": 0.02}, "metrics": ["accuracy"]}"#,
      validation: true)
    let names = run.trainer.history.names
    #expect(
      names == [
        "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds",
        "samples_per_second",
      ])
    let accuracy = try #require(run.trainer.history.columns[3].last)
    #expect(accuracy > 0.95)
    #expect(run.trainer.history.ending == .completed)
  }

  @Test func sameSeedSameBytesForAnyThreads() throws {
    let spec = """
      {"input": 2, "seed": 3, "loss": "softmax_cross_entropy", "layers": [
        {"type": "dense", "units": 300, "activation": "relu"}, {"type": "batch_norm"},
        {"type": "dropout", "rate": 0.3}, {"type": "dense", "units": 200, "activation": "gelu"},
        {"type": "dense", "units": 3}]}
      """
    func bytes(_ threads: Int, seed: Int) throws -> [Float] {
      weights(
        try trained(
          #"{"epochs": 2, "batch_size": 120, "threads": \#(threads), "seed": \#(seed)}"#,
          spec: spec,
          rows: 240
        ).model)
    }
    let first = try bytes(1, seed: 1)
    #expect(try bytes(1, seed: 1) == first)
    #expect(try bytes(2, seed: 1) == first)
    #expect(try bytes(3, seed: 1) == first)
    #expect(try bytes(1, seed: 2) != first)
  }

  @Test func earlyStoppingRestoresTheBest() throws {
    let run = try trained(
      #"{"epochs": 200, "optimizer": {"type": "adam", "learning_rate": 1.0}, "early_stopping": {"patience": 3}}"#,
      rows: 30, validation: true)
    let history = run.trainer.history
    #expect(history.ending == .earlyStopping)
    #expect(history.bestEpoch == history.epochs.count - 3)
    let column = try #require(history.names.firstIndex(of: "val_loss"))
    let best = try #require(history.columns[column].min())
    let other = try TestData(rows: 60, seed: 9)
    let evaluator = try Evaluator(run.model, other.dataset.sampleRows, metrics: [])
    let none = try Buffer<Double>(count: 1)
    let loss = try evaluator.run(other.dataset.sampleRows, pool: .alone, into: none.base)
    #expect(loss == best)
  }

  @Test func divergenceNamesEpochAndBatchAndKeepsFiniteWeights() throws {
    let data = try TestData(rows: 64, regression: true)
    let model = try makeModel(regressor)
    let trainer = try Trainer(
      model,
      try makeConfig(#"{"optimizer": {"type": "sgd", "learning_rate": 1e30}, "epochs": 50}"#),
      defaultThreads: 1)
    let error = #expect(throws: NNError.self) {
      try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
    }
    #expect(error?.statusAndMessage.status == 20)
    #expect(error?.message.contains("epoch 1, batch") == true)
    #expect(error?.message.contains("lower learning_rate (now 1e+30)") == true)
    #expect(weights(model).allSatisfy { $0.isFinite })
    #expect(trainer.history.ending == .diverged)
  }

  @Test func callbackAndCancelStopBetweenSteps() throws {
    let data = try TestData(rows: 100)
    let model = try makeModel(classifier)
    let trainer = try Trainer(
      model, try makeConfig(#"{"epochs": 9, "progress": "batch", "batch_size": 10}"#),
      defaultThreads: 1)
    var seen = 0
    let error = #expect(throws: NNError.self) {
      try trainer.fit(
        train: data.dataset, validation: nil,
        observer: TrainingObserver(
          report: { report in
            seen += 1
            return report.epoch == 2 && report.batch == 3 ? .fail(1) : .goOn
          }, isCancelled: { false }))
    }
    #expect(error?.statusAndMessage.status == 22)
    // Ten batches and an epoch's end, then three batches.
    #expect(seen == 14)
    var steps = 0
    let cancelled = #expect(throws: NNError.self) {
      try trainer.fit(
        train: data.dataset, validation: nil,
        observer: TrainingObserver(
          report: nil,
          isCancelled: {
            steps += 1
            return steps == 5
          }))
    }
    #expect(cancelled?.statusAndMessage.status == 21)
    #expect(trainer.history.ending == .cancelled)
  }

  @Test func continuingEqualsOneTraining() throws {
    func run(_ parts: [Int]) throws -> [Float] {
      let data = try TestData(rows: 70)
      let model = try makeModel(classifier)
      let config = { (epochs: Int) in
        try makeConfig(#"{"epochs": \#(epochs), "optimizer": "nadam", "continue": true}"#)
      }
      let trainer = try Trainer(model, try config(parts[0]), defaultThreads: 1)
      for part in parts {
        trainer.reconfigure(try config(part), defaultThreads: 1)
        try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
      }
      return weights(model)
    }
    #expect(try run([6]) == run([2, 3, 1]))
  }

  @Test func savedTrainingResumesToTheSameBytes() throws {
    for optimizer in [
      "adam", "nadam", "adagrad", #"{"type": "rmsprop", "momentum": 0.5, "centered": true}"#,
      #"{"type": "lbfgs", "max_iterations": 3}"#,
      // Its oldest pairs are gone by then.
      #"{"type": "lbfgs", "max_iterations": 3, "history": 4, "line_search": "strong_wolfe"}"#,
    ] {
      let name = optimizer.hasPrefix("{") ? optimizer : "\"\(optimizer)\""
      let rows = optimizer.contains("lbfgs") ? 0 : 32
      let config = try makeConfig(
        #"{"epochs": 3, "batch_size": \#(rows), "optimizer": \#(name), "continue": true}"#)
      let data = try TestData(rows: 70)
      let model = try makeModel(classifier)
      let trainer = try Trainer(model, config, defaultThreads: 1)
      try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
      let state = try trainer.state()
      let twin = try model.copy()
      trainer.reconfigure(config, defaultThreads: 1)
      try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
      let resumed = try Trainer(twin, config, defaultThreads: 1)
      try resumed.restore(state)
      try resumed.fit(train: data.dataset, validation: nil, observer: quiet)
      #expect(weights(twin) == weights(model), "\(optimizer)")
    }
  }

  /// Gradients of batches of 10, 10 and 4 rows, added up, are those of one batch of 24 rows; sums in
  /// another order differ in the last digits of float32.
  @Test(arguments: ["sgd", "adam"])
  func accumulatedBatchesEqualOneLargeBatch(_ optimizer: String) throws {
    let data = try TestData(rows: 24)
    func trained(_ batch: String) throws -> [Float] {
      let model = try makeModel(classifier)
      let config = try makeConfig(
        #"{"epochs": 3, \#(batch), "shuffle": false, "optimizer": {"type": "\#(optimizer)", "learning_rate": 0.01}}"#
      )
      try Trainer(model, config, defaultThreads: 1).fit(
        train: data.dataset, validation: nil, observer: quiet)
      return weights(model)
    }
    let (small, large) = (
      try trained(#""batch_size": 10, "accumulate": 3"#), try trained(#""batch_size": 24"#)
    )
    #expect(zip(small, large).allSatisfy { abs($0 - $1) <= 2e-5 })
    #expect(try trained(#""batch_size": 10"#) != small)
    withExtendedLifetime(data) {}
  }

  @Test func accumulationEndsWithTheEpoch() throws {
    let model = try makeModel(classifier)
    let config = try makeConfig(#"{"epochs": 2, "batch_size": 10, "accumulate": 2}"#)
    let trainer = try Trainer(model, config, defaultThreads: 1)
    let data = try TestData(rows: 50)
    try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
    withExtendedLifetime(data) {}
    #expect(trainer.optimizer.steps == 6)
    #expect(throws: NNError.self) {
      try makeConfig(#"{"optimizer": "lbfgs", "batch_size": 0, "accumulate": 2}"#)
    }
  }

  @Test func balancedClassWeightsEqualGivenOnes() throws {
    let data = try TestData(rows: 90)
    var counts = [0.0, 0, 0]
    for row in 0..<90 { counts[Int(data.dataset.targets.integer(row, 0))] += 1 }
    let list = counts.map { "\(90 / (3 * $0))" }.joined(separator: ", ")
    let balanced = try trained(#"{"epochs": 3, "class_weight": "balanced"}"#, rows: 90).model
    let given = try trained(#"{"epochs": 3, "class_weight": [\#(list)]}"#, rows: 90).model
    #expect(weights(balanced) == weights(given))
    #expect(weights(balanced) != weights(try trained(#"{"epochs": 3}"#, rows: 90).model))
  }

  @Test(arguments: [
    (#"{"early_stopping": {}}"#, "validation"),
    (#"{"early_stopping": {"metric": "val_acuracy"}, "metrics": ["accuracy"]}"#, "not recorded"),
    (#"{"drop_last": true, "batch_size": 1000}"#, "no batch"),
    (#"{"class_weight": [1, 2]}"#, "one number a class, 3"),
    (#"{"optimizer": "lbfgs"}"#, "batch_size must be 0"),
    (#"{"optimizer": {"type": "sgd", "learning_rat": 1}}"#, "did you mean \"learning_rate\"?"),
    (#"{"epochs": 0}"#, "1...1000000000"),
    (#"{"stratify": true}"#, "validation_fraction"),
    (#"{"optimizer": {"type": "sgd", "nesterov": true}}"#, "momentum > 0"),
  ])
  func configErrorsSayWhatMustHold(_ config: String, _ fragment: String) {
    let error = #expect(throws: NNError.self) { try trained(config, rows: 40) }
    #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "")")
  }

  @Test func theLossMayBeNamedTwice() throws {
    let history = try trained(#"{"epochs": 2, "metrics": ["loss", "accuracy", "loss"]}"#).trainer
      .history
    #expect(history.names.prefix(2) == ["loss", "accuracy"])
    #expect(history.columns.allSatisfy { $0.count == 2 })
  }

  @Test func decayBeyondTheWeightsDivergesWithFiniteWeights() throws {
    let data = try TestData(rows: 40)
    let model = try makeModel(classifier)
    let config = try makeConfig(
      #"{"epochs": 50, "optimizer": {"type": "adamw", "learning_rate": 1000, "weight_decay": 1000000}}"#
    )
    let trainer = try Trainer(model, config, defaultThreads: 1)
    #expect(throws: NNError.self) {
      try trainer.fit(train: data.dataset, validation: nil, observer: quiet)
    }
    #expect(weights(model).allSatisfy { $0.isFinite })
  }

  @Test func longHistoriesAreSavedInBounds() throws {
    let run = try trained(#"{"epochs": 3000, "batch_size": 0}"#, rows: 6)
    let state = try run.trainer.state()
    #expect(state.text.utf8.count < 500_000)
    #expect(try TrainingHistory(saved: state).epochs.last == 3000)
  }

  @Test func batchNormNeedsTwoRows() throws {
    let spec =
      #"{"input": 2, "loss": "softmax_cross_entropy", "layers": [{"type": "batch_norm"}, {"type": "dense", "units": 3}]}"#
    let error = #expect(throws: NNError.self) {
      try trained(#"{"batch_size": 1}"#, spec: spec, rows: 40)
    }
    #expect(error?.statusAndMessage.status == 3)
    // The last of 40 rows joins the batch before it, or is left out.
    _ = try trained(#"{"batch_size": 13}"#, spec: spec, rows: 40)
    _ = try trained(#"{"batch_size": 13, "drop_last": true}"#, spec: spec, rows: 40)
  }

  @Test func validationFractionIsSetAside() throws {
    let run = try trained(#"{"epochs": 2, "validation_fraction": 0.25, "stratify": true}"#)
    #expect(run.trainer.history.names.contains("val_loss"))
  }
}

@Suite struct SplitTests {
  @Test(arguments: [SplitKind.random, .stratified, .time]) func partsCoverTheWhole(
    _ kind: SplitKind
  ) throws {
    let data = try TestData(rows: 101)
    for fraction in [0.001, 0.25, 0.5, 0.999] {
      let (rest, part) = try data.dataset.split(kind, fraction: fraction, key: nil, seed: 4)
      #expect(part.rows == min(max(1, Int((101 * fraction).rounded())), 100))
      let all =
        (0..<rest.rows).map { rest.sourceRow($0) } + (0..<part.rows).map { part.sourceRow($0) }
      #expect(all.sorted() == Array(0..<101))
    }
  }

  @Test func stratifiedKeepsTheShares() throws {
    let data = try TestData(rows: 300)
    let (_, part) = try data.dataset.split(.stratified, fraction: 0.2, key: nil, seed: 4)
    var whole = [0.0, 0, 0]
    var taken = [0.0, 0, 0]
    for row in 0..<300 { whole[Int(data.dataset.targets.integer(row, 0))] += 1 }
    for row in 0..<part.rows { taken[Int(part.targets.integer(part.sourceRow(row), 0))] += 1 }
    for label in 0..<3 { #expect(abs(taken[label] - whole[label] * 0.2) <= 1) }
  }

  @Test func groupsStayTogether() throws {
    let data = try TestData(rows: 100)
    let keys = try Buffer<Int32>(count: 100)
    for row in 0..<100 { keys.base[row] = Int32(row * 7 % 13) }
    let view = ArrayView(
      type: .int32, base: keys.base, rows: 100, columns: 1, rowStride: 4, columnStride: 4)
    let (rest, part) = try data.dataset.split(.group, fraction: 0.3, key: view, seed: 4)
    let left = Set((0..<rest.rows).map { keys.base[rest.sourceRow($0)] })
    let right = Set((0..<part.rows).map { keys.base[part.sourceRow($0)] })
    #expect(left.isDisjoint(with: right))
    #expect(abs(part.rows - 30) <= 8)
  }

  @Test func timeTakesTheLargestKeys() throws {
    let data = try TestData(rows: 10)
    let keys = try Buffer<Double>(count: 10)
    for row in 0..<10 { keys.base[row] = Double((row * 3) % 10) }
    let view = ArrayView(
      type: .float64, base: keys.base, rows: 10, columns: 1, rowStride: 8, columnStride: 8)
    let (rest, part) = try data.dataset.split(.time, fraction: 0.3, key: view, seed: 0)
    let least = (0..<part.rows).map { keys.base[part.sourceRow($0)] }.min() ?? 0
    #expect((0..<rest.rows).allSatisfy { keys.base[rest.sourceRow($0)] < least })
  }
}
