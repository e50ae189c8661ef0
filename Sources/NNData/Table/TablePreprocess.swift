import NNErrors
import NNJSON
import NNMath
import NNOptions

/// What is made of a table's numbers: the spec's "preprocess" of a model with columns.
package struct TablePreprocess: Sendable {
  /// Each number is scaled by all of them.
  let scalings: [NumberScalingFunction]
  /// nil: numbers are not embedded.
  let embedding: (edges: BinEdgesFunction, bins: Int)?
  /// Whether means of the target in groups of rows are inputs, where there are dates.
  package let hasGroupMeans: Bool

  /// Reads `{"type": "table", "numbers": ..., "embedding": ...}`.
  ///
  /// - Throws: `NNError.argument`.
  package init(_ options: inout Options) throws(NNError) {
    let json = options.value("preprocess") ?? .object(JSONObject([("type", .string("table"))]))
    guard let object = json.object, object["type"]?.string == "table" else {
      throw options.refusal("preprocess", #"{"type": "table", ...} for a model with columns"#, json)
    }
    var inner = Options(object, owner: "preprocess table")
    _ = inner.value("type")
    inner.resolve("type", as: .string("table"))
    scalings = try Self.scalings(&inner)
    embedding = try Self.embedding(&inner)
    hasGroupMeans = try inner.flag("group_means", default: true)
    try inner.finish()
    options.resolve("preprocess", as: .object(inner.resolved))
  }

  private static let mostScalings = 4
  /// What an absent "numbers" means.
  private static var usualScalings: [JSON] {
    [
      .string("quantile"),
      .object(JSONObject([("type", .string("standardize")), ("limit", .integer(4))])),
    ]
  }

  private static func scalings(
    _ options: inout Options
  ) throws(NNError) -> [NumberScalingFunction] {
    let json = options.value("numbers") ?? .array(usualScalings)
    let list = json.array ?? [json]
    guard (1...mostScalings).contains(list.count) else {
      throw options.refusal("numbers", "a scaling or a list of 1 to \(mostScalings)", json)
    }
    var functions: [NumberScalingFunction] = []
    var resolved: [JSON] = []
    for element in list {
      let (function, description) = try NumberScaling.read(element, owner: options.owner) {
        kind, inner throws(NNError) in try kind.make(&inner)
      }
      functions.append(function)
      resolved.append(description)
    }
    options.resolve("numbers", as: .array(resolved))
    return functions
  }

  /// How many floats scale a number.
  package var scalars: Int { scalings.count }

  /// The curve of scaling `index` through some knots.
  package func curve(_ index: Int, knots: Buffer<Double>) -> NumberCurve {
    NumberCurve(
      knots: knots, extrapolates: scalings[index].extrapolates, limit: scalings[index].limit)
  }

  func curves(
    knots: (NumberScalingFunction) -> (x: [Double], z: [Double])
  ) throws(NNError) -> [NumberCurve] {
    var curves: [NumberCurve] = []
    for scaling in scalings {
      let (x, z) = knots(scaling)
      curves.append(
        try NumberCurve(
          x: x, z: z, extrapolates: scaling.extrapolates, limit: scaling.limit))
    }
    return curves
  }

  private static func embedding(
    _ options: inout Options
  ) throws(NNError) -> (edges: BinEdgesFunction, bins: Int)? {
    try options.kind("embedding", default: "piecewise") {
      (kind: NumberEmbedding, inner) throws(NNError) in try kind.make(&inner)
    }
  }
}

/// What a number is to the first layer besides itself: a row of the registry.
package struct NumberEmbedding: Kind {
  package static let role = "embedding"
  package static let aliases: [Alias] = [("ple", "piecewise"), ("piecewise_linear", "piecewise")]
  package let name: String
  package let example: String
  let make: @Sendable (inout Options) throws(NNError) -> (edges: BinEdgesFunction, bins: Int)?

  package static let registry: [NumberEmbedding] = [.piecewise, .none]

  /// Nothing.
  static let none = NumberEmbedding(name: "none", example: #"{"type": "none"}"#) {
    _ throws(NNError) in nil
  }

  /// Piecewise-linear: ones for the bins below the number, its share of the bin it is in, zeros
  /// above.
  ///
  /// Reference: Gorishniy, Rubachev and Babenko 2022.
  static let piecewise = NumberEmbedding(
    name: "piecewise", example: #"{"type": "piecewise", "bins": 16}"#
  ) { options throws(NNError) in
    let bins = try options.integer("bins", default: 48, in: 1...ColumnSpec.mostBins)
    let edges = try options.kind("edges", default: "target") {
      (kind: BinEdges, inner) throws(NNError) in try kind.make(&inner)
    }
    return (edges, bins)
  }
}
