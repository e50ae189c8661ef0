import NNErrors
import NNMath

/// The order in which an epoch goes through the rows, and its batches.
struct BatchSampler {
  /// Batches of an epoch.
  let batches: Int
  let batchSize: Int
  private let rows: Int
  private let shuffles: Bool
  private let seed: UInt64
  private let first: Buffer<Int32>
  private let order: Buffer<Int32>

  /// - Parameters:
  ///   - batchSize: 0: all rows.
  ///   - leastRows: the fewest rows that the model's layers accept in a batch.
  /// - Throws: `NNError.shape` when a batch would be too short, or none would be left.
  init(_ samples: SampleRows, _ config: TrainingConfig, leastRows: Int) throws(NNError) {
    rows = samples.rows
    batchSize = config.batchSize == 0 ? rows : min(config.batchSize, rows)
    let isShort = config.dropsLast && config.batchSize > rows
    guard !isShort else {
      throw .shape(
        "drop_last leaves no batch: \(rows) rows are fewer than batch_size \(config.batchSize); "
          + "lower batch_size")
    }
    let remainder = rows % batchSize
    batches = rows / batchSize + (remainder > 0 && !config.dropsLast ? 1 : 0)
    let shortest = remainder > 0 && !config.dropsLast ? remainder : batchSize
    guard shortest >= leastRows else {
      throw .shape(
        "batch_norm needs at least \(leastRows) rows in a training batch, the shortest has "
          + "\(shortest); set drop_last or another batch_size")
    }
    shuffles = config.shuffles
    seed = config.seed
    first = try Buffer(count: rows)
    order = try Buffer(count: rows)
    for position in 0..<rows { first.base[position] = Int32(samples.source(position)) }
  }

  /// The source rows of an epoch, in its order. Each epoch shuffles the original order, so that it
  /// needs no epoch before it.
  func order(epoch: Int) -> UnsafePointer<Int32> {
    order.copy(from: first)
    if shuffles {
      var random = RandomGenerator(seed: seed, purpose: .shuffle, epoch: epoch)
      random.shuffle(order.base, count: rows)
    }
    return UnsafePointer(order.base)
  }

  /// Rows of a batch.
  func count(_ batch: Int) -> Int { min(batchSize, rows - batch * batchSize) }
}
