import CKernels
import NNData
import NNMath

/// The product of a table layer for the rows of one batch. Numbers are a dense block; bins and
/// codes name the rows of the weight that a row uses. An embedded code's vector times its weights
/// is computed once a batch, for all rows that have the code.
struct TablePass {
  private let inputs: TableInputs
  private let units: Int
  private let size: Int
  private let rows: Int
  private let weight: Matrix
  private let embeddings: [Parameter]
  private let kept: Kept
  private let temporary: UnsafeMutablePointer<Float>

  init(
    _ inputs: TableInputs, weight: Matrix, embeddings: [Parameter], size: Int, rows: Int,
    kept: UnsafeMutablePointer<Float>, temporary: UnsafeMutablePointer<Float>
  ) {
    (self.inputs, self.weight, self.embeddings) = (inputs, weight, embeddings)
    (units, self.size, self.rows) = (weight.columns, size, rows)
    self.kept = Kept(inputs, rows: rows, kept)
    self.temporary = temporary
  }

  /// What stays from forward to backward of a training step.
  private struct Kept {
    /// To the numbers of each row, [rows].
    let pointers: RowPointers
    /// [rows × scalars]
    let scalars: UnsafeMutablePointer<Float>
    /// [rows × positions]
    let shares: UnsafeMutablePointer<Float>
    let bins: UnsafeMutablePointer<Int32>
    /// [rows × codes]
    let codes: UnsafeMutablePointer<Int32>
    /// Of each vector the code that it is of; the vectors of one category are neighbours.
    let owners: UnsafeMutablePointer<Int32>
    /// Of each embedded category its first vector, then how many there are.
    let firsts: UnsafeMutablePointer<Int32>

    init(_ inputs: TableInputs, rows: Int, _ memory: UnsafeMutablePointer<Float>) {
      let raw = UnsafeMutableRawPointer(memory)
      pointers = raw.assumingMemoryBound(to: UnsafePointer<Float>.self)
      scalars = memory + 2 * rows
      shares = scalars + rows * inputs.scalars.count
      bins = UnsafeMutableRawPointer(shares + rows * inputs.positions.count)
        .assumingMemoryBound(to: Int32.self)
      codes = bins + rows * inputs.positions.count
      owners = codes + rows * (inputs.oneHots.count + inputs.embedded.count)
      firsts = owners + rows * inputs.embedded.count
    }
  }

  /// Floats that stay.
  static func keptMemory(_ inputs: TableInputs) -> (perRow: Int, once: Int) {
    let codes = inputs.oneHots.count + 2 * inputs.embedded.count
    return (
      2 + inputs.scalars.count + 2 * inputs.positions.count + codes, inputs.embedded.count + 2
    )
  }

  /// Floats of one call: vectors of a batch and pointers to them, where each code has its vector,
  /// gradients of bins, room for products.
  static func temporaryMemory(
    _ inputs: TableInputs, units: Int, size: Int, rows: Int, training: Bool
  ) -> Int {
    let vectors = inputs.mostVectors(rows: rows)
    let spare = spareForProducts(
      rows: rows, factor: max(inputs.scalars.count, size) * units, outputs: units,
      training: training)
    let forward = inputs.mostEmbeddedCodes
    let backward = training ? max(2 * inputs.sums * units, vectors * size) : 0
    return (vectors * (units + 2) + spare + max(forward, backward) + 3) & ~1
  }

  private var split: Int { inputs.derived }

  private var used: TableRows {
    TableRows(
      rows: rows, positions: inputs.positions.count,
      codes: inputs.oneHots.count + inputs.embedded.count, bin: kept.bins, share: kept.shares,
      code: kept.codes, split: split)
  }

  /// Pointers to embeddings, then the vectors of the batch, then what is left of the memory.
  private var vectorPointers: RowPointers {
    UnsafeMutableRawPointer(temporary).assumingMemoryBound(to: UnsafePointer<Float>.self)
  }
  private var mostVectors: Int { inputs.mostVectors(rows: rows) }
  private var vectors: UnsafeMutablePointer<Float> { temporary + 2 * mostVectors }
  private var rest: UnsafeMutablePointer<Float> { vectors + mostVectors * units }
}

// Forward.
extension TablePass {
  /// output = d · Wᵀ + b
  func multiply(
    _ values: UnsafePointer<UnsafePointer<Float>>, bins: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, into output: Matrix, pool: BorrowedPool
  ) {
    let scalars = inputs.scalars.count
    takeScalars(values)
    if scalars > 0 {
      NNMath.multiply(
        MatrixRows(kept.pointers, rows: rows, columns: scalars),
        Matrix(weight.base, rows: scalars, columns: units), bias: bias, into: output, spare: rest,
        pool: pool)
    } else {
      for row in 0..<rows { output.row(row).copy(from: bias, count: units) }
    }
    takePositions(values)
    takeCodes(values)
    multiplyVectors(pool)
    used.combine(
      TableFactors(
        bins: bins, weight: UnsafePointer(weight.base), vectors: UnsafePointer(vectors)),
      into: output.base, columns: units)
  }

  private func takeScalars(_ values: UnsafePointer<UnsafePointer<Float>>) {
    let count = inputs.scalars.count
    let places = UnsafePointer(inputs.scalarPlaces.base)
    for row in 0..<rows {
      // Rows of a shuffled batch lie anywhere in the data set.
      if row + Self.rowsAhead < rows { prefetch(values[row + Self.rowsAhead]) }
      let (values, own) = (values[row], kept.scalars + row * count)
      for index in 0..<count { own[index] = values[Int(places[index])] }
      kept.pointers[row] = UnsafePointer(own)
    }
  }

  private static let rowsAhead = 8

  private func prefetch(_ row: UnsafePointer<Float>) {
    for value in stride(from: 0, to: inputs.sources.count, by: 16) { nnk_prefetch(row + value) }
  }

  /// Splits each position into its bin and the share of it; NaN counts as the least.
  private func takePositions(_ values: UnsafePointer<UnsafePointer<Float>>) {
    let count = inputs.positions.count
    let places = UnsafePointer(inputs.positionPlaces.base)
    for row in 0..<rows {
      let values = values[row]
      let (bins, shares) = (kept.bins + row * count, kept.shares + row * count)
      for index in 0..<count {
        let place = places[index]
        let value = values[Int(place.input)]
        let known = value > 0 ? min(value, place.bins) : 0
        let bin = Int32(known)
        bins[index] = place.first + bin
        shares[index] = known - Float(bin)
      }
    }
  }

  private func takeCodes(_ values: UnsafePointer<UnsafePointer<Float>>) {
    let count = inputs.oneHots.count + inputs.embedded.count
    for (place, index) in inputs.oneHots.enumerated() {
      let source = inputs.sources.base[index]
      for row in 0..<rows {
        let code = source.code(values[row][source.input])
        kept.codes[row * count + place] = Int32(truncatingIfNeeded: source.first + code)
      }
    }
    var next = 0
    // Where the vector of a code is. A number left there by others is found out: the vector that it
    // names is of another code, or there is none. No batch has to clear a large table.
    var found = UnsafeMutableRawPointer(rest).assumingMemoryBound(to: Int32.self)
    for (place, index) in inputs.embedded.enumerated() {
      let source = inputs.sources.base[index]
      let first = next
      kept.firsts[place] = Int32(truncatingIfNeeded: first)
      for row in 0..<rows {
        let code = source.code(values[row][source.input])
        var vector = Int(found[code])
        if vector < first || vector >= next || kept.owners[vector] != Int32(code) {
          vector = next
          kept.owners[vector] = Int32(truncatingIfNeeded: code)
          found[code] = Int32(truncatingIfNeeded: vector)
          next += 1
        }
        kept.codes[row * count + inputs.oneHots.count + place] = Int32(
          truncatingIfNeeded: split + vector)
      }
      found += source.count
    }
    kept.firsts[inputs.embedded.count] = Int32(truncatingIfNeeded: next)
  }

  /// The embeddings of the batch's codes times their weights.
  private func multiplyVectors(_ pool: BorrowedPool) {
    for (place, index) in inputs.embedded.enumerated() {
      let (part, first) = pointVectors(place)
      NNMath.multiply(
        part, embeddingWeight(index),
        into: Matrix(vectors + first * units, rows: part.rows, columns: units), spare: rest,
        pool: pool)
    }
  }

  /// Points to the embeddings that a batch uses of a category.
  ///
  /// - Returns: them, and the place of the first one's vector.
  private func pointVectors(_ place: Int) -> (MatrixRows, first: Int) {
    let (first, end) = (Int(kept.firsts[place]), Int(kept.firsts[place + 1]))
    let embedding = embeddings[place].base
    for vector in first..<end {
      vectorPointers[vector] = UnsafePointer(embedding + Int(kept.owners[vector]) * size)
    }
    return (MatrixRows(vectorPointers + first, rows: end - first, columns: size), first)
  }

  /// The rows of the weight that an embedding is multiplied by.
  private func embeddingWeight(_ index: Int) -> Matrix {
    Matrix(weight.base + inputs.sources.base[index].first * units, rows: size, columns: units)
  }
}

// Backward.
extension TablePass {
  /// Adds up the gradients of weight and embeddings over the rows of a batch.
  ///
  /// - Parameters:
  ///   - target: of the weight.
  ///   - gradients: all of the model.
  func differentiate(
    _ gradient: Matrix, weight target: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>, pool: BorrowedPool
  ) {
    let scalars = inputs.scalars.count
    if scalars > 0 {
      multiplyFirstTransposed(
        MatrixRows(kept.pointers, rows: rows, columns: scalars), from: 0, gradient,
        into: Matrix(target, rows: scalars, columns: units))
    }
    if let first = inputs.oneHots.first {
      let start = inputs.sources.base[first].first
      (target + start * units).clear(count: inputs.oneHotInputs * units)
    }
    let bins = rest
    bins.clear(count: 2 * inputs.sums * units)
    vectors.clear(count: Int(kept.firsts[inputs.embedded.count]) * units)
    used.scatter(
      gradient.base, to: TableFactors(bins: bins, weight: target, vectors: vectors),
      columns: units)
    for index in inputs.positions {
      let source = inputs.sources.base[index]
      spreadBins(
        bins + 2 * source.place * units, to: target + source.first * units, source.count,
        columns: units)
    }
    for (place, index) in inputs.embedded.enumerated() {
      differentiateEmbedding(place, index, weight: target, gradients, pool)
    }
  }

  /// Only rows of the embedding that the batch used have a gradient.
  private func differentiateEmbedding(
    _ place: Int, _ index: Int, weight target: UnsafeMutablePointer<Float>,
    _ gradients: UnsafeMutablePointer<Float>, _ pool: BorrowedPool
  ) {
    let (part, first) = pointVectors(place)
    let vectorGradients = Matrix(vectors + first * units, rows: part.rows, columns: units)
    multiplyFirstTransposed(
      part, from: 0, vectorGradients,
      into: Matrix(
        target + inputs.sources.base[index].first * units, rows: size, columns: units))
    let embedding = embeddings[place].gradient(in: gradients)
    embedding.clear(count: embeddings[place].count)
    let own = Matrix(rest, rows: part.rows, columns: size)
    for row in 0..<part.rows {
      vectorPointers[first + row] = UnsafePointer(vectorGradients.row(row))
    }
    multiplyTransposed(
      MatrixRows(vectorPointers + first, rows: part.rows, columns: units), embeddingWeight(index),
      into: own, spare: rest + own.count, pool: pool)
    for row in 0..<part.rows {
      (embedding + Int(kept.owners[first + row]) * size).copy(from: own.row(row), count: size)
    }
  }

  /// The gradients of numbers; those of places and codes are left 0.
  func differentiateInput(
    _ gradient: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    target.clear(count: inputs.sources.count)
    for index in inputs.scalars {
      let source = inputs.sources.base[index]
      target[source.input] = dot(weight.base + source.first * units, gradient, units)
    }
  }
}
