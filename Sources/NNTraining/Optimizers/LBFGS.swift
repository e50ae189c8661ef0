import NNErrors
import NNJSON
import NNMath
import NNOptions

extension OptimizerKind {
  /// Quasi-Newton steps from the last gradients: for full batches ("batch_size": 0).
  ///
  /// References: torch.optim.LBFGS; Nocedal and Wright 2006, algorithm 7.5.
  static let lbfgs = OptimizerKind(
    name: "lbfgs",
    example:
      #"{"type": "lbfgs", "learning_rate": 0.8, "history": 5, "line_search": "strong_wolfe"}"#
  ) { options throws(NNError) in
    let history = try options.integer("history", default: 100, in: 1...1000)
    let iterations = try options.integer("max_iterations", default: 20, in: 1...100_000)
    let search = try options.choice(
      "line_search", default: "none", among: ["none", "strong_wolfe"])
    let limits = LBFGSOptions(
      history: history, maximumIterations: iterations,
      maximumEvaluations: iterations * 5 / 4, usesLineSearch: search == "strong_wolfe")
    return OptimizerFunction(
      slots: 0, slotNames: [], learningRate: 1, lbfgs: limits, update: { _ in })
  }
}

package struct LBFGSOptions: Sendable {
  let history: Int
  let maximumIterations: Int
  let maximumEvaluations: Int
  let usesLineSearch: Bool
  /// PyTorch's tolerances: of the largest gradient, and of the change of loss or weights.
  let gradientTolerance = 1e-7
  let changeTolerance = 1e-9
  /// Bound of slots times tensors in a file, because its header is bounded: a very deep network
  /// saves only the newest pairs.
  package static let mostSavedTensors = 4096
}

/// The memory of L-BFGS: the last steps and changes of gradient.
final class LBFGS {
  private let options: LBFGSOptions
  private let count: Int
  /// Pairs kept; the oldest begins at `first`.
  private var pairs = 0
  private var first = 0
  private let steps: Buffer<Float>
  private let changes: Buffer<Float>
  private let inverseProducts: Buffer<Double>
  private let alphas: Buffer<Double>
  private let direction: Buffer<Float>
  private let previousGradient: Buffer<Float>
  private let search: StrongWolfeSearch
  private var diagonal = 1.0
  private var stepLength = 0.0
  private var iterations = 0

  convenience init(_ options: LBFGSOptions, parameters: Int) throws(NNError) {
    let size = try checkedProduct(options.history, parameters, "optimizer lbfgs: history")
    self.init(
      options, parameters: parameters,
      pairs: (try Buffer(count: size), try Buffer(count: size)),
      scalars: (try Buffer(count: options.history), try Buffer(count: options.history)),
      vectors: (try Buffer(count: parameters), try Buffer(count: parameters)),
      search: try StrongWolfeSearch(parameters: parameters))
  }

  private init(
    _ options: LBFGSOptions, parameters: Int, pairs: (Buffer<Float>, Buffer<Float>),
    scalars: (Buffer<Double>, Buffer<Double>), vectors: (Buffer<Float>, Buffer<Float>),
    search: StrongWolfeSearch
  ) {
    self.options = options
    count = parameters
    (steps, changes) = pairs
    (inverseProducts, alphas) = scalars
    (direction, previousGradient) = vectors
    self.search = search
  }

  /// Makes up to `maximumIterations` quasi-Newton steps, unless cancelled. Returns the loss before
  /// them.
  func step(
    _ weights: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>,
    learningRate: Double, isCancelled: () -> Bool, evaluate: () -> Double
  ) -> Double {
    let initial = evaluate()
    var loss = initial
    var evaluations = 1
    guard loss.isFinite, maxMagnitude(gradient) > options.gradientTolerance else { return initial }
    for iteration in 1...options.maximumIterations {
      iterations += 1
      updateDirection(gradient)
      previousGradient.base.copy(from: gradient, count: count)
      let lossBefore = loss
      stepLength =
        iterations == 1 ? min(1, 1 / magnitudeSum(gradient)) * learningRate : learningRate
      let slope = dotInDouble(gradient, direction.base, count)
      guard slope <= -options.changeTolerance else { break }
      if options.usesLineSearch {
        let found = search.run(
          weights, gradient, direction.base, length: stepLength, loss: loss, slope: slope,
          evaluate: evaluate)
        (loss, stepLength) = (found.loss, found.length)
        evaluations += found.evaluations
      } else {
        add(direction.base, times: Float(stepLength), to: weights, count)
        // As PyTorch: the last iteration's loss is not used.
        if iteration != options.maximumIterations {
          loss = evaluate()
          evaluations += 1
        }
      }
      let moved = abs(stepLength) * maxMagnitude(direction.base)
      guard loss.isFinite, evaluations < options.maximumEvaluations,
        maxMagnitude(gradient) > options.gradientTolerance, moved > options.changeTolerance,
        abs(loss - lossBefore) >= options.changeTolerance, !isCancelled()
      else { break }
    }
    return initial
  }

  /// Begins anew, without pairs.
  func forget() { (pairs, first, iterations, diagonal, stepLength) = (0, 0, 0, 1, 0) }

  /// d = -H · g from the pairs of steps and changes of gradient (the two-loop recursion).
  private func updateDirection(_ gradient: UnsafeMutablePointer<Float>) {
    guard iterations > 1 else {
      for index in 0..<count { direction.base[index] = -gradient[index] }
      return
    }
    remember(gradient)
    for index in 0..<count { direction.base[index] = -gradient[index] }
    for pair in (0..<pairs).reversed() {
      let slot = slot(of: pair)
      alphas.base[slot] =
        dotInDouble(steps.base + slot * count, direction.base, count) * inverseProducts.base[slot]
      add(changes.base + slot * count, times: Float(-alphas.base[slot]), to: direction.base, count)
    }
    scale(direction.base, by: Float(diagonal), count)
    for pair in 0..<pairs {
      let slot = slot(of: pair)
      let beta =
        dotInDouble(changes.base + slot * count, direction.base, count)
        * inverseProducts.base[slot]
      add(
        steps.base + slot * count, times: Float(alphas.base[slot] - beta), to: direction.base,
        count)
    }
  }

  /// Keeps the last step and the change of the gradient, unless the loss was not convex along it.
  private func remember(_ gradient: UnsafeMutablePointer<Float>) {
    let slot = pairs == options.history ? first : slot(of: pairs)
    let (step, change) = (steps.base + slot * count, changes.base + slot * count)
    var product = 0.0
    var square = 0.0
    for index in 0..<count {
      let difference = gradient[index] - previousGradient.base[index]
      let moved = direction.base[index] * Float(stepLength)
      product += Double(difference) * Double(moved)
      square += Double(difference) * Double(difference)
    }
    guard product > 1e-10 else { return }
    for index in 0..<count {
      change[index] = gradient[index] - previousGradient.base[index]
      step[index] = direction.base[index] * Float(stepLength)
    }
    if pairs == options.history { first = (first + 1) % options.history } else { pairs += 1 }
    inverseProducts.base[slot] = 1 / product
    diagonal = product / square
  }

  private func slot(of pair: Int) -> Int { (first + pair) % options.history }

  private func maxMagnitude(_ values: UnsafeMutablePointer<Float>) -> Double {
    Double(largestMagnitude(values, count))
  }

  private func magnitudeSum(_ values: UnsafeMutablePointer<Float>) -> Double {
    var sum = 0.0
    for index in 0..<count { sum += Double(abs(values[index])) }
    return sum
  }
}

// In a file: the pairs from the oldest on, the last direction and the gradient before it. As
// scalars: the iterations, the diagonal, the length of the last step, and a number for each pair.
extension LBFGS {
  private static let scalarsBeforePairs = 3
  /// The memory in blocks of one float a parameter; none before the first step.
  func savedSlots(tensors: Int) -> [(name: String, values: UnsafeMutablePointer<Float>)] {
    if iterations == 0 { return [] }
    let kept = keptPairs(tensors)
    var slots: [(name: String, values: UnsafeMutablePointer<Float>)] = []
    for pair in 0..<kept {
      let slot = slot(of: pairs - kept + pair)
      slots.append(("step_\(pair)", steps.base + slot * count))
      slots.append(("change_\(pair)", changes.base + slot * count))
    }
    slots.append(("direction", direction.base))
    slots.append(("gradient", previousGradient.base))
    return slots
  }

  func savedScalars(tensors: Int) -> [Double] {
    if iterations == 0 { return [] }
    let kept = keptPairs(tensors)
    return [Double(iterations), diagonal, stepLength]
      + (0..<kept).map { inverseProducts.base[slot(of: pairs - kept + $0)] }
  }

  private func keptPairs(_ tensors: Int) -> Int {
    min(pairs, max(0, LBFGSOptions.mostSavedTensors / max(1, tensors) / 2 - 1))
  }

  /// Restores a saved memory.
  ///
  /// - Returns: whether it is one; if fewer pairs fit than the file has, the newest are kept.
  func restore(_ saved: [(name: String, values: Buffer<Float>)], scalars: [Double]) -> Bool {
    if saved.isEmpty { return true }
    let before = Self.scalarsBeforePairs
    guard scalars.count >= before, saved.count == 2 * (scalars.count - before) + 2,
      let iterations = Int(exactly: scalars[0]), iterations > 0, iterations < 1 << 40
    else { return false }
    let known = scalars.count - before
    let kept = min(known, options.history)
    func take(_ name: String, _ place: UnsafeMutablePointer<Float>) -> Bool {
      guard let slot = saved.first(where: { sameBytes($0.name, name) }) else { return false }
      place.copy(from: slot.values.base, count: count)
      return true
    }
    for pair in 0..<kept {
      let number = known - kept + pair
      guard take("step_\(number)", steps.base + pair * count),
        take("change_\(number)", changes.base + pair * count)
      else { return false }
      inverseProducts.base[pair] = scalars[before + number]
    }
    guard take("direction", direction.base), take("gradient", previousGradient.base) else {
      return false
    }
    (self.iterations, diagonal, stepLength) = (iterations, scalars[1], scalars[2])
    (pairs, first) = (kept, 0)
    return true
  }
}
