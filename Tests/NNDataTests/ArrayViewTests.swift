import NNData
import NNErrors
import NNMath
import Testing

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
    let pool = WorkerPool(members: 3)
    func place() -> (row: Int, column: Int)? {
      values.withUnsafeBufferPointer {
        view(.float64, $0.baseAddress!, rows, columns, columns * 8, 8)
          .firstNonFinite(pool: BorrowedPool(pool))
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
