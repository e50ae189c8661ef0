import NNErrors
import NNMath
import NNOptions

extension LayerKind {
  /// `y = layers(x) + shortcut(x)`; an empty shortcut is x itself.
  ///
  /// Both branches must give rows of one shape. Reference: He et al. 2016, eq. 1 and 2.
  static let residual = LayerKind(
    name: "residual",
    example: #"{"type": "residual", "layers": [{"type": "layer_norm"}, {"type": "tanh"}]}"#,
    ofLayers: { options, input, reader throws(NNError) in
      let main = try reader.branch("layers", &options, input, isNeeded: true)
      let shortcut = try reader.branch("shortcut", &options, input, isNeeded: false)
      let a = main.blocks.last?.outputShape ?? input
      let b = shortcut.blocks.last?.outputShape ?? input
      guard a == b else {
        throw .argument(
          "\(options.owner): layers and shortcut must give rows of one shape, got \(a.text) and "
            + "\(b.text); let both end with as many units")
      }
      return .branches([main, shortcut], join: SumLayer(a), kind: "residual")
    })
}

/// `y = a + b`, the join of two branches.
final class SumLayer: Layer {
  let outputShape: Shape

  init(_ shape: Shape) { outputShape = shape }

  func forward(_ step: LayerStep) {
    step.output.base.copy(from: step.input.base, count: step.input.count)
    add(step.otherInput.base, times: 1, to: step.output.base, step.output.count)
  }

  func backward(_ step: LayerStep) {
    let gradient = step.outputGradient
    step.inputGradient?.base.copy(from: gradient.base, count: gradient.count)
    step.otherInputGradient?.base.copy(from: gradient.base, count: gradient.count)
  }
}
