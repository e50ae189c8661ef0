import NNErrors
import NNMath

/// Parameters of one layer and its part of the two passes.
///
/// A layer stores nothing of a batch. What it needs later is in the step's saved memory, so that
/// many threads may predict with one model.
package protocol Layer: AnyObject {
  /// The shape of a row of its output.
  var outputShape: Shape { get }
  /// Its tensors: the trainable ones in the order of the file, then statistics.
  var tensors: [Parameter] { get }
  /// The memory that a pass of that many rows needs besides inputs and outputs.
  func memory(rows: Int, training: Bool) -> LayerMemory
  /// Fills the tensors with their first values.
  func initialize(_ random: inout RandomGenerator) throws(NNError)
  /// Computes `step.output` from `step.input`.
  func forward(_ step: LayerStep)
  /// Computes `step.inputGradient` (unless nil) and the gradients of the parameters from
  /// `step.outputGradient`, which it may overwrite.
  func backward(_ step: LayerStep)
  /// Stores the batch's statistics, once its update has been accepted.
  func commit(_ step: LayerStep)
  /// Allocates what it needs besides its tensors; called once they have their memory.
  func prepare() throws(NNError)
  /// Computes what follows from the parameters: called after they were changed, before predictions
  /// and before they are kept.
  func settle()

  /// The fewest rows of a training batch.
  var leastTrainingRows: Int { get }
  /// Whether it reads its input only through `LayerStep.inputRows`: the rows of a batch then need
  /// no copy.
  var readsRows: Bool { get }
  /// Set by a layer whose gradients are computed in slices after `backward`.
  var slices: (any GradientSlices)? { get }
}

extension Layer {
  package var tensors: [Parameter] { [] }
  package func memory(rows: Int, training: Bool) -> LayerMemory { LayerMemory() }
  package func initialize(_ random: inout RandomGenerator) throws(NNError) {}
  package func commit(_ step: LayerStep) {}
  package func prepare() throws(NNError) {}
  package func settle() {}
  package var leastTrainingRows: Int { 1 }
  package var readsRows: Bool { false }
  package var slices: (any GradientSlices)? { nil }

  /// Values in a row of its output.
  package var outputSize: Int { outputShape.count }
  /// The tensors that an optimiser changes.
  package var parameters: [Parameter] { tensors.filter { $0.role == .trainable } }
  /// The tensors that training gathers besides.
  package var statistics: [Parameter] { tensors.filter { $0.role == .statistic } }
}

/// Floats that a pass through a layer needs.
package struct LayerMemory: Sendable {
  /// Kept from forward to commit of a training step: saved · rows + savedOnce.
  package var savedPerRow = 0
  package var savedOnce = 0
  /// Valid during one call; layers share it.
  package var temporary = 0
}

/// Gradients of a layer that are computed slice by slice after the backward pass: their user finds
/// each slice in the first-level cache.
package protocol GradientSlices: AnyObject {
  /// How many slices there are. Together they cover the layer's parameters in order.
  var sliceCount: Int { get }
  /// Computes a slice.
  ///
  /// - Parameters:
  ///   - place: receives the gradients.
  ///   - fused: a plain step of gradient descent for the weights at the slice's offset; the layer
  ///     may take it instead of storing the gradients.
  /// - Returns: the gradients that were stored.
  func gradient(
    slice: Int, _ step: LayerStep, into place: GradientPlace, fused: FusedSGD?
  ) -> GradientSpan
  /// Where a slice begins in the model's parameters.
  func offset(slice: Int) -> Int
  /// A bound of the magnitudes that `gradient` can give; infinity if nothing is sure.
  ///
  /// - Parameter inputMagnitude: no input has a larger magnitude; nil: not known.
  func bound(_ step: LayerStep, inputMagnitude: Float?) -> Float
}

/// Where the gradients of a slice go.
package enum GradientPlace {
  /// To their place in `LayerStep.gradients`.
  case model
  /// To memory of the slice's own.
  case temporary(UnsafeMutablePointer<Float>)
}

/// The gradients of neighbouring parameters.
package struct GradientSpan {
  /// The first one's place in the model's parameters.
  package let offset: Int
  package let count: Int
  package let values: UnsafeMutablePointer<Float>

  package init(offset: Int, count: Int, values: UnsafeMutablePointer<Float>) {
    (self.offset, self.count, self.values) = (offset, count, values)
  }
}
