import CVector

/// The second factor of a product, read once for every tile of rows.
///
/// Where its rows lie far apart, each is on a page of its own and, for powers of two, in the same few
/// places of the cache. A panel is a piece of it, as wide as a strip of tiles, copied row by row into
/// memory that fits the first-level cache; a transposed factor is turned on the way.
struct SecondFactor {
  let b: UnsafePointer<Float>
  let stride: Int
  let columns: Int
  let depth: Int
  let isTransposed: Bool

  /// Whether copying pays: enough tiles read it, and it is far apart or long.
  func isWorthPanels(rows: Int) -> Bool {
    isTransposed || rows >= 96 && (stride >= 512 || depth > 1024)
  }

  /// Calls body for every panel: the columns of some rows, so that the piece of the first factor that goes
  /// with them stays in the second-level cache; then the next rows.
  @inline(__always)
  func forEachPanel(_ body: (Panel) -> Void) {
    withoutActuallyEscaping(body) { body in
      var job = PanelJob(factor: self, body: body)
      withUnsafeMutablePointer(to: &job) { job in
        nnv_with_panel(job) { job, memory in
          let job = job.assumingMemoryBound(to: PanelJob.self)
          job.pointee.factor.cut(memory, job.pointee.body)
        }
      }
    }
  }

  fileprivate func cut(_ memory: UnsafeMutablePointer<Float>, _ body: (Panel) -> Void) {
    let widest = 16 * tileVectors
    var start = 0
    while start < depth {
      let rows = min(Int(NNV_PANEL_FLOATS) / widest, depth - start)
      var column = 0
      while column < columns {
        let width = min(widest, columns - column)
        isTransposed
          ? turn(start, rows, column, width, to: memory)
          : copy(start, rows, column, width, to: memory)
        body(
          Panel(
            values: memory, column: column, width: width, start: start, depth: rows,
            isLast: start + rows == depth))
        column += width
      }
      start += rows
    }
  }

  private func copy(
    _ start: Int, _ rows: Int, _ column: Int, _ width: Int,
    to panel: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let (from, to) = (b + (start + row) * stride + column, panel + row * width)
      forEachVector(width) { index, lanes in
        lanes.store(lanes.load(from + index), to + index)
      } _: { index, lanes in
        lanes.store(lanes.load(from + index), to + index)
      }
    }
  }

  private func turn(
    _ start: Int, _ rows: Int, _ column: Int, _ width: Int,
    to panel: UnsafeMutablePointer<Float>
  ) {
    var across = 0
    while across < width {
      let from = b + (column + across) * stride + start
      var down = 0
      while down < rows {
        nnv_transpose16(
          from + down, stride, min(16, width - across), min(16, rows - down),
          panel + down * width + across, width)
        down += 16
      }
      across += 16
    }
  }
}

/// Rows of the second factor from `start` on, columns from `column` on.
struct Panel {
  let values: UnsafePointer<Float>
  let column: Int
  let width: Int
  let start: Int
  let depth: Int
  /// Whether nothing of k follows.
  let isLast: Bool
}

private struct PanelJob {
  let factor: SecondFactor
  let body: (Panel) -> Void
}
