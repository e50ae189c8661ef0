import CKernels
import NNErrors
import NNExecution
import NNJSON
import NNMath
import NNNetwork
import NNOptions

/// How gradients change weights: the update formula and its constants. Formulas and defaults are
/// PyTorch's (torch.optim), the papers are named at each rule.
package struct OptimizerKind: Kind {
  package static let role = "optimizer"
  package let name: String
  package let example: String
  /// Reads the rule's own options and returns the function that updates.
  package let make: @Sendable (inout Options) throws(NNError) -> OptimizerFunction

  /// The members, in the order of the reference page.
  package static let registry: [OptimizerKind] = [
    .sgd, .adam, .adamW, .nadam, .rmsprop, .adagrad, .adadelta, .rprop, .lion, .lbfgs,
  ]

  /// Options that every rule has.
  package struct Shared: Sendable {
    package let learningRate: Double
    package let weightDecay: Double
    package let l1: Double
    package let decaysBias: Bool
  }

  /// Reads an optimiser from JSON and refuses unknown options.
  package static func parse(
    _ json: JSON
  ) throws(NNError) -> (function: OptimizerFunction, shared: Shared, resolved: JSON) {
    let ((function, shared), resolved) = try read(json) { kind, options throws(NNError) in
      try kind.build(&options)
    }
    if function.lbfgs != nil, shared.l1 > 0 {
      throw .argument(
        "optimizer lbfgs: l1 must be 0, its line needs a smooth loss; use weight_decay")
    }
    return (function, shared, resolved)
  }

  /// Describes every member.
  package static func descriptions() throws(NNError) -> JSON {
    try descriptions { kind, options throws(NNError) in _ = try kind.build(&options) }
  }

  private func build(
    _ options: inout Options
  ) throws(NNError) -> (function: OptimizerFunction, shared: Shared) {
    let function = try make(&options)
    let shared = Shared(
      learningRate: try options.number(
        "learning_rate", default: function.learningRate, in: .closed(0, 1e38)),
      weightDecay: try options.number(
        "weight_decay", default: function.weightDecay, in: .closed(0, 1e6)),
      l1: try options.number("l1", default: 0, in: .closed(0, 1e6)),
      decaysBias: try options.flag("decay_bias", default: true))
    return (function, shared)
  }
}

/// A rule with its options filled in.
package struct OptimizerFunction: Sendable {
  /// Floats of memory a parameter.
  let slots: Int
  /// Names of the slots in a file.
  let slotNames: [String]
  /// Defaults of the shared options.
  let learningRate: Double
  var weightDecay = 0.0
  /// Whether weight decay shrinks the weights instead of joining the gradient.
  var isDecoupled = false
  /// Initial value of the slots, given the first step's learning rate; 0 unless set.
  var prepare: (@Sendable (_ slots: SlotBlock, _ learningRate: Double) -> Void)?
  /// Set if the rule evaluates the loss itself, over full batches.
  package var lbfgs: LBFGSOptions?
  /// Computes the constants of a step.
  var constants: @Sendable (OptimizerStep) -> StepConstants = {
    StepConstants(rate: Float($0.learningRate))
  }
  /// Whether the rule is `w -= rate · g`, which the gradient kernel can apply itself.
  var isPlain = false
  let update: @Sendable (OptimizerSpan) -> Void
}

/// The memory of a rule: `slots` blocks of one float a parameter.
struct SlotBlock {
  let base: UnsafeMutablePointer<Float>
  /// Floats of one block.
  let stride: Int

  func slot(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * stride }
}

/// One update.
struct OptimizerStep {
  let learningRate: Double
  /// 1 for the first update.
  let number: Int
  /// A few doubles that live as long as the optimiser.
  let scalars: UnsafeMutablePointer<Double>
}

/// The constants for the kernel of a rule; each rule has its own.
struct StepConstants {
  var rate: Float = 0
  /// The share of the new gradient in a velocity.
  var fresh: Float = 1
  var adam = nnk_adam()
}

/// One update of a run of parameters.
struct OptimizerSpan {
  let run: nnk_span
  /// The slots at the run's first parameter.
  let slots: SlotBlock
  let constants: StepConstants
}

/// The slots and the step count a rule runs on.
package final class Optimizer {
  private(set) var function: OptimizerFunction
  private(set) var shared: OptimizerKind.Shared
  /// Updates made so far.
  package internal(set) var steps = 0
  /// Whether the rule evaluates the loss by itself.
  let searches: Bool
  let slots: Buffer<Float>
  let scalars: Buffer<Double>
  private let runs: [(offset: Int, count: Int, decays: Bool)]
  private let parameterCount: Int
  private let tensors: Int
  let lbfgs: LBFGS?
  private var constants = StepConstants()
  private var learningRate = 0.0
  private let weights: UnsafeMutablePointer<Float>

  convenience init(
    _ function: OptimizerFunction, shared: OptimizerKind.Shared, for model: Model
  ) throws(NNError) {
    let slots = try Buffer<Float>(
      count: try checkedProduct(function.slots, model.parameterCount, "optimizer memory"))
    let lbfgs = try function.lbfgs.map { options throws(NNError) in
      try LBFGS(options, parameters: model.parameterCount)
    }
    self.init(function, shared, model, slots, scalars: try Buffer(count: 4), lbfgs)
  }

  private init(
    _ function: OptimizerFunction, _ shared: OptimizerKind.Shared, _ model: Model,
    _ slots: Buffer<Float>, scalars: Buffer<Double>, _ lbfgs: LBFGS?
  ) {
    self.function = function
    self.shared = shared
    parameterCount = model.parameterCount
    tensors = model.trainableTensors.count
    weights = model.weights.base
    self.slots = slots
    self.scalars = scalars
    self.lbfgs = lbfgs
    searches = lbfgs != nil
    runs = Self.runs(of: model, decaysBias: shared.decaysBias)
  }

  /// Goes on with the constants of another config; the memory stays.
  func reconfigure(_ function: OptimizerFunction, _ shared: OptimizerKind.Shared) {
    (self.function, self.shared) = (function, shared)
  }

  /// The rule's doubles, for a file.
  var savedScalars: [Double] {
    lbfgs?.savedScalars(tensors: tensors) ?? (0..<scalars.count).map { scalars.base[$0] }
  }

  /// The rule's memory, for a file: one float a parameter and slot.
  var savedSlots: [(name: String, values: UnsafeMutablePointer<Float>)] {
    lbfgs?.savedSlots(tensors: tensors)
      ?? function.slotNames.enumerated().map { ($1, slots.base + $0 * parameterCount) }
  }

  /// Restores position and memory of a saved optimiser.
  ///
  /// - Returns: whether the memory is one of this rule; if not, nothing of use is kept.
  func restore(
    steps: Int, scalars saved: [Double], slots memory: [(name: String, values: Buffer<Float>)]
  ) -> Bool {
    if let lbfgs {
      guard lbfgs.restore(memory, scalars: saved) else { return false }
    } else {
      guard memory.count == function.slotNames.count else { return false }
      for place in savedSlots {
        guard let slot = memory.first(where: { sameBytes($0.name, place.name) }) else {
          return false
        }
        place.values.copy(from: slot.values.base, count: parameterCount)
      }
      for (index, value) in saved.prefix(scalars.count).enumerated() { scalars.base[index] = value }
    }
    self.steps = steps
    return true
  }

  /// Neighbouring parameters with the same decay are updated together.
  private static func runs(
    of model: Model, decaysBias: Bool
  ) -> [(offset: Int, count: Int, decays: Bool)] {
    var runs: [(offset: Int, count: Int, decays: Bool)] = []
    for (_, parameter) in model.trainableTensors {
      let decays = decaysBias || !parameter.isBias
      if let last = runs.last, last.decays == decays {
        runs[runs.count - 1].count += parameter.count
      } else {
        runs.append((parameter.offset, parameter.count, decays))
      }
    }
    return runs
  }

  private func block(at offset: Int) -> SlotBlock {
    SlotBlock(base: slots.base + offset, stride: parameterCount)
  }

  /// Begins an update: `take` then changes the weights, run by run.
  func begin(learningRate: Double) {
    steps += 1
    if steps == 1 { function.prepare?(block(at: 0), learningRate) }
    self.learningRate = learningRate
    constants = function.constants(
      OptimizerStep(learningRate: learningRate, number: steps, scalars: scalars.base))
  }

  /// Makes one update; `gradients` [parameterCount] may be overwritten.
  func update(_ gradients: UnsafeMutablePointer<Float>, learningRate: Double) {
    begin(learningRate: learningRate)
    take(GradientSpan(offset: 0, count: parameterCount, values: gradients))
  }

  private func decay(_ run: inout nnk_span) {
    guard shared.weightDecay > 0 || shared.l1 > 0 else { return }
    let l2 = function.isDecoupled ? 0 : shared.weightDecay
    let keep = function.isDecoupled ? 1 - learningRate * shared.weightDecay : 1
    nnk_kernels().pointee.decay(&run, Float(keep), Float(l2), Float(shared.l1))
  }

  /// Makes one step of a rule that evaluates the loss by itself.
  ///
  /// - Parameter evaluate: the loss at the present weights; fills the gradients.
  /// - Returns: the loss before the step.
  func minimize(
    _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>,
    learningRate: Double, isCancelled: () -> Bool, evaluate: () -> Double
  ) -> Double {
    steps += 1
    guard let lbfgs else { return .nan }
    return lbfgs.step(weights, gradients, learningRate: learningRate, isCancelled: isCancelled) {
      let loss = evaluate()
      return loss + addPenalty(weights, gradients)
    }
  }

  /// L2 as part of the objective: weightDecay / 2 · Σ w², and its gradient.
  private func addPenalty(
    _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>
  ) -> Double {
    guard shared.weightDecay > 0 else { return 0 }
    var squares = 0.0
    for run in runs where run.decays {
      var values = nnk_span(w: weights + run.offset, g: gradients + run.offset, count: run.count)
      nnk_kernels().pointee.decay(&values, 1, Float(shared.weightDecay), 0)
      squares += sumOfSquares(values.w, run.count)
    }
    return 0.5 * shared.weightDecay * squares
  }
}

extension Optimizer: GradientSink {
  package func fusedSGD(at offset: Int) -> FusedSGD? {
    guard function.isPlain, shared.weightDecay == 0, shared.l1 == 0 else { return nil }
    return FusedSGD(w: weights + offset, rate: constants.rate)
  }

  package func take(_ gradient: GradientSpan) {
    for run in runs {
      let start = max(run.offset, gradient.offset)
      let end = min(run.offset + run.count, gradient.offset + gradient.count)
      if start >= end { continue }
      var values = nnk_span(
        w: weights + start, g: gradient.values + (start - gradient.offset), count: end - start)
      if run.decays { decay(&values) }
      function.update(
        OptimizerSpan(run: values, slots: block(at: start), constants: constants))
    }
  }
}
