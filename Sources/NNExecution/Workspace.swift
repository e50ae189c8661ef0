import CKernels
import NNData
import NNErrors
import NNMath
import NNNetwork

/// Memory for passes of up to `capacity` rows through a model, laid out by a `MemoryPlan` once.
final class Workspace {
  let capacity: Int
  /// The rows of the network's input, when they are not read where the caller has them.
  let input: UnsafeMutablePointer<Float>
  /// One a node.
  let places: UnsafePointer<LayerPlace>
  /// One a node: where to add its input's gradient to; nil: it is written where it belongs.
  let additions: [Addition?]
  let lossScratch: UnsafeMutablePointer<Float>
  let temporary: UnsafeMutablePointer<Float>
  /// dLoss/dinput of the network, if it was asked for.
  let inputGradient: UnsafeMutablePointer<Float>?
  /// The rows of the batch, wherever they are.
  let inputRows: RowPointers
  /// The rows of the batch after it, to be prefetched, and how many are known.
  let nextRows: RowPointers
  private(set) var nextCount = 0
  /// Makes `nonzeros`; nil: zeros are treated as all numbers are.
  var index: NonzeroIndex?
  /// The inputs of the batch that are not 0, if they are few.
  private(set) var nonzeros: UnsafePointer<nnk_nonzeros>?
  /// The rows of `input`.
  let loadedRows: RowPointers
  private let memory: Buffer<Float>
  private let pointers: Buffer<UnsafePointer<Float>>
  private let placeMemory: Buffer<LayerPlace>

  /// A gradient that is added to another reader's.
  struct Addition {
    let addend: UnsafePointer<Float>
    let sum: UnsafeMutablePointer<Float>
    let columns: Int
  }

  /// - Throws: `NNError.memory`, `.limit`.
  convenience init(
    for model: Model, rows: Int, training: Bool, inputGradient: Bool
  ) throws(NNError) {
    let plan = try MemoryPlan(
      model.plan, rows: rows, training: training, inputGradient: inputGradient)
    let blocks = 3 + plan.values.count + plan.gradients.count
    self.init(
      model.plan, model.keepers, rows: rows, plan, memory: try Buffer(count: plan.total),
      pointers: try Buffer(count: try checkedProduct(rows, blocks, "batch memory")),
      places: try Buffer(count: model.plan.nodes.count), inputGradient: inputGradient)
  }

  private init(
    _ plan: Plan, _ keepers: [BorrowedLayer.Keeper], rows: Int, _ layout: MemoryPlan,
    memory: Buffer<Float>, pointers: Buffer<UnsafePointer<Float>>, places: Buffer<LayerPlace>,
    inputGradient: Bool
  ) {
    capacity = rows
    (self.memory, self.pointers, placeMemory) = (memory, pointers, places)
    self.places = UnsafePointer(places.base)
    let base = memory.base
    input = base + layout.values[0]
    lossScratch = base + layout.lossScratch
    temporary = base + layout.temporary
    let hasGradients = !layout.gradients.isEmpty
    self.inputGradient = hasGradients && inputGradient ? base + layout.gradients[0] : nil
    inputRows = pointers.base
    loadedRows = pointers.base + rows
    nextRows = pointers.base + 2 * rows
    pointRows(loadedRows, to: input, rows: rows, columns: plan.slots[0].shape.count)
    let wiring = Wiring(
      plan: plan, layout: layout, base: base, inputRows: inputRows,
      pointers: pointers.base + 3 * rows, rows: rows, inputGradient: inputGradient)
    additions = wiring.fill(places.base, keepers)
  }

  /// Looks for zeros in the loaded rows.
  func markNonzeros(rows: Int, columns: Int) {
    nonzeros = index?.mark(MatrixRows(inputRows, rows: rows, columns: columns))
  }

  /// Stores the rows of the next batch, if they can be read where they lie.
  func announce(_ view: ArrayView, from start: Int, count: Int, order: UnsafePointer<Int32>?) {
    let isKnown = count > 0 && view.pointRows(nextRows, from: start, count: count, order: order)
    nextCount = isKnown ? count : 0
  }
}

/// Connects the nodes of a plan with the blocks of a memory plan.
private struct Wiring {
  let plan: Plan
  let layout: MemoryPlan
  let base: UnsafeMutablePointer<Float>
  let inputRows: RowPointers
  let pointers: RowPointers
  let rows: Int
  let inputGradient: Bool

  /// - Returns: the additions, one a node.
  func fill(
    _ places: UnsafeMutablePointer<LayerPlace>, _ keepers: [BorrowedLayer.Keeper]
  ) -> [Workspace.Addition?] {
    for (index, slot) in plan.slots.enumerated() where index > 0 {
      pointRows(rowPointers(index), to: value(index), rows: rows, columns: slot.shape.count)
      if let gradient = gradient(index) {
        pointRows(gradientRows(index), to: gradient, rows: rows, columns: slot.shape.count)
      }
    }
    var additions: [Workspace.Addition?] = []
    for (index, node) in plan.nodes.enumerated() {
      let (first, last, output) = (node.inputs[0], node.inputs[node.inputs.count - 1], node.output)
      let isJoin = node.inputs.count > 1
      let gradient = gradient(output)
      (places + index).initialize(
        to: LayerPlace(
          layer: BorrowedLayer(keepers[index]), index: index,
          inputs: plan.slots[first].shape.count, outputs: plan.slots[output].shape.count,
          input: value(first), inputRows: rowPointers(first), otherInput: value(last),
          output: value(output), outputRows: rowPointers(output),
          saved: base + layout.saved[index], gradient: gradient ?? value(output),
          gradientRows: gradient == nil ? rowPointers(output) : gradientRows(output),
          inputGradient: target(first, of: index),
          otherInputGradient: isJoin ? target(last, of: index) : nil))
      additions.append(addition(first, of: index))
    }
    return additions
  }

  private func value(_ slot: Int) -> UnsafeMutablePointer<Float> { base + layout.values[slot] }

  private func rowPointers(_ slot: Int) -> RowPointers {
    slot == 0 ? inputRows : pointers + (slot - 1) * rows
  }

  private func gradientRows(_ slot: Int) -> RowPointers {
    pointers + (plan.slots.count - 1 + slot - 1) * rows
  }

  /// The place of a slot's gradient; nil: it is not needed.
  private func gradient(_ slot: Int) -> UnsafeMutablePointer<Float>? {
    guard !layout.gradients.isEmpty else { return nil }
    let isNeeded =
      plan.slots[slot].needsGradient || slot == plan.output || (slot == 0 && inputGradient)
    return isNeeded ? base + layout.gradients[slot] : nil
  }

  /// Where a node writes the gradient of a slot that it reads. The backward pass meets the last
  /// reader first: it writes, the others are added.
  private func target(_ slot: Int, of node: Int) -> UnsafeMutablePointer<Float>? {
    guard let gradient = gradient(slot) else { return nil }
    return plan.slots[slot].lastReader == node ? gradient : base + layout.addend
  }

  private func addition(_ slot: Int, of node: Int) -> Workspace.Addition? {
    guard let gradient = gradient(slot), plan.slots[slot].lastReader != node else { return nil }
    return Workspace.Addition(
      addend: base + layout.addend, sum: gradient, columns: plan.slots[slot].shape.count)
  }
}
