import CKernels
import NNData
import NNErrors
import NNJSON
import NNMath
import NNOptions

/// The loss of a batch of outputs, and its gradient.
///
/// It is on this floor because a spec names its loss: the loss says what a model's outputs mean,
/// and so how `predict` turns them into probabilities.
package struct Loss: Kind {
  package static let role = "loss"
  package static let aliases: [Alias] = [
    ("cross_entropy", "softmax_cross_entropy"),
    ("categorical_crossentropy", "softmax_cross_entropy"),
    ("sparse_categorical_crossentropy", "softmax_cross_entropy"),
    ("binary_crossentropy", "binary_cross_entropy"), ("bce", "binary_cross_entropy"),
    ("mean_squared_error", "mse"), ("mean_absolute_error", "mae"), ("pinball", "quantile"),
  ]
  package let name: String
  package let example: String
  /// Reads the options for a network with that many outputs and returns the function.
  package let make: @Sendable (inout Options, _ outputs: Int) throws(NNError) -> LossFunction

  /// The members, in the order of the reference page.
  package static let registry: [Loss] = [
    .softmaxCrossEntropy, .binaryCrossEntropy, .meanSquaredError, .meanAbsoluteError, .huber,
    .quantile, .poisson,
  ]
}

/// How raw outputs become probabilities, rates or values.
package enum OutputFunction: Sendable {
  case identity, softmax, sigmoid, exponential

  /// Replaces raw outputs by probabilities, rates or values.
  package func apply(_ outputs: Matrix) {
    switch self {
    case .identity: break
    case .softmax:
      nnk_kernels().pointee.softmax(
        outputs.base, outputs.rows, outputs.columns, outputs.base, nil, nil)
    case .sigmoid: nnk_kernels().pointee.sigmoid(outputs.base, outputs.count)
    case .exponential: nnk_kernels().pointee.exponential(outputs.base, outputs.count)
    }
  }
}

/// A loss with its options filled in.
package struct LossFunction: Sendable {
  package let output: OutputFunction
  package let targets: TargetDomain
  /// The number of class weights: one for each output, two for one binary output; nil: none are
  /// allowed.
  package let classCount: Int?
  let compute: @Sendable (LossInput) -> LossSum

  /// The loss of a batch.
  ///
  /// If `input.gradient` is given it receives dLoss/dOutputs of total / weight.
  package func callAsFunction(_ input: LossInput) -> LossSum { compute(input) }
}

/// The outputs and targets of a batch, for its loss.
package struct LossInput {
  /// [rows × outputs], before the output function.
  package let outputs: Matrix
  package let targets: TargetRows
  /// One a row; nil: all 1.
  package let sampleWeights: UnsafePointer<Float>?
  /// As `LossFunction.classCount` says; nil: all 1.
  package let classWeights: UnsafePointer<Float>?
  package let gradient: Matrix?
  /// [rows × (2 · outputs + 2)] temporary floats.
  package let scratch: UnsafeMutablePointer<Float>
  /// Whether the loss is computed in double: a line search compares losses that differ in their
  /// last digits.
  package let isPrecise: Bool

  package init(
    outputs: Matrix, targets: TargetRows, sampleWeights: UnsafePointer<Float>?,
    classWeights: UnsafePointer<Float>?, gradient: Matrix?, scratch: UnsafeMutablePointer<Float>,
    isPrecise: Bool = false
  ) {
    self.outputs = outputs
    self.targets = targets
    self.sampleWeights = sampleWeights
    self.classWeights = classWeights
    self.gradient = gradient
    self.scratch = scratch
    self.isPrecise = isPrecise
  }

  func weight(_ row: Int) -> Double { sampleWeights.map { Double($0[row]) } ?? 1 }
}

/// Σ w · loss and Σ w over the rows of a batch; the batch's loss is their quotient.
package struct LossSum {
  package var total: Double
  package var weight: Double

  package init(total: Double = 0, weight: Double = 0) {
    self.total = total
    self.weight = weight
  }

  /// The loss; 0 where no row has any weight.
  package var mean: Double { weight > 0 ? total / weight : (total.isFinite ? 0 : total) }

  package static func += (sum: inout LossSum, other: LossSum) {
    sum.total += other.total
    sum.weight += other.weight
  }
}
