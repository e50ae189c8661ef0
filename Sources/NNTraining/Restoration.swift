import NNData
import NNErrors
import NNMath
import NNNetwork

/// What a training that diverges leaves.
package enum Restoration: String, Sendable {
  /// Weights and optimiser of its start.
  case start
  /// The weights that early stopping would restore, with the optimiser of the start.
  case best
  /// The last finite weights.
  case last
}

/// Model and optimiser as they were before the first step of a training.
struct TrainingStart {
  private let weights: Buffer<Float>
  private let wasFitted: Bool
  private let hadTargetScaling: Bool
  private let temperature: Float
  private let optimizer: OptimizerState
  private let plateau: PlateauState
  private let epochsDone: Int
  private let trustsMemory: Bool

  /// - Throws: `NNError.memory`.
  init(_ trainer: Trainer) throws(NNError) {
    let model = trainer.model
    weights = try Buffer(count: model.weights.count)
    weights.copy(from: model.weights)
    wasFitted = model.preprocess.isFitted
    hadTargetScaling = model.targetScaling?.isFitted ?? true
    temperature = model.temperature
    optimizer = try trainer.optimizer.state(isFresh: trainer.trustsMemory)
    plateau = trainer.learningRate.plateau
    epochsDone = trainer.epochsDone
    trustsMemory = trainer.trustsMemory
  }

  /// Takes the trainer and its model back.
  ///
  /// - Parameter best: weights instead of those of the start.
  func restore(_ trainer: Trainer, best: Buffer<Float>?) {
    let model = trainer.model
    model.weights.copy(from: best ?? weights)
    if best == nil, !wasFitted { model.preprocess.forget() }
    if best == nil, !hadTargetScaling { model.targetScaling?.forget() }
    // Other weights are not calibrated.
    if best == nil { model.temperature = temperature }
    trainer.optimizer.restore(optimizer)
    trainer.learningRate.restore(plateau)
    trainer.epochsDone = epochsDone
    trainer.trustsMemory = trustsMemory
  }
}

/// Where an optimiser stands, kept to come back to.
struct OptimizerState {
  fileprivate let steps: Int
  fileprivate let scalars: Buffer<Double>
  /// nil: nothing in them yet.
  fileprivate let slots: Buffer<Float>?
}

extension Optimizer {
  /// - Parameter isFresh: whether the memory of an optimiser without a step is known to be zero.
  /// - Throws: `NNError.memory`.
  func state(isFresh: Bool) throws(NNError) -> OptimizerState {
    let scalars = try Buffer<Double>(count: scalars.count)
    scalars.copy(from: self.scalars)
    var kept: Buffer<Float>?
    if steps > 0 || !isFresh {
      let copy = try Buffer<Float>(count: slots.count)
      copy.copy(from: slots)
      kept = copy
    }
    return OptimizerState(steps: steps, scalars: scalars, slots: kept)
  }

  /// Takes position and memory back. lbfgs begins its pairs anew: the memory of those that led
  /// astray would be worth little.
  func restore(_ state: OptimizerState) {
    steps = state.steps
    scalars.copy(from: state.scalars)
    if let kept = state.slots {
      slots.copy(from: kept)
    } else {
      slots.base.update(repeating: 0, count: slots.count)
    }
    lbfgs?.forget()
  }
}
