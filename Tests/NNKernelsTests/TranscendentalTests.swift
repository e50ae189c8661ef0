import CKernels
import Foundation
import Testing

/// Every vector function against double precision over its whole range: all exponents, both signs.
@Suite struct TranscendentalTests {
  /// 64 numbers of every power of two, and special values.
  private static let everywhere: [Float] = {
    var numbers = Numbers(7)
    var values: [Float] = [0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude]
    for exponent in -149...127 {
      for _ in 0..<64 {
        let size = Float(sign: .plus, exponent: exponent, significand: 1 + abs(numbers.next()))
        values += [size, -size]
      }
    }
    return values
  }()

  /// The largest error in ulp where the result is at least `floor`; below it in ulp of `floor`.
  private func worst(
    _ function: (UnsafeMutablePointer<Float>, Int) -> Void, _ wanted: (Double) -> Double,
    floor: Double = 0
  ) -> (ulps: Double, at: Float) {
    var values = Self.everywhere + [.nan]
    let given = values
    values.withUnsafeMutableBufferPointer { function($0.baseAddress!, $0.count) }
    var worst = (ulps: 0.0, at: Float(0))
    for (x, y) in zip(given, values) {
      let exact = wanted(Double(x))
      let scale = max(1, floor / max(abs(exact), 1e-300))
      let error = ulps(y, exact) / (exact.isNaN || exact.isInfinite ? 1 : scale)
      if !(error <= worst.ulps) { worst = (error, x) }
    }
    return worst
  }

  @Test(arguments: levels) func exponentialIsRight(_ level: Int) throws {
    let table = try kernels(level)
    let error = worst({ table.exponential($0, $1) }, exp, floor: 0x1p-126)
    #expect(error.ulps <= 1.5, "at \(error.at)")
  }

  @Test(arguments: levels) func sigmoidIsRight(_ level: Int) throws {
    let table = try kernels(level)
    let error = worst({ table.sigmoid($0, $1) }, { $0 < -86.6 ? 0 : 1 / (1 + exp(-$0)) })
    #expect(error.ulps <= 3, "at \(error.at)")
  }

  @Test(arguments: levels) func tangentIsRight(_ level: Int) throws {
    let table = try kernels(level)
    let error = worst({ table.tanh($0, $1) }, { Foundation.tanh($0) })
    #expect(error.ulps <= 3, "at \(error.at)")
  }

  @Test(arguments: levels) func siluIsRight(_ level: Int) throws {
    let table = try kernels(level)
    // -∞ · 0 has no value; the limit is 0.
    let error = worst(
      { table.silu($0, $1) },
      { $0 == -.infinity ? .nan : $0 < -86.6 ? 0 : $0 / (1 + exp(-$0)) })
    #expect(error.ulps <= 5, "at \(error.at)")
  }

  /// Far below 0 GELU is a difference of numbers near 1/2: an error of half an ulp of 1 times z.
  @Test(arguments: levels) func geluIsRight(_ level: Int) throws {
    let table = try kernels(level)
    let error = worst(
      { table.gelu($0, $1) }, { $0 == -.infinity ? .nan : 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) },
      floor: 0.25)
    #expect(error.ulps <= 5, "at \(error.at)")
  }

  @Test(arguments: levels) func eluIsRight(_ level: Int) throws {
    let table = try kernels(level)
    let error = worst({ table.elu($0, $1, 1, 1, 1) }, { $0 > 0 ? $0 : expm1($0) })
    #expect(error.ulps <= 6, "at \(error.at)")
  }

  /// With a rate, as celu has it: 1/2 is exact, so is the rest of the formula.
  @Test(arguments: levels) func eluWithARateIsRight(_ level: Int) throws {
    let table = try kernels(level)
    let error = worst({ table.elu($0, $1, 2, 1, 0.5) }, { $0 > 0 ? $0 : 2 * expm1(0.5 * $0) })
    #expect(error.ulps <= 6, "at \(error.at)")
  }

  /// Below -80 the result is a product with a denormal e^z.
  @Test(arguments: levels) func mishIsRight(_ level: Int) throws {
    let table = try kernels(level)
    let error = worst(
      { table.mish($0, $1) }, { $0 == -.infinity ? 0 : $0 * Foundation.tanh(log1p(exp($0))) },
      floor: 0x1p-119)
    #expect(error.ulps <= 6, "at \(error.at)")
  }

  @Test(arguments: levels) func logSigmoidIsRight(_ level: Int) throws {
    let table = try kernels(level)
    let error = worst(
      { table.log_sigmoid($0, $1) },
      { $0 > 86.6 ? 0 : $0 > 0 ? -log1p(exp(-$0)) : $0 - log1p(exp($0)) })
    #expect(error.ulps <= 4, "at \(error.at)")
  }

  /// Beside z a small difference: 32 ulp of it are less than 1 of z.
  @Test(arguments: levels) func tanhShrinkIsRight(_ level: Int) throws {
    let table = try kernels(level)
    // Near 0 the difference of doubles has no digits: the series has.
    let error = worst(
      { table.tanh_shrink($0, $1) },
      { abs($0) < 0.01 ? $0 * $0 * $0 * (1.0 / 3 - 2.0 / 15 * $0 * $0) : $0 - Foundation.tanh($0) },
      floor: 0x1p-126)
    #expect(error.ulps <= 32, "at \(error.at)")
  }

  /// The derivatives that are no difference of the values: finite everywhere, NaN at NaN.
  @Test(arguments: levels) func derivativesOfSmoothOnesAreRight(_ level: Int) throws {
    let table = try kernels(level)
    let z = Self.everywhere + [.nan]
    func ones(_ differentiate: (UnsafeMutablePointer<Float>) -> Void) -> [Double] {
      var g = z.map { _ in Float(1) }
      g.withUnsafeMutableBufferPointer { differentiate($0.baseAddress!) }
      return g.map(Double.init)
    }
    let mish = ones { table.mish_gradient($0, z, z.count) }
    let log = ones { table.log_sigmoid_gradient($0, z, z.count) }
    let shrink = ones { table.tanh_shrink_gradient($0, z, z.count) }
    for (index, x) in z.map(Double.init).enumerated() {
      let t = Foundation.tanh(log1p(exp(x)))
      let bounded = max(-800, min(800, x))
      let wanted = [
        x.isNaN ? x : t + bounded * (1 - t * t) / (1 + exp(-x)), 1 / (1 + exp(x)),
        Foundation.tanh(x) * Foundation.tanh(x),
      ]
      for (found, wanted) in zip([mish[index], log[index], shrink[index]], wanted) {
        // Absolute: 4 roundings of numbers near 1.
        #expect(abs(found - wanted) <= 5e-7 || (found.isNaN && wanted.isNaN), "at \(x)")
      }
    }
  }

  @Test(arguments: levels) func logarithmIsRight(_ level: Int) throws {
    let table = try kernels(level)
    var values = Self.everywhere.filter { $0 >= 0x1p-126 && $0.isFinite }
    let given = values
    values.withUnsafeMutableBufferPointer { table.logarithms($0.baseAddress!, $0.count) }
    let worst = zip(given, values).map { ulps($1, log(Double($0))) }.max()!
    #expect(worst <= 1.5)
  }

  /// Targets of 0 and 1: the loss is log(1 + e^z) or log(1 + e^-z).
  @Test(arguments: levels) func binaryCrossEntropiesAreRight(_ level: Int) throws {
    let table = try kernels(level)
    let z = Self.everywhere.filter { abs($0) < 80 }
    for target in [Float(0), 1] {
      let targets = z.map { _ in target }
      var (loss, slope) = (z, z)
      table.binary_cross_entropies(z, targets, z.count, 1, 0, 2, &loss, &slope)
      for index in z.indices {
        let x = target == 1 ? -Double(z[index]) : Double(z[index])
        let factor = target == 1 ? 2.0 : 1
        let exact = x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
        #expect(ulps(loss[index], factor * exact) <= 3)
        #expect(ulps(slope[index], (target == 1 ? -2 : 1) / (1 + exp(-x))) <= 4)
      }
    }
  }

  @Test(arguments: levels) func sumsAreInDouble(_ level: Int) throws {
    let table = try kernels(level)
    var numbers = Numbers(4)
    for count in [1, 15, 16, 17, 100] {
      let values = numbers.block(count)
      let exact = values.reduce(0.0) { $0 + Double($1) }
      #expect(abs(table.sum_in_double(values, count) - exact) < 1e-14)
      var scaled = values
      table.scaled(values, count, -2, &scaled)
      #expect(scaled == values.map { -2 * $0 })
    }
  }

  @Test(arguments: levels) func softmaxIsRight(_ level: Int) throws {
    let table = try kernels(level)
    var numbers = Numbers(3)
    for (rows, columns) in [(1, 1), (1, 10), (7, 3), (33, 10), (5, 16), (4, 17), (3, 100)] {
      let z = numbers.block(rows * columns).map { 20 * $0 }
      var inPlace = z
      var p = z
      var (peaks, sums) = ([Float](repeating: 0, count: rows), [Float](repeating: 0, count: rows))
      table.softmax(z, rows, columns, &p, &peaks, &sums)
      inPlace.withUnsafeMutableBufferPointer {
        table.softmax($0.baseAddress!, rows, columns, $0.baseAddress!, nil, nil)
      }
      #expect(inPlace == p)
      for row in 0..<rows {
        let part = z[row * columns..<(row + 1) * columns].map(Double.init)
        let peak = part.max()!
        let sum = part.reduce(0) { $0 + exp($1 - peak) }
        #expect(Double(peaks[row]) == peak && abs(Double(sums[row]) / sum - 1) < 1e-6)
        for column in 0..<columns {
          let wanted = exp(part[column] - peak) / sum
          // z - peak is rounded once, to half an ulp of it: that is a factor of the exponential.
          let tolerance = 3e-7 + 6e-8 * (peak - part[column])
          #expect(abs(Double(p[row * columns + column]) - wanted) <= tolerance * wanted)
        }
      }
    }
  }
}
