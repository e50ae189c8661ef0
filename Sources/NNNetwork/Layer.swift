import CKernels
import NNErrors
import NNJSON
import NNMath
import NNOptions

/// A row of the layer registry: a layer's name in JSON and how it is made.
package struct LayerKind: Kind {
  package static let role = "layer"
  package static let aliases: [Alias] = [
    ("linear", "dense"), ("Linear", "dense"), ("fc", "dense"), ("swish", "silu"),
  ]
  package let name: String
  package let example: String
  /// Reads the options and makes the layer for rows of `inputSize` values.
  package let make: @Sendable (inout Options, _ inputSize: Int) throws(NNError) -> any Layer

  /// The members: those with parameters or a mode of their own, then every activation.
  package static let registry: [LayerKind] =
    [.dense, .dropout, .batchNorm, .layerNorm] + Activation.registry.map(LayerKind.activation)
}

/// Parameters of one layer and its part of the two passes.
///
/// A layer stores nothing of a batch. What it needs later is in the step's scratch, so that many
/// threads may predict with one model.
package protocol Layer: AnyObject {
  /// Values in a row of its output.
  var outputSize: Int { get }
  /// The tensors that an optimiser changes, in the order of the file.
  var parameters: [Parameter] { get }
  /// The other tensors that training changes: running statistics.
  var statistics: [Parameter] { get }
  /// Floats that a training step must keep from forward to backward.
  var scratch: ScratchSize { get }
  /// Rows a training batch must have at least.
  var leastTrainingRows: Int { get }
  /// Whether it reads its input from `LayerStep.inputRows` only. The rows of a batch are then not
  /// copied for it.
  var readsRows: Bool { get }
  /// Floats of `LayerStep.spare` that it needs for that many rows.
  func spareSize(rows: Int, training: Bool) -> Int

  /// Fills the parameters with their first values.
  func initialize(_ random: inout RandomGenerator) throws(NNError)
  /// Computes `step.output` from `step.input`.
  func forward(_ step: LayerStep)
  /// Computes `step.inputGradient` (unless nil) and the gradients of the parameters from
  /// `step.outputGradient`, which it may overwrite. Gradients that `completeGradient` computes may
  /// wait.
  func backward(_ step: LayerStep)
  /// Number of parts in which `completeGradient` computes the parameters' gradients after
  /// `backward`; 0: they are complete.
  var gradientParts: Int { get }
  /// Computes a part of the gradients. Together the parts cover the layer's parameters in order.
  ///
  /// - Parameters:
  ///   - place: where the part is written; nil: at its offset in `step.gradients`.
  ///   - user: may be asked for a descent.
  /// - Returns: the gradients that no optimiser has used yet.
  func completeGradient(
    part: Int, _ step: LayerStep, into place: UnsafeMutablePointer<Float>?,
    user: (any GradientSink)?
  ) -> GradientSpan
  /// An upper bound of the magnitudes that `completeGradient` can give; infinity if there is none.
  ///
  /// - Parameter inputMagnitude: no input has a larger magnitude; nil: not known.
  func gradientBound(_ step: LayerStep, inputMagnitude: Float?) -> Float
  /// Adds the batch's statistics to the running ones, once the update has been made.
  func commit(_ step: LayerStep)
}

extension Layer {
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var scratch: ScratchSize { ScratchSize(perRow: 0, fixed: 0) }
  package var leastTrainingRows: Int { 1 }
  package var readsRows: Bool { false }
  package func spareSize(rows: Int, training: Bool) -> Int { 0 }
  package var gradientParts: Int { 0 }
  package func completeGradient(
    part: Int, _ step: LayerStep, into place: UnsafeMutablePointer<Float>?,
    user: (any GradientSink)?
  ) -> GradientSpan { GradientSpan(offset: 0, count: 0, values: step.gradients) }
  package func gradientBound(_ step: LayerStep, inputMagnitude: Float?) -> Float { 0 }
  package func initialize(_ random: inout RandomGenerator) throws(NNError) {}
  package func commit(_ step: LayerStep) {}
}

/// Floats of scratch: perRow · rows + fixed.
package struct ScratchSize: Sendable {
  package let perRow: Int
  package let fixed: Int
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

/// Whether a pass trains, and if so the key of its random numbers.
package enum Mode: Sendable {
  case inference
  case training(seed: UInt64, epoch: Int, step: Int)
}

/// A layer reference without reference counting. The model's keeper owns the layer and outlives the
/// call; skipping retain and release saves about 10 % of a one-row prediction.
struct BorrowedLayer {
  /// The model owns the layer, and every pass through a workspace keeps the model alive.
  final class Keeper {
    let layer: any Layer
    init(_ layer: any Layer) { self.layer = layer }
  }

  private let keeper: Unmanaged<Keeper>
  init(_ keeper: Keeper) { self.keeper = Unmanaged.passUnretained(keeper) }

  func use<Value>(_ body: (any Layer) -> Value) -> Value {
    keeper._withUnsafeGuaranteedRef { body($0.layer) }
  }
}

/// Where the values of one layer lie in a workspace.
struct LayerPlace {
  let layer: BorrowedLayer
  let index: Int
  /// Values in a row of the input, and in a row of the output.
  let inputs: Int
  let outputs: Int
  let input: UnsafeMutablePointer<Float>
  let inputRows: RowPointers
  let output: UnsafeMutablePointer<Float>
  let outputRows: RowPointers
  let scratch: UnsafeMutablePointer<Float>
  /// dLoss/dOutput; for inference the output itself, not to be read.
  var gradient: UnsafeMutablePointer<Float>
  var gradientRows: RowPointers
  /// dLoss/dInput; nil where no layer below needs it.
  var inputGradient: UnsafeMutablePointer<Float>?
}

/// The input, output and memory of a layer in one pass.
package struct LayerStep {
  let place: UnsafePointer<LayerPlace>
  let rows: Int
  /// The index of the inputs that are not 0; nil: there is none.
  package let nonzeros: UnsafePointer<nnk_nonzeros>?
  /// Equally many rows of the next batch, to prefetch; nil: unknown.
  package let nextRows: RowPointers?
  /// Of the size that `Layer.spareSize` gives; valid during the call.
  package let spare: UnsafeMutablePointer<Float>
  /// All gradients of the model; a parameter's begin at its offset.
  package let gradients: UnsafeMutablePointer<Float>
  package let mode: Mode
  package let pool: BorrowedPool

  package var isTraining: Bool {
    if case .training = mode { true } else { false }
  }
  /// The layer's position in the model: its random stream is keyed by it.
  package var index: Int { place.pointee.index }
  /// [rows × inputSize]; not valid for a layer that reads rows.
  package var input: Matrix {
    Matrix(place.pointee.input, rows: rows, columns: place.pointee.inputs)
  }
  /// The same, row by row.
  package var inputRows: MatrixRows {
    MatrixRows(place.pointee.inputRows, rows: rows, columns: place.pointee.inputs)
  }
  /// [rows × outputSize]
  package var output: Matrix {
    Matrix(place.pointee.output, rows: rows, columns: place.pointee.outputs)
  }
  /// dLoss/dOutput, [rows × outputSize]; valid in backward.
  package var outputGradient: Matrix {
    Matrix(place.pointee.gradient, rows: rows, columns: place.pointee.outputs)
  }
  package var outputGradientRows: MatrixRows {
    MatrixRows(place.pointee.gradientRows, rows: rows, columns: place.pointee.outputs)
  }
  /// dLoss/dInput, [rows × inputSize]; nil where no layer below has parameters.
  package var inputGradient: Matrix? {
    place.pointee.inputGradient.map { Matrix($0, rows: rows, columns: place.pointee.inputs) }
  }
  /// Of the size that `Layer.scratch` gives; valid from forward to commit of a training step.
  package var scratch: UnsafeMutablePointer<Float> { place.pointee.scratch }
}

/// A named tensor of a layer. Its values lie in the model's one block of weights, a matrix in
/// column order: the values of one input are contiguous, as the products of a dense layer need
/// them. In files and for callers a matrix is in row order.
package final class Parameter {
  /// The name below the layer: `weight`.
  package let name: String
  package let rows: Int
  /// 0 for one dimension.
  package let columns: Int
  /// Whether it is a bias for `decay_bias` and `bias_init`.
  package let isBias: Bool
  /// Offset of its values in the model's weights.
  package private(set) var offset = 0
  package private(set) var base: UnsafeMutablePointer<Float>

  package init(_ name: String, rows: Int, columns: Int, isBias: Bool = false) {
    self.name = name
    self.rows = rows
    self.columns = columns
    self.isBias = isBias
    // A placeholder, replaced by `bind` before the first read.
    base = UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
  }

  /// Number of values; checked for overflow with the spec.
  package var count: Int { rows * max(1, columns) }

  /// [columns × rows]: the values as they are stored.
  package var stored: Matrix { Matrix(base, rows: max(1, columns), columns: rows) }

  /// Where its values are in a block of gradients.
  package func gradient(in gradients: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    gradients + offset
  }

  /// Writes stored values in row order.
  package func export(
    _ stored: UnsafePointer<Float>, to values: UnsafeMutablePointer<Float>
  ) {
    transpose(stored, rows: max(1, columns), columns: rows, into: values)
  }

  /// Stores values that come in row order.
  package func adopt(
    _ values: UnsafePointer<Float>, into stored: UnsafeMutablePointer<Float>
  ) {
    transpose(values, rows: rows, columns: max(1, columns), into: stored)
  }

  package func bind(to weights: UnsafeMutablePointer<Float>, offset: Int) {
    self.offset = offset
    base = weights + offset
  }
}
