import NNErrors
import NNMath

/// A line search that ends where the loss and its slope have fallen enough (strong Wolfe
/// conditions).
///
/// Reference: torch.optim.lbfgs._strong_wolfe (after Schmidt's minFunc); Nocedal and Wright 2006,
/// algorithms 3.5 and 3.6.
struct StrongWolfeSearch {
  private static let sufficientDecrease = 1e-4
  private static let flatness = 0.9
  private static let tolerance = 1e-9
  private static let maximumSteps = 25

  private let count: Int
  private let start: Buffer<Float>
  private let gradients: [Buffer<Float>]

  init(parameters: Int) throws(NNError) {
    count = parameters
    start = try Buffer(count: parameters)
    gradients = [try Buffer(count: parameters), try Buffer(count: parameters)]
  }

  /// A point on the line. `keep` says which of the two kept gradients belongs to it.
  private struct Point {
    var length: Double
    var loss: Double
    var slope: Double
    var keep: Int
  }

  /// Leaves the weights and the gradient at the point found.
  func run(
    _ weights: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>,
    _ direction: UnsafeMutablePointer<Float>, length: Double, loss: Double, slope: Double,
    evaluate: () -> Double
  ) -> (loss: Double, length: Double, evaluations: Int) {
    start.base.copy(from: weights, count: count)
    let line = Line(
      weights: weights, gradient: gradient, direction: direction, start: start.base, count: count,
      maxMagnitude: Double(largestMagnitude(direction, count)), loss: loss, slope: slope)
    gradients[0].base.copy(from: gradient, count: count)
    let origin = Point(length: 0, loss: loss, slope: slope, keep: 0)
    var (low, high, evaluations, isDone) = bracket(line, origin, length, evaluate)
    if !isDone { evaluations += zoom(line, &low, &high, evaluations, evaluate) }
    line.move(to: low.length)
    gradient.copy(from: gradients[low.keep].base, count: count)
    return (low.loss, low.length, evaluations)
  }

  private struct Line {
    let weights: UnsafeMutablePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
    let direction: UnsafeMutablePointer<Float>
    let start: UnsafeMutablePointer<Float>
    let count: Int
    let maxMagnitude: Double
    let loss: Double
    let slope: Double

    func move(to length: Double) {
      weights.copy(from: start, count: count)
      add(direction, times: Float(length), to: weights, count)
    }

    func fallsEnough(_ loss: Double, _ length: Double) -> Bool {
      loss <= self.loss + StrongWolfeSearch.sufficientDecrease * length * slope
    }

    func isFlat(_ slope: Double) -> Bool { abs(slope) <= -StrongWolfeSearch.flatness * self.slope }
  }

  private func probe(
    _ line: Line, _ length: Double, keep: Int, _ evaluate: () -> Double
  ) -> Point {
    line.move(to: length)
    let loss = evaluate()
    gradients[keep].base.copy(from: line.gradient, count: count)
    return Point(
      length: length, loss: loss, slope: dotInDouble(line.gradient, line.direction, count),
      keep: keep)
  }

  /// Goes outwards until a good point is found, or lies between two points.
  private func bracket(
    _ line: Line, _ origin: Point, _ length: Double, _ evaluate: () -> Double
  ) -> (low: Point, high: Point, evaluations: Int, isDone: Bool) {
    var previous = origin
    var point = probe(line, length, keep: 1, evaluate)
    var evaluations = 1
    while evaluations < Self.maximumSteps {
      if !line.fallsEnough(point.loss, point.length)
        || (evaluations > 1 && point.loss >= previous.loss) || !point.loss.isFinite
      {
        return order(previous, point, evaluations)
      }
      if line.isFlat(point.slope) { return (point, point, evaluations, true) }
      if point.slope >= 0 { return order(previous, point, evaluations) }
      let least = point.length + 0.01 * (point.length - previous.length)
      let next = interpolate(previous, point, within: least...max(least, point.length * 10))
      let spare = previous.keep
      previous = point
      point = probe(line, next, keep: spare, evaluate)
      evaluations += 1
    }
    return order(previous, point, evaluations)
  }

  private func order(
    _ a: Point, _ b: Point, _ evaluations: Int
  ) -> (low: Point, high: Point, evaluations: Int, isDone: Bool) {
    a.loss <= b.loss || !b.loss.isFinite ? (a, b, evaluations, false) : (b, a, evaluations, false)
  }

  /// Narrows the bracket; `low` is always its better end.
  private func zoom(
    _ line: Line, _ low: inout Point, _ high: inout Point, _ spent: Int, _ evaluate: () -> Double
  ) -> Int {
    var evaluations = 0
    var stalled = false
    while spent + evaluations < Self.maximumSteps {
      let (left, right) = (min(low.length, high.length), max(low.length, high.length))
      guard (right - left) * line.maxMagnitude >= Self.tolerance else { break }
      let length = insideBracket(
        interpolate(low, high, within: left...right), left, right, &stalled)
      // The worse end's gradient is no longer needed.
      var point = probe(line, length, keep: high.keep, evaluate)
      evaluations += 1
      if !line.fallsEnough(point.loss, length) || point.loss >= low.loss {
        point.keep = high.keep
        high = point
      } else {
        if line.isFlat(point.slope) {
          low = point
          break
        }
        if point.slope * (high.length - low.length) >= 0 {
          high = Point(length: low.length, loss: low.loss, slope: low.slope, keep: low.keep)
        } else {
          high.keep = low.keep
        }
        low = point
      }
    }
    return evaluations
  }

  /// Keeps a trial away from the ends when two in a row came close to them.
  private func insideBracket(
    _ trial: Double, _ left: Double, _ right: Double, _ stalled: inout Bool
  ) -> Double {
    let margin = 0.1 * (right - left)
    guard min(right - trial, trial - left) < margin else {
      stalled = false
      return trial
    }
    guard stalled || trial >= right || trial <= left else {
      stalled = true
      return trial
    }
    stalled = false
    return abs(trial - right) < abs(trial - left) ? right - margin : left + margin
  }

  /// The minimum of the cubic through two points with their slopes (Nocedal and Wright, eq. 3.59).
  private func interpolate(_ a: Point, _ b: Point, within bounds: ClosedRange<Double>) -> Double {
    let (x, y) = a.length <= b.length ? (a, b) : (b, a)
    let middle = (bounds.lowerBound + bounds.upperBound) / 2
    guard y.length > x.length, x.loss.isFinite, y.loss.isFinite else { return middle }
    let d1 = x.slope + y.slope - 3 * (x.loss - y.loss) / (x.length - y.length)
    let square = d1 * d1 - x.slope * y.slope
    guard square >= 0 else { return middle }
    let d2 = square.squareRoot()
    let trial =
      y.length - (y.length - x.length) * ((y.slope + d2 - d1) / (y.slope - x.slope + 2 * d2))
    return trial.isFinite ? min(max(trial, bounds.lowerBound), bounds.upperBound) : middle
  }
}
