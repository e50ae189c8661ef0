import CKernels
import Testing

@Suite struct BlockTests {
  @Test(arguments: levels) func transposesEverySize(_ level: Int) throws {
    let table = try kernels(level)
    for (rows, columns) in [(1, 1), (16, 16), (17, 33), (3, 50), (64, 784), (40, 5)] {
      let a = (0..<rows * columns).map(Float.init)
      var b = a
      table.transpose(a, rows, columns, &b, rows)
      let isRight = (0..<rows).allSatisfy { row in
        (0..<columns).allSatisfy { b[$0 * rows + row] == a[row * columns + $0] }
      }
      #expect(isRight, "\(rows) × \(columns)")
    }
  }

  /// Known answers of Random123 1.14 (philox4x32 with 10 rounds), also where a counter begins anew.
  @Test(arguments: levels) func drawsRandomWords(_ level: Int) throws {
    let table = try kernels(level)
    for counters in [1, 16, 19, 40] {
      var words = [UInt32](repeating: 0, count: 4 * counters)
      table.random_words([0, 0, 0, 0, 0], 0, counters, &words)
      #expect(words[0..<4] == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
      table.random_words([.max, .max, .max, .max, .max], .max, counters, &words)
      #expect(words[0..<4] == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
      var last = [UInt32](repeating: 0, count: 4)
      table.random_words(
        [.max, .max, .max, .max, .max], UInt32(truncatingIfNeeded: counters - 2), 1, &last)
      #expect(words.suffix(4).elementsEqual(last))
    }
  }

  @Test(arguments: levels) func sumsColumns(_ level: Int) throws {
    let table = try kernels(level)
    var numbers = Numbers(1)
    for (rows, columns) in [(1, 1), (5, 3), (33, 10), (4, 16), (7, 50)] {
      let block = numbers.block(rows * columns)
      var sums = [Float](repeating: 9, count: columns)
      table.column_sums(block, rows, columns, &sums)
      for column in 0..<columns {
        let wanted = (0..<rows).reduce(0.0) { $0 + Double(block[$1 * columns + column]) }
        #expect(abs(Double(sums[column]) - wanted) < 1e-5)
      }
    }
  }

  @Test(arguments: levels) func findsTheLargestAndWhatIsNotFinite(_ level: Int) throws {
    let table = try kernels(level)
    for count in [1, 5, 16, 17, 40] {
      for place in 0..<count {
        var values = [Float](repeating: 1, count: count)
        values[place] = -3
        #expect(table.largest_magnitude(values, count) == 3)
        for spoiled in [Float.nan, .infinity, -.infinity] {
          values[place] = spoiled
          #expect(table.largest_magnitude(values, count) == .infinity)
        }
        values[place] = .greatestFiniteMagnitude
        #expect(table.largest_magnitude(values, count) == .greatestFiniteMagnitude)
      }
    }
    #expect(table.largest_magnitude([1], 0) == 0)
  }

  /// Nothing before or behind a run is touched, and all instruction sets agree.
  @Test(arguments: [1, 15, 16, 17, 50]) func optimizersStayInTheirRun(_ count: Int) throws {
    var results: [[[Float]]] = []
    for level in levels {
      let table = try kernels(level)
      var numbers = Numbers(5)
      let start = numbers.block(count + 2)
      let gradients = numbers.block(count + 2)
      let memories = numbers.block(3 * (count + 2)).map(abs)
      var outcomes: [[Float]] = []
      func run(_ body: (UnsafePointer<nnk_span>, UnsafeMutablePointer<Float>) -> Void) {
        var (w, gradient, memory) = (start, gradients, memories)
        w.withUnsafeMutableBufferPointer { w in
          gradient.withUnsafeMutableBufferPointer { g in
            memory.withUnsafeMutableBufferPointer { memory in
              var run = nnk_span(w: w.baseAddress! + 1, g: g.baseAddress! + 1, count: count)
              body(&run, memory.baseAddress!)
            }
          }
        }
        #expect(w[0] == start[0] && w[count + 1] == start[count + 1])
        #expect(w[1...count] != start[1...count])
        outcomes.append(w)
      }
      let size = count + 2
      var adam = nnk_adam(
        one_minus_beta1: 0.1, one_minus_beta2: 0.1, step: 0.1, root: 0.5, eps: 1e-8,
        gradient_rate: 0.01)
      var rms = nnk_rmsprop(alpha: 0.9, fresh: 0.1, eps: 1e-8, momentum: 0.5, rate: 0.1)
      var rprop = nnk_rprop(shrink: 0.5, grow: 1.2, least: 1e-6, largest: 50)
      run { r, _ in table.decay(r, 0.9, 0.1, 0.1) }
      run { r, _ in table.sgd(r, 0.1) }
      run { r, m in table.momentum(r, m + 1, 0.1, 0.9, 0.8, 1) }
      run { r, m in table.adam(r, m + 1, m + size + 1, &adam) }
      run { r, m in table.amsgrad(r, m + 1, m + size + 1, m + 2 * size + 1, &adam) }
      run { r, m in table.rmsprop(r, m + 1, nil, nil, &rms) }
      run { r, m in table.rmsprop(r, m + 1, m + size + 1, m + 2 * size + 1, &rms) }
      run { r, m in table.adagrad(r, m + 1, 0.1, 1e-8) }
      run { r, m in table.adadelta(r, m + 1, m + size + 1, 0.1, 0.9, 0.1, 1e-6) }
      run { r, m in table.rprop(r, m + 1, m + size + 1, &rprop) }
      results.append(outcomes)
    }
    for other in results.dropFirst() {
      for (a, b) in zip(other, results[0]) {
        for (x, y) in zip(a, b) { #expect(abs(x - y) <= 2e-6 * max(1, abs(y))) }
      }
    }
  }
}
