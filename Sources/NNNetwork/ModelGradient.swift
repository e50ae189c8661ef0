import CVector
import NNMath

// After the backward pass every layer has all that the gradients of its parameters need. They are
// computed in parts that fit the cache, and the optimiser uses each part at once.

/// Uses a model's gradients part by part: an optimiser. Several threads may call it, each for
/// another part.
package protocol GradientUser: AnyObject {
  func use(_ run: GradientRun)
  /// How the kernel itself updates weights from `offset` on with a finished gradient; nil: only
  /// `use` can.
  func descent(at offset: Int) -> nnk_descent?
}

extension Model {
  /// An upper bound of the magnitudes of all gradients; infinity if some may not be finite.
  ///
  /// - Parameter inputPeak: no feature of the batch has a larger magnitude; nil: not known.
  package func gradientBound(
    _ workspace: Workspace, rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>,
    inputPeak: Float?
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
          index, workspace, rows: rows, mode: mode, gradients: gradients, crew: Crew.alone)
        let isFirst = index == 0 && preprocess.isIdentity
        let peak = isFirst ? inputPeak : nil
        bound = max(bound, layer.use { $0.gradientBound(step, inputPeak: peak) })
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
    user: (any GradientUser)?, crew: Crew
  ) {
    for index in firstTrainableLayer..<layers.count {
      let range = parameterRanges[index]
      if range.isEmpty { continue }
      let layer = workspace.places[index].layer
      let parts = layer.use { $0.gradientParts }
      if parts == 0 {
        user?.use(
          GradientRun(
            offset: range.lowerBound, count: range.count, values: gradients + range.lowerBound))
        continue
      }
      // Waking other threads takes about 5 us.
      let isShared = Double(range.count) * Double(rows) >= 2_000_000
      let crew = isShared ? crew : Crew.alone
      var job = GradientJob(
        layer: layer,
        step: step(index, workspace, rows: rows, mode: mode, gradients: gradients, crew: crew),
        user: user, place: user != nil && crew.members == 1 ? workspace.spare : nil)
      withUnsafeMutablePointer(to: &job) { job in
        crew.run(parts: parts, context: UnsafeMutableRawPointer(job)) {
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
  // The caller keeps the crew alive.
  unowned(unsafe) let user: (any GradientUser)?
  let place: UnsafeMutablePointer<Float>?

  func complete(_ part: Int) {
    let user = user
    let run = layer.use { $0.completeGradient(part: part, step, into: place, user: user) }
    user?.use(run)
  }
}
