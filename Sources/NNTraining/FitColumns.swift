import NNData
import NNErrors
import NNMetrics
import NNOptions

// The validation rows of a training, and the columns of its history.

extension FitRun {
  /// The rows to train on and those to validate on.
  static func divide(
    _ train: Dataset, _ validation: Dataset?, _ config: TrainingConfig
  ) throws(NNError) -> (Dataset, Dataset?) {
    guard config.validationFraction > 0 else {
      if config.stratifies {
        throw .argument(
          "config: stratify needs validation_fraction > 0; set it or leave stratify out")
      }
      return (train, validation)
    }
    guard validation == nil else {
      throw .argument(
        "validation_fraction and validation data exclude each other; leave one of them out")
    }
    let (rest, part) = try train.split(
      config.stratifies ? .stratified : .random, fraction: config.validationFraction, key: nil,
      seed: config.seed)
    return (rest, part)
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
