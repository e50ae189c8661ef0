import NNData
import NNErrors
import NNMath
import NNMetrics
import NNOptions

// The validation rows of a training, and the columns of its history.

/// The rows that the members of a model hold out, in as many parts as `validation_fraction` makes,
/// or as there are members.
struct HeldOutRows {
  private let parts: Buffer<Int32>
  let rows: HeldOut

  /// - Throws: `NNError.dtype`, `.memory`.
  init(
    _ set: Dataset, _ kind: SplitKind, _ config: TrainingConfig, members: Int
  ) throws(NNError) {
    guard set.rows >= 2 else {
      throw .shape("validation_fraction needs at least 2 rows, got \(set.rows)")
    }
    let wanted = (1 / max(config.validationFraction, 1 / Double(members))).rounded()
    let folds = try set.folds(
      kind, count: max(2, min(members, Int(wanted), set.rows)), key: nil, seed: config.seed)
    parts = try Buffer(count: set.features.rows)
    for row in 0..<set.rows { parts.base[set.sourceRow(row)] = folds.places.base[row] }
    rows = HeldOut(UnsafePointer(parts.base), count: folds.count)
  }
}

extension FitRun {
  /// The rows to train on and those to validate on. Members of a model each hold out rows of their
  /// own: all rows are learnt from by some and validate others.
  static func divide(
    _ train: Dataset, _ validation: Dataset?, _ config: TrainingConfig, members: Int
  ) throws(NNError) -> (rest: Dataset, part: Dataset?, heldOut: HeldOutRows?) {
    guard config.validationFraction > 0 else {
      if config.stratifies {
        throw .argument(
          "config: stratify needs validation_fraction > 0; set it or leave stratify out")
      }
      return (train, validation, nil)
    }
    guard validation == nil else {
      throw .argument(
        "validation_fraction and validation data exclude each other; leave one of them out")
    }
    let kind = config.stratifies ? SplitKind.stratified : .random
    if members > 1 {
      return (train, train, try HeldOutRows(train, kind, config, members: members))
    }
    let (rest, part) = try train.split(
      kind, fraction: config.validationFraction, key: nil, seed: config.seed)
    return (rest, part, nil)
  }

  static func columns(_ metrics: [String], validates: Bool) -> [String] {
    let own = ["loss"] + metrics
    return own + (validates ? own.map { "val_" + $0 } : [])
      + ["learning_rate", "seconds", "samples_per_second"]
  }

  static func column(_ name: String, _ columns: [String]) throws(NNError) -> Int {
    let known = Array(columns.dropLast(3))
    if let index = known.firstIndex(of: name) { return index }
    let cure =
      name.hasPrefix("val_")
      ? "give validation data or validation_fraction and list the metric under metrics"
      : "list it under metrics"
    let guess = hint(for: name, among: known, aliases: Metric.aliases, title: "recorded")
    throw .argument("metric \"\(name)\" is not recorded\(guess); \(cure)")
  }

  static func isHigherBetter(_ name: String, _ metrics: [NamedMetric]) -> Bool {
    let plain = name.hasPrefix("val_") ? String(name.dropFirst(4)) : name
    return metrics.first { $0.name == plain }?.isHigherBetter ?? false
  }
}
