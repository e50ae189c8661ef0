import NNErrors
import NNJSON
import NNMath
import NNOptions

/// A row of the layer registry: a layer's name in JSON and how it is made.
package struct LayerKind: Kind {
  package static let role = "layer"
  package static let aliases: [Alias] =
    [
      ("linear", "dense"), ("Linear", "dense"), ("fc", "dense"), ("PReLU", "prelu"),
    ] + Activation.aliases
  package let name: String
  package let example: String
  /// Reads the options and makes the layer, or the branches of layers, for rows of a shape.
  let build: @Sendable (inout Options, Shape, inout LayerReader) throws(NNError) -> LayerBlock

  /// The members: those with parameters or a mode of their own, then every activation.
  package static let registry: [LayerKind] =
    onlyLayers + Activation.registry.map(LayerKind.activation)

  private static let onlyLayers: [LayerKind] = [
    .dense, .table, .prelu, .dropout, .batchNorm, .layerNorm, .rmsNorm, .residual,
  ]

  /// Whether a layer has that name, and no activation.
  static func isOnlyLayer(_ name: String) -> Bool {
    onlyLayers.contains { sameBytes($0.name, name) }
  }

  /// Describes every member.
  package static func descriptions() throws(NNError) -> JSON {
    try descriptions { kind, options throws(NNError) in
      var reader = LayerReader(limits: ModelSpec.Limits())
      _ = try kind.build(&options, Shape(4), &reader)
    }
  }

  /// A kind that is one layer.
  ///
  /// - Parameter make: reads the options and makes the layer for rows of `input`'s shape.
  init(
    name: String, example: String,
    make: @escaping @Sendable (inout Options, _ input: Shape) throws(NNError) -> any Layer
  ) {
    (self.name, self.example) = (name, example)
    build = { options, input, _ throws(NNError) in
      .layer(try make(&options, input), kind: name)
    }
  }

  /// A kind that is made of other layers.
  init(
    name: String, example: String,
    ofLayers build:
      @escaping @Sendable (inout Options, Shape, inout LayerReader) throws(NNError)
      -> LayerBlock
  ) {
    (self.name, self.example, self.build) = (name, example, build)
  }
}

/// An element of a spec's list of layers, built.
package indirect enum LayerBlock {
  case layer(any Layer, kind: String)
  /// Branches that read the same value; `join` reads the output of each.
  case branches([Branch], join: any Layer, kind: String)

  /// The output's shape.
  var outputShape: Shape {
    switch self {
    case .layer(let layer, _), .branches(_, let layer, _): layer.outputShape
    }
  }
}

/// Layers one after another, under one key of a composite layer; none: the value itself.
package struct Branch {
  let key: String
  let blocks: [LayerBlock]
}
