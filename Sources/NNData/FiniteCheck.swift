import NNMath
import Synchronization

extension ArrayView {
  /// The first element that is not finite as a Float, row by row; nil when all are.
  ///
  /// - Parameter pool: shares the search where there are many elements.
  package func firstNonFinite(
    pool: BorrowedPool = BorrowedPool(.alone)
  ) -> (row: Int, column: Int)? {
    if type.isInteger { return nil }
    if rows > 1, isFinite(by: pool) { return nil }
    return firstNonFiniteHere()
  }

  /// Whether there are enough rows to share, and all is finite.
  private func isFinite(by pool: BorrowedPool) -> Bool {
    guard rows > FiniteJob.rowsOfPart(columns) else { return false }
    var job = FiniteJob(of: self)
    return job.run(on: pool)
  }

  fileprivate func firstNonFiniteHere() -> (row: Int, column: Int)? {
    maxMagnitude()?.isFinite == true ? nil : firstNonFiniteOne()
  }

  private func firstNonFiniteOne() -> (row: Int, column: Int)? {
    for row in 0..<rows {
      for column in 0..<columns where !Float(double(row, column)).isFinite {
        return (row, column)
      }
    }
    return nil
  }

  fileprivate func rows(from start: Int, count: Int) -> ArrayView {
    ArrayView(
      type: type, base: base + start * rowStride, rows: count, columns: columns,
      rowStride: rowStride, columnStride: columnStride)
  }
}

/// The search by parts of rows.
private struct FiniteJob: ~Copyable {
  private let view: ArrayView
  private let rowsOfPart: Int
  private let isFinite = Atomic<Bool>(true)
  /// Elements whose search takes about ten times as long as waking a thread.
  private static let elementsOfPart = 1 << 18

  init(of view: ArrayView) {
    self.view = view
    rowsOfPart = Self.rowsOfPart(view.columns)
  }

  static func rowsOfPart(_ columns: Int) -> Int { max(1, elementsOfPart / max(columns, 1)) }

  mutating func run(on pool: BorrowedPool) -> Bool {
    // Written so that no number of rows overflows.
    let parts = (view.rows - 1) / rowsOfPart + 1
    withUnsafeMutablePointer(to: &self) { job in
      pool.run(parts: parts, context: UnsafeMutableRawPointer(job)) { context, part, _ in
        context.assumingMemoryBound(to: FiniteJob.self).pointee.search(part: part)
      }
    }
    return isFinite.load(ordering: .relaxed)
  }

  private borrowing func search(part: Int) {
    let start = part * rowsOfPart
    let rows = view.rows(from: start, count: min(rowsOfPart, view.rows - start))
    if rows.firstNonFiniteHere() != nil { isFinite.store(false, ordering: .relaxed) }
  }
}
