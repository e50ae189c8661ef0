import NNData
import NNErrors
import NNJSON
import NNMath
import NNNetwork
import NNOptions

/// The value of `class_weight`.
package enum ClassWeighting: Sendable {
  case none
  /// n / (classes present · count of the class), as scikit-learn.
  case balanced
  case given([Double])
  /// By the classes' names; the others have 1.
  case named([(name: String, weight: Double)])

  static func parse(_ options: inout Options) throws(NNError) -> ClassWeighting {
    guard options.has("class_weight") else {
      _ = options.value("class_weight")
      return .none
    }
    if options.isList("class_weight") {
      return .given(try options.numbers("class_weight", in: .closed(0, 1e6)))
    }
    let value = options.value("class_weight") ?? .null
    if value.string == "balanced" { return .balanced }
    guard let members = value.object?.members else {
      throw options.refusal(
        "class_weight",
        "\"balanced\", a list of weights, one a class, or an object of weights by name", value)
    }
    var named: [(name: String, weight: Double)] = []
    for (name, json) in members {
      guard let weight = json.double, weight >= 0, weight <= 1e6 else {
        throw options.refusal(
          "class_weight", "an object of numbers in 0...1000000, but for \"\(name)\"", json)
      }
      named.append((name, weight))
    }
    return .named(named)
  }

  /// The weights for a model and its training rows; nil: all 1.
  func weights(_ samples: SampleRows, _ model: Model) throws(NNError) -> Buffer<Float>? {
    if case .none = self { return nil }
    guard let classes = model.spec.loss.classCount else {
      throw .argument(
        "class_weight needs a loss with classes: softmax_cross_entropy, or binary_cross_entropy "
          + "with one output; leave it out or use sample weights")
    }
    let weights = try Buffer<Float>(count: classes)
    switch self {
    case .none: return nil
    case .given(let list):
      guard list.count == classes else {
        throw .argument("class_weight must have one number a class, \(classes), got \(list.count)")
      }
      guard list.contains(where: { $0 > 0 }) else {
        throw .argument("class_weight must not be 0 for every class; leave it out for all 1")
      }
      for index in 0..<classes { weights.base[index] = Float(list[index]) }
    case .named(let list):
      for index in 0..<classes { weights.base[index] = 1 }
      for (name, weight) in list {
        weights.base[try Self.index(name, model, classes)] = Float(weight)
      }
    case .balanced: try balance(weights, samples, model)
    }
    return weights
  }

  private static func index(
    _ name: String, _ model: Model, _ classes: Int
  ) throws(NNError) -> Int {
    let names = model.classes
    let index =
      names.texts.isEmpty
      ? Int(name).flatMap { $0 >= 0 && $0 < classes ? $0 : nil }
      : names.texts.firstIndex { sameBytes($0, name) }
    guard let index else {
      throw .argument(
        "class_weight must name classes, \"\(name)\" is none; they are "
          + (names.texts.isEmpty ? "0...\(classes - 1)" : names.listed))
    }
    return index
  }

  private func balance(
    _ weights: Buffer<Float>, _ samples: SampleRows, _ model: Model
  ) throws(NNError) {
    let counts = try Buffer<Double>(count: weights.count)
    for position in 0..<samples.rows {
      counts.base[trueClass(samples, position, model, of: counts.count)] += 1
    }
    var present = 0.0
    for index in 0..<weights.count where counts.base[index] > 0 { present += 1 }
    for index in 0..<weights.count {
      let count = counts.base[index]
      weights.base[index] = count > 0 ? Float(Double(samples.rows) / (present * count)) : 1
    }
  }
}

/// The class of a row: its index, the largest share, or a probability from one half on. Bounded to
/// 0 ..< classes: a caller's live array may have changed since it was checked.
func trueClass(_ samples: SampleRows, _ position: Int, _ model: Model, of classes: Int) -> Int {
  let row = samples.source(position)
  if model.spec.loss.targets != .classes { return samples.targets.double(row, 0) >= 0.5 ? 1 : 0 }
  if samples.targets.columns == 1 {
    return min(max(Int(samples.targets.integer(row, 0)), 0), classes - 1)
  }
  var best = 0
  for column in 1..<samples.targets.columns
  where samples.targets.double(row, column) > samples.targets.double(row, best) { best = column }
  return best
}
