import CKernels
import NNMath

/// Plain gradient descent fused into the product that computes a gradient: `w -= rate · g` while g
/// is in a register.
package typealias FusedSGD = nnk_fused_sgd

/// Whether a pass trains, and if so the key of its random numbers.
package enum Mode: Sendable {
  case inference
  case training(seed: UInt64, epoch: Int, step: Int)
}

/// A layer reference without reference counting. The model's keeper owns the layer and outlives the
/// call; skipping retain and release saves about 10 % of a one-row prediction.
package struct BorrowedLayer: BitwiseCopyable {
  /// The model owns the layer, and every pass through a workspace keeps the model alive.
  package final class Keeper {
    package let layer: any Layer
    /// Of the layer.
    let slices: (any GradientSlices)?
    package init(_ layer: any Layer) { (self.layer, slices) = (layer, layer.slices) }
  }

  private let keeper: Unmanaged<Keeper>
  package init(_ keeper: Keeper) { self.keeper = Unmanaged.passUnretained(keeper) }

  @inline(__always)
  package func use<Value>(_ body: (any Layer) -> Value) -> Value {
    keeper._withUnsafeGuaranteedRef { body($0.layer) }
  }

  /// The same for a layer whose gradients come in slices; nil: they do not.
  @inline(__always)
  package func useSlices<Value>(_ body: (any GradientSlices) -> Value) -> Value? {
    keeper._withUnsafeGuaranteedRef { keeper in
      if let slices = keeper.slices { body(slices) } else { nil }
    }
  }
}

/// Where the values of one node lie in memory.
package struct LayerPlace: BitwiseCopyable {
  package let layer: BorrowedLayer
  /// The node's place in the plan.
  package let index: Int
  /// Values in a row of the input, and in a row of the output.
  package let inputs: Int
  package let outputs: Int
  package let input: UnsafeMutablePointer<Float>
  package let inputRows: RowPointers
  /// The second input of a layer that joins two; else the first.
  package let otherInput: UnsafeMutablePointer<Float>
  package let output: UnsafeMutablePointer<Float>
  package let outputRows: RowPointers
  package let saved: UnsafeMutablePointer<Float>
  /// dLoss/dOutput; for inference the output itself, not to be read.
  package let gradient: UnsafeMutablePointer<Float>
  package let gradientRows: RowPointers
  /// dLoss/dInput; nil where no layer below needs it.
  package let inputGradient: UnsafeMutablePointer<Float>?
  package let otherInputGradient: UnsafeMutablePointer<Float>?

  package init(
    layer: BorrowedLayer, index: Int, inputs: Int, outputs: Int,
    input: UnsafeMutablePointer<Float>, inputRows: RowPointers,
    otherInput: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>,
    outputRows: RowPointers, saved: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, gradientRows: RowPointers,
    inputGradient: UnsafeMutablePointer<Float>?,
    otherInputGradient: UnsafeMutablePointer<Float>?
  ) {
    (self.layer, self.index, self.inputs, self.outputs) = (layer, index, inputs, outputs)
    (self.input, self.inputRows, self.otherInput) = (input, inputRows, otherInput)
    (self.output, self.outputRows, self.saved) = (output, outputRows, saved)
    (self.gradient, self.gradientRows) = (gradient, gradientRows)
    (self.inputGradient, self.otherInputGradient) = (inputGradient, otherInputGradient)
  }
}

/// The input, output and memory of a layer in one pass.
package struct LayerStep {
  package let place: UnsafePointer<LayerPlace>
  package let rows: Int
  /// The index of the inputs that are not 0; nil: there is none.
  package let nonzeros: UnsafePointer<nnk_nonzeros>?
  /// Equally many rows of the next batch, to prefetch; nil: unknown.
  package let nextRows: RowPointers?
  /// Of the size that `LayerMemory.temporary` asks for; valid during the call.
  package let temporary: UnsafeMutablePointer<Float>
  /// All gradients of the model; a parameter's begin at its offset.
  package let gradients: UnsafeMutablePointer<Float>
  package let mode: Mode
  package let pool: BorrowedPool

  package init(
    place: UnsafePointer<LayerPlace>, rows: Int, nonzeros: UnsafePointer<nnk_nonzeros>?,
    nextRows: RowPointers?, temporary: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>, mode: Mode, pool: BorrowedPool
  ) {
    (self.place, self.rows, self.nonzeros, self.nextRows) = (place, rows, nonzeros, nextRows)
    (self.temporary, self.gradients, self.mode, self.pool) = (temporary, gradients, mode, pool)
  }

  package var isTraining: Bool {
    if case .training = mode { true } else { false }
  }
  /// The node's place in the plan: its random stream is keyed by it.
  package var index: Int { place.pointee.index }
  /// [rows × inputs]; a layer that reads rows takes `inputRows` instead.
  package var input: Matrix {
    Matrix(place.pointee.input, rows: rows, columns: place.pointee.inputs)
  }
  /// The same, row by row.
  package var inputRows: MatrixRows {
    MatrixRows(place.pointee.inputRows, rows: rows, columns: place.pointee.inputs)
  }
  /// The second input of a layer that joins two, [rows × inputs].
  package var otherInput: Matrix {
    Matrix(place.pointee.otherInput, rows: rows, columns: place.pointee.inputs)
  }
  /// [rows × outputs]
  package var output: Matrix {
    Matrix(place.pointee.output, rows: rows, columns: place.pointee.outputs)
  }
  /// dLoss/dOutput, [rows × outputs]; valid in backward.
  package var outputGradient: Matrix {
    Matrix(place.pointee.gradient, rows: rows, columns: place.pointee.outputs)
  }
  package var outputGradientRows: MatrixRows {
    MatrixRows(place.pointee.gradientRows, rows: rows, columns: place.pointee.outputs)
  }
  /// dLoss/dInput, [rows × inputs]; nil where no layer below needs it.
  package var inputGradient: Matrix? {
    place.pointee.inputGradient.map { Matrix($0, rows: rows, columns: place.pointee.inputs) }
  }
  /// The same for the second input.
  package var otherInputGradient: Matrix? {
    place.pointee.otherInputGradient.map { Matrix($0, rows: rows, columns: place.pointee.inputs) }
  }
  /// Of the size that `LayerMemory` asks for; valid from forward to commit of a training step.
  package var saved: UnsafeMutablePointer<Float> { place.pointee.saved }
}
