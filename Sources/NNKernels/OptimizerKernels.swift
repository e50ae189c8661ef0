import CPlatform

// One step of each rule over a run of parameters: w weights, g their gradients, the rest the rule's
// memory. Formulas as PyTorch computes them, so that rounding agrees too.

/// The pointers of a run and its length.
package struct StepRange {
  package let w: UnsafeMutablePointer<Float>
  package let g: UnsafeMutablePointer<Float>
  package let count: Int

  package init(w: UnsafeMutablePointer<Float>, g: UnsafeMutablePointer<Float>, count: Int) {
    self.w = w
    self.g = g
    self.count = count
  }
}

/// w -= rate · g
package func sgdStep(_ r: StepRange, rate: Float) {
  for i in 0..<r.count { r.w[i] -= rate * r.g[i] }
}

/// b = momentum · b + (1 - dampening) · g, or g in the first step;
/// w -= rate · (nesterov ? g + momentum · b : b)
package func momentumStep(
  _ r: StepRange, _ b: UnsafeMutablePointer<Float>, rate: Float, momentum: Float, fresh: Float,
  isFirst: Bool, isNesterov: Bool
) {
  for i in 0..<r.count {
    let velocity = isFirst ? r.g[i] : momentum * b[i] + fresh * r.g[i]
    b[i] = velocity
    r.w[i] -= rate * (isNesterov ? r.g[i] + momentum * velocity : velocity)
  }
}

/// The constants of an Adam step, worked out in double for the step's number.
package struct AdamConstants {
  package let beta1, beta2, stepSize, rootCorrection2, eps: Float

  package init(beta1: Double, beta2: Double, eps: Double, rate: Double, step: Int) {
    let correction1 = -nnc_expm1(Double(step) * nnc_log(beta1))
    let correction2 = -nnc_expm1(Double(step) * nnc_log(beta2))
    self.beta1 = Float(1 - beta1)
    self.beta2 = Float(beta2)
    self.eps = Float(eps)
    stepSize = Float(rate / correction1)
    rootCorrection2 = Float(nnc_sqrt(correction2))
    freshSquare = Float(1 - beta2)
  }

  let freshSquare: Float
}

/// m += (1 - beta1)(g - m); v = beta2 v + (1 - beta2) g²;
/// w -= rate / c1 · m / (√v / √c2 + eps), c = 1 - beta^step
package func adamStep(
  _ r: StepRange, _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>,
  _ c: AdamConstants
) {
  for i in 0..<r.count {
    let g = r.g[i]
    let mean = m[i] + c.beta1 * (g - m[i])
    let square = c.beta2 * v[i] + c.freshSquare * g * g
    m[i] = mean
    v[i] = square
    r.w[i] -= c.stepSize * (mean / (square.squareRoot() / c.rootCorrection2 + c.eps))
  }
}

/// As `adamStep`, divided by the largest v so far.
package func amsgradStep(
  _ r: StepRange, _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>,
  _ largest: UnsafeMutablePointer<Float>, _ c: AdamConstants
) {
  for i in 0..<r.count {
    let g = r.g[i]
    let mean = m[i] + c.beta1 * (g - m[i])
    let square = c.beta2 * v[i] + c.freshSquare * g * g
    let peak = max(largest[i], square)
    m[i] = mean
    v[i] = square
    largest[i] = peak
    r.w[i] -= c.stepSize * (mean / (peak.squareRoot() / c.rootCorrection2 + c.eps))
  }
}

/// m, v as Adam; w -= (gradientRate · g + momentumRate · m) / (√(v / c2) + eps)
package func nadamStep(
  _ r: StepRange, _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>,
  _ c: AdamConstants, gradientRate: Float, momentumRate: Float
) {
  for i in 0..<r.count {
    let g = r.g[i]
    let mean = m[i] + c.beta1 * (g - m[i])
    let square = c.beta2 * v[i] + c.freshSquare * g * g
    m[i] = mean
    v[i] = square
    let divisor = square.squareRoot() / c.rootCorrection2 + c.eps
    r.w[i] -= gradientRate * (g / divisor)
    r.w[i] -= momentumRate * (mean / divisor)
  }
}

/// The constants of RMSprop.
package struct RMSpropConstants {
  package let alpha, fresh, eps, momentum, rate: Float

  package init(alpha: Double, eps: Double, momentum: Double, rate: Double) {
    self.alpha = Float(alpha)
    fresh = Float(1 - alpha)
    self.eps = Float(eps)
    self.momentum = Float(momentum)
    self.rate = Float(rate)
  }
}

/// v = alpha v + (1 - alpha) g²; d = √v + eps, centred: √(v - a²) + eps with a the mean of g;
/// b = momentum b + g / d; w -= rate · b
package func rmspropStep(
  _ r: StepRange, _ v: UnsafeMutablePointer<Float>, mean a: UnsafeMutablePointer<Float>?,
  momentum b: UnsafeMutablePointer<Float>?, _ c: RMSpropConstants
) {
  for i in 0..<r.count {
    let g = r.g[i]
    v[i] = c.alpha * v[i] + c.fresh * g * g
    var variance = v[i]
    if let a {
      a[i] += c.fresh * (g - a[i])
      // Rounding may put the mean's square a little above the mean of squares.
      variance = max(variance - a[i] * a[i], 0)
    }
    let direction = g / (variance.squareRoot() + c.eps)
    guard let b else {
      r.w[i] -= c.rate * direction
      continue
    }
    b[i] = c.momentum * b[i] + direction
    r.w[i] -= c.rate * b[i]
  }
}

/// s += g²; w -= rate · g / (√s + eps)
package func adagradStep(
  _ r: StepRange, _ s: UnsafeMutablePointer<Float>, rate: Float, eps: Float
) {
  for i in 0..<r.count {
    let g = r.g[i]
    s[i] += g * g
    r.w[i] -= rate * (g / (s[i].squareRoot() + eps))
  }
}

/// v = rho v + (1 - rho) g²; d = √(u + eps) / √(v + eps) · g; u = rho u + (1 - rho) d²; w -= rate · d
package func adadeltaStep(
  _ r: StepRange, _ v: UnsafeMutablePointer<Float>, _ u: UnsafeMutablePointer<Float>, rate: Float,
  rho: Float, fresh: Float, eps: Float
) {
  for i in 0..<r.count {
    let g = r.g[i]
    v[i] = rho * v[i] + fresh * g * g
    let delta = (u[i] + eps).squareRoot() / (v[i] + eps).squareRoot() * g
    u[i] = rho * u[i] + fresh * delta * delta
    r.w[i] -= rate * delta
  }
}

/// Step sizes grow while a gradient keeps its sign and shrink when it turns; then that step is left
/// out. w -= sign(g) · size
package func rpropStep(
  _ r: StepRange, _ previous: UnsafeMutablePointer<Float>, _ size: UnsafeMutablePointer<Float>,
  shrink: Float, grow: Float, least: Float, largest: Float
) {
  for i in 0..<r.count {
    // Signs, not the product of gradients: it underflows to 0 where both are tiny.
    var g = r.g[i]
    let agreement = sign(g) * sign(previous[i])
    if agreement > 0 { size[i] = min(size[i] * grow, largest) }
    if agreement < 0 {
      size[i] = max(size[i] * shrink, least)
      g = 0
    }
    r.w[i] -= sign(g) * size[i]
    previous[i] = g
  }
}

@inline(__always)
private func sign(_ x: Float) -> Float { x > 0 ? 1 : (x < 0 ? -1 : 0) }

/// g += l2 · w + l1 · sign(w)
package func addDecay(_ r: StepRange, l2: Float, l1: Float) {
  for i in 0..<r.count { r.g[i] += l2 * r.w[i] + l1 * sign(r.w[i]) }
}
