import CKernels
import Testing

/// A single row, or number, has the same bits as among others, although other code computes it.
@Suite struct AloneTests {
  private typealias Function = (UnsafeMutablePointer<Float>, Int) -> Void

  @Test(arguments: levels) func aNumber(_ level: Int) throws {
    let table = try kernels(level)
    let functions: [(name: String, apply: Function)] = [
      ("exponential", { table.exponential($0, $1) }),
      ("sigmoid", { table.sigmoid($0, $1) }),
      ("tanh", { table.tanh($0, $1) }),
      ("silu", { table.silu($0, $1) }),
      ("gelu", { table.gelu($0, $1) }),
      ("gelu_tanh", { table.gelu_tanh($0, $1) }),
      ("elu", { table.elu($0, $1, 1.67, 1.05, 0.8) }),
      ("mish", { table.mish($0, $1) }),
      ("log_sigmoid", { table.log_sigmoid($0, $1) }),
      ("tanh_shrink", { table.tanh_shrink($0, $1) }),
    ]
    var numbers = Numbers(13)
    let given = numbers.block(400).map { 30 * $0 } + [0, -0.0, 1e-42, .infinity, -.infinity]
    for (name, apply) in functions {
      var together = given
      together.withUnsafeMutableBufferPointer { apply($0.baseAddress!, $0.count) }
      for (x, y) in zip(given, together) {
        var alone = x
        apply(&alone, 1)
        #expect(alone.bitPattern == y.bitPattern || (alone.isNaN && y.isNaN), "\(name)(\(x))")
      }
    }
  }

  @Test(arguments: levels) func aRow(_ level: Int) throws {
    let table = try kernels(level)
    for n in [1, 2, 3, 4, 10, 17, 64, 100] {
      for k in [1, 14, 15, 16, 33, 70, 784] {
        var numbers = Numbers(UInt64(n + k))
        let product = RowProduct(
          a: numbers.block(13 * k), b: numbers.block(n * k), bias: numbers.block(n), n: n, k: k)
        for isOfDots in [false, true] {
          let together = product.rows(0..<13, isOfDots, table)
          for row in 0..<13 {
            let alone = product.rows(row..<row + 1, isOfDots, table)
            #expect(alone[...] == together[row * n..<(row + 1) * n], "\(n) × \(k), row \(row)")
          }
        }
      }
    }
  }
}

/// C = A · B + bias, rectified, for some of the rows of A.
private struct RowProduct {
  let a, b, bias: [Float]
  let n, k: Int

  func rows(_ rows: Range<Int>, _ isOfDots: Bool, _ table: nnk_table) -> [Float] {
    var c = [Float](repeating: 0, count: rows.count * n)
    var panel = [Float](repeating: 0, count: Int(NNK_PANEL_FLOATS))
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        bias.withUnsafeBufferPointer { bias in
          let pointers = rows.map { a.baseAddress! + $0 * k }
          pointers.withUnsafeBufferPointer { pointers in
            c.withUnsafeMutableBufferPointer { c in
              panel.withUnsafeMutableBufferPointer { panel in
                var job = nnk_product(
                  a: pointers.baseAddress!, a_start: 0, b: b.baseAddress!,
                  b_stride: isOfDots ? k : n, c: c.baseAddress!, c_stride: n, m: rows.count, n: n,
                  k: k, bias: bias.baseAddress!, is_rectified: 1, is_added: 0,
                  is_transposed: isOfDots ? 1 : 0, panel: panel.baseAddress!, next: nil, next_k: 0)
                isOfDots ? table.product_of_dots(&job) : table.product_of_tiles(&job)
              }
            }
          }
        }
      }
    }
    return c
  }
}
