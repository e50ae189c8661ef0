import CKernels

#if NNK_V4
  /// C = A · Bᵀ for few rows, as Cᵀ = B · Aᵀ.
  ///
  /// Panels would transpose all of B, n · k numbers, for a few rows. Transposing A and C instead
  /// takes m · (k + n) numbers. A tile of Cᵀ is transposed into C piece by piece, between the sums
  /// of the next tile.
  struct FewRowsProduct {
    private let job: nnk_product
    /// Columns of C in a tile, and pieces in which the tile is transposed.
    private static let columns = 8
    private static let pieces = 4
    /// Behind A there is room for a tile of Cᵀ, and before that for a piece of A.
    private static let room = columns * 32

    init(job: nnk_product) { self.job = job }

    /// Whether transposing B costs more. Needs whole vectors of rows, and sums that are long beside
    /// the transposition that follows.
    static func isWorth(_ job: nnk_product) -> Bool {
      job.is_transposed != 0 && job.m % 16 == 0 && job.m <= min(48, job.k)
        && min(job.m, 32) * job.k + room <= min(Int(NNK_PANEL_FLOATS), job.n * job.k)
        && job.is_added == 0 && job.is_rectified == 0 && job.bias == nil
    }

    func computeAll() {
      var row = 0
      while row < job.m {
        let isWide = job.m - row >= 32
        isWide ? compute(EightRows<Row2>.self, row) : compute(EightRows<Row1>.self, row)
        row += isWide ? 32 : 16
      }
      let done = job.n / Self.columns * Self.columns
      if done == job.n { return }
      var rest = job
      rest.b += done * rest.b_stride
      rest.c += done
      rest.n -= done
      PanelledProduct(job: rest).computeAll()
    }

    /// A vector or two of rows.
    @inline(__always)
    private func compute<T: Tile>(_: T.Type, _ row: Int) {
      let width = 16 * T.Row.vectors
      let (panel, tile, stride) = (job.panel, job.panel + width * job.k, job.b_stride)
      turnRows(row, width, by: tile)
      let c = job.c + row * job.c_stride
      var column = 0
      while column + Self.columns <= job.n {
        var a = UnsafePointer(panel)
        var b = job.b + column * stride
        var sums = T()
        for piece in 0..<Self.pieces {
          let end = panel + width * ((piece + 1) * job.k / Self.pieces)
          // Not `while`: for a loop that may run zero times the compiler keeps every sum twice.
          repeat {
            sums.add(T.Row(a, last: AllLanes()), from: 0) { splat(b[$0 * stride]) }
            a += width
            b += 1
          } while a < end
          if column > 0 { turn(tile, width, piece, to: c + column - Self.columns) }
        }
        sums.forEachRow(from: 0) { $1.store(tile + width * $0, last: AllLanes()) }
        column += Self.columns
      }
      for piece in 0..<Self.pieces { turn(tile, width, piece, to: c + column - Self.columns) }
    }

    @inline(__always)
    private func turn(_ tile: Floats, _ width: Int, _ piece: Int, to c: Floats) {
      var row = piece * width / Self.pieces
      while row < (piece + 1) * width / Self.pieces {
        nnv_transpose8x4(tile + row, width, c + row * job.c_stride, job.c_stride)
        row += 4
      }
    }

    /// Rows of A become the columns of a panel.
    private func turnRows(_ row: Int, _ width: Int, by piece: Floats) {
      var first = 0
      while first < width {
        let (a, panel) = (job.a + row + first, job.panel + first)
        forEachVector(job.k) { k, lanes in
          copy(a, k, lanes, to: piece)
          nnv_transpose16(piece, 16, 16, 16, panel + width * k, width)
        } _: { k, lanes in
          copy(a, k, lanes, to: piece)
          nnv_transpose16(piece, 16, 16, lanes.count, panel + width * k, width)
        }
        first += 16
      }
    }

    /// A vector of each of sixteen rows, which lie anywhere.
    @inline(__always)
    private func copy<L: Lanes>(_ a: Rows, _ k: Int, _ lanes: L, to piece: Floats) {
      for index in 0..<16 {
        nnv_store(piece + 16 * index, lanes.load(a[index] + job.a_start + k))
      }
    }
  }
#endif
