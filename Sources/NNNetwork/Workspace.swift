import NNErrors
import NNMath

/// Memory for passes of up to so many rows through a model, planned once.
///
/// A training pass keeps every layer's output and scratch; an inference pass needs only the block
/// that goes in and the block that comes out of a layer, taken in turns.
package struct Workspace {
  package let capacity: Int
  let input: UnsafeMutablePointer<Float>
  let outputs: [UnsafeMutablePointer<Float>]
  let scratch: [UnsafeMutablePointer<Float>]
  /// Two blocks of the widest layer, for the gradients on both sides of a layer.
  let gradients: [UnsafeMutablePointer<Float>]
  private let memory: Buffer<Float>

  /// - Throws: `NNError.memory`, `.limit`.
  package init(for model: Model, rows: Int, training: Bool) throws(NNError) {
    capacity = rows
    var plan = MemoryPlan()
    let layers = model.layers
    let widths = [model.inputSize] + layers.map { $0.outputSize }
    let widest = widths.reduce(1, max)
    let inputAt = try plan.take(rows, model.inputSize)
    var outputsAt: [Int] = []
    var scratchAt: [Int] = []
    var gradientsAt: [Int] = []
    if training {
      for layer in layers {
        outputsAt.append(try plan.take(rows, layer.outputSize))
        let size = layer.scratch
        scratchAt.append(try plan.take(rows, size.perRow, plus: size.fixed))
      }
      for _ in 0..<2 { gradientsAt.append(try plan.take(rows, widest)) }
    } else {
      let turns = [try plan.take(rows, widest), try plan.take(rows, widest)]
      for index in layers.indices { outputsAt.append(turns[index % 2]) }
      scratchAt = outputsAt.map { _ in 0 }
    }
    memory = try Buffer(count: plan.total)
    let base = memory.base
    input = base + inputAt
    outputs = outputsAt.map { base + $0 }
    scratch = scratchAt.map { base + $0 }
    gradients = gradientsAt.map { base + $0 }
  }
}

/// Adds up blocks of floats, each on a cache line of its own.
private struct MemoryPlan {
  private(set) var total = 0

  mutating func take(_ rows: Int, _ columns: Int, plus fixed: Int = 0) throws(NNError) -> Int {
    let start = total
    let block = try checkedSum(
      try checkedProduct(rows, columns, "batch memory"), fixed, "batch memory")
    total = try checkedSum(total, (try checkedSum(block, 15, "batch memory")) & ~15, "batch memory")
    return start
  }
}
