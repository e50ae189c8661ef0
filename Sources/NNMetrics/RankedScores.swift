import NNErrors
import NNMath

/// The rows of one yes-no question in the order of their scores, the largest first.
///
/// Rows of weight 0 are left out. The memory serves one question after another.
final class RankedScores {
  struct Row: BitwiseCopyable {
    var score: Double
    /// The row's weight, if its truth is yes.
    var positive: Double
    /// The row's weight, if its truth is no.
    var negative: Double
  }

  private(set) var count = 0
  private(set) var positives = 0.0
  private(set) var negatives = 0.0
  private var rows: Buffer<Row>
  private var spare: Buffer<Row>

  convenience init(capacity: Int) throws(NNError) {
    self.init(rows: try Buffer(count: capacity), spare: try Buffer(count: capacity))
  }

  private init(rows: Buffer<Row>, spare: Buffer<Row>) {
    (self.rows, self.spare) = (rows, spare)
  }

  subscript(_ place: Int) -> Row { rows.base[place] }

  func removeAll() { count = 0 }

  /// Takes a row, in any order; `sort` must follow.
  func append(score: Double, isPositive: Bool, weight: Double) {
    guard weight > 0, count < rows.count else { return }
    rows.base[count] = Row(
      score: score, positive: isPositive ? weight : 0, negative: isPositive ? 0 : weight)
    count += 1
  }

  /// Takes one column of a checked input, and sorts it.
  func load(_ input: MetricInput, column: Int) {
    removeAll()
    for row in 0..<input.rows {
      append(
        score: input.score(row, column), isPositive: input.isPositive(row, column),
        weight: input.weight(row))
    }
    sort()
  }

  /// Sorts the rows; those of equal scores keep their order.
  func sort() {
    let sorted = mergeSort(rows.base, count: count, spare: spare.base) { $0.score >= $1.score }
    if sorted != rows.base { (rows, spare) = (spare, rows) }
    (positives, negatives) = (0, 0)
    for place in 0..<count {
      positives += rows.base[place].positive
      negatives += rows.base[place].negative
    }
  }

  /// Calls `body` for every distinct score, the largest first, with the weights of the rows of
  /// both truths that reach it.
  @inline(__always)
  func forEachThreshold(
    _ body: (_ threshold: Double, _ truePositives: Double, _ falsePositives: Double) -> Void
  ) {
    var (truePositives, falsePositives) = (0.0, 0.0)
    for place in 0..<count {
      let row = rows.base[place]
      truePositives += row.positive
      falsePositives += row.negative
      if place + 1 == count || rows.base[place + 1].score != row.score {
        body(row.score, truePositives, falsePositives)
      }
    }
  }
}
