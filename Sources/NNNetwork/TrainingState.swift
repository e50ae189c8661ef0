import NNErrors
import NNMath

/// The state of a training in a file, besides the weights: a text, and a block for each slot of the
/// optimiser, in the order of the model's trainable values. An unfinished training also has the
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
