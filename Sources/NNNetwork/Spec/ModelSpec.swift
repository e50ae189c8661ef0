import NNData
import NNErrors
import NNJSON
import NNMath
import NNOptions

/// A network as a value: input size, scaling, layers, loss, seed.
package struct ModelSpec {
  /// The shape of an input row.
  package let inputShape: Shape
  /// Of a model for tables; nil: rows come as arrays.
  package let table: TableSpec?
  /// Values of a row that comes out.
  package let outputSize: Int
  /// How many networks predict together, see `Members`.
  package let members: Int
  package let loss: LossFunction
  package let target: TargetOptions
  /// Whether probabilities are calibrated after a training.
  package let calibrates: Bool
  package let seed: UInt64
  package let preprocess: [PreprocessFunction]
  /// Names of the classes, for people.
  package let classes: ClassNames
  /// Names of the features, one each; empty when not given.
  package let features: [String]
  /// The probability from which one binary output is class 1.
  package let threshold: Double
  /// Trainable values.
  package let parameterCount: Int
  /// The spec with every default filled in.
  package let json: JSON
  /// The resolved options of every element of "layers".
  let layerOptions: [JSON]

  /// Bounds that a spec keeps before anything of its size is allocated.
  package struct Limits: Sendable {
    package var parameters: Int
    package var layers: Int
    package init(parameters: Int = 1_000_000_000, layers: Int = 1_000) {
      (self.parameters, self.layers) = (parameters, layers)
    }
  }

  package var inputSize: Int { inputShape.count }

  package static let inputRange = 1...16_777_216

  /// - Throws: `NNError.argument` naming the key; `.limit` above the limits.
  package init(_ json: JSON, limits: Limits = Limits()) throws(NNError) {
    guard let object = json.object else {
      throw .argument(
        #"the spec must be an object such as {"input": 4, "layers": [...]}, got "#
          + String(json.text.prefix(80)))
    }
    var options = Options(object, owner: "spec")
    table = try TableSpec(&options)
    if let table {
      inputShape = Shape(table.features.count)
    } else {
      inputShape = try Self.input(&options)
    }
    preprocess =
      table == nil ? try Self.preprocess(&options, features: inputShape.count) : []
    let built = try Self.layers(&options, inputShape, table, limits: limits)
    (layerOptions, parameterCount) = (built.options, built.parameters)
    members = try Members.read(&options, lastUnits: built.size)
    outputSize = built.size / members
    loss = try Self.loss(&options, outputs: outputSize)
    target = try TargetOptions(&options, loss: loss)
    calibrates = try Self.calibrates(&options, loss: loss)
    seed = try options.seed("seed", default: 0)
    threshold = try options.number("threshold", default: 0.5, in: .closed(0, 1))
    classes = try Self.classes(&options, loss: loss, outputs: outputSize)
    features = table == nil ? try Self.features(&options, count: inputShape.count) : []
    try options.finish()
    self.json = .object(options.resolved)
  }

  /// The plan of the spec, with new layers.
  package func makePlan() throws(NNError) -> Plan {
    var reader = LayerReader(
      limits: Limits(parameters: .max, layers: .max), features: table?.features)
    return Plan(try reader.read(layerOptions, inputShape).blocks, input: inputShape)
  }

  /// `784`, or `[28, 28, 1]`: one to four sizes.
  private static func input(_ options: inout Options) throws(NNError) -> Shape {
    guard options.isList("input") else {
      return Shape(try options.integer("input", in: inputRange))
    }
    let json = options.value("input") ?? .null
    let sizes = (json.array ?? []).map { Int($0.integer ?? 0) }
    let must = "an integer in 1...\(inputRange.upperBound), or a list of 1 to 4 sizes"
    guard let shape = Shape(sizes), sizes.allSatisfy({ $0 >= 1 }) else {
      throw options.refusal("input", must, json)
    }
    var count = 1
    for size in sizes { count = try checkedProduct(count, size, "input") }
    guard inputRange.contains(count) else { throw options.refusal("input", must, json) }
    options.resolve("input", as: json)
    return shape
  }

  private static func preprocess(
    _ options: inout Options, features: Int
  ) throws(NNError) -> [PreprocessFunction] {
    let functions = try PreprocessKind.list(&options)
    let count = try Preprocess.learntCount(functions, features: features)
    guard count <= mostPreprocessValues else {
      throw .limit(
        "spec: preprocess would learn \(count) values, at most \(mostPreprocessValues) are allowed")
    }
    return functions
  }

  private static let mostPreprocessValues = 1_000_000_000

  private static func layers(
    _ options: inout Options, _ input: Shape, _ table: TableSpec?, limits: Limits
  ) throws(NNError) -> (options: [JSON], size: Int, parameters: Int) {
    let given = options.value("layers")
    guard let list = given?.array, !list.isEmpty else {
      throw options.refusal(
        "layers", #"a list of at least one layer such as {"type": "dense", "units": 10}"#,
        given ?? .null)
    }
    var reader = LayerReader(limits: limits, features: table?.features)
    let (blocks, resolved) = try reader.read(list, input)
    if table != nil, resolved[0].object?["type"]?.string != "table" {
      throw .argument(
        #"spec: layers[0] of a model with columns must be {"type": "table", "units": ...}"#)
    }
    options.resolve("layers", as: .array(resolved))
    return (resolved, (blocks.last?.outputShape ?? input).count, reader.parameters)
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

  private static func calibrates(
    _ options: inout Options, loss: LossFunction
  ) throws(NNError) -> Bool {
    guard let json = options.value("calibration") else { return false }
    guard loss.output == .sigmoid || loss.output == .softmax else {
      throw .argument("spec: calibration belongs to a classification loss; leave it out")
    }
    guard (json.string ?? json.object?["type"]?.string) == "temperature" else {
      throw options.refusal("calibration", #"{"type": "temperature"}"#, json)
    }
    options.resolve(
      "calibration", as: .object(JSONObject([("type", .string("temperature"))])))
    return true
  }

  private static func classes(
    _ options: inout Options, loss: LossFunction, outputs: Int
  ) throws(NNError) -> ClassNames {
    guard let json = options.value("classes") else { return .none }
    let names = try readClasses(json, loss: loss, outputs: outputs)
    options.resolve("classes", as: names.json)
    return names
  }

  /// Reads the names of classes.
  ///
  /// - Throws: `NNError.argument`.
  package func readClasses(_ json: JSON) throws(NNError) -> ClassNames {
    try Self.readClasses(json, loss: loss, outputs: outputSize)
  }

  private static func readClasses(
    _ json: JSON, loss: LossFunction, outputs: Int
  ) throws(NNError) -> ClassNames {
    let wanted = loss.output == .sigmoid ? loss.classCount ?? outputs : loss.classCount
    guard let wanted else {
      throw .argument("spec: classes belong to a classification loss; leave them out")
    }
    // Counted before they are compared: a hostile list must cost no more than its length.
    guard let list = json.array, list.count == wanted else {
      throw Self.refusal("a list of \(wanted) names, one a class", json)
    }
    guard let names = ClassNames(list) else {
      throw Self.refusal(
        "a list of texts in double quotes, or of integers of 64 bits other than -2147483648, or of "
          + "true and false", json)
    }
    if let name = repeatedText(names.texts) {
      throw .argument("spec: classes must differ, \"\(name)\" stands there twice")
    }
    return names
  }

  private static func refusal(_ must: String, _ json: JSON) -> NNError {
    Options(JSONObject(), owner: "spec").refusal("classes", must, json)
  }

  private static func features(
    _ options: inout Options, count: Int
  ) throws(NNError) -> [String] {
    guard let json = options.value("features") else { return [] }
    guard let list = json.array, list.count == count else {
      throw options.refusal("features", "a list of \(count) names, one for each of input", json)
    }
    var names: [String] = []
    for element in list {
      guard let name = element.string else {
        throw options.refusal("features", "a list of texts in double quotes", json)
      }
      names.append(name)
    }
    if let name = repeatedText(names) {
      throw .argument("spec: features must differ, \"\(name)\" stands there twice")
    }
    options.resolve("features", as: json)
    return names
  }
}
