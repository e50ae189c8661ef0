import NNData
import NNErrors
import NNMath
import NNNetwork

// What a training tells although it is no error. The sentences stand in its history.

/// A warning where some of a model's classes have no training row.
///
/// - Throws: `NNError.memory`.
func warningOfUnseenClasses(_ samples: SampleRows, _ model: Model) throws(NNError) -> String? {
  guard let classes = model.spec.loss.classCount else { return nil }
  let isSeen = try Buffer<Bool>(count: classes)
  var unseen = classes
  for position in 0..<samples.rows {
    let index = trueClass(samples, position, model, of: classes)
    if isSeen.base[index] { continue }
    isSeen.base[index] = true
    unseen -= 1
    if unseen == 0 { return nil }
  }
  let names = model.classes.texts
  var list = ""
  var listed = 0
  for index in 0..<classes where !isSeen.base[index] && listed < 5 {
    list += (listed > 0 ? ", " : "") + (names.isEmpty ? String(index) : "\"\(names[index])\"")
    listed += 1
  }
  return "\(unseen) of \(classes) classes have no training row (\(list)"
    + (unseen > listed ? ", ..." : "") + "); the model will not predict them"
}

/// A warning where a feature lies far from the data that its scaling was fitted to, in an earlier
/// training.
///
/// - Throws: `NNError.memory`.
func warningOfShift(_ samples: SampleRows, _ model: Model) throws(NNError) -> String? {
  let preprocess = model.preprocess
  guard preprocess.isFittedScaling, preprocess.isFitted else { return nil }
  let rows = min(samples.rows, 1024)
  let columns = model.inputSize
  let scaled = try Buffer<Float>(count: try checkedProduct(rows, columns, "scaled rows"))
  preprocess.load(
    samples.features, from: 0, order: samples.order,
    into: Matrix(scaled.base, rows: rows, columns: columns))
  for column in 0..<columns {
    var sum = 0.0
    for row in 0..<rows { sum += Double(scaled.base[row * columns + column]) }
    let mean = sum / Double(rows)
    // In spreads of the data that it was fitted to.
    guard abs(mean) > 5 else { continue }
    return "the scaling of the features is that of an earlier training, feature \(column) is now "
      + "\(mean) spreads from its center; fit it anew with nns_fit_preprocess, or train a new model"
  }
  return nil
}

/// Whoever asks for fewer epochs does not expect them to suffice.
private let leastEpochs = 5

/// A warning where a training learnt hardly more than a constant, or was still improving much.
func warningOfSlowness(
  _ history: TrainingHistory, _ samples: SampleRows, _ model: Model, classWeights: Buffer<Float>?
) -> String? {
  let losses = history.columns[0]
  // Without memory to judge it the training is none the worse.
  guard history.ending == .completed || history.ending == .converged, losses.count >= leastEpochs,
    let last = losses.last,
    let constant = (try? ConstantPrediction(samples, model, classWeights: classWeights))?.loss,
    constant.isFinite, constant > 0
  else { return nil }
  let before = losses[losses.count - 1 - losses.count / 5]
  let isNoBetter = last >= 0.98 * constant
  let isFalling = last >= 0.5 * constant && before - last >= 0.02 * constant
  guard isNoBetter || isFalling else { return nil }
  let scalesTargets = model.targetScaling != nil || model.spec.loss.output != .identity
  return "the loss ended at \(last), "
    + (isNoBetter
      ? "no better than the \(constant) of predicting the same for every row"
      : "still falling; predicting the same for every row has \(constant)")
    + "; train for more epochs or raise learning_rate"
    + (model.preprocess.isIdentity ? ", scale the features: \"preprocess\": \"standardize\"" : "")
    + (scalesTargets ? "" : ", scale the targets: \"target\": {\"scale\": \"standardize\"}")
}

/// A warning where the loss of the last epoch is more than twice that of the first.
///
/// - Parameter losses: one an epoch.
func warningOfGrowth(_ losses: [Double]) -> String? {
  guard losses.count > 1, let first = losses.first, let last = losses.last,
    last - first > abs(first)
  else {
    return nil
  }
  return "the loss grew from \(first) in the first epoch to \(last) in the last; lower "
    + "learning_rate or scale the features"
}
