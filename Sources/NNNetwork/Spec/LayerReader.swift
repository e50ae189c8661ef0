import NNData
import NNErrors
import NNJSON
import NNMath
import NNOptions

/// Reads lists of layers, nested ones too, and counts layers and parameters against the limits.
struct LayerReader {
  private let limits: ModelSpec.Limits
  private var layers = 0
  private(set) var parameters = 0
  /// Where the list that is being read stands: `layers`, or `layers[2].layers`.
  private var path = "layers"

  /// What the floats of a row are, of a model with columns.
  private let features: [TableFeature]?

  init(limits: ModelSpec.Limits, features: [TableFeature]? = nil) {
    (self.limits, self.features) = (limits, features)
  }

  /// What the inputs are of the layer that is being read: a table's only for the first; nil: all
  /// are scalars.
  var featuresOfLayer: [TableFeature]? { path == "layers[0]" ? features : nil }

  /// Reads one list.
  ///
  /// - Returns: a block for each element, and the list with every default filled in.
  mutating func read(
    _ list: [JSON], _ input: Shape
  ) throws(NNError) -> (blocks: [LayerBlock], resolved: [JSON]) {
    layers += list.count
    guard layers <= limits.layers else {
      throw .limit("spec: layers must be at most \(limits.layers), got \(layers)")
    }
    let outer = path
    defer { path = outer }
    var blocks: [LayerBlock] = []
    var resolved: [JSON] = []
    var shape = input
    for (index, json) in list.enumerated() {
      path = "\(outer)[\(index)]"
      let (block, options) = try LayerKind.read(json, owner: path) {
        kind, options throws(NNError) in try kind.build(&options, shape, &self)
      }
      if case .layer(let layer, _) = block { try count(layer) }
      blocks.append(block)
      resolved.append(options)
      shape = block.outputShape
    }
    return (blocks, resolved)
  }

  /// Reads a branch of a composite layer.
  mutating func branch(
    _ key: String, _ options: inout Options, _ input: Shape, isNeeded: Bool
  ) throws(NNError) -> Branch {
    options.describe(key, "layers", default: isNeeded ? nil : .array([]))
    let given = options.value(key)
    guard let list = (given ?? (isNeeded ? nil : .array([])))?.array, !(isNeeded && list.isEmpty)
    else {
      throw options.refusal(
        key, #"a list of layers such as [{"type": "dense", "units": 10}]"#, given ?? .null)
    }
    let outer = path
    defer { path = outer }
    path = "\(outer).\(key)"
    let (blocks, resolved) = try read(list, input)
    options.resolve(key, as: .array(resolved))
    return Branch(key: key, blocks: blocks)
  }

  private mutating func count(_ layer: any Layer) throws(NNError) {
    for tensor in layer.tensors {
      var count = 1
      for size in tensor.shape.dimensions {
        count = try checkedProduct(count, size, "parameters")
      }
      parameters = try checkedSum(parameters, count, "parameters")
    }
    guard parameters <= limits.parameters else {
      throw .limit(
        "spec: the layers up to \(path) have \(parameters) parameters, "
          + "at most \(limits.parameters) are allowed; use fewer units")
    }
  }
}
