import NNErrors
import NNMath

/// The preprocessing of a model: its kinds in order, with what they learnt.
package final class Preprocess {
  package let functions: [PreprocessFunction]
  package let features: Int
  /// Whether a kind must see data before it can be applied.
  package let needsFit: Bool
  /// Whether rows are left unchanged.
  package let isIdentity: Bool
  /// Whether 0 is always mapped to 0.
  package let keepsZeros: Bool
  /// Whether it can be applied.
  package private(set) var isFitted: Bool
  /// What each kind learnt.
  private var memories: [Buffer<Float>] = []
  /// What is subtracted from the features before all kinds, in the caller's type; nil: nothing.
  package private(set) var offsets: FeatureOffsets?
  private var steps: [Step]

  private struct Step {
    let apply: @Sendable (Matrix, Int, PreprocessMemory) -> Void
    let memory: PreprocessMemory
  }

  package init(_ functions: [PreprocessFunction], features: Int) {
    self.functions = functions
    self.features = features
    needsFit = functions.contains { $0.needsFit }
    isIdentity = functions.allSatisfy { $0.apply == nil }
    keepsZeros = functions.allSatisfy { $0.keepsZeros }
    isFitted = !functions.contains { $0.needsFit }
    steps = Self.steps(functions, [], features)
  }

  /// The kinds that change something.
  ///
  /// - Parameter memories: those of the first kinds; a kind behind them has none.
  private static func steps(
    _ functions: [PreprocessFunction], _ memories: [Buffer<Float>], _ features: Int
  ) -> [Step] {
    var steps: [Step] = []
    for (index, function) in functions.enumerated() {
      guard let apply = function.apply else { continue }
      // A kind that learns nothing never looks at its memory.
      let base =
        index < memories.count
        ? memories[index].base : UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
      steps.append(Step(apply: apply, memory: PreprocessMemory(base: base, features: features)))
    }
    return steps
  }

  /// Copies rows as floats and applies all kinds.
  ///
  /// - Parameters:
  ///   - start: the first position.
  ///   - order: the row at a position; nil: the position itself.
  ///   - block: receives the rows, as many as it has.
  package func load(
    _ view: ArrayView, from start: Int, order: UnsafePointer<Int32>?, into block: Matrix
  ) {
    view.gather(from: start, count: block.rows, order: order, into: block.base)
    if let offsets { view.subtract(offsets, from: block, start: start, order: order) }
    apply(to: block)
  }

  package func apply(to block: Matrix) {
    for index in steps.indices { steps[index].apply(block, 0, steps[index].memory) }
  }

  /// Fits each kind to what the one before it makes of the rows; values that are not finite are
  /// ignored.
  ///
  /// - Parameter order: the rows to use; nil: the first `rows`.
  /// - Throws: `NNError.memory`, `.limit`; what was learnt before is kept then.
  package func fit(
    _ view: ArrayView, rows: Int, order: UnsafePointer<Int32>?
  ) throws(NNError) {
    guard needsFit else { return }
    let new = try emptyMemories()
    let offsets = takesOffsets ? try featureOffsets(view, rows: rows, order: order) : nil
    for (index, function) in functions.enumerated() where function.needsFit {
      let before = Self.steps(Array(functions[..<index]), new, features)
      let data = FittingData(view: view, rows: rows, order: order, offsets: offsets) {
        block, first in
        for step in before { step.apply(block, first, step.memory) }
      }
      try function.fit(data, PreprocessMemory(base: new[index].base, features: features))
    }
    take(new, offsets: offsets)
  }

  /// Whether features may be made less a constant before the first kind that changes them.
  package var takesOffsets: Bool {
    functions.first { $0.apply != nil }?.ignoresOffset ?? false
  }

  /// Memory for what every kind can learn.
  ///
  /// - Throws: `NNError.memory`, `.limit`.
  package func emptyMemories() throws(NNError) -> [Buffer<Float>] {
    var memories: [Buffer<Float>] = []
    for function in functions {
      memories.append(
        try Buffer(count: try checkedProduct(function.width, features, "preprocess memory")))
    }
    return memories
  }

  /// Takes over what every kind learnt.
  package func take(_ learnt: [Buffer<Float>], offsets: FeatureOffsets?) {
    memories = learnt
    self.offsets = offsets
    steps = Self.steps(functions, learnt, features)
    isFitted = true
  }

  /// Forgets what every kind learnt.
  package func forget() {
    memories = []
    offsets = nil
    steps = Self.steps(functions, [], features)
    isFitted = !needsFit
  }

  /// Copies what another preprocess of the same kinds learnt.
  ///
  /// - Throws: `NNError.memory`; what was learnt before is kept then.
  package func copy(from other: Preprocess) throws(NNError) {
    guard needsFit else { return }
    guard other.isFitted else { return forget() }
    let copies = try emptyMemories()
    for (copy, memory) in zip(copies, other.memories) { copy.copy(from: memory) }
    let offsets = try other.offsets.map { offsets throws(NNError) in try offsets.copy() }
    take(copies, offsets: offsets)
  }
}

extension Preprocess {
  /// A tensor where it is stored.
  package struct StoredTensor {
    package let tensor: PreprocessTensor
    /// Its name in a file: `center`; `1.center` in the second of several kinds.
    package let name: String
    /// [features × width]
    package let values: UnsafeMutablePointer<Float>
    package let features: Int

    package var count: Int { features * tensor.width }

    /// The first value that is not as it must be, by its place in a file.
    package var firstWrong: (place: Int, value: Float)? {
      for index in 0..<count where !tensor.accepts(values, index, tensor.width) {
        let (feature, place) = (index / tensor.width, index % tensor.width)
        return (place * features + feature, values[index])
      }
      return nil
    }
  }

  /// The tensors of what was learnt; none before that.
  package var tensors: [StoredTensor] { tensors(in: memories) }

  /// The tensors of memories such as `emptyMemories` returns.
  package func tensors(in memories: [Buffer<Float>]) -> [StoredTensor] {
    var tensors: [StoredTensor] = []
    for (index, memory) in memories.enumerated() {
      var start = memory.base
      for tensor in functions[index].tensors {
        let name = functions.count == 1 ? tensor.name : "\(index).\(tensor.name)"
        tensors.append(
          StoredTensor(tensor: tensor, name: name, values: start, features: features))
        start += features * tensor.width
      }
    }
    return tensors
  }

  /// The name of the first tensor in a file; nil if nothing needs data.
  package var firstTensorName: String? {
    for (index, function) in functions.enumerated() {
      if let first = function.tensors.first {
        return functions.count == 1 ? first.name : "\(index).\(first.name)"
      }
    }
    return nil
  }

  /// Values that all kinds learn.
  ///
  /// - Throws: `NNError.limit`.
  package static func learntCount(
    _ functions: [PreprocessFunction], features: Int
  ) throws(NNError) -> Int {
    try checkedProduct(functions.reduce(0) { $0 + $1.width }, features, "preprocess memory")
  }
}
