import NNData
import NNErrors
import NNExecution
import NNJSON
import NNMath
import NNNetwork

/// A model from the text of its spec.
func makeModel(_ text: String) throws -> Model { try Model(try ModelSpec(try JSON.parse(text))) }

/// Values in (-1.5, 1.5) that keep a distance from the kinks at -3, 0 and 3.
func awayFromKinks(_ count: Int, seed: UInt64) throws -> Buffer<Float> {
  let buffer = try Buffer<Float>(count: count)
  var random = RandomGenerator(seed: seed, purpose: .initialization, item: 99)
  for index in 0..<count {
    let size = 0.2 + 1.3 * random.uniform()
    buffer.base[index] = random.uniform() < 0.5 ? -size : size
  }
  return buffer
}

/// Rows for the first layer of a table: numbers, places among bins, codes that training had.
func tableRows(_ rows: Int, _ features: [TableFeature]) throws -> Buffer<Float> {
  let buffer = try Buffer<Float>(count: rows * features.count)
  var random = RandomGenerator(seed: 7, purpose: .initialization, item: 98)
  for index in 0..<buffer.count {
    switch features[index % features.count] {
    case .scalar: buffer.base[index] = random.uniform() - 0.5
    case .position(let bins): buffer.base[index] = Float(bins) * random.uniform()
    case .code(let count, _, _):
      buffer.base[index] = Float(2 + random.below(UInt32(count - 2)))
    }
  }
  return buffer
}

/// A dense view of floats.
func denseView(_ buffer: Buffer<Float>, rows: Int, columns: Int) -> ArrayView {
  ArrayView(
    type: .float32, base: buffer.base, rows: rows, columns: columns, rowStride: columns * 4,
    columnStride: 4)
}

/// ‖a - b‖ / max(‖b‖, 1e-3 √n): what "norm-wise relative error" means in every test here.
func relativeError(_ a: [Double], _ b: [Double]) -> Double {
  var distance = 0.0
  var size = 0.0
  for (x, y) in zip(a, b) {
    distance += (x - y) * (x - y)
    size += y * y
  }
  return distance.squareRoot() / max(size.squareRoot(), 1e-3 * Double(b.count).squareRoot())
}

extension CPUExecutor {
  /// Backward pass with all gradients, as they are stored.
  func differentiate(rows: Int, mode: Mode, gradients: UnsafeMutablePointer<Float>) {
    backward(rows: rows, mode: mode, gradients: gradients, pool: .alone)
    self.gradients(rows: rows, mode: mode, gradients: gradients, sink: nil, pool: .alone)
  }
}

extension Model {

  /// Stored parameters or gradients as callers see them: matrices by rows.
  func byRows(_ stored: Buffer<Float>) throws -> [Float] {
    let values = try Buffer<Float>(count: stored.count)
    exportRows(stored.base, count: stored.count, to: values.base)
    return (0..<values.count).map { values.base[$0] }
  }
}
