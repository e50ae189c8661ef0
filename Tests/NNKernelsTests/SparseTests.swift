import CKernels
import Testing

/// Products over the values that are not 0 have the bits of products over all.
@Suite struct SparseTests {
  private struct Batch {
    let rows: Int
    let columns: Int
    let values: [Float]
    let rowWords: Int
    let columnWords: Int

    /// A third of the values is not 0.
    init(_ rows: Int, _ columns: Int) {
      (self.rows, self.columns) = (rows, columns)
      (rowWords, columnWords) = ((columns + 63) / 64, (rows + 63) / 64)
      var numbers = Numbers(UInt64(rows * 1000 + columns))
      let signs = numbers.block(rows * columns)
      values = zip(numbers.block(rows * columns), signs).map { $1 > 0.16 ? $0 : 0 }
    }

    func withIndex(
      _ table: nnk_table, _ body: (UnsafePointer<UnsafePointer<Float>>, nnk_nonzeros) -> Void
    ) {
      var rowBits = [UInt64](repeating: 0, count: rows * rowWords)
      // Words of an earlier batch must not matter.
      var columnBits = [UInt64](repeating: 7, count: (columns + 15) * columnWords)
      values.withUnsafeBufferPointer { values in
        let pointers = (0..<rows).map { values.baseAddress! + $0 * columns }
        rowBits.withUnsafeMutableBufferPointer { rowBits in
          columnBits.withUnsafeMutableBufferPointer { columnBits in
            var index = nnk_nonzeros(
              rows: rows, columns: columns, row_words: rowWords, column_words: columnWords,
              row_bits: rowBits.baseAddress!, column_bits: columnBits.baseAddress!)
            let count = table.index_nonzeros(pointers, &index)
            #expect(count == values.reduce(0) { $0 + ($1 == 0 ? 0 : 1) })
            pointers.withUnsafeBufferPointer { body($0.baseAddress!, index) }
          }
        }
      }
    }
  }

  private static let shapes = [(1, 1), (1, 64), (3, 65), (31, 100), (32, 784), (33, 63), (70, 130)]
  private static let widths = [1, 10, 16, 33, 64, 100]

  @Test(arguments: levels) func marksRowsAndColumns(_ level: Int) throws {
    let table = try kernels(level)
    for (rows, columns) in Self.shapes {
      let batch = Batch(rows, columns)
      batch.withIndex(table) { _, index in
        for row in 0..<rows {
          for column in 0..<columns {
            let byRow = index.row_bits[row * batch.rowWords + column / 64] >> (column % 64) & 1
            let byColumn =
              index.column_bits[column * batch.columnWords + row / 64] >> (row % 64) & 1
            let wanted: UInt64 = batch.values[row * columns + column] == 0 ? 0 : 1
            #expect(byRow == wanted && byColumn == wanted)
          }
        }
      }
    }
  }

  @Test(arguments: levels) func forwardIsTheSame(_ level: Int) throws {
    let table = try kernels(level)
    var numbers = Numbers(5)
    for (rows, columns) in Self.shapes {
      for units in Self.widths {
        let (b, bias) = (numbers.block(columns * units), numbers.block(units))
        var (dense, sparse) = ([Float](repeating: 0, count: rows * units), [Float]())
        sparse = dense
        Batch(rows, columns).withIndex(table) { a, index in
          var index = index
          for isSparse in [false, true] {
            let c = UnsafeMutablePointer<Float>.allocate(capacity: rows * units)
            defer { c.deallocate() }
            var job = nnk_product(
              a: a, a_start: 0, b: b, b_stride: units, c: c, c_stride: units, m: rows, n: units,
              k: columns, bias: bias, is_rectified: 1, is_added: 0, is_transposed: 0, panel: c,
              next: nil, next_k: 0)
            b.withUnsafeBufferPointer { b in
              bias.withUnsafeBufferPointer { bias in
                (job.b, job.bias) = (b.baseAddress!, bias.baseAddress!)
                isSparse ? table.product_sparse(&index, &job) : table.product_of_tiles(&job)
              }
            }
            for i in 0..<rows * units { if isSparse { sparse[i] = c[i] } else { dense[i] = c[i] } }
          }
        }
        #expect(dense == sparse, "\(rows) × \(columns) × \(units)")
      }
    }
  }

  @Test(arguments: levels) func gradientIsTheSame(_ level: Int) throws {
    let table = try kernels(level)
    var numbers = Numbers(6)
    for (rows, columns) in Self.shapes {
      for units in Self.widths where units > 1 {
        let (d, start) = (numbers.block(rows * units), numbers.block(columns * units))
        let from = columns / 3
        var results: [[Float]] = []
        Batch(rows, columns).withIndex(table) { a, index in
          var index = index
          for isSparse in [false, true] {
            for descends in [false, true] {
              var w = start
              w.withUnsafeMutableBufferPointer { w in
                d.withUnsafeBufferPointer { d in
                  var descent = nnk_fused_sgd(w: w.baseAddress!, rate: 0.25)
                  withUnsafePointer(to: &descent) { descent in
                    var job = nnk_gradient(
                      a: a, a_start: from, a_width: columns, next: a, d: d.baseAddress!,
                      d_stride: units,
                      descent: descends ? descent : nil, c: w.baseAddress!, c_stride: units,
                      m: columns - from, n: units, k: rows, is_added: 0)
                    isSparse ? table.gradient_sparse(&index, &job) : table.product_gradient(&job)
                  }
                }
              }
              results.append(w)
            }
          }
        }
        #expect(
          results[0] == results[2] && results[1] == results[3], "\(rows) × \(columns) × \(units)")
        #expect(results[0] != results[1])
      }
    }
  }
}
