import CPlatform
import NNErrors
import NNMath

/// The mean of the target in each group of rows, drawn towards the mean of all:
/// `(Σ y + prior · mean) / (rows + prior)`.
///
/// A row that was learnt from gets the mean of nine tenths of the rows without it: its own target
/// must not show. Reference: Micci-Barreca 2001; out of fold as in Prokhorenkova et al. 2018
/// (CatBoost), section 3.2.
package final class GroupMeans {
  package static let mostOutputs = 9
  /// The rows that the mean of all counts as.
  fileprivate static let prior = 10.0
  fileprivate static let folds = 10

  /// Hashes of category and hours, ascending.
  package let keys: Buffer<UInt64>
  /// [keys + 1 × outputs]; the last row is the mean of all, for groups that were not seen.
  package let means: Buffer<Float>
  package let outputs: Int
  /// [table's rows × outputs], NaN where a row was not learnt from; empty in a model that was read.
  let ownMeans: Buffer<Float>
  /// The table learnt from; 0: not known.
  private let table: UInt64

  /// - Parameters: what a file keeps, checked by the caller.
  package convenience init(
    keys: Buffer<UInt64>, means: Buffer<Float>, outputs: Int
  ) throws(NNError) {
    self.init(keys: keys, means: means, outputs: outputs, ownMeans: try Buffer(count: 0), table: 0)
  }

  private init(
    keys: Buffer<UInt64>, means: Buffer<Float>, outputs: Int, ownMeans: Buffer<Float>,
    table: UInt64
  ) {
    (self.keys, self.means, self.outputs) = (keys, means, outputs)
    (self.ownMeans, self.table) = (ownMeans, table)
  }

  /// The means of a group; of one that was not seen, those of all rows.
  func means(of key: UInt64) -> UnsafePointer<Float> {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if keys.base[middle] < key { low = middle + 1 } else { high = middle }
    }
    let found = low < keys.count && keys.base[low] == key
    return UnsafePointer(means.base + (found ? low : keys.count) * outputs)
  }

  /// The means that a row that was learnt from gets; nil: it was not.
  func ownMeans(_ row: Int, of table: Table) -> UnsafePointer<Float>? {
    guard table.id == self.table else { return nil }
    let means = UnsafePointer(ownMeans.base + row * outputs)
    return means[0].isNaN ? nil : means
  }

  /// The key of a level and hours since 1970; a missing date has the least hour.
  static func key(code: Int, dates count: Int, micros: (Int) -> Int64?) -> UInt64 {
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: GroupSpec.mostDates + 1) { values in
      guard let base = values.baseAddress else { return 0 }
      base[0] = Int64(code)
      for index in 0..<count { base[index + 1] = micros(index).map { DatePart.hours($0) } ?? .min }
      return nnc_xxh3(base, (count + 1) * 8)
    }
  }
}

extension GroupMeans {
  private struct Place: BitwiseCopyable {
    let key: UInt64
    let row: Int32
  }

  /// Learns the means.
  ///
  /// - Parameters:
  ///   - rows: positions; `source` gives the table's row.
  ///   - key: of the table's row.
  ///   - seed: of the folds.
  /// - Throws: `NNError.memory`.
  convenience init(
    _ table: Table, rows: Int, source: (Int) -> Int, target: FitTarget, seed: UInt64,
    key: (Int) -> UInt64
  ) throws(NNError) {
    let outputs = target.means
    let places = try Buffer<Place>(count: rows)
    let spare = try Buffer<Place>(count: rows)
    for position in 0..<rows {
      let row = source(position)
      places.base[position] = Place(key: key(row), row: Int32(truncatingIfNeeded: row))
    }
    let sorted = mergeSort(places.base, count: rows, spare: spare.base) { $0.key <= $1.key }
    var different = 0
    for index in 0..<rows where index == 0 || sorted[index].key != sorted[index - 1].key {
      different += 1
    }
    let own = try Buffer<Float>(count: try checkedProduct(table.rows, outputs, "group means"))
    own.base.update(repeating: .nan, count: own.count)
    self.init(
      keys: try Buffer(count: different),
      means: try Buffer(count: try checkedProduct(different + 1, outputs, "group means")),
      outputs: outputs, ownMeans: own, table: table.id)
    let sums = try FoldSums(target, folds: try Self.folds(rows: table.rows, seed: seed))
    for index in 0..<rows { sums.addToAll(Int(sorted[index].row), of: rows) }
    fill(sorted, rows, sums)
  }

  /// Computes the means of all groups, rows of which stand side by side.
  private func fill(_ sorted: UnsafePointer<Place>, _ rows: Int, _ sums: FoldSums) {
    var (start, group) = (0, 0)
    while start < rows {
      var end = start
      sums.clear()
      while end < rows, sorted[end].key == sorted[start].key {
        sums.add(Int(sorted[end].row))
        end += 1
      }
      keys.base[group] = sorted[start].key
      sums.mean(into: means.base + group * outputs)
      for index in start..<end {
        let row = Int(sorted[index].row)
        sums.mean(without: row, into: ownMeans.base + row * outputs)
      }
      (start, group) = (end, group + 1)
    }
    sums.clear()
    sums.mean(into: means.base + keys.count * outputs)
  }

  private static func folds(rows: Int, seed: UInt64) throws(NNError) -> Buffer<UInt8> {
    let folds = try Buffer<UInt8>(count: rows)
    var random = RandomGenerator(seed: seed, purpose: .folds)
    for row in 0..<rows { folds.base[row] = UInt8(random.below(UInt32(Self.folds))) }
    return folds
  }
}

/// The target's sums in one group, by folds.
private struct FoldSums {
  private let target: FitTarget
  private let outputs: Int
  /// Of each row of the table.
  private let folds: Buffer<UInt8>
  /// Of one row.
  private let values: Buffer<Double>
  /// The mean over all rows.
  private let all: Buffer<Double>
  /// [folds + 1 × outputs + 1]: sums, and rows last; the last fold is all of them.
  private let sums: Buffer<Double>

  /// - Throws: `NNError.memory`.
  init(_ target: FitTarget, folds: Buffer<UInt8>) throws(NNError) {
    (self.target, self.folds, outputs) = (target, folds, target.means)
    values = try Buffer(count: outputs)
    all = try Buffer(count: outputs)
    sums = try Buffer(count: (GroupMeans.folds + 1) * (outputs + 1))
  }

  /// Counts a row for the mean over all.
  func addToAll(_ row: Int, of rows: Int) {
    target.copyMeans(row, to: values.base)
    for output in 0..<outputs { all.base[output] += values.base[output] / Double(rows) }
  }

  /// Begins a group.
  func clear() { sums.base.update(repeating: 0, count: sums.count) }

  private func sum(_ fold: Int) -> UnsafeMutablePointer<Double> {
    sums.base + fold * (outputs + 1)
  }

  func add(_ row: Int) {
    target.copyMeans(row, to: values.base)
    add(to: sum(Int(folds.base[row])))
    add(to: sum(GroupMeans.folds))
  }

  private func add(to sum: UnsafeMutablePointer<Double>) {
    for output in 0..<outputs { sum[output] += values.base[output] }
    sum[outputs] += 1
  }

  /// The group's means.
  ///
  /// - Parameter row: whose fold is left out; nil: none.
  func mean(without row: Int? = nil, into means: UnsafeMutablePointer<Float>) {
    let whole = sum(GroupMeans.folds)
    let part = row.map { sum(Int(folds.base[$0])) }
    let rows = whole[outputs] - (part?[outputs] ?? 0)
    for output in 0..<outputs {
      let sum = whole[output] - (part?[output] ?? 0)
      means[output] = Float((sum + GroupMeans.prior * all.base[output]) / (rows + GroupMeans.prior))
    }
  }
}
