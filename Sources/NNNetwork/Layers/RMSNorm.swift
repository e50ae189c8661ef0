import NNErrors
import NNJSON
import NNMath
import NNOptions

extension LayerKind {
  /// `y = x / √(mean(x²) + eps) · weight` over the values of each row. The default of `eps` is
  /// PyTorch's, the float's distance from 1 to the next.
  ///
  /// References: torch.nn.RMSNorm; Zhang and Sennrich 2019.
  static let rmsNorm = LayerKind(
    name: "rms_norm", example: #"{"type": "rms_norm", "eps": 0.001, "affine": true}"#
  ) { options, input throws(NNError) in
    let eps = try options.number(
      "eps", default: Double(Float.ulpOfOne), in: .above(0, through: 1))
    let affine =
      try options.flag("affine", default: true)
      ? ScaleShift(size: input.count, shifts: false) : nil
    return RowNormLayer(shape: input, eps: eps, centers: false, affine: affine)
  }
}
