import CKernels

// Loss and slope of outputs z against targets t, element by element. Formulas stand at the losses
// (NNNetwork/Losses).

/// loss = (z - t)², slope = 2 (z - t)
func squaredErrors(_ z: Values, _ t: Values, _ count: Int, _ loss: Floats, _ slope: Floats) {
  forEachVector(count) { index, lanes in
    squaredError(index, lanes, z, t, loss, slope)
  } _: { index, lanes in
    squaredError(index, lanes, z, t, loss, slope)
  }
}

@inline(__always)
private func squaredError<L: Lanes>(
  _ index: Int, _ lanes: L, _ z: Values, _ t: Values, _ loss: Floats, _ slope: Floats
) {
  let distance = lanes.load(z + index) - lanes.load(t + index)
  lanes.store(distance * distance, loss + index)
  lanes.store(distance + distance, slope + index)
}

/// Binary cross-entropy on logits; t becomes keep · t + shift, the positive side counts `weight`
/// times.
func binaryCrossEntropies(
  _ z: Values, _ t: Values, _ count: Int, _ keep: Float, _ shift: Float, _ weight: Float,
  _ loss: Floats, _ slope: Floats
) {
  let entropy = BinaryCrossEntropy(keep: splat(keep), shift: splat(shift), weight: splat(weight))
  forEachVector(count) { index, lanes in
    let result = entropy.at(lanes.load(z + index), lanes.load(t + index))
    lanes.store(result.loss, loss + index)
    lanes.store(result.slope, slope + index)
  } _: { index, lanes in
    let result = entropy.at(lanes.load(z + index), lanes.load(t + index))
    lanes.store(result.loss, loss + index)
    lanes.store(result.slope, slope + index)
  }
}

private struct BinaryCrossEntropy {
  let keep, shift, weight: Vector

  @inline(__always)
  func at(_ z: Vector, _ target: Vector) -> (loss: Vector, slope: Vector) {
    let t = fma(target, keep, shift)
    let positive = weight * t
    let negative = splat(1) - t
    // The smaller of both probabilities has all its digits; of the larger, 1 - q has them.
    let small = exponentialOfMinusSize(z)
    let q = small / (splat(1) + small)
    let tail = logarithmOnePlus(small)
    // The order of each pair matters: if one is NaN, the second is chosen.
    let above = tail + nnv_max(splat(0), z)
    let below = tail + nnv_max(splat(0), splat(0) - z)
    let larger = splat(1) - q
    let probability = nnv_choose_greater(splat(0), z, q, larger)
    let complement = nnv_choose_greater(splat(0), z, larger, q)
    return (fma(positive, below, negative * above), negative * probability - positive * complement)
  }
}

/// y = factor · x
func scaled(_ x: Values, _ count: Int, _ factor: Float, _ y: Floats) {
  forEachVector(count) { index, lanes in
    lanes.store(splat(factor) * lanes.load(x + index), y + index)
  } _: { index, lanes in
    lanes.store(splat(factor) * lanes.load(x + index), y + index)
  }
}

/// Σ x, sixteen sums in double.
func sumInDouble(_ x: Values, _ count: Int) -> Double {
  var sum = nnv_wide(splat(0))
  forEachVector(count) { index, lanes in
    sum = nnv_wide_add(sum, lanes.load(x + index))
  } _: { index, lanes in
    sum = nnv_wide_add(sum, lanes.load(x + index))
  }
  return nnv_wide_sum(sum)
}
