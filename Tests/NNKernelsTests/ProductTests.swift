import CVector
import Testing

/// The three products of every instruction set on every way a tile can be cut.
@Suite struct ProductTests {
  private static let sizes = [1, 2, 3, 4, 5, 6, 7, 8, 11, 13]
  private static let widths = [1, 2, 3, 4, 9, 15, 16, 17, 31, 33, 48, 63, 64, 65, 100]

  private func withRows<Result>(
    _ block: [Float], _ rows: Int, _ columns: Int,
    _ body: (UnsafePointer<UnsafePointer<Float>>) -> Result
  ) -> Result {
    block.withUnsafeBufferPointer { block in
      let pointers = (0..<rows).map { block.baseAddress! + $0 * columns }
      return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
  }

  /// k rounded additions of products below 1.
  private let tolerance = 3e-6

  @Test(arguments: levels) func plainAndTransposed(_ level: Int) throws {
    let table = try kernels(level)
    var numbers = Numbers(11)
    for (m, n) in Self.sizes.flatMap({ m in Self.widths.map { (m, $0) } }) {
      let k = 1 + (3 * m + n) % 21
      // A row more and columns more than the product reads.
      let a = numbers.block(m * (k + 2))
      let b = numbers.block(n * k)
      let bias = numbers.block(n)
      var transposed = b
      table.transpose(b, n, k, &transposed, n)
      for isTransposed in [false, true] {
        var c = [Float](repeating: 1, count: m * n + 1)
        withRows(a, m, k + 2) { rows in
          c.withUnsafeMutableBufferPointer { c in
            var job = nnk_product(
              a: rows, a_start: 2, b: b, b_stride: k, c: c.baseAddress!, c_stride: n, m: m, n: n,
              k: k, bias: bias, is_rectified: 1, is_added: 1)
            b.withUnsafeBufferPointer { b in
              transposed.withUnsafeBufferPointer { t in
                bias.withUnsafeBufferPointer { bias in
                  job.bias = bias.baseAddress!
                  job.b = isTransposed ? b.baseAddress! : t.baseAddress!
                  job.b_stride = isTransposed ? k : n
                  isTransposed ? table.product_transposed(&job) : table.product_plain(&job)
                }
              }
            }
          }
        }
        #expect(c[m * n] == 1)
        var worst = 0.0
        for row in 0..<m {
          for column in 0..<n {
            let sum = (0..<k).reduce(1 + Double(bias[column])) {
              $0 + Double(a[row * (k + 2) + 2 + $1]) * Double(b[column * k + $1])
            }
            worst = max(worst, abs(max(sum, 0) - Double(c[row * n + column])))
          }
        }
        #expect(worst < tolerance, "\(m) × \(n) × \(k), transposed \(isTransposed)")
      }
    }
  }

  @Test(arguments: levels) func gradient(_ level: Int) throws {
    let table = try kernels(level)
    var numbers = Numbers(12)
    for (m, n) in Self.sizes.flatMap({ m in Self.widths.map { (m, $0) } }) {
      let k = 1 + (5 * m + n) % 19
      let a = numbers.block(k * (m + 3))
      let d = numbers.block(k * n)
      for isAdded in [false, true] {
        var c = [Float](repeating: 1, count: m * n + 1)
        withRows(a, k, m + 3) { rows in
          c.withUnsafeMutableBufferPointer { c in
            d.withUnsafeBufferPointer { d in
              var job = nnk_gradient(
                a: rows, a_start: 3, next: isAdded ? rows : nil, d: d.baseAddress!, d_stride: n,
                descent: nil, c: c.baseAddress!,
                c_stride: n, m: m, n: n, k: k, is_added: isAdded ? 1 : 0)
              table.product_gradient(&job)
            }
          }
        }
        #expect(c[m * n] == 1)
        var worst = 0.0
        for row in 0..<m {
          for column in 0..<n {
            let sum = (0..<k).reduce(isAdded ? 1.0 : 0) {
              $0 + Double(a[$1 * (m + 3) + 3 + row]) * Double(d[$1 * n + column])
            }
            worst = max(worst, abs(sum - Double(c[row * n + column])))
          }
        }
        #expect(worst < tolerance, "\(m) × \(n) × \(k), added \(isAdded)")
      }
    }
  }
}
