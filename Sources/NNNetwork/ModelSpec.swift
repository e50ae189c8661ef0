import NNData
import NNErrors
import NNJSON
import NNMath
import NNOptions

/// A network as a value: input size, scaling, layers, loss, seed.
package struct ModelSpec {
  package let inputSize: Int
  package let outputSize: Int
  package let loss: LossFunction
  package let seed: UInt64
  package let preprocess: PreprocessRule
  /// Names of the classes, for people; empty when not given.
  package let classes: [String]
  /// The probability from which one binary output is class 1.
  package let threshold: Double
  /// Trainable values.
  package let parameterCount: Int
  /// The spec with every default filled in.
  package let json: JSON
  /// The resolved options of every layer.
  let layerOptions: [JSON]

  /// Bounds that a spec keeps before anything of its size is allocated.
  package struct Limits: Sendable {
    package var parameters = 1_000_000_000
    package var layers = 1_000
    package init() {}
  }

  package static let inputRange = 1...16_777_216

  /// - Throws: `NNError.argument` naming the key; `.limit` above the limits.
  package init(_ json: JSON, limits: Limits = Limits()) throws(NNError) {
    guard let object = json.object else {
      throw .argument(
        #"the spec must be an object such as {"input": 4, "layers": [...]}, got "#
          + String(json.text.prefix(80)))
    }
    var options = Options(object, owner: "spec")
    inputSize = try options.integer("input", in: Self.inputRange)
    preprocess = try Self.preprocess(&options)
    let built = try Self.layers(&options, inputSize: inputSize, limits: limits)
    (layerOptions, outputSize, parameterCount) = (built.options, built.size, built.parameters)
    loss = try Self.loss(&options, outputs: built.size)
    seed = try options.seed("seed", default: 0)
    threshold = try options.number("threshold", default: 0.5, in: .closed(0, 1))
    classes = try Self.classes(&options, loss: loss, outputs: built.size)
    try options.finish()
    self.json = .object(options.resolved)
  }

  /// What JSON calls a layer.
  func layerName(_ index: Int) -> String { layerOptions[index].object?["type"]?.string ?? "layer" }

  /// The layers, made afresh.
  func makeLayers() throws(NNError) -> [any Layer] {
    var size = inputSize
    var layers: [any Layer] = []
    for (index, options) in layerOptions.enumerated() {
      let (layer, _) = try Self.layer(options, index: index, inputSize: size)
      layers.append(layer)
      size = layer.outputSize
    }
    return layers
  }

  private static func preprocess(_ options: inout Options) throws(NNError) -> PreprocessRule {
    try options.kind("preprocess", default: "none") {
      (kind: PreprocessKind, inner) throws(NNError) in try kind.make(&inner)
    }
  }

  private static func layers(
    _ options: inout Options, inputSize: Int, limits: Limits
  ) throws(NNError) -> (options: [JSON], size: Int, parameters: Int) {
    let given = options.value("layers")
    guard let list = given?.array, !list.isEmpty else {
      throw options.refusal(
        "layers", #"a list of at least one layer such as {"type": "dense", "units": 10}"#,
        given ?? .null)
    }
    guard list.count <= limits.layers else {
      throw .limit("spec: layers must be at most \(limits.layers), got \(list.count)")
    }
    var resolved: [JSON] = []
    var size = inputSize
    var parameters = 0
    for (index, json) in list.enumerated() {
      let (layer, layerOptions) = try layer(json, index: index, inputSize: size)
      resolved.append(layerOptions)
      size = layer.outputSize
      for parameter in layer.parameters + layer.statistics {
        let count = try checkedProduct(parameter.rows, max(1, parameter.columns), "parameters")
        parameters = try checkedSum(parameters, count, "parameters")
      }
      guard parameters <= limits.parameters else {
        throw .limit(
          "spec: the layers up to number \(index) have \(parameters) parameters, "
            + "at most \(limits.parameters) are allowed; use fewer units")
      }
    }
    options.resolve("layers", as: .array(resolved))
    return (resolved, size, parameters)
  }

  private static func layer(
    _ json: JSON, index: Int, inputSize: Int
  ) throws(NNError) -> (any Layer, JSON) {
    let (layer, resolved) = try LayerKind.read(json, owner: "layers[\(index)]") {
      kind, options throws(NNError) in try kind.make(&options, inputSize)
    }
    return (layer, resolved)
  }

  private static func loss(
    _ options: inout Options, outputs: Int
  ) throws(NNError) -> LossFunction {
    guard let json = options.value("loss") else {
      throw .argument(
        "spec: loss is needed: one of \(listing(Loss.registry.map { $0.name }))")
    }
    let (function, resolved) = try Loss.read(json) { kind, inner throws(NNError) in
      try kind.make(&inner, outputs)
    }
    options.resolve("loss", as: resolved)
    return function
  }

  private static func classes(
    _ options: inout Options, loss: LossFunction, outputs: Int
  ) throws(NNError) -> [String] {
    guard let json = options.value("classes") else { return [] }
    let wanted = loss.output == .sigmoid ? loss.classCount ?? outputs : loss.classCount
    guard let wanted else {
      throw .argument("spec: classes belong to a classification loss; leave them out")
    }
    // Counted before they are compared, so that a hostile list takes no more time than its length.
    guard let list = json.array, list.count == wanted else {
      throw options.refusal("classes", "a list of \(wanted) names, one a class", json)
    }
    var names: [String] = []
    for element in list {
      guard let name = element.string else {
        throw options.refusal("classes", "a list of names in double quotes", json)
      }
      names.append(name)
    }
    let sorted = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    for index in 1..<max(1, sorted.count) where sorted[index - 1] == sorted[index] {
      let name = String(decoding: sorted[index], as: UTF8.self)
      throw .argument("spec: classes must differ, \"\(name)\" stands there twice")
    }
    options.resolve("classes", as: json)
    return names
  }
}
