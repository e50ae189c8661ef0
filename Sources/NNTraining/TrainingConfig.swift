import NNData
import NNErrors
import NNJSON
import NNMath
import NNMetrics
import NNOptions

/// The config of a training: values and their ranges.
package struct TrainingConfig {
  package let epochs: Int
  /// Whether the training may end before its epochs are over, on a plateau of its loss.
  package let stopsOnPlateau: Bool
  /// Rows of a batch; 0: all.
  package let batchSize: Int
  package let shuffles: Bool
  package let dropsLast: Bool
  /// Batches whose gradients make one step.
  package let accumulate: Int
  package let optimizer: OptimizerFunction
  package let optimizerOptions: OptimizerKind.Shared
  package let schedule: ScheduleFunction
  /// Largest L2 norm of the gradient; nil: any.
  package let clipNorm: Double?
  /// Largest magnitude of a gradient's element; nil: any.
  package let clipValue: Double?
  var sampling: SamplingOptions {
    SamplingOptions(
      batchSize: batchSize, shuffles: shuffles, dropsLast: dropsLast, seed: seed)
  }
  var clips: Bool { clipNorm != nil || clipValue != nil }
  package let classWeighting: ClassWeighting
  /// Share of the training rows to validate on; 0: none.
  package let validationFraction: Double
  package let stratifies: Bool
  package let earlyStopping: EarlyStopping?
  package let checkpoint: CheckpointOptions?
  /// What a training that diverges leaves; nil: the best that early stopping has seen, else its
  /// start.
  package let restoration: Restoration?
  package let metrics: [NamedMetric]
  /// Threads; 0: choose; nil: the process-wide default.
  package let threads: Int?
  package let seed: UInt64
  package let allowsNaN: Bool
  /// Go on with the optimiser of the training before.
  package let continues: Bool
  /// Whether the first layer may leave out inputs of 0 where most are.
  package let leavesOutZeros: Bool
  /// Whether the callback is called after every batch, not only after every epoch.
  package let reportsBatches: Bool

  /// - Throws: `NNError.argument` naming the key, the value and what is allowed.
  package init(_ json: JSON) throws(NNError) {
    guard let object = json.object else {
      throw .argument(
        #"the config must be an object such as {"epochs": 20}, got "# + String(json.text.prefix(80))
      )
    }
    var options = Options(object, owner: "config")
    stopsOnPlateau = !options.has("epochs") && !options.has("schedule")
    epochs = try options.integer("epochs", default: 200, in: 1...1_000_000_000)
    batchSize = try options.integer("batch_size", default: 32, in: 0...1_000_000_000)
    shuffles = try options.flag("shuffle", default: true)
    dropsLast = try options.flag("drop_last", default: false)
    accumulate = try options.integer("accumulate", default: 1, in: 1...1_000_000)
    (optimizer, optimizerOptions, _) = try OptimizerKind.parse(
      options.value("optimizer") ?? .string("adam"))
    schedule =
      try options.value("schedule").map { json throws(NNError) in
        try ScheduleFunction.parse(json)
      } ?? .constant
    clipNorm = try Self.limit("clip_norm", &options)
    clipValue = try Self.limit("clip_value", &options)
    classWeighting = try ClassWeighting.parse(&options)
    validationFraction = try options.number(
      "validation_fraction", default: 0, in: .from(0, below: 1))
    stratifies = try options.flag("stratify", default: false)
    metrics = try NamedMetric.list(options.value("metrics") ?? .array([]))
    earlyStopping = try options.value("early_stopping").map { json throws(NNError) in
      try EarlyStopping(json)
    }
    checkpoint = try options.value("checkpoint").map { json throws(NNError) in
      try CheckpointOptions(json)
    }
    restoration = try Self.restoration(&options, earlyStopping)
    threads =
      options.has("threads") ? try options.integer("threads", in: 0...256) : Self.absent(&options)
    seed = try options.seed("seed", default: 0)
    allowsNaN = try options.flag("allow_nan", default: false)
    continues = try options.flag("continue", default: false)
    leavesOutZeros = try options.flag("sparse", default: true)
    reportsBatches =
      try options.choice("progress", default: "epoch", among: ["epoch", "batch"]) == "batch"
    try options.finish()
    if optimizer.lbfgs != nil {
      guard batchSize == 0 else {
        throw .argument(
          "optimizer lbfgs: batch_size must be 0 (full batches), got \(batchSize)")
      }
      guard accumulate == 1 else {
        throw .argument(
          "optimizer lbfgs: accumulate must be 1, its line needs the loss of all rows at once, got "
            + "\(accumulate)")
      }
      guard clipNorm == nil, clipValue == nil else {
        throw .argument(
          "optimizer lbfgs: clip_norm and clip_value do not go with its line; leave them out")
      }
    }
  }

  private static func restoration(
    _ options: inout Options, _ earlyStopping: EarlyStopping?
  ) throws(NNError) -> Restoration? {
    guard options.has("restore") else {
      _ = options.value("restore")
      return nil
    }
    let word = try options.choice("restore", default: "start", among: ["start", "best", "last"])
    guard word != "best" || earlyStopping?.restoresBest ?? false else {
      throw .argument(
        "config: restore \"best\" needs early_stopping with restore_best, which keeps the best "
          + "weights")
    }
    return Restoration(rawValue: word)
  }

  /// Marks the key as read.
  private static func absent(_ options: inout Options) -> Int? {
    _ = options.value("threads")
    return nil
  }

  private static func limit(_ key: String, _ options: inout Options) throws(NNError) -> Double? {
    if options.has(key) { return try options.number(key, in: .above(0, through: 1e30)) }
    _ = options.value(key)
    return nil
  }
}

/// When a training that no longer improves ends.
package struct EarlyStopping: Sendable {
  package let metric: String
  /// nil: by the metric's own direction.
  package let isHigherBetter: Bool?
  /// Epochs without improvement after which the training ends.
  package let patience: Int
  package let minDelta: Double
  package let restoresBest: Bool

  init(_ json: JSON) throws(NNError) {
    guard let object = json.object else {
      throw .argument(
        #"config: early_stopping must be an object such as {"patience": 10}, got "#
          + String(json.text.prefix(80)))
    }
    var options = Options(object, owner: "early_stopping")
    metric = try options.text("metric", default: "val_loss", "a name such as \"val_loss\"")
    let mode = try options.choice("mode", default: "auto", among: ["auto", "min", "max"])
    isHigherBetter = mode == "auto" ? nil : mode == "max"
    patience = try options.integer("patience", default: 10, in: 0...1_000_000_000)
    minDelta = try options.number("min_delta", default: 0, in: .closed(0, 1e30))
    restoresBest = try options.flag("restore_best", default: true)
    try options.finish()
  }
}

/// A metric of a config or an evaluation, under the name it has in a history.
package struct NamedMetric: Sendable {
  package let name: String
  package let isHigherBetter: Bool
  /// nil: the loss.
  package let function: MetricFunction?
  /// The tasks that it accepts.
  let tasks: [MetricTask]

  package static func list(_ json: JSON) throws(NNError) -> [NamedMetric] {
    guard let elements = json.array else {
      throw .argument(
        #"metrics must be a list such as ["loss", "accuracy"], got "# + String(json.text.prefix(80))
      )
    }
    guard elements.count <= 64 else {
      throw .argument("metrics must be at most 64, got \(elements.count)")
    }
    var metrics: [NamedMetric] = []
    for element in elements {
      var metric = try parse(element)
      // The same metric twice, with other options, gets a number.
      var copies = 1
      for other in metrics
      where other.name == metric.name || other.name.hasPrefix(metric.name + "_") {
        if other.name == metric.name || other.name == "\(metric.name)_\(copies)" { copies += 1 }
      }
      if copies > 1 {
        metric = NamedMetric(
          name: "\(metric.name)_\(copies)", isHigherBetter: metric.isHigherBetter,
          function: metric.function, tasks: metric.tasks)
      }
      metrics.append(metric)
    }
    return metrics
  }

  package static func parse(_ json: JSON) throws(NNError) -> NamedMetric {
    if (json.string ?? json.object?["type"]?.string) == "loss" {
      return NamedMetric(name: "loss", isHigherBetter: false, function: nil, tasks: [])
    }
    let (kind, function) = try Metric.parse(json)
    return NamedMetric(
      name: kind.name, isHigherBetter: kind.isHigherBetter, function: function, tasks: kind.tasks)
  }
}
