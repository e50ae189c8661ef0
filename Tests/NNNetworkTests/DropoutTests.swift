import NNErrors
import NNExecution
import NNJSON
import NNMath
import NNNetwork
import Testing

/// Dropout draws at random, so it is compared with formulas: by its statistics, and with its mask
/// held fixed.
@Suite struct DropoutTests {
  private static let cells = 4096

  /// The mask of one step: `forward` of ones.
  private func mask(rate: Double, step: Int) throws -> [Double] {
    let model = try makeModel(
      #"{"input": \#(Self.cells), "loss": "mse", "layers": [{"type": "dropout", "rate": \#(rate)}]}"#
    )
    let ones = try Buffer<Float>(count: Self.cells)
    ones.base.update(repeating: 1, count: Self.cells)
    let executor = try CPUExecutor(for: model, rows: 1, training: true)
    executor.load(
      denseView(ones, rows: 1, columns: Self.cells), from: 0, count: 1, order: nil)
    let output = executor.forward(
      rows: 1, mode: .training(seed: 9, epoch: 1, step: step), pool: .alone)
    return (0..<Self.cells).map { Double(output.base[$0]) }
  }

  /// Five standard deviations: a right sampler leaves them once in 1.7 million draws of a seed, and
  /// the seed is fixed.
  @Test(arguments: [0.1, 0.5, 0.9])
  func masksHaveTheRightShareAndNoMemory(_ rate: Double) throws {
    let steps = 24
    let masks = try (0..<steps).map { try mask(rate: rate, step: $0) }
    let kept = 1 / (1 - rate)
    #expect(masks.allSatisfy { $0.allSatisfy { $0 == 0 || $0 == Double(Float(kept)) } })

    let all = Double(steps * Self.cells)
    let deviation = (rate * (1 - rate) * all).squareRoot()
    let zeros = masks.reduce(0) { $0 + $1.count { $0 == 0 } }
    #expect(abs(Double(zeros) - rate * all) < 5 * deviation)

    // Neighbours in a row, and the same place in the next step, are dropped together by chance
    // only.
    func together(_ pairs: [(Double, Double)]) -> Double {
      let both = pairs.count { $0 == 0 && $1 == 0 }
      let chance = rate * rate
      let spread = (chance * (1 - chance) * Double(pairs.count)).squareRoot()
      return abs(Double(both) - chance * Double(pairs.count)) / spread
    }
    #expect(together(masks.flatMap { zip($0, $0.dropFirst()) }) < 5)
    #expect(together(zip(masks, masks.dropFirst()).flatMap { zip($0, $1) }) < 5)
  }

  /// dense 2-3, dropout, dense 3-1, mean squared error; the mask is drawn beside it and the
  /// formulas are worked out in double with it.
  @Test func gradientsAreThoseOfTheMask() throws {
    let rows = 4
    let model = try makeModel(
      """
      {"input": 2, "seed": 5, "loss": "mse", "layers": [
        {"type": "dense", "units": 3}, {"type": "dropout", "rate": 0.4}, {"type": "dense", "units": 1}]}
      """)
    let features = try awayFromKinks(rows * 2, seed: 6)
    let targets = try awayFromKinks(rows, seed: 7)
    let mode = Mode.training(seed: 2, epoch: 3, step: 4)
    let executor = try CPUExecutor(for: model, rows: rows, training: true)
    executor.load(
      denseView(features, rows: rows, columns: 2), from: 0, count: rows, order: nil)
    let outputs = executor.forward(rows: rows, mode: mode, pool: .alone)
    // The stream of layer 1: keyed by seed, purpose, layer, epoch and step.
    var random = RandomGenerator(seed: 2, purpose: .dropout, item: 1, epoch: 3, step: 4)
    let dropped = UInt32(0.4 * 0x1p32)
    let drawn = (0..<rows * 3).map { _ in random.next() < dropped ? Float(0) : 1 / 0.6 }
    let masks = (0..<rows * 3).map { Double(drawn[$0]) }
    #expect(masks.contains(0) && masks.contains { $0 > 0 })

    let sum = model.spec.loss(
      LossInput(
        outputs: outputs, targets: .values(Matrix(targets.base, rows: rows, columns: 1)),
        sampleWeights: nil, classWeights: nil,
        gradient: executor.outputGradient(rows: rows), scratch: executor.lossScratch))
    let gradients = try Buffer<Float>(count: model.parameterCount)
    executor.differentiate(rows: rows, mode: mode, gradients: gradients.base)

    let wanted = Self.byHand(
      weights: try model.byRows(model.weights).map { Double($0) },
      x: (0..<rows * 2).map { Double(features.base[$0]) },
      t: (0..<rows).map { Double(targets.base[$0]) }, masks: masks)
    #expect(abs(sum.mean - wanted.loss) < 2e-6 * wanted.loss)
    let found = try model.byRows(gradients).map { Double($0) }
    #expect(relativeError(found, wanted.gradient) < 2e-6)
  }

  /// Weights in the order W1 [3 × 2], b1 [3], W2 [1 × 3], b2.
  private static func byHand(
    weights w: [Double], x: [Double], t: [Double], masks: [Double]
  ) -> (loss: Double, gradient: [Double]) {
    var gradient = [Double](repeating: 0, count: w.count)
    var loss = 0.0
    let rows = t.count
    for row in 0..<rows {
      let kept = (0..<3).map { unit in
        (w[2 * unit] * x[2 * row] + w[2 * unit + 1] * x[2 * row + 1] + w[6 + unit])
          * masks[3 * row + unit]
      }
      let distance = zip(kept, w[9..<12]).reduce(w[12]) { $0 + $1.0 * $1.1 } - t[row]
      loss += distance * distance / Double(rows)
      let slope = 2 * distance / Double(rows)
      gradient[12] += slope
      for unit in 0..<3 {
        gradient[9 + unit] += slope * kept[unit]
        let inner = slope * w[9 + unit] * masks[3 * row + unit]
        gradient[2 * unit] += inner * x[2 * row]
        gradient[2 * unit + 1] += inner * x[2 * row + 1]
        gradient[6 + unit] += inner
      }
    }
    return (loss, gradient)
  }
}
