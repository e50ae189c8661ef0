import CKernels
import NNData
import NNErrors
import NNMath

/// Memory for passes of up to `capacity` rows through a model, planned once.
///
/// A training pass keeps every layer's output and scratch. An inference pass needs only two blocks,
/// which take turns as a layer's input and output.
package final class Workspace {
  package let capacity: Int
  let input: UnsafeMutablePointer<Float>
  /// One a layer.
  let places: UnsafePointer<LayerPlace>
  /// For a loss: see `LossInput.scratch`.
  package let lossScratch: UnsafeMutablePointer<Float>
  /// Temporary memory of the layer that is running: a transposed weight, a panel, or a part of a
  /// gradient.
  let spare: UnsafeMutablePointer<Float>
  /// The rows of the batch, wherever they are.
  let inputRows: RowPointers
  /// The rows of the next batch, to be prefetched, and how many are known.
  let nextRows: RowPointers
  private(set) var nextCount = 0
  /// Makes `nonzeros`; nil: zeros are not left out.
  var index: NonzeroIndex?
  /// The inputs of the batch that are not 0, if they are few.
  private(set) var nonzeros: UnsafePointer<nnk_nonzeros>?
  /// The rows of `input`.
  let loadedRows: RowPointers
  private let memory: Buffer<Float>
  private let pointers: Buffer<UnsafePointer<Float>>
  private let placeMemory: Buffer<LayerPlace>

  /// - Throws: `NNError.memory`, `.limit`.
  package convenience init(for model: Model, rows: Int, training: Bool) throws(NNError) {
    let plan = try MemoryPlan(model, rows: rows, training: training)
    let blocks = 3 + plan.outputs.count + plan.gradients.count
    self.init(
      model, rows: rows, plan, memory: try Buffer(count: plan.total),
      pointers: try Buffer(count: try checkedProduct(rows, blocks, "batch memory")),
      places: try Buffer(count: model.layers.count))
  }

  private init(
    _ model: Model, rows: Int, _ plan: MemoryPlan, memory: Buffer<Float>,
    pointers: Buffer<UnsafePointer<Float>>, places: Buffer<LayerPlace>
  ) {
    capacity = rows
    self.memory = memory
    self.pointers = pointers
    placeMemory = places
    self.places = UnsafePointer(places.base)
    let base = memory.base
    input = base + plan.input
    lossScratch = base + plan.lossScratch
    spare = base + plan.spare
    inputRows = pointers.base
    loadedRows = pointers.base + rows
    nextRows = pointers.base + 2 * rows
    pointRows(loadedRows, to: input, rows: rows, columns: model.inputSize)
    fill(places.base, model, plan)
  }

  /// Every layer reads the output of the one below it.
  private func fill(
    _ places: UnsafeMutablePointer<LayerPlace>, _ model: Model, _ plan: MemoryPlan
  ) {
    let base = memory.base
    var free = pointers.base + 3 * capacity
    func rowPointers(_ block: UnsafeMutablePointer<Float>, _ columns: Int) -> RowPointers {
      defer { free += capacity }
      pointRows(free, to: block, rows: capacity, columns: columns)
      return free
    }
    var (below, belowRows, inputs) = (input, inputRows, model.inputSize)
    for (index, layer) in model.layers.enumerated() {
      let output = base + plan.outputs[index]
      let outputRows = rowPointers(output, layer.outputSize)
      var place = LayerPlace(
        layer: BorrowedLayer(model.keepers[index]), index: index, inputs: inputs,
        outputs: layer.outputSize, input: below,
        inputRows: belowRows, output: output, outputRows: outputRows,
        scratch: base + plan.scratch[index], gradient: output, gradientRows: outputRows,
        inputGradient: nil)
      if !plan.gradients.isEmpty {
        place.gradient = base + plan.gradients[index]
        place.gradientRows = rowPointers(place.gradient, layer.outputSize)
        if index > model.firstTrainableLayer {
          place.inputGradient = base + plan.gradients[index - 1]
        }
      }
      (places + index).initialize(to: place)
      (below, belowRows, inputs) = (output, outputRows, layer.outputSize)
    }
  }

  /// Looks for zeros in the loaded rows.
  func markNonzeros(rows: Int, columns: Int) {
    nonzeros = index?.mark(MatrixRows(inputRows, rows: rows, columns: columns))
  }

  /// Sets the rows of the next batch, if they can be read in place.
  func announce(_ view: ArrayView, from start: Int, count: Int, order: UnsafePointer<Int32>?) {
    let isKnown = count > 0 && view.pointRows(nextRows, from: start, count: count, order: order)
    nextCount = isKnown ? count : 0
  }
}

/// Offsets of the blocks of a workspace in floats; each begins on a cache line.
private struct MemoryPlan {
  private(set) var total = 0
  private(set) var input = 0
  private(set) var outputs: [Int] = []
  private(set) var scratch: [Int] = []
  private(set) var gradients: [Int] = []
  private(set) var lossScratch = 0
  private(set) var spare = 0

  init(_ model: Model, rows: Int, training: Bool) throws(NNError) {
    let layers = model.layers
    input = try take(rows, model.inputSize)
    if training {
      for layer in layers {
        outputs.append(try take(rows, layer.outputSize))
        gradients.append(try take(rows, layer.outputSize))
        let size = layer.scratch
        scratch.append(try take(rows, size.perRow, plus: size.fixed))
      }
    } else {
      let widest = layers.reduce(1) { max($0, $1.outputSize) }
      let turns = [try take(rows, widest), try take(rows, widest)]
      for index in layers.indices { outputs.append(turns[index % 2]) }
      scratch = outputs.map { _ in 0 }
    }
    lossScratch = try take(
      rows,
      try checkedSum(try checkedProduct(2, model.outputSize, "batch memory"), 2, "batch memory"))
    spare = try take(1, layers.reduce(0) { max($0, $1.spareSize(rows: rows, training: training)) })
  }

  private mutating func take(
    _ rows: Int, _ columns: Int, plus fixed: Int = 0
  ) throws(NNError) -> Int {
    let start = total
    let block = try checkedSum(
      try checkedProduct(rows, columns, "batch memory"), fixed, "batch memory")
    total = try checkedSum(total, (try checkedSum(block, 15, "batch memory")) & ~15, "batch memory")
    return start
  }
}
