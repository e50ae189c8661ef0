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
    _ m: Int, _ n: Int, _ k: Int, _ form: Form, crew: Crew
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
        into: result, spare: spare.base, crew: BorrowedCrew(crew))
    case .secondTransposed:
      multiplyTransposed(
        byRow, Matrix(b.base, rows: n, columns: k), into: result, spare: spare.base,
        crew: BorrowedCrew(crew))
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
      #expect(try product(m, n, k, form, crew: .alone).worst < 3e-5, "\(form)")
    }
  }

  @Test func isTheSameForAnyNumberOfThreads() throws {
    for form in Form.allCases {
      for (m, n, k) in [(250, 300, 40), (9, 300, 1100), (300, 600, 40)] {
        let alone = try product(m, n, k, form, crew: .alone).result
        for members in [2, 3, 5] {
          #expect(try product(m, n, k, form, crew: Crew(members: members)).result == alone)
        }
      }
    }
  }
}

@Suite struct CrewTests {
  @Test(arguments: [1, 2, 4]) func runsEveryPartOnce(_ members: Int) throws {
    let counts = try Buffer<Int32>(count: 1000)
    let crew = Crew(members: members)
    for _ in 0..<200 {
      crew.run(parts: 1000, context: counts.base) { context, part, _ in
        context.assumingMemoryBound(to: Int32.self)[part] += 1
      }
    }
    #expect((0..<1000).allSatisfy { counts.base[$0] == 200 })
  }
}

@Suite struct ArrayViewTests {
  private func view<Element>(
    _ type: ElementType, _ base: UnsafePointer<Element>, _ rows: Int, _ columns: Int,
    _ rowStride: Int, _ columnStride: Int
  ) -> ArrayView {
    ArrayView(
      type: type, base: base, rows: rows, columns: columns, rowStride: rowStride,
      columnStride: columnStride)
  }

  private func gathered(_ view: ArrayView) throws -> [Float] {
    let block = try Buffer<Float>(count: view.rows * view.columns)
    view.gather(from: 0, count: view.rows, order: nil, into: block.base)
    return (0..<block.count).map { block.base[$0] }
  }

  @Test func convertsEveryType() throws {
    let bytes: [UInt8] = [0, 1, 255, 7]
    let doubles: [Double] = [0.5, -1, 1e10, 7]
    let longs: [Int64] = [0, -1, 1 << 40, 7]
    try bytes.withUnsafeBufferPointer { pointer throws in
      #expect(try gathered(view(.uint8, pointer.baseAddress!, 2, 2, 2, 1)) == [0, 1, 255, 7])
      #expect(try gathered(view(.bool, pointer.baseAddress!, 2, 2, 2, 1)) == [0, 1, 1, 1])
    }
    try doubles.withUnsafeBufferPointer { pointer throws in
      #expect(
        try gathered(view(.float64, pointer.baseAddress!, 2, 2, 16, 8)) == [0.5, -1, 1e10, 7])
    }
    try longs.withUnsafeBufferPointer { pointer throws in
      #expect(try gathered(view(.int64, pointer.baseAddress!, 1, 4, 32, 8)) == [0, -1, 0x1p40, 7])
    }
  }

  @Test func followsStridesOfAnySign() throws {
    let values: [Float] = [0, 1, 2, 3, 4, 5]
    try values.withUnsafeBufferPointer { pointer throws in
      let base = pointer.baseAddress!
      // Columns first, then backwards in both directions, then every second column.
      #expect(try gathered(view(.float32, base, 3, 2, 4, 12)) == [0, 3, 1, 4, 2, 5])
      #expect(try gathered(view(.float32, base + 5, 2, 3, -12, -4)) == [5, 4, 3, 2, 1, 0])
      #expect(try gathered(view(.float32, base, 2, 2, 12, 8)) == [0, 2, 3, 5])
      #expect(try gathered(view(.float32, base + 2, 2, 2, 0, 4)) == [2, 3, 2, 3])
    }
  }

  @Test func findsWhatIsNotFiniteAsAFloat() {
    let values: [Double] = [1, 2, 1e300, .nan]
    values.withUnsafeBufferPointer {
      let place = view(.float64, $0.baseAddress!, 2, 2, 16, 8).firstNonFinite()
      #expect(place?.row == 1 && place?.column == 0)
    }
  }

  /// More elements than a part of the search has, of a type without a quick look at a row.
  @Test func findsItWithManyThreads() {
    let (rows, columns) = (70_000, 9)
    var values = [Double](repeating: 1, count: rows * columns)
    let crew = Crew(members: 3)
    func place() -> (row: Int, column: Int)? {
      values.withUnsafeBufferPointer {
        view(.float64, $0.baseAddress!, rows, columns, columns * 8, 8)
          .firstNonFinite(crew: BorrowedCrew(crew))
      }
    }
    #expect(place() == nil)
    values[rows * columns - 1] = .infinity
    #expect(place()?.row == rows - 1 && place()?.column == columns - 1)
    values[40_000 * columns + 2] = .nan
    #expect(place()?.row == 40_000 && place()?.column == 2)
  }

  @Test func sizesAreCheckedBeforeTheyAreAllocated() {
    #expect(throws: (any Error).self) { try Buffer<Double>(count: 1 << 62) }
    #expect(throws: (any Error).self) { try Buffer<Double>(count: -1) }
    #expect(throws: (any Error).self) { try checkedProduct(1 << 40, 1 << 40, "x") }
  }
}
