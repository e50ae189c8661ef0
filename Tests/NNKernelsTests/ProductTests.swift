import CKernels
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

  private enum Form: CaseIterable { case tiles, turnedTiles, dots }

  @Test(arguments: levels) func ofTilesAndOfDots(_ level: Int) throws {
    for (m, n) in Self.sizes.flatMap({ m in Self.widths.map { (m, $0) } }) {
      try check(level, m, n, 1 + (3 * m + n) % 21)
    }
  }

  /// Long and wide enough for panels of the second factor, also for more than one along k.
  @Test(arguments: levels) func byPanels(_ level: Int) throws {
    for (m, n, k) in [(96, 600, 7), (97, 513, 100), (100, 20, 1100), (24, 70, 500), (1, 70, 99)] {
      try check(level, m, n, k)
    }
  }

  /// Whatever is turned, B, A or C: the same sums, and nothing beside them.
  @Test(arguments: levels) func ofFewRowsWithTransposed(_ level: Int) throws {
    let table = try kernels(level)
    var numbers = Numbers(13)
    for (m, n, k) in [
      (16, 32, 16), (16, 17, 300), (16, 70, 700), (32, 64, 33), (32, 100, 376), (32, 784, 64),
      (48, 40, 50), (48, 103, 377), (64, 40, 70), (17, 40, 70),
    ] {
      let (a, b) = (numbers.block(m * (k + 2)), numbers.block(n * k))
      var transposed = b
      table.transpose(b, n, k, &transposed, n)
      let results = [transposed, b].map { factor in
        var c = [Float](repeating: 1, count: m * (n + 1))
        let panelSize = min(n * k, Int(NNK_PANEL_FLOATS))
        var panel = [Float](repeating: 1, count: panelSize + 1)
        withRows(a, m, k + 2) { rows in
          panel.withUnsafeMutableBufferPointer { panel in
            c.withUnsafeMutableBufferPointer { c in
              factor.withUnsafeBufferPointer { b in
                var job = nnk_product(
                  a: rows, a_start: 2, b: b.baseAddress!, b_stride: factor == transposed ? n : k,
                  c: c.baseAddress!, c_stride: n + 1, m: m, n: n, k: k, bias: nil,
                  is_rectified: 0, is_added: 0, is_transposed: factor == transposed ? 0 : 1,
                  panel: panel.baseAddress!, next: nil, next_k: 0)
                table.product_of_tiles(&job)
              }
            }
          }
        }
        #expect(panel[panelSize] == 1)
        #expect((0..<m).allSatisfy { c[$0 * (n + 1) + n] == 1 })
        return c
      }
      #expect(results[0] == results[1], "\(m) × \(n) × \(k)")
    }
  }

  private func check(_ level: Int, _ m: Int, _ n: Int, _ k: Int) throws {
    let table = try kernels(level)
    var numbers = Numbers(11)
    // A row more and columns more than the product reads.
    let a = numbers.block(m * (k + 2))
    let b = numbers.block(n * k)
    let bias = numbers.block(n)
    var transposed = b
    table.transpose(b, n, k, &transposed, n)
    for form in Form.allCases {
      var c = [Float](repeating: 1, count: m * n + 1)
      let panelSize = min(n * k, Int(NNK_PANEL_FLOATS))
      let panel = UnsafeMutablePointer<Float>.allocate(capacity: panelSize + 1)
      defer { panel.deallocate() }
      panel[panelSize] = 1
      withRows(a, m, k + 2) { rows in
        c.withUnsafeMutableBufferPointer { c in
          (form == .tiles ? transposed : b).withUnsafeBufferPointer { b in
            bias.withUnsafeBufferPointer { bias in
              var job = nnk_product(
                a: rows, a_start: 2, b: b.baseAddress!, b_stride: form == .tiles ? n : k,
                c: c.baseAddress!, c_stride: n, m: m, n: n, k: k, bias: bias.baseAddress!,
                is_rectified: 1, is_added: 1, is_transposed: form == .tiles ? 0 : 1,
                panel: panel, next: rows, next_k: k)
              form == .dots ? table.product_of_dots(&job) : table.product_of_tiles(&job)
            }
          }
        }
      }
      #expect(c[m * n] == 1 && panel[panelSize] == 1)
      var worst = 0.0
      for row in 0..<m {
        for column in 0..<n {
          var sum = 1 + Double(bias[column])
          for inner in 0..<k {
            sum += Double(a[row * (k + 2) + 2 + inner]) * Double(b[column * k + inner])
          }
          worst = max(worst, abs(max(sum, 0) - Double(c[row * n + column])))
        }
      }
      #expect(worst < tolerance * max(1, Double(k) / 20), "\(m) × \(n) × \(k), \(form)")
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
                a: rows, a_start: 3, a_width: m + 3, next: isAdded ? rows : nil,
                d: d.baseAddress!, d_stride: n,
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
