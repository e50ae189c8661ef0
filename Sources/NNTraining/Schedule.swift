import CPlatform
import NNErrors
import NNJSON
import NNOptions

/// How the learning rate changes while a network learns. Formulas are PyTorch's
/// (torch.optim.lr_scheduler).
package struct Schedule: Kind {
  package static let role = "schedule"
  package let name: String
  package let example: String
  /// Whether positions are steps unless the config says "per".
  let isPerStep: Bool
  /// Reads the schedule's own options and returns the function that gives the rate.
  let make: @Sendable (inout Options) throws(NNError) -> ScheduleRule

  /// The members, in the order of the reference page.
  package static let registry: [Schedule] = [
    .constant, .step, .multiStep, .exponential, .cosine, .oneCycle, .reduceOnPlateau, .polynomial,
  ]
}

/// A schedule's formula or rule.
enum ScheduleRule: Sendable {
  /// The rate at a position, 0 ..< total, from the optimiser's rate.
  case formula(@Sendable (_ base: Double, _ position: Int, _ total: Int) -> Double)
  /// Rates that depend on a metric.
  case plateau(PlateauRule)
}

/// A schedule with its options filled in.
package struct ScheduleFunction: Sendable {
  let rule: ScheduleRule
  let isPerStep: Bool
  let warmupSteps: Int

  /// The metric that the schedule depends on, if any.
  package var metric: String? {
    if case .plateau(let rule) = rule { rule.metric } else { nil }
  }

  static let constant = ScheduleFunction(
    rule: .formula { base, _, _ in base }, isPerStep: false, warmupSteps: 0)

  /// Reads a schedule from JSON and refuses unknown options.
  package static func parse(_ json: JSON) throws(NNError) -> ScheduleFunction {
    try Schedule.read(json) { kind, options throws(NNError) in try build(kind, &options) }.value
  }

  /// Describes every member of the registry.
  package static func descriptions() throws(NNError) -> JSON {
    try Schedule.descriptions { kind, options throws(NNError) in _ = try build(kind, &options) }
  }

  private static func build(
    _ kind: Schedule, _ options: inout Options
  ) throws(NNError) -> ScheduleFunction {
    let rule = try kind.make(&options)
    let per = try options.choice(
      "per", default: kind.isPerStep ? "step" : "epoch", among: ["epoch", "step"])
    let warmup = try options.integer("warmup_steps", default: 0, in: 0...1_000_000_000)
    if case .plateau = rule, per == "step" {
      throw .argument("\(options.owner): per must be \"epoch\", its metric exists once an epoch")
    }
    return ScheduleFunction(rule: rule, isPerStep: per == "step", warmupSteps: warmup)
  }
}

/// The learning rate of a training: where a schedule stands.
package struct LearningRate {
  private let base: Double
  private let schedule: ScheduleFunction
  private(set) var plateau: PlateauState

  init(base: Double, schedule: ScheduleFunction, plateau: PlateauState = PlateauState()) {
    self.base = base
    self.schedule = schedule
    self.plateau = plateau
  }

  /// The plateau rule's position, for a file.
  var savedPlateau: JSON {
    .array([
      .number(plateau.factor), .number(plateau.best), .integer(Int64(plateau.badEpochs)),
      .integer(Int64(plateau.cooldownLeft)),
    ])
  }

  mutating func restore(_ plateau: PlateauState) { self.plateau = plateau }

  mutating func restorePlateau(_ json: JSON) {
    guard let list = json.array, list.count == 4 else { return }
    plateau = PlateauState(
      factor: min(max(list[0].double ?? 1, 0), 1), best: list[1].double ?? .infinity,
      badEpochs: max(0, Int(list[2].integer ?? 0)), cooldownLeft: max(0, Int(list[3].integer ?? 0)))
  }

  /// The rate of a step; counts begin with 0.
  ///
  /// The warm-up goes up in equal parts, `(step + 1) / warmup_steps` of the base; a schedule by
  /// steps begins after it.
  func at(epoch: Int, step: Int, epochs: Int, steps: Int) -> Double {
    let warmup = schedule.warmupSteps
    if step < warmup { return base * Double(step + 1) / Double(warmup) }
    switch schedule.rule {
    case .plateau: return base * plateau.factor
    case .formula(let formula):
      return schedule.isPerStep
        ? formula(base, step - warmup, max(1, steps - warmup)) : formula(base, epoch, epochs)
    }
  }

  /// Passes the metric to the schedule at the end of an epoch.
  mutating func observe(_ value: Double, isHigherBetter: Bool) {
    guard case .plateau(let rule) = schedule.rule else { return }
    plateau.observe(isHigherBetter ? -value : value, rule: rule, base: base)
  }
}
