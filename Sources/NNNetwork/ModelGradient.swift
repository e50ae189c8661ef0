import CKernels
import NNData
import NNMath

// After the backward pass every layer has all that the gradients of its parameters need. They are
// computed in parts that fit the cache, and the optimiser uses each part at once.

/// Uses a model's gradients part by part: an optimiser. Several threads may call it, each for
/// another part.
package protocol GradientSink: AnyObject {
  func use(_ run: GradientSpan)
  /// How the kernel itself updates weights from `offset` on with a finished gradient; nil: only
  /// `use` can.
  func descent(at offset: Int) -> nnk_fused_sgd?
}

extension Model {
  /// An upper bound of the magnitudes of all gradients; infinity if some may not be finite.
  ///
  /// - Parameter inputMagnitude: no feature of the batch has a larger magnitude; nil: not known.
  package func gradientBound(
    _ workspace: Workspace, rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>,
    inputMagnitude: Float?
  ) -> Float {
    var bound: Float = 0
    for index in firstTrainableLayer..<layers.count {
      let range = parameterRanges[index]
      if range.isEmpty { continue }
      let layer = workspace.places[index].layer
      if layer.use({ $0.gradientParts }) == 0 {
        bound = max(bound, largestMagnitude(gradients + range.lowerBound, range.count))
      } else {
        let step = step(
          index, workspace, rows: rows, mode: mode, gradients: gradients, pool: WorkerPool.alone)
        let isFirst = index == 0 && preprocess.isIdentity
        let maxMagnitude = isFirst ? inputMagnitude : nil
        bound = max(bound, layer.use { $0.gradientBound(step, inputMagnitude: maxMagnitude) })
      }
    }
    return bound
  }

  /// Computes the gradients of the parameters, after `backward`.
  ///
  /// - Parameter user: gets each part; `gradients` then need not hold it. nil: all parts go to
  ///   `gradients` [parameterCount].
  package func completeGradient(
    _ workspace: Workspace, rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>,
    user: (any GradientSink)?, pool: WorkerPool
  ) {
    for index in firstTrainableLayer..<layers.count {
      let range = parameterRanges[index]
      if range.isEmpty { continue }
      let layer = workspace.places[index].layer
      let parts = layer.use { $0.gradientParts }
      if parts == 0 {
        user?.use(
          GradientSpan(
            offset: range.lowerBound, count: range.count, values: gradients + range.lowerBound))
        continue
      }
      // Waking other threads takes about 5 us.
      let isShared = Double(range.count) * Double(rows) >= 2_000_000
      let pool = isShared ? pool : WorkerPool.alone
      var job = GradientJob(
        layer: layer,
        step: step(index, workspace, rows: rows, mode: mode, gradients: gradients, pool: pool),
        user: user, place: user != nil && pool.members == 1 ? workspace.spare : nil)
      withUnsafeMutablePointer(to: &job) { job in
        pool.run(parts: parts, context: UnsafeMutableRawPointer(job)) {
          context, part, _ in
          context.assumingMemoryBound(to: GradientJob.self).pointee.complete(part)
        }
      }
    }
  }

  /// Writes the stored values of the first tensors (all, or those of an optimiser) in row order.
  ///
  /// - Parameter count: values in all; `parameterCount` or `weights.count`.
  package func export(
    _ stored: UnsafePointer<Float>, count: Int, to values: UnsafeMutablePointer<Float>
  ) {
    for (_, parameter) in tensors where parameter.offset < count {
      parameter.export(stored + parameter.offset, to: values + parameter.offset)
    }
  }

  /// Stores values that come in row order: the reverse of `export`.
  package func adopt(
    _ values: UnsafePointer<Float>, count: Int, into stored: UnsafeMutablePointer<Float>
  ) {
    for (_, parameter) in tensors where parameter.offset < count {
      parameter.adopt(values + parameter.offset, into: stored + parameter.offset)
    }
  }
}

private struct GradientJob {
  let layer: BorrowedLayer
  let step: LayerStep
  // The caller keeps the pool alive.
  unowned(unsafe) let user: (any GradientSink)?
  let place: UnsafeMutablePointer<Float>?

  func complete(_ part: Int) {
    let user = user
    let run = layer.use { $0.completeGradient(part: part, step, into: place, user: user) }
    user?.use(run)
  }
}
