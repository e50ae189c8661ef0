import NNErrors
import NNJSON
import NNOptions

/// What a spec says of the targets: its "target".
package struct TargetOptions: Sendable {
  /// Whether the targets of a regression are standardised.
  package var scales = false
  /// Whether predictions of a regression stay within the range of the targets seen.
  package var clamps = false
  /// The name of a table's column; nil: the model learnt from arrays.
  package var name: String?

  /// - Throws: `NNError.argument`.
  init(_ options: inout Options, loss: LossFunction) throws(NNError) {
    guard let json = options.value("target") else { return }
    guard let object = json.object else {
      throw options.refusal("target", #"an object such as {"scale": "standardize"}"#, json)
    }
    var target = Options(object, owner: "target")
    if target.has("name") {
      name = try target.text("name", default: "", "the name of a column")
    }
    let scale = try target.choice("scale", default: "none", among: ["none", "standardize"])
    scales = scale == "standardize"
    if target.has("clamp") { clamps = try target.flag("clamp", default: false) }
    try target.finish()
    guard !(scales || clamps) || loss.output == .identity else {
      throw .argument(
        "spec: target is scaled for losses of numbers (mse, mae, huber, quantile) only; leave it out"
      )
    }
    options.resolve("target", as: .object(target.resolved))
  }
}
