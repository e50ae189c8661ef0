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
  /// 0 where its gradients come as a whole.
  let sliceCount: Int
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
      if node.sliceCount == 0 {
        bound = max(bound, largestMagnitude(gradients + range.lowerBound, range.count))
        continue
      }
      let step = step(
        index, rows: rows, mode: mode, gradients: gradients, pool: WorkerPool.alone)
      let isFirst = index == 0 && model.preprocess.isIdentity
      let own = step.place.pointee.layer.useSlices {
        $0.bound(step, inputMagnitude: isFirst ? inputMagnitude : nil)
      }
      bound = max(bound, own ?? .infinity)
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
      if node.sliceCount == 0 {
        sink?.take(
          GradientSpan(
            offset: range.lowerBound, count: range.count, values: gradients + range.lowerBound))
        continue
      }
      // Waking other threads (about 5 us) must pay.
      let isShared = Double(range.count) * Double(rows) >= 2_000_000 && pool.members > 1
      let step = step(
        node.index, rows: rows, mode: mode, gradients: gradients,
        pool: isShared ? pool : WorkerPool.alone)
      if isShared {
        var job = SliceJob(step: step, sink: sink)
        withUnsafeMutablePointer(to: &job) { job in
          pool.run(parts: node.sliceCount, context: UnsafeMutableRawPointer(job)) {
            context, slice, _ in
            let job = context.assumingMemoryBound(to: SliceJob.self)
            compute(slice: slice, job.pointee.step, into: .model, job.pointee.sink)
          }
        }
        continue
      }
      let place = sink == nil ? GradientPlace.model : .temporary(workspace.temporary)
      for slice in 0..<node.sliceCount { compute(slice: slice, step, into: place, sink) }
    }
  }
}

/// What the threads share that compute the slices of a layer.
private struct SliceJob {
  let step: LayerStep
  // The caller keeps it alive.
  unowned(unsafe) let sink: (any GradientSink)?
}

private func compute(
  slice: Int, _ step: LayerStep, into place: GradientPlace, _ sink: (any GradientSink)?
) {
  step.place.pointee.layer.useSlices { slices in
    let fused = sink?.fusedSGD(at: slices.offset(slice: slice))
    let span = slices.gradient(slice: slice, step, into: place, fused: fused)
    if span.count > 0 { sink?.take(span) }
  }
}
