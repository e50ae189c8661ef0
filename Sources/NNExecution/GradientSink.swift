import NNData
import NNMath
import NNNetwork

/// The receiver of a model's gradients: an optimiser, an accumulator, a sum over machines. It gets
/// them span by span; several threads may call it, each for another span.
package protocol GradientSink: AnyObject {
  func take(_ span: GradientSpan)
  /// A plain step of gradient descent for weights from `offset` on, which may be fused with the
  /// product that computes their gradient; nil: only `take` can use a gradient.
  func fusedSGD(at offset: Int) -> FusedSGD?
}

extension GradientSink {
  package func fusedSGD(at offset: Int) -> FusedSGD? { nil }
}

/// A node with parameters.
struct TrainedNode {
  let index: Int
  /// Where its parameters stand in the model's weights.
  let range: Range<Int>
  /// Set where its gradients come in slices.
  let slices: (any GradientSlices)?
}

extension CPUExecutor {
  /// A bound of the magnitudes of all gradients; infinity if some may not be finite. It is known
  /// before the gradients are: a step that has begun to use them cannot be undone.
  ///
  /// - Parameter inputMagnitude: no feature of the batch has a larger magnitude; nil: not known.
  package func gradientBound(
    rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>, inputMagnitude: Float?
  ) -> Float {
    var bound: Float = 0
    for node in trained {
      let (index, range) = (node.index, node.range)
      guard let slices = node.slices else {
        bound = max(bound, largestMagnitude(gradients + range.lowerBound, range.count))
        continue
      }
      let step = step(
        index, rows: rows, mode: mode, gradients: gradients, pool: WorkerPool.alone)
      let isFirst = index == 0 && model.preprocess.isIdentity
      bound = max(bound, slices.bound(step, inputMagnitude: isFirst ? inputMagnitude : nil))
    }
    return bound
  }

  /// Computes the gradients that `backward` has not, and passes all of them to the sink.
  ///
  /// - Parameters:
  ///   - gradients: [parameterCount], the same as for `backward`. Without a sink it holds all
  ///     gradients afterwards.
  ///   - sink: gets each span while it is in the cache.
  package func gradients(
    rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>, sink: (any GradientSink)?,
    pool: WorkerPool
  ) {
    for node in trained {
      let range = node.range
      guard let slices = node.slices else {
        sink?.take(
          GradientSpan(
            offset: range.lowerBound, count: range.count, values: gradients + range.lowerBound))
        continue
      }
      // Waking other threads (about 5 us) must pay.
      let isShared = Double(range.count) * Double(rows) >= 2_000_000
      let pool = isShared ? pool : WorkerPool.alone
      var job = SliceJob(
        slices: slices,
        step: step(node.index, rows: rows, mode: mode, gradients: gradients, pool: pool),
        sink: sink,
        place: sink != nil && pool.members == 1 ? .temporary(workspace.temporary) : .model)
      withUnsafeMutablePointer(to: &job) { job in
        pool.run(parts: slices.sliceCount, context: UnsafeMutableRawPointer(job)) {
          context, slice, _ in
          context.assumingMemoryBound(to: SliceJob.self).pointee.compute(slice)
        }
      }
    }
  }
}

private struct SliceJob {
  // The caller keeps both alive.
  unowned(unsafe) let slices: any GradientSlices
  let step: LayerStep
  unowned(unsafe) let sink: (any GradientSink)?
  let place: GradientPlace

  func compute(_ slice: Int) {
    let (slices, sink) = (slices, sink)
    let fused = sink?.fusedSGD(at: slices.offset(slice: slice))
    let span = slices.gradient(slice: slice, step, into: place, fused: fused)
    if span.count > 0 { sink?.take(span) }
  }
}
