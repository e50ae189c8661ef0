import NNErrors
import NNMath

/// What a file keeps of a training besides the weights: a text and one block a slot of the
/// optimiser, each in the order of the model's trainable values; and of an unfinished training the
/// weights that early stopping would restore, in the order of the model's weights.
package struct TrainingState {
  package let text: String
  package let slots: [(name: String, values: Buffer<Float>)]
  package let best: Buffer<Float>?

  package init(
    text: String, slots: [(name: String, values: Buffer<Float>)], best: Buffer<Float>? = nil
  ) {
    self.text = text
    self.slots = slots
    self.best = best
  }
}
