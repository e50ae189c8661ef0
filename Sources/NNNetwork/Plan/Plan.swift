import NNErrors
import NNMath

/// A network as nodes and the values between them: pure structure, made from a spec once.
package struct Plan {
  /// A value between nodes, [rows × shape].
  package struct Slot {
    package let shape: Shape
    /// The nodes that read it, in order.
    package fileprivate(set) var readers: [Int] = []
    /// Whether training needs dLoss/dvalue: a node with parameters is above it.
    package let needsGradient: Bool

    /// The last node that reads it; nil for the network's output.
    package var lastReader: Int? { readers.last }
  }

  /// A layer with the slots it reads and writes.
  package struct Node {
    /// The layer's name in JSON.
    package let kind: String
    /// The name of its tensors' prefix: `layers.0`, `layers.2.shortcut.0`.
    package let name: String
    package let layer: any Layer
    /// One slot, or two for a layer that joins branches.
    package let inputs: [Int]
    package let output: Int
  }

  /// In the order of the forward pass; a chain's nodes are its layers.
  package private(set) var nodes: [Node] = []
  /// The first is the network's input.
  package private(set) var slots: [Slot]
  /// The slot that the last node writes.
  package private(set) var output = 0

  init(_ blocks: [LayerBlock], input: Shape) {
    slots = [Slot(shape: input, needsGradient: false)]
    output = append(blocks, under: "layers", from: 0)
  }

  /// - Returns: the slot that the last block writes; `slot` itself without blocks.
  private mutating func append(_ blocks: [LayerBlock], under name: String, from slot: Int) -> Int {
    var slot = slot
    for (index, block) in blocks.enumerated() {
      let name = "\(name).\(index)"
      switch block {
      case .layer(let layer, let kind): slot = append(layer, kind, name, reading: [slot])
      case .branches(let branches, let join, let kind):
        var ends: [Int] = []
        for branch in branches {
          ends.append(append(branch.blocks, under: "\(name).\(branch.key)", from: slot))
        }
        slot = append(join, kind, name, reading: ends)
      }
    }
    return slot
  }

  private mutating func append(
    _ layer: any Layer, _ kind: String, _ name: String, reading inputs: [Int]
  ) -> Int {
    for input in inputs { slots[input].readers.append(nodes.count) }
    let needsGradient =
      !layer.parameters.isEmpty || inputs.contains { slots[$0].needsGradient }
    nodes.append(Node(kind: kind, name: name, layer: layer, inputs: inputs, output: slots.count))
    slots.append(Slot(shape: layer.outputShape, needsGradient: needsGradient))
    return slots.count - 1
  }

  /// The nodes that a backward pass visits, in forward order: they have parameters or a node with
  /// parameters above their input.
  package var trainedNodes: [Int] {
    nodes.indices.filter { slots[nodes[$0].output].needsGradient }
  }
}
