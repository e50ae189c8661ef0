import CKernels
import CPlatform
import NNData
import NNErrors
import NNJSON
import NNOptions

extension Loss {
  /// `-(pos_weight · t · log σ(z) + (1 - t) · log(1 - σ(z)))`, on logits; several outputs are
  /// several questions. `label_smoothing` e turns t into t · (1 - e) + e/2.
  ///
  /// Reference: torch.nn.BCEWithLogitsLoss.
  static let binaryCrossEntropy = Loss(
    name: "binary_cross_entropy",
    example: #"{"type": "binary_cross_entropy", "pos_weight": 2.5, "label_smoothing": 0.1}"#
  ) { options, outputs throws(NNError) in
    let positive = try positiveWeights(&options, outputs)
    let smoothing = try options.number("label_smoothing", default: 0, in: .closed(0, 1))
    return .elementwise(
      output: .sigmoid, targets: .probabilities, classCount: outputs == 1 ? 2 : nil,
      vectors: positive.count > 1 ? nil : vectors(positive[0], smoothing: smoothing)
    ) { element in
      let z = element.output
      let t = element.target * (1 - smoothing) + smoothing / 2
      let weight = positive.count == 1 ? positive[0] : positive[element.column]
      // The smaller of both probabilities, and log(1 + e^-|z|).
      let small = nnc_exp(-abs(z))
      let (minor, tail) = (small / (1 + small), nnc_log1p(small))
      let loss = weight * t * (tail + max(-z, 0)) + (1 - t) * (tail + max(z, 0))
      let (probability, complement) = z >= 0 ? (1 - minor, minor) : (minor, 1 - minor)
      return (loss, (1 - t) * probability - weight * t * complement)
    }
  }

  private static func vectors(
    _ positive: Double, smoothing: Double
  ) -> @Sendable (LossElements) -> Void {
    let (keep, shift, weight) = (Float(1 - smoothing), Float(smoothing / 2), Float(positive))
    return { elements in
      nnk_kernels().pointee.binary_cross_entropies(
        elements.outputs, elements.targets, elements.count, keep, shift, weight, elements.losses,
        elements.slopes)
    }
  }

  private static func positiveWeights(
    _ options: inout Options, _ outputs: Int
  ) throws(NNError) -> [Double] {
    guard options.isList("pos_weight") else {
      return [try options.number("pos_weight", default: 1, in: .above(0, through: 1e6))]
    }
    let list = try options.numbers("pos_weight", in: .above(0, through: 1e6))
    guard list.count == outputs else {
      throw .argument(
        "\(options.owner): pos_weight must have one number an output, \(outputs), got \(list.count)"
      )
    }
    return list
  }
}
