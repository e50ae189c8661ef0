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
  private static let prior = 10.0
  private static let folds = 10

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
    let values = try Buffer<Double>(count: outputs)
    let all = try Buffer<Double>(count: outputs)
    for position in 0..<rows {
      let row = source(position)
      places.base[position] = Place(key: key(row), row: Int32(truncatingIfNeeded: row))
      target.copyMeans(row, to: values.base)
      for output in 0..<outputs { all.base[output] += values.base[output] / Double(rows) }
    }
    let sorted = mergeSort(places.base, count: rows, spare: spare.base) { $0.key <= $1.key }
    var different = 0
    for index in 0..<rows where index == 0 || sorted[index].key != sorted[index - 1].key {
      different += 1
    }
    let keys = try Buffer<UInt64>(count: different)
    let means = try Buffer<Float>(
      count: try checkedProduct(different + 1, outputs, "group means"))
    let own = try Buffer<Float>(count: try checkedProduct(table.rows, outputs, "group means"))
    own.base.update(repeating: .nan, count: own.count)
    let sums = try FoldSums(folds: Self.folds, outputs: outputs, all: all, prior: Self.prior)
    let folds = try Self.folds(rows: table.rows, seed: seed)
    var (start, group) = (0, 0)
    while start < rows {
      var end = start
      sums.clear()
      while end < rows, sorted[end].key == sorted[start].key {
        let row = Int(sorted[end].row)
        target.copyMeans(row, to: values.base)
        sums.add(values.base, fold: Int(folds.base[row]))
        end += 1
      }
      keys.base[group] = sorted[start].key
      sums.mean(without: nil, into: means.base + group * outputs)
      for index in start..<end {
        let row = Int(sorted[index].row)
        sums.mean(without: Int(folds.base[row]), into: own.base + row * outputs)
      }
      (start, group) = (end, group + 1)
    }
    for output in 0..<outputs {
      means.base[different * outputs + output] = Float(all.base[output])
    }
    self.init(keys: keys, means: means, outputs: outputs, ownMeans: own, table: table.id)
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
  private let folds: Int
  private let outputs: Int
  private let all: Buffer<Double>
  private let prior: Double
  /// [folds + 1 × outputs + 1]: sums, and rows last; the last fold is all of them.
  private let sums: Buffer<Double>

  init(folds: Int, outputs: Int, all: Buffer<Double>, prior: Double) throws(NNError) {
    (self.folds, self.outputs, self.all, self.prior) = (folds, outputs, all, prior)
    sums = try Buffer(count: (folds + 1) * (outputs + 1))
  }

  func clear() { sums.base.update(repeating: 0, count: sums.count) }

  func add(_ values: UnsafePointer<Double>, fold: Int) {
    for place in [fold, folds] {
      let own = sums.base + place * (outputs + 1)
      for output in 0..<outputs { own[output] += values[output] }
      own[outputs] += 1
    }
  }

  func mean(without fold: Int?, into means: UnsafeMutablePointer<Float>) {
    let whole = sums.base + folds * (outputs + 1)
    let part = fold.map { sums.base + $0 * (outputs + 1) }
    let rows = whole[outputs] - (part?[outputs] ?? 0)
    for output in 0..<outputs {
      let sum = whole[output] - (part?[output] ?? 0)
      means[output] = Float((sum + prior * all.base[output]) / (rows + prior))
    }
  }
}
