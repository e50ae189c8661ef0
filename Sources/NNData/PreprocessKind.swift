import NNErrors
import NNJSON
import NNMath
import NNOptions

/// What is done to the features before layer 0, each feature by itself.
package struct PreprocessKind: Kind {
  package static let role = "preprocess"
  package static let aliases: [Alias] = [
    ("standard_scaler", "standardize"), ("min_max", "minmax"), ("robust_scaler", "robust"),
  ]
  package let name: String
  package let example: String
  /// Reads the options.
  package let make: @Sendable (inout Options) throws(NNError) -> PreprocessFunction

  package static let registry: [PreprocessKind] = [
    .none, .standardize, .minmax, .scale, .robust, .quantileNormal, .clip,
  ]

  /// A list has at most so many.
  package static let listRange = 1...16

  /// Reads the option `preprocess`: a member of the registry or a list of them, applied in order.
  package static func list(_ options: inout Options) throws(NNError) -> [PreprocessFunction] {
    let key = "preprocess"
    guard options.isList(key) else {
      return [
        try options.kind(key, default: "none") {
          (kind: PreprocessKind, inner) throws(NNError) in try kind.make(&inner)
        }
      ]
    }
    let json = options.value(key) ?? .null
    let list = json.array ?? []
    guard listRange.contains(list.count) else {
      throw options.refusal(
        key, "a kind or a list of \(listRange.lowerBound) to \(listRange.upperBound) kinds", json)
    }
    var functions: [PreprocessFunction] = []
    var resolved: [JSON] = []
    for (index, json) in list.enumerated() {
      let (function, description) = try read(json, owner: "\(options.owner): \(key)[\(index)]") {
        kind, inner throws(NNError) in try kind.make(&inner)
      }
      functions.append(function)
      resolved.append(description)
    }
    options.resolve(key, as: resolved.count == 1 ? resolved[0] : .array(resolved))
    return functions
  }
}

/// A preprocessing kind with its options filled in.
package struct PreprocessFunction: Sendable {
  /// Whether 0 is always mapped to 0.
  package var keepsZeros = false
  /// Whether features less a constant give the same results, once it has learnt from them.
  package var ignoresOffset = false
  /// What it learns from data, one behind the other in its memory; none: it needs no data.
  package var tensors: [PreprocessTensor] = []
  /// Learns from data: fills its memory.
  var fit: @Sendable (FittingData, PreprocessMemory) throws(NNError) -> Void = { _, _ in }
  /// Changes a block of features in place, the first of which is feature `first`; nil: leaves it.
  var apply: (@Sendable (_ block: Matrix, _ first: Int, _ memory: PreprocessMemory) -> Void)?

  package var needsFit: Bool { !tensors.isEmpty }
  /// Values that it learns of a feature.
  package var width: Int { tensors.reduce(0) { $0 + $1.width } }
}

/// Values of each feature that a preprocessing kind learns.
package struct PreprocessTensor: Sendable {
  /// Its name in a file: `preprocess.center`.
  package let name: String
  /// Values of a feature. In a file: [features], or [width × features].
  package let width: Int
  /// What `accepts` wants of a value.
  package let condition: String
  /// Whether a value, one of the `width` of its feature, may be what it is.
  package let accepts:
    @Sendable (_ values: UnsafePointer<Float>, _ index: Int, _ width: Int) -> Bool
}

/// The memory of one kind: its tensors one behind the other, each [features × width].
struct PreprocessMemory {
  let base: UnsafeMutablePointer<Float>
  let features: Int
}
