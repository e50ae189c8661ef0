import CKernels
import NNData
import NNMath

/// The product of a table layer for the rows of one batch. A row is a few terms, each a row of one
/// matrix times a factor: first come the rows of the weight, then, for each position and bin k, the
/// sum of the weight's rows for the bins below k. In a backward pass the same matrix has gradients;
/// what a sum gets belongs to all bins below.
struct TablePass {
  private let inputs: TableInputs
  private let sources: UnsafePointer<TableInputs.Source>
  private let units: Int
  private let size: Int
  private let weight: UnsafePointer<Float>
  /// [derived + sums × units]; of a row alone: [sums + 1 × units], the weight stays where it is.
  private let matrix: UnsafeMutablePointer<Float>
  /// The terms: of each row where they begin, then places in the matrix, in floats.
  private let starts: UnsafeMutablePointer<Int>
  private let places: UnsafeMutablePointer<Int>
  private let factors: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - rows: room for so many rows in `terms`.
  ///   - terms: of `termMemory`; filled by `gather`.
  init(
    _ inputs: TableInputs, units: Int, size: Int, weight: Parameter, rows: Int,
    terms: UnsafeMutablePointer<Float>, temporary: UnsafeMutablePointer<Float>
  ) {
    self.inputs = inputs
    sources = UnsafePointer(inputs.sources.base)
    (self.units, self.size) = (units, size)
    self.weight = UnsafePointer(weight.base)
    matrix = temporary
    starts = UnsafeMutableRawPointer(terms).assumingMemoryBound(to: Int.self)
    places = starts + rows + 1
    factors = UnsafeMutableRawPointer(places + rows * inputs.mostTerms)
      .assumingMemoryBound(to: Float.self)
  }

  /// Floats for the terms of a batch.
  static func termMemory(_ inputs: TableInputs) -> (perRow: Int, once: Int) {
    (3 * inputs.mostTerms + 2, 2)
  }

  /// Floats besides.
  static func memory(_ inputs: TableInputs, units: Int) -> Int {
    ((inputs.derived + inputs.sums + 1) * units + 1) & ~1
  }

  func terms(rows: Int) -> SparseRows {
    SparseRows(rows: rows, starts: starts, places: places, factors: factors)
  }

  /// Fills the matrix with the weight and the sums of all bins.
  func addUpBins() {
    matrix.copy(from: weight, count: inputs.derived * units)
    for index in inputs.positions {
      let source = sources[index]
      sumRows(
        weight + source.first * units, source.count, columns: units,
        into: matrix + (inputs.derived + source.place) * units, step: units)
    }
  }

  /// Finds the terms of all rows.
  ///
  /// - Parameter alone: whether it is one row: places are then counted from the weight, and the
  ///   sums that the row needs are computed, as the batch's are.
  func gather(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ embeddings: [Parameter],
    alone: Bool
  ) {
    var place = 0
    for row in 0..<count {
      starts[row] = place
      place = gather(rows[row], from: place, embeddings, alone: alone)
    }
    starts[count] = place
  }

  private func gather(
    _ values: UnsafePointer<Float>, from start: Int, _ embeddings: [Parameter], alone: Bool
  ) -> Int {
    var next = start
    @inline(__always) func add(_ place: Int, _ factor: Float) {
      places[next] = place
      factors[next] = factor
      next += 1
    }
    for index in inputs.scalars {
      let source = sources[index]
      add(source.first * units, values[source.input])
    }
    for index in inputs.positions {
      let source = sources[index]
      let (bin, share) = place(values[source.input], source.count)
      let sum = (inputs.derived + source.place) * units
      add(alone ? self.sum(source, bin) : sum + bin * units, 1)
      add((source.first + min(bin, source.count - 1)) * units, share)
    }
    for index in inputs.oneHots {
      let source = sources[index]
      add((source.first + code(values[source.input], source.count)) * units, 1)
    }
    for index in inputs.embedded {
      let source = sources[index]
      let code = code(values[source.input], source.count)
      let vector = embeddings[source.place].base + code * size
      for place in 0..<size { add((source.first + place) * units, vector[place]) }
    }
    return next
  }

  /// Computes the sum of a position's bins below `bin`.
  ///
  /// - Returns: where it is, in floats behind the weight.
  private func sum(_ source: TableInputs.Source, _ bin: Int) -> Int {
    let place = matrix + source.place * units
    sumRows(weight + source.first * units, bin, columns: units, into: place, step: 0)
    return UnsafePointer(place) - weight
  }

  /// The bin and the share of it; NaN counts as the least.
  @inline(__always)
  private func place(_ value: Float, _ bins: Int) -> (bin: Int, share: Float) {
    let known = value > 0 ? min(value, Float(bins)) : 0
    let bin = Int(known)
    return (bin, known - Float(bin))
  }

  @inline(__always)
  private func code(_ value: Float, _ codes: Int) -> Int {
    value > 0 && value < Float(codes) ? Int(value) : 0
  }
}

extension TablePass {
  /// Computes the rows whose terms were gathered.
  func combine(
    rows: Int, bias: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, alone: Bool
  ) {
    terms(rows: rows).combine(
      alone ? weight : UnsafePointer(matrix), bias: bias, into: output, columns: units)
  }

  /// Adds up the gradients of weight and embeddings over the rows of a batch.
  func differentiate(
    _ gradient: Matrix, _ rows: UnsafePointer<UnsafePointer<Float>>,
    weight target: UnsafeMutablePointer<Float>,
    _ embeddings: [Parameter], gradients: UnsafeMutablePointer<Float>
  ) {
    matrix.clear(count: (inputs.derived + inputs.sums) * units)
    terms(rows: gradient.rows).scatter(gradient.base, to: matrix, columns: units)
    spreadSums()
    target.copy(from: matrix, count: inputs.derived * units)
    for index in inputs.embedded {
      let source = sources[index]
      let embedding = embeddings[source.place].gradient(in: gradients)
      embedding.clear(count: source.count * size)
      for row in 0..<gradient.rows {
        let code = code(rows[row][source.input], source.count)
        for place in 0..<size {
          embedding[code * size + place] += dot(
            weight + (source.first + place) * units, gradient.row(row), units)
        }
      }
    }
  }

  /// Adds to each bin's gradient what the sums above it have gathered.
  private func spreadSums() {
    for index in inputs.positions {
      let source = sources[index]
      for bin in stride(from: source.count - 1, through: 0, by: -1) {
        let above = matrix + (inputs.derived + source.place + bin + 1) * units
        if bin + 1 < source.count { NNMath.add(above + units, to: above, units) }
        NNMath.add(above, to: matrix + (source.first + bin) * units, units)
      }
    }
  }

  /// The gradients of numbers; those of places and codes are left 0.
  func differentiateInput(
    _ gradient: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    target.clear(count: inputs.sources.count)
    for index in inputs.scalars {
      let source = sources[index]
      target[source.input] = dot(weight + source.first * units, gradient, units)
    }
  }
}
