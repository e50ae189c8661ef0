import NNErrors
import NNMath

extension Preprocess {
  /// Whether it is one kind that learns a center and a scale of each feature.
  package var isFittedScaling: Bool {
    functions.count == 1 && functions[0].tensors.count == 2 && firstTensorName == "center"
  }

  /// What is subtracted from a feature of a fitted scaling, and what it is then multiplied by.
  package func scaling(_ feature: Int) -> (center: Double, scale: Double) {
    let tensors = tensors
    let offset = offsets?.sum(feature) ?? 0
    return (
      offset + Double(tensors[0].values[feature]), Double(tensors[1].values[feature])
    )
  }

  /// A center from so many spreads on is subtracted in the caller's type.
  private static let farCenter = 32.0

  /// Sets what a scaling has not learnt from data.
  ///
  /// - Throws: `NNError.memory`; what was there before is kept then.
  package func setScaling(
    _ value: (_ feature: Int) -> (center: Double, scale: Double)
  ) throws(NNError) {
    let memories = try emptyMemories()
    let offsets = try FeatureOffsets(features: features)
    let tensors = tensors(in: memories)
    var isFar = false
    for feature in 0..<features {
      let (center, scale) = value(feature)
      if abs(center) * scale >= Self.farCenter {
        isFar = true
        offsets.set(feature, near: center)
      }
      tensors[0].values[feature] = Float(center - offsets.sum(feature))
      tensors[1].values[feature] = Float(scale)
    }
    take(memories, offsets: isFar ? offsets : nil)
  }
}
