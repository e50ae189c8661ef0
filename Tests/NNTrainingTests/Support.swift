import NNData
import NNErrors
import NNJSON
import NNMath
import NNNetwork
import NNTraining

func makeModel(_ text: String) throws -> Model { try Model(try ModelSpec(try JSON.parse(text))) }

func makeConfig(_ text: String) throws -> TrainingConfig {
  try TrainingConfig(try JSON.parse(text))
}

/// Features and targets that a test owns, and the data set over them.
final class TestData {
  let dataset: Dataset
  private let x: Buffer<Float>
  private let y: Buffer<Int32>
  private let z: Buffer<Float>

  /// Three noisy classes in the plane around (0, 1), (1, -1) and (-1, -1); as numbers: the sum of
  /// both coordinates.
  init(rows: Int, regression: Bool = false, seed: UInt64 = 1) throws {
    x = try Buffer(count: rows * 2)
    y = try Buffer(count: rows)
    z = try Buffer(count: rows)
    var random = RandomGenerator(seed: seed, purpose: .initialization, item: 77)
    for row in 0..<rows {
      let label = Int32(random.below(3))
      let center: [(Float, Float)] = [(0, 1), (1, -1), (-1, -1)]
      x.base[2 * row] = center[Int(label)].0 + 0.3 * Float(random.normal())
      x.base[2 * row + 1] = center[Int(label)].1 + 0.3 * Float(random.normal())
      y.base[row] = label
      z.base[row] = x.base[2 * row] + x.base[2 * row + 1]
    }
    let features = ArrayView(
      type: .float32, base: x.base, rows: rows, columns: 2, rowStride: 8, columnStride: 4)
    let targets = ArrayView(
      type: regression ? .float32 : .int32,
      base: regression ? UnsafeRawPointer(z.base) : UnsafeRawPointer(y.base), rows: rows,
      columns: 1, rowStride: 4, columnStride: 4)
    dataset = try Dataset(features: features, targets: targets, weights: nil, allowsNaN: false)
  }
}

var quiet: TrainingObserver { TrainingObserver(report: nil, isCancelled: { false }) }

func weights(_ model: Model) -> [Float] { (0..<model.weights.count).map { model.weights.base[$0] } }

let classifier = """
  {"input": 2, "seed": 3, "loss": "softmax_cross_entropy", "layers": [
    {"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense", "units": 3}]}
  """

let regressor = """
  {"input": 2, "seed": 3, "loss": "mse", "layers": [
    {"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense", "units": 1}]}
  """
