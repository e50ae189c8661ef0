import NNMath
import Testing

@Suite struct MatrixProductTests {
  private func filled(_ count: Int, _ seed: UInt64) throws -> Buffer<Float> {
    let buffer = try Buffer<Float>(count: count)
    var random = RandomGenerator(seed: seed, purpose: .initialization)
    for index in 0..<count { buffer.base[index] = random.uniform() - 0.5 }
    return buffer
  }

  private enum Form: CaseIterable { case plain, secondTransposed, firstTransposed }

  private func rows(_ block: Buffer<Float>, _ rows: Int, _ columns: Int) throws -> (
    MatrixRows, Buffer<UnsafePointer<Float>>
  ) {
    let pointers = try Buffer<UnsafePointer<Float>>(count: rows)
    pointRows(pointers.base, to: block.base, rows: rows, columns: columns)
    return (MatrixRows(pointers.base, rows: rows, columns: columns), pointers)
  }

  private func product(
    _ m: Int, _ n: Int, _ k: Int, _ form: Form, pool: WorkerPool
  ) throws -> (result: [Float], worst: Double) {
    let a = try filled(m * k, 1)
    let b = try filled(k * n, 2)
    let c = try filled(m * n, 3)
    let bias = try filled(n, 4)
    let spare = try filled(
      spareForProducts(rows: m, factor: k * n, outputs: n, training: form == .secondTransposed), 5)
    let result = Matrix(c.base, rows: m, columns: n)
    let (byRow, kept) = try rows(a, m, k)
    switch form {
    case .plain:
      multiply(
        byRow, Matrix(b.base, rows: k, columns: n), bias: bias.base, isRectified: true,
        into: result, spare: spare.base, pool: BorrowedPool(pool))
    case .secondTransposed:
      multiplyTransposed(
        byRow, Matrix(b.base, rows: n, columns: k), into: result, spare: spare.base,
        pool: BorrowedPool(pool))
    case .firstTransposed:
      // In two parts, as a strip of the inputs is one.
      let (byDepth, kept) = try rows(a, k, m)
      let half = m / 2
      for (start, count) in [(0, half), (half, m - half)] where count > 0 {
        multiplyFirstTransposed(
          byDepth, from: start, Matrix(b.base, rows: k, columns: n),
          into: Matrix(c.base + start * n, rows: count, columns: n))
      }
      withExtendedLifetime(kept) {}
    }
    withExtendedLifetime(kept) {}
    var worst = 0.0
    for row in 0..<m {
      for column in 0..<n {
        var sum = form == .plain ? Double(bias.base[column]) : 0
        for inner in 0..<k {
          let x = a.base[form == .firstTransposed ? inner * m + row : row * k + inner]
          let y = b.base[form == .secondTransposed ? column * k + inner : inner * n + column]
          sum += Double(x) * Double(y)
        }
        if form == .plain { sum = max(sum, 0) }
        worst = max(worst, abs(sum - Double(c.base[row * n + column])))
      }
    }
    return ((0..<m * n).map { c.base[$0] }, worst)
  }

  @Test(arguments: [
    (1, 1, 1), (1, 5, 3), (3, 1, 7), (2, 3, 1), (7, 11, 13), (32, 10, 64), (33, 37, 41),
    (1, 64, 300), (65, 33, 259), (40, 130, 70), (5, 3, 2100), (200, 270, 5), (13, 7, 1),
  ])
  func equalsTheSumInDouble(_ m: Int, _ n: Int, _ k: Int) throws {
    for form in Form.allCases {
      // k rounded additions of products below 1/4: far below 3e-5 for k <= 2,100.
      #expect(try product(m, n, k, form, pool: .alone).worst < 3e-5, "\(form)")
    }
  }

  @Test func isTheSameForAnyNumberOfThreads() throws {
    for form in Form.allCases {
      for (m, n, k) in [(250, 300, 40), (9, 300, 1100), (300, 600, 40)] {
        let alone = try product(m, n, k, form, pool: .alone).result
        for members in [2, 3, 5] {
          #expect(try product(m, n, k, form, pool: WorkerPool(members: members)).result == alone)
        }
      }
    }
  }
}

@Suite struct CrewTests {
  @Test(arguments: [1, 2, 4]) func runsEveryPartOnce(_ members: Int) throws {
    let counts = try Buffer<Int32>(count: 1000)
    let pool = WorkerPool(members: members)
    for _ in 0..<200 {
      pool.run(parts: 1000, context: counts.base) { context, part, _ in
        context.assumingMemoryBound(to: Int32.self)[part] += 1
      }
    }
    #expect((0..<1000).allSatisfy { counts.base[$0] == 200 })
  }
}
