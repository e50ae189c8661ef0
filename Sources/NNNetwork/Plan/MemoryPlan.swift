import NNErrors
import NNMath

/// Offsets of the blocks of a pass in floats; each begins on a cache line.
///
/// A training pass keeps every value and its gradient. An inference pass reuses the memory of a
/// value after its last reader.
package struct MemoryPlan {
  /// Floats in all.
  package private(set) var total = 0
  /// One a slot of the plan.
  package private(set) var values: [Int] = []
  /// dLoss/dvalue, one a slot; empty for inference, 0 where a slot needs none.
  package private(set) var gradients: [Int] = []
  /// The values that each node saves from forward to commit.
  package private(set) var saved: [Int] = []
  /// Where a second or later reader of a value puts its gradient before it is added up.
  package private(set) var addend = 0
  /// For a loss: see `LossInput.scratch`.
  package private(set) var lossScratch = 0
  /// Shared by the layers, each during one call.
  package private(set) var temporary = 0

  /// - Parameters:
  ///   - rows: of a batch, at most.
  ///   - inputGradient: whether dLoss/dinput of the network is computed, too.
  /// - Throws: `NNError.limit`.
  package init(
    _ plan: Plan, rows: Int, training: Bool, inputGradient: Bool = false
  ) throws(NNError) {
    if training {
      for slot in plan.slots { values.append(try take(rows, slot.shape.count)) }
      var widest = 0
      for (index, slot) in plan.slots.enumerated() {
        let isNeeded = slot.needsGradient || (index == 0 && inputGradient) || index == plan.output
        gradients.append(isNeeded ? try take(rows, slot.shape.count) : 0)
        if isNeeded, slot.readers.count > 1 { widest = max(widest, slot.shape.count) }
      }
      addend = try take(rows, widest)
    } else {
      try placeByLifetime(plan, rows: rows)
    }
    var most = 0
    for node in plan.nodes {
      let memory = node.layer.memory(rows: rows, training: training)
      saved.append(training ? try take(rows, memory.savedPerRow, plus: memory.savedOnce) : 0)
      most = max(most, memory.temporary)
    }
    let outputs = plan.slots[plan.output].shape.count
    // Two values an output and two a row of each member, of which there are no more than outputs.
    lossScratch = try take(rows, try checkedProduct(4, outputs, "batch memory"))
    temporary = try take(1, most)
  }

  /// First fit: a value takes the lowest place where it overlaps no value that is alive with it.
  private mutating func placeByLifetime(_ plan: Plan, rows: Int) throws(NNError) {
    var sizes: [Int] = []
    for slot in plan.slots { sizes.append(try Self.block(rows, slot.shape.count)) }
    /// The node after which a value is no longer needed; the output outlives all.
    func end(_ slot: Int) -> Int { plan.slots[slot].lastReader ?? plan.nodes.count }
    values = sizes.map { _ in 0 }
    // By place.
    var alive: [Int] = []
    for slot in plan.slots.indices {
      // Node n - 1 writes slot n; everything that it or a later node reads is alive then.
      alive = alive.filter { end($0) >= slot - 1 }
      var place = 0
      for other in alive {
        if try checkedSum(place, sizes[slot], "batch memory") <= values[other] { break }
        place = max(place, values[other] + sizes[other])
      }
      values[slot] = place
      total = max(total, try checkedSum(place, sizes[slot], "batch memory"))
      alive.insert(slot, at: alive.firstIndex { values[$0] > place } ?? alive.count)
    }
  }

  private mutating func take(
    _ rows: Int, _ columns: Int, plus fixed: Int = 0
  ) throws(NNError) -> Int {
    let start = total
    total = try checkedSum(total, try Self.block(rows, columns, plus: fixed), "batch memory")
    return start
  }

  private static func block(
    _ rows: Int, _ columns: Int, plus fixed: Int = 0
  ) throws(NNError) -> Int {
    let floats = try checkedSum(
      try checkedProduct(rows, columns, "batch memory"), fixed, "batch memory")
    return (try checkedSum(floats, 15, "batch memory")) & ~15
  }
}
