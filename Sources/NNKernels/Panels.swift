import CKernels

/// C = A · B + bias by panels of B.
///
/// Every tile of rows reads all of B. If B's rows lie far apart, each is on its own page and, for
/// powers of two, in the same few sets of the cache. A panel is a piece of B as wide as a strip of
/// tiles, copied row by row into memory that fits the first-level cache; a transposed B is
/// transposed on the way. Panels first cover all columns for some rows, so that the matching piece
/// of A stays in the second-level cache.
struct PanelledProduct {
  let job: nnk_product
  private static let width = 16 * tileVectors
  private static let depth = Int(NNK_PANEL_FLOATS) / width

  /// Whether panels pay: enough tiles read B, and its rows are far apart or long.
  static func isWorth(_ job: UnsafePointer<nnk_product>) -> Bool {
    job.pointee.is_transposed != 0
      || job.pointee.m >= NNK_PANEL_ROWS && (job.pointee.b_stride >= 512 || job.pointee.k > 1024)
  }

  func computeAll() {
    let panel = job.panel
    var part = job
    part.is_transposed = 0
    var start = 0
    while start < job.k {
      part.k = min(Self.depth, job.k - start)
      // The epilogue waits for the last piece of k.
      let isLast = start + part.k == job.k
      part.is_rectified = isLast ? job.is_rectified : 0
      var column = 0
      while column < job.n {
        part.n = min(Self.width, job.n - column)
        (part.b, part.b_stride) = (UnsafePointer(panel), part.n)
        part.c = job.c + column
        part.next = column == 0 ? job.next : nil
        part.bias = isLast ? job.bias.map { $0 + column } : nil
        fill(panel, start, part.k, column, part.n)
        withUnsafePointer(to: &part) { compute($0) }
        column += part.n
      }
      start += part.k
      part.a_start += part.k
      part.is_added = 1
    }
  }

  private func fill(
    _ panel: UnsafeMutablePointer<Float>, _ start: Int, _ depth: Int, _ column: Int, _ width: Int
  ) {
    if job.is_transposed != 0 {
      return turn(job.b + column * job.b_stride + start, depth, width, to: panel)
    }
    for row in 0..<depth {
      let (from, to) = (job.b + (start + row) * job.b_stride + column, panel + row * width)
      forEachVector(width) { index, lanes in
        lanes.store(lanes.load(from + index), to + index)
      } _: { index, lanes in
        lanes.store(lanes.load(from + index), to + index)
      }
    }
  }

  private func turn(
    _ source: UnsafePointer<Float>, _ depth: Int, _ width: Int,
    to panel: UnsafeMutablePointer<Float>
  ) {
    var column = 0
    while column < width {
      var row = 0
      while row < depth {
        nnv_transpose16(
          source + column * job.b_stride + row, job.b_stride, min(16, width - column),
          min(16, depth - row), panel + row * width + column, width)
        row += 16
      }
      column += 16
    }
  }
}
