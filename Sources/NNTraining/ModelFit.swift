import NNData
import NNErrors
import NNNetwork

/// Refuses features and targets that do not fit a model, with a sentence.
///
/// - Throws: `NNError.shape`, `.dtype`, `.argument`.
package func checkFit(_ samples: SampleRows, _ model: Model) throws(NNError) {
  try checkColumns(samples.features, expected: model.inputSize)
  try checkTargets(samples, domain: model.spec.loss.targets, outputs: model.outputSize)
}

/// Whether a batch's targets are class indices.
func hasIndices(_ samples: SampleRows, _ model: Model) -> Bool {
  model.spec.loss.targets == .classes && samples.targets.columns == 1
}
