import CKernels
import NNData
import NNErrors
import NNMath
import NNNetwork

/// Runs passes through a model on the processor, in memory planned once.
///
/// The order of a training step: `load`, `announce` (optional), `forward`, the loss into
/// `outputGradient`, `backward`, `gradients`, `commit`. A prediction needs `load` and `forward`.
/// Four tricks live behind it: rows are read where the caller has them, rows of the next batch are
/// prefetched, zeros of the input are left out, and gradients are computed in slices.
package final class CPUExecutor {
  package let model: Model
  package var capacity: Int { workspace.capacity }
  /// For a loss: see `LossInput.scratch`.
  package var lossScratch: UnsafeMutablePointer<Float> { workspace.lossScratch }
  let workspace: Workspace
  /// The nodes that a backward pass visits, in its order.
  private let backwardOrder: [Int]
  private let nodesWithStatistics: [Int]
  /// The nodes with parameters.
  let trained: [TrainedNode]
  /// Whether everything that reads the network's input reads it row by row.
  private let readsRows: Bool
  /// Whether the input can be used where the caller has it.
  private let readsFeatures: Bool
  // Constants of the model: a prediction of one row would notice the way through it.
  private let nodeCount: Int
  private let outputSize: Int
  private let members: Int

  /// - Parameters:
  ///   - rows: of a batch, at most.
  ///   - inputGradient: whether `backward` computes dLoss/dinput of the network, too.
  /// - Throws: `NNError.memory`, `.limit`.
  package convenience init(
    for model: Model, rows: Int, training: Bool, inputGradient: Bool = false
  ) throws(NNError) {
    self.init(
      model,
      try Workspace(for: model, rows: rows, training: training, inputGradient: inputGradient))
  }

  private init(_ model: Model, _ workspace: Workspace) {
    (self.model, self.workspace) = (model, workspace)
    let plan = model.plan
    let visited = workspace.inputGradient == nil ? plan.trainedNodes : Array(plan.nodes.indices)
    backwardOrder = visited.reversed()
    nodesWithStatistics = plan.nodes.indices.filter { !plan.nodes[$0].layer.statistics.isEmpty }
    trained = model.parameterRanges.enumerated().filter { !$1.isEmpty }
      .map {
        TrainedNode(index: $0, range: $1, sliceCount: plan.nodes[$0].layer.slices?.sliceCount ?? 0)
      }
    readsRows = plan.slots[0].readers.allSatisfy { plan.nodes[$0].layer.readsRows }
    readsFeatures = readsRows && model.preprocess.isIdentity
    nodeCount = plan.nodes.count
    (members, outputSize) = (model.members, model.members * model.outputSize)
  }

  /// Loads rows of features and scales them: in place if the first layer can read them there, else
  /// by a copy into the executor's memory.
  package func load(
    _ view: ArrayView, from start: Int, count: Int, order: UnsafePointer<Int32>?
  ) {
    let isInPlace =
      readsFeatures
      && view.pointRows(workspace.inputRows, from: start, count: count, order: order)
    if !isInPlace { copyRows(view, from: start, count: count, order: order) }
    workspace.markNonzeros(rows: count, columns: model.inputSize)
  }

  /// Apart from `load`, which is compiled into a prediction of one row then.
  @inline(never)
  private func copyRows(
    _ view: ArrayView, from start: Int, count: Int, order: UnsafePointer<Int32>?
  ) {
    model.preprocess.load(
      view, from: start, order: order,
      into: Matrix(workspace.input, rows: count, columns: model.inputSize))
    workspace.inputRows.copy(from: workspace.loadedRows, count: count)
  }

  /// Makes the first layer of a training pass leave out inputs of 0 from now on, or not.
  ///
  /// - Parameter density: the share of features that are not 0; nil: zeros are not left out.
  /// - Throws: `NNError.memory`.
  package func leaveOutZeros(density: Double?) throws(NNError) {
    let outputs = model.plan.nodes[0].layer.outputSize
    let pays = density.map { $0 <= NonzeroIndex.densityLimit(outputs: outputs) } ?? false
    workspace.index =
      pays && readsRows && model.preprocess.keepsZeros
      ? try NonzeroIndex.make(
        rows: workspace.capacity, inputs: model.inputSize, outputs: outputs) : nil
  }

  /// Prefetches the next batch while the gradients of this one are computed.
  package func announce(
    _ view: ArrayView, from start: Int, count: Int, order: UnsafePointer<Int32>?
  ) {
    if readsFeatures { workspace.announce(view, from: start, count: count, order: order) }
  }

  /// Runs the loaded rows through the network. Inline: one row would notice the call.
  ///
  /// - Returns: raw outputs [rows × outputSize], in the executor's memory; in training, if the
  ///   model has members, those of each.
  @inline(__always)
  package func forward(rows: Int, mode: Mode, pool: WorkerPool) -> Matrix {
    let outputs = pass(rows: rows, mode: mode, pool: pool)
    if members > 1, case .inference = mode { return model.joinMembers(outputs) }
    return outputs
  }

  /// - Returns: what the last layer gives.
  @inline(__always)
  private func pass(rows: Int, mode: Mode, pool: WorkerPool) -> Matrix {
    for index in 0..<nodeCount {
      let step = step(index, rows: rows, mode: mode, gradients: workspace.input, pool: pool)
      step.place.pointee.layer.use { $0.forward(step) }
    }
    return Matrix(workspace.places[nodeCount - 1].output, rows: rows, columns: outputSize)
  }

  /// Passes rows through the network for inference, as many at a time as there is memory for.
  ///
  /// - Parameter body: gets raw outputs, in the executor's memory, and the first one's position.
  package func forEachBlock(
    _ samples: SampleRows, pool: WorkerPool, _ body: (_ outputs: Matrix, _ start: Int) -> Void
  ) {
    var start = 0
    while start < samples.rows {
      let count = min(capacity, samples.rows - start)
      load(samples.features, from: start, count: count, order: samples.order)
      let outputs = pass(rows: count, mode: .inference, pool: pool)
      body(members > 1 ? model.joinMembers(outputs, of: samples, from: start) : outputs, start)
      start += count
    }
  }

  /// Where the gradient of the raw outputs is to be written before `backward`.
  package func outputGradient(rows: Int) -> Matrix {
    Matrix(workspace.places[nodeCount - 1].gradient, rows: rows, columns: outputSize)
  }

  /// dLoss/dinput of the network after `backward`, if it was asked for; of scaled features.
  package func inputGradient(rows: Int) -> Matrix? {
    workspace.inputGradient.map { Matrix($0, rows: rows, columns: model.inputSize) }
  }

  /// Computes dLoss/dOutput of every node from that of the raw outputs; `gradients` does the rest.
  package func backward(
    rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    for index in backwardOrder {
      let step = step(index, rows: rows, mode: mode, gradients: gradients, pool: pool)
      step.place.pointee.layer.use { $0.backward(step) }
      if let addition = workspace.additions[index] {
        add(addition.addend, times: 1, to: addition.sum, rows * addition.columns)
      }
    }
  }

  /// Adds the statistics of the batch just trained on to the running ones.
  package func commit(rows: Int, mode: Mode) {
    for index in nodesWithStatistics {
      model.plan.nodes[index].layer.commit(
        step(index, rows: rows, mode: mode, gradients: workspace.input, pool: WorkerPool.alone))
    }
  }

  @inline(__always)
  func step(
    _ index: Int, rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) -> LayerStep {
    LayerStep(
      place: workspace.places + index, rows: rows,
      nonzeros: index == 0 ? workspace.nonzeros : nil,
      nextRows: index == 0 && workspace.nextCount >= rows ? workspace.nextRows : nil,
      temporary: workspace.temporary, gradients: gradients, mode: mode, pool: BorrowedPool(pool))
  }
}
