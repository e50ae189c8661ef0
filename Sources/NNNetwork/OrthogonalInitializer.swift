import CPlatform
import NNErrors
import NNJSON
import NNMath
import NNOptions

extension Initializer {
  /// Orthonormal rows (or columns, whichever are fewer) times `gain`.
  ///
  /// A matrix of normal numbers, made orthonormal by modified Gram-Schmidt in double with a second
  /// pass. That is a QR decomposition with a positive diagonal, so the result is uniform over the
  /// orthogonal matrices. References: Saxe, McClelland and Ganguli 2014; Mezzadri 2007; twice is
  /// enough: Giraud et al. 2005.
  static let orthogonal = Initializer(
    name: "orthogonal", example: #"{"type": "orthogonal", "gain": 1.5}"#
  ) { options throws(NNError) in
    let gain = try options.number("gain", default: 1, in: .closed(-1000, 1000))
    return { target, random throws(NNError) in
      try fillOrthogonal(target, gain: gain, &random)
    }
  }
}

private func fillOrthogonal(
  _ target: InitializerTarget, gain: Double, _ random: inout RandomGenerator
) throws(NNError) {
  let isWide = target.rows <= target.columns
  let vectors = isWide ? target.rows : target.columns
  let length = isWide ? target.columns : target.rows
  // The work grows with the cube: 2e11 steps take minutes, and cannot be cancelled.
  let work = Double(vectors) * Double(vectors) * Double(length)
  guard work <= 2e11 else {
    throw .limit(
      "init orthogonal: \(target.rows) x \(target.columns) is too large; use another init")
  }
  let basis = try Buffer<Double>(count: vectors * length)
  for vector in 0..<vectors {
    let current = basis.base + vector * length
    for index in 0..<length { current[index] = random.normal() }
    for _ in 0..<2 {
      for other in 0..<vector {
        removeProjection(of: current, on: basis.base + other * length, length)
      }
      normalize(current, length)
    }
  }
  for row in 0..<target.rows {
    for column in 0..<target.columns {
      let value = isWide ? basis.base[row * length + column] : basis.base[column * length + row]
      target.values[row * target.columns + column] = Float(gain * value)
    }
  }
}

private func removeProjection(
  of vector: UnsafeMutablePointer<Double>, on unit: UnsafePointer<Double>, _ length: Int
) {
  var product = 0.0
  for index in 0..<length { product += vector[index] * unit[index] }
  for index in 0..<length { vector[index] -= product * unit[index] }
}

private func normalize(_ vector: UnsafeMutablePointer<Double>, _ length: Int) {
  var squares = 0.0
  for index in 0..<length { squares += vector[index] * vector[index] }
  guard squares > 0 else { return }
  let norm = nnc_sqrt(squares)
  for index in 0..<length { vector[index] /= norm }
}
