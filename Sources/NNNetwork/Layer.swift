import CVector
import NNErrors
import NNJSON
import NNMath

/// A row of the layer registry: what JSON calls a layer and how it is made.
package struct LayerKind: Kind {
  package static let role = "layer"
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
/// A layer keeps nothing of a batch: that is in the step's scratch, so that many threads may
/// predict with one model.
package protocol Layer: AnyObject {
  /// Values of a row that comes out.
  var outputSize: Int { get }
  /// What an optimiser changes, in the order of the file.
  var parameters: [Parameter] { get }
  /// What training gathers besides: running statistics.
  var statistics: [Parameter] { get }
  /// Floats that a training step must keep from forward to backward.
  var scratch: ScratchSize { get }
  /// Rows a training batch must have at least.
  var leastTrainingRows: Int { get }
  /// Whether it takes its input from `LayerStep.inputRows` alone: then the rows of a batch need not
  /// be copied for it.
  var readsRows: Bool { get }
  /// Floats of `LayerStep.spare` that it needs for so many rows.
  func spareSize(rows: Int, training: Bool) -> Int

  /// Fills the parameters with their first values.
  func initialize(_ random: inout RandomGenerator) throws(NNError)
  /// Computes `step.output` from `step.input`.
  func forward(_ step: LayerStep)
  /// Computes `step.inputGradient` (unless nil) and the gradients of the parameters from
  /// `step.outputGradient`, which it may overwrite. What `completeGradient` is for may wait.
  func backward(_ step: LayerStep)
  /// In how many parts the gradients of the parameters are computed after `backward`; 0: they are
  /// complete.
  var gradientParts: Int { get }
  /// Computes a part of the gradients. Together the parts cover the layer's parameters in order.
  ///
  /// - Parameters:
  ///   - place: where the part goes; nil: to its place in `step.gradients`.
  ///   - user: may be asked for a descent.
  /// - Returns: the gradients that still wait to be used.
  func completeGradient(
    part: Int, _ step: LayerStep, into place: UnsafeMutablePointer<Float>?,
    user: (any GradientUser)?
  ) -> GradientRun
  /// A bound of the magnitudes that `completeGradient` can give; infinity if nothing is sure.
  ///
  /// - Parameter inputPeak: no input has a larger magnitude; nil: not known.
  func gradientBound(_ step: LayerStep, inputPeak: Float?) -> Float
  /// Takes over the batch's statistics, once its update has been accepted.
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
    user: (any GradientUser)?
  ) -> GradientRun { GradientRun(offset: 0, count: 0, values: step.gradients) }
  package func gradientBound(_ step: LayerStep, inputPeak: Float?) -> Float { 0 }
  package func initialize(_ random: inout RandomGenerator) throws(NNError) {}
  package func commit(_ step: LayerStep) {}
}

/// Floats of scratch: perRow · rows + fixed.
package struct ScratchSize: Sendable {
  package let perRow: Int
  package let fixed: Int
}

/// The gradients of neighbouring parameters.
package struct GradientRun {
  /// The first one's place in the model's parameters.
  package let offset: Int
  package let count: Int
  package let values: UnsafeMutablePointer<Float>

  package init(offset: Int, count: Int, values: UnsafeMutablePointer<Float>) {
    (self.offset, self.count, self.values) = (offset, count, values)
  }
}

/// Whether a pass trains, and then what its randomness is keyed by.
package enum Mode: Sendable {
  case inference
  case training(seed: UInt64, epoch: Int, step: Int)
}

/// A layer that somebody keeps until the work is done: it is called uncounted. To count whoever
/// calls it would take a small prediction a tenth of its time.
struct BorrowedLayer {
  /// What the model keeps, and whoever passes through a workspace keeps the model.
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

/// Where the values of one layer stand in a workspace.
struct LayerPlace {
  let layer: BorrowedLayer
  let index: Int
  /// Values of a row that goes in, and of one that comes out.
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
  /// dLoss/dInput; nil where nobody asks for it.
  var inputGradient: UnsafeMutablePointer<Float>?
}

/// What a layer works on in one pass.
package struct LayerStep {
  let place: UnsafePointer<LayerPlace>
  let rows: Int
  /// What is not 0 in the input; nil: not listed.
  package let nonzeros: UnsafePointer<nnk_nonzeros>?
  /// As many rows that the next batch will bring; nil: unknown.
  package let nextRows: RowPointers?
  /// As `Layer.spareSize` asks; valid during the call.
  package let spare: UnsafeMutablePointer<Float>
  /// All gradients of the model; a parameter's begin at its offset.
  package let gradients: UnsafeMutablePointer<Float>
  package let mode: Mode
  package let crew: BorrowedCrew

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
  /// As `Layer.scratch` asks; valid from forward to commit of a training step.
  package var scratch: UnsafeMutablePointer<Float> { place.pointee.scratch }
}

/// A named tensor of a layer. Its values stand in the model's one block of weights, a matrix column
/// by column: what belongs to one input lies side by side, as the products of a dense layer and the
/// zeros among its inputs want it. Outside, in files and for callers, it has rows.
package final class Parameter {
  /// The name below the layer: `weight`.
  package let name: String
  package let rows: Int
  /// 0 for one dimension.
  package let columns: Int
  /// Whether `decay_bias` and a bias's own initialiser concern it.
  package let isBias: Bool
  /// Where its values begin in the model's weights.
  package private(set) var offset = 0
  package private(set) var base: UnsafeMutablePointer<Float>

  package init(_ name: String, rows: Int, columns: Int, isBias: Bool = false) {
    self.name = name
    self.rows = rows
    self.columns = columns
    self.isBias = isBias
    // Replaced by bind before anyone reads; never followed.
    base = UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
  }

  /// Values; checked for overflow when the spec was.
  package var count: Int { rows * max(1, columns) }

  /// [columns × rows]: the values as they are stored.
  package var stored: Matrix { Matrix(base, rows: max(1, columns), columns: rows) }

  /// Where its values are in a block of gradients.
  package func gradient(in gradients: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    gradients + offset
  }

  /// Turns stored values into rows.
  package func export(
    _ stored: UnsafePointer<Float>, to values: UnsafeMutablePointer<Float>
  ) {
    transpose(stored, rows: max(1, columns), columns: rows, into: values)
  }

  /// Turns rows into stored values.
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
