import CKernels

// One step of each rule over a run of weights: w weights, g their gradients, the rest the rule's
// memory. Formulas stand at the rules (NNTraining/Optimizers).

/// A rule on one vector of weights: `at` is the index of its first, g its gradients.
protocol Rule {
  func step<L: Lanes>(_ at: Int, _ g: Vector, _ lanes: L)
}

@inline(__always)
private func apply<R: Rule>(_ rule: R, to run: UnsafePointer<nnk_span>) {
  let (g, count) = (run.pointee.g, run.pointee.count)
  forEachVector(count) { index, lanes in
    rule.step(index, lanes.load(g + index), lanes)
  } _: { index, lanes in
    rule.step(index, lanes.load(g + index), lanes)
  }
}

/// -1, 0 or 1
@inline(__always)
private func sign(_ x: Vector) -> Vector {
  nnv_choose_greater(
    x, splat(0), splat(1), nnv_choose_greater(splat(0), x, splat(-1), splat(0)))
}

private struct Decay: Rule {
  let w, g: Floats
  let keep, l2, l1: Vector

  @inline(__always)
  func step<L: Lanes>(_ at: Int, _ gradient: Vector, _ lanes: L) {
    let shrunk = lanes.load(w + at) * keep
    lanes.store(shrunk, w + at)
    lanes.store(fma(l2, shrunk, gradient) + l1 * sign(shrunk), g + at)
  }
}

func decay(_ run: UnsafePointer<nnk_span>, _ keep: Float, _ l2: Float, _ l1: Float) {
  let (w, g) = (run.pointee.w, run.pointee.g)
  apply(Decay(w: w, g: g, keep: splat(keep), l2: splat(l2), l1: splat(l1)), to: run)
}

struct SGD: Rule {
  let w: Floats
  let rate: Vector

  @inline(__always)
  func result<L: Lanes>(_ at: Int, _ g: Vector, _ lanes: L) -> Vector {
    lanes.load(w + at) - rate * g
  }

  @inline(__always)
  func step<L: Lanes>(_ at: Int, _ g: Vector, _ lanes: L) {
    lanes.store(result(at, g, lanes), w + at)
  }
}

func sgd(_ run: UnsafePointer<nnk_span>, _ rate: Float) {
  apply(SGD(w: run.pointee.w, rate: splat(rate)), to: run)
}

private struct Momentum: Rule {
  let w: Floats
  let b: Floats
  let rate, momentum, fresh: Vector
  /// The factor of the velocity before the gradient is added.
  let look, direct: Vector

  @inline(__always)
  func step<L: Lanes>(_ at: Int, _ g: Vector, _ lanes: L) {
    let velocity = fma(momentum, lanes.load(b + at), fresh * g)
    lanes.store(velocity, b + at)
    lanes.store(lanes.load(w + at) - rate * fma(look, velocity, direct * g), w + at)
  }
}

func momentum(
  _ run: UnsafePointer<nnk_span>, _ b: Floats, _ rate: Float, _ momentum: Float, _ fresh: Float,
  _ isNesterov: Int32
) {
  let ahead = isNesterov != 0
  apply(
    Momentum(
      w: run.pointee.w,
      b: b, rate: splat(rate), momentum: splat(momentum), fresh: splat(fresh),
      look: splat(ahead ? momentum : 1), direct: splat(ahead ? 1 : 0)), to: run)
}

/// The moments of Adam and what divides its step; `largest` as amsgrad wants it.
private struct Adam: Rule {
  let w, m, v: Floats
  let largest: Floats?
  let one_minus_beta1, one_minus_beta2, rate, root, eps, gradientRate: Vector

  @inline(__always)
  init(
    _ c: UnsafePointer<nnk_adam>, _ w: Floats, _ m: Floats, _ v: Floats, largest: Floats? = nil
  ) {
    let c = c.pointee
    (self.w, self.m, self.v, self.largest) = (w, m, v, largest)
    one_minus_beta1 = splat(c.one_minus_beta1)
    one_minus_beta2 = splat(c.one_minus_beta2)
    rate = splat(c.step)
    root = splat(1 / c.root)
    eps = splat(c.eps)
    gradientRate = splat(c.gradient_rate)
  }

  @inline(__always)
  func step<L: Lanes>(_ at: Int, _ g: Vector, _ lanes: L) {
    nnv_prefetch(w + at + 128)
    nnv_prefetch(m + at + 128)
    nnv_prefetch(v + at + 128)
    let before = lanes.load(m + at)
    let mean = fma(one_minus_beta1, g - before, before)
    let old = lanes.load(v + at)
    var square = fma(one_minus_beta2, fma(g, g, splat(0) - old), old)
    lanes.store(mean, m + at)
    lanes.store(square, v + at)
    if let largest {
      square = nnv_max(lanes.load(largest + at), square)
      lanes.store(square, largest + at)
    }
    let divisor = fma(nnv_sqrt(square), root, eps)
    let direction = fma(rate, mean, gradientRate * g)
    lanes.store(lanes.load(w + at) - nnv_quotient(direction, divisor), w + at)
  }
}

func adam(_ run: UnsafePointer<nnk_span>, _ m: Floats, _ v: Floats, _ c: UnsafePointer<nnk_adam>) {
  apply(Adam(c, run.pointee.w, m, v), to: run)
}

func amsgrad(
  _ run: UnsafePointer<nnk_span>, _ m: Floats, _ v: Floats, _ largest: Floats,
  _ c: UnsafePointer<nnk_adam>
) {
  apply(Adam(c, run.pointee.w, m, v, largest: largest), to: run)
}

private struct RMSprop: Rule {
  let w: Floats
  let v: Floats
  let mean, b: Floats?
  let alpha, fresh, eps, momentum, rate: Vector

  @inline(__always)
  func step<L: Lanes>(_ at: Int, _ g: Vector, _ lanes: L) {
    var variance = fma(alpha, lanes.load(v + at), fresh * g * g)
    lanes.store(variance, v + at)
    if let mean {
      let before = lanes.load(mean + at)
      let a = fma(fresh, g - before, before)
      lanes.store(a, mean + at)
      // Rounding may put the mean's square a little above the mean of squares.
      variance = nnv_max(variance - a * a, splat(0))
    }
    var direction = nnv_quotient(g, nnv_sqrt(variance) + eps)
    if let b {
      direction = fma(momentum, lanes.load(b + at), direction)
      lanes.store(direction, b + at)
    }
    lanes.store(lanes.load(w + at) - rate * direction, w + at)
  }
}

func rmsprop(
  _ run: UnsafePointer<nnk_span>, _ v: Floats, _ mean: Floats?, _ b: Floats?,
  _ c: UnsafePointer<nnk_rmsprop>
) {
  let c = c.pointee
  apply(
    RMSprop(
      w: run.pointee.w,
      v: v, mean: mean, b: b, alpha: splat(c.alpha), fresh: splat(c.fresh), eps: splat(c.eps),
      momentum: splat(c.momentum), rate: splat(c.rate)), to: run)
}

private struct Adagrad: Rule {
  let w: Floats
  let sum: Floats
  let rate, eps: Vector

  @inline(__always)
  func step<L: Lanes>(_ at: Int, _ g: Vector, _ lanes: L) {
    let total = fma(g, g, lanes.load(sum + at))
    lanes.store(total, sum + at)
    lanes.store(
      lanes.load(w + at) - nnv_quotient(rate * g, nnv_sqrt(total) + eps), w + at)
  }
}

func adagrad(_ run: UnsafePointer<nnk_span>, _ sum: Floats, _ rate: Float, _ eps: Float) {
  apply(Adagrad(w: run.pointee.w, sum: sum, rate: splat(rate), eps: splat(eps)), to: run)
}

private struct Adadelta: Rule {
  let w: Floats
  let square, change: Floats
  let rate, rho, fresh, eps: Vector

  @inline(__always)
  func step<L: Lanes>(_ at: Int, _ g: Vector, _ lanes: L) {
    let v = fma(rho, lanes.load(square + at), fresh * g * g)
    let u = lanes.load(change + at)
    let delta = nnv_quotient(nnv_sqrt(u + eps), nnv_sqrt(v + eps)) * g
    lanes.store(v, square + at)
    lanes.store(fma(rho, u, fresh * delta * delta), change + at)
    lanes.store(lanes.load(w + at) - rate * delta, w + at)
  }
}

func adadelta(
  _ run: UnsafePointer<nnk_span>, _ square: Floats, _ change: Floats, _ rate: Float, _ rho: Float,
  _ fresh: Float, _ eps: Float
) {
  apply(
    Adadelta(
      w: run.pointee.w,
      square: square, change: change, rate: splat(rate), rho: splat(rho), fresh: splat(fresh),
      eps: splat(eps)), to: run)
}

private struct Rprop: Rule {
  let w: Floats
  let before, size: Floats
  let shrink, grow, least, largest: Vector

  @inline(__always)
  func step<L: Lanes>(_ at: Int, _ g: Vector, _ lanes: L) {
    // Signs, not the product of gradients: it underflows to 0 where both are tiny.
    let agreement = sign(g) * sign(lanes.load(before + at))
    let old = lanes.load(size + at)
    let smaller = nnv_choose_greater(
      splat(0), agreement, nnv_max(old * shrink, least), old)
    let new = nnv_choose_greater(agreement, splat(0), nnv_min(old * grow, largest), smaller)
    // Where the sign turned there is no step, and the next step has no sign to compare with.
    let kept = nnv_choose_greater(splat(0), agreement, splat(0), g)
    lanes.store(new, size + at)
    lanes.store(lanes.load(w + at) - sign(kept) * new, w + at)
    lanes.store(kept, before + at)
  }
}

func rprop(
  _ run: UnsafePointer<nnk_span>, _ before: Floats, _ size: Floats, _ c: UnsafePointer<nnk_rprop>
) {
  let c = c.pointee
  apply(
    Rprop(
      w: run.pointee.w,
      before: before, size: size, shrink: splat(c.shrink), grow: splat(c.grow),
      least: splat(c.least), largest: splat(c.largest)), to: run)
}
