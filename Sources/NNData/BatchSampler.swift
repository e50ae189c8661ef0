import NNErrors
import NNMath

/// The fewest rows that a training batch may have.
package struct LeastRows: Sendable {
  package let rows: Int
  /// The layer that needs them, for messages.
  package let owner: String

  package init(rows: Int, owner: String) { (self.rows, self.owner) = (rows, owner) }
}

/// What a config asks of the sampler.
package struct SamplingOptions: Sendable {
  /// Rows of a batch; 0: all.
  package let batchSize: Int
  package let shuffles: Bool
  package let dropsLast: Bool
  package let seed: UInt64

  package init(batchSize: Int, shuffles: Bool, dropsLast: Bool, seed: UInt64) {
    (self.batchSize, self.shuffles, self.dropsLast) = (batchSize, shuffles, dropsLast)
    self.seed = seed
  }
}

/// The order in which an epoch goes through the rows, and its batches.
package struct BatchSampler {
  /// Batches of an epoch.
  package let batches: Int
  package let batchSize: Int
  /// Rows of the last batch.
  private let lastSize: Int
  private let rows: Int
  private let shuffles: Bool
  private let seed: UInt64
  private let first: Buffer<Int32>
  private let order: Buffer<Int32>

  /// - Parameter least: the fewest rows that a batch may have, and who asks for them. A last batch
  ///   that has fewer joins the one before it.
  /// - Throws: `NNError.shape` when a batch would be too short, or none would be left.
  package init(
    _ samples: SampleRows, _ options: SamplingOptions, least: LeastRows
  ) throws(NNError) {
    rows = samples.rows
    batchSize = options.batchSize == 0 ? rows : min(options.batchSize, rows)
    let isShort = options.dropsLast && options.batchSize > rows
    guard !isShort else {
      throw .shape(
        "drop_last leaves no batch: \(rows) rows are fewer than batch_size \(options.batchSize); "
          + "lower batch_size")
    }
    let remainder = rows % batchSize
    guard batchSize >= least.rows else {
      throw .shape(
        "\(least.owner) needs at least \(least.rows) rows in a training batch, got \(batchSize); "
          + (rows < least.rows ? "give more rows" : "set another batch_size"))
    }
    let whole = rows / batchSize
    let joins = remainder < least.rows
    batches = whole + (joins || options.dropsLast ? 0 : 1)
    lastSize = options.dropsLast ? batchSize : joins ? batchSize + remainder : remainder
    shuffles = options.shuffles
    seed = options.seed
    first = try Buffer(count: rows)
    order = try Buffer(count: rows)
    for position in 0..<rows { first.base[position] = Int32(samples.source(position)) }
  }

  /// The source rows of an epoch, in its order. Each epoch shuffles the original order, so that it
  /// needs no epoch before it.
  package func order(epoch: Int) -> UnsafePointer<Int32> {
    order.copy(from: first)
    if shuffles {
      var random = RandomGenerator(seed: seed, purpose: .shuffle, epoch: epoch)
      random.shuffle(order.base, count: rows)
    }
    return UnsafePointer(order.base)
  }

  /// Rows of a batch.
  package func count(_ batch: Int) -> Int { batch + 1 == batches ? lastSize : batchSize }

  /// Rows of the largest batch.
  package var largestBatch: Int { max(batchSize, lastSize) }
}
