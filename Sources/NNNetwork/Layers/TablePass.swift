import CKernels
import NNData
import NNMath

/// The product of a table layer for the rows of one batch: a row is a few terms, each a row of the
/// weight, or of the sums of the bins below a number, times a factor.
///
/// Sums hold for each position and bin k Σ over i < k of scale i · weight i; their gradients in the
/// same places are what is added to the gradients of all bins below.
struct TablePass {
  private let inputs: TableInputs
  private let units: Int
  private let size: Int
  private let weight: UnsafeMutablePointer<Float>
  private let scale: UnsafePointer<Float>?
  private let embeddings: [Parameter]
  let terms: UnsafeMutablePointer<Term>
  /// [sums × units]
  private let sums: UnsafeMutablePointer<Float>
  /// [embedded × size]: stands for codes that no row had; then the gradient of one embedding.
  private let means: UnsafeMutablePointer<Float>

  init(
    inputs: TableInputs, units: Int, size: Int, weight: UnsafeMutablePointer<Float>,
    scale: UnsafePointer<Float>?, embeddings: [Parameter], temporary: UnsafeMutablePointer<Float>
  ) {
    (self.inputs, self.units, self.size) = (inputs, units, size)
    (self.weight, self.scale, self.embeddings) = (weight, scale, embeddings)
    // Aligned to a cache line by the plan.
    terms = UnsafeMutableRawPointer(temporary).assumingMemoryBound(to: Term.self)
    sums = temporary + 4 * (inputs.mostTerms + 1)
    means = sums + (inputs.sums + 1) * units
  }

  private func row(_ derived: Int) -> UnsafeMutablePointer<Float> { weight + derived * units }
  private func scale(_ derived: Int) -> Float { scale?[derived] ?? 1 }

  /// Fills the sums of all bins.
  func addUpBins() {
    for source in inputs.sources {
      guard case .position(let bins) = source.kind else { continue }
      addUp(source, bins, to: { sums + (source.sum + $0) * units })
    }
  }

  /// The sums of one position's bins up to `bins`, each at `place`.
  private func addUp(
    _ source: TableInputs.Source, _ bins: Int, to place: (Int) -> UnsafeMutablePointer<Float>
  ) {
    place(0).update(repeating: 0, count: units)
    for bin in 0..<bins {
      var term = Term(row: row(source.first + bin), factor: scale(source.first + bin))
      combine(&term, 1, bias: place(bin), into: place(bin + 1), columns: units)
    }
  }

  /// Finds the terms of a row.
  ///
  /// - Parameter alone: whether the sums are not filled; those that the row needs are computed.
  /// - Returns: how many.
  func terms(of values: UnsafePointer<Float>, alone: Bool) -> Int {
    var count = 0
    func add(_ row: UnsafePointer<Float>, _ factor: Float) {
      terms[count] = Term(row: row, factor: factor)
      count += 1
    }
    for (index, source) in inputs.sources.enumerated() {
      let value = values[index]
      let first = source.first
      switch source.kind {
      case .scalar: add(row(first), value * scale(first))
      case .position(let bins):
        let (bin, share) = place(value, bins)
        if alone {
          // One place for all: each sum replaces the one before it.
          let place = sums + source.sum * units
          addUp(source, bin, to: { _ in place })
          add(place, 1)
        } else {
          add(sums + (source.sum + bin) * units, 1)
        }
        if share > 0 { add(row(first + bin), share * scale(first + bin)) }
      case .oneHot(let codes):
        let code = self.code(value, codes)
        if source.isTrained(code) { add(row(first + code), scale(first + code)) }
      case .embedded(let number):
        let vector = vector(number, source, value)
        for place in 0..<size { add(row(first + place), vector[place] * scale(first + place)) }
      }
    }
    return count
  }

  /// The bin and the share of it; NaN counts as the least.
  private func place(_ value: Float, _ bins: Int) -> (bin: Int, share: Float) {
    guard value > 0 else { return (0, 0) }
    let bin = value < Float(bins) ? Int(value) : bins
    return (bin, value < Float(bins) ? value - Float(bin) : 0)
  }

  private func code(_ value: Float, _ codes: Int) -> Int {
    value > 0 ? min(value < 1e9 ? Int(value) : 0, codes - 1) : 0
  }

  /// The embedding of a code; of one that no row had, the mean over the levels.
  private func vector(
    _ number: Int, _ source: TableInputs.Source, _ value: Float
  ) -> UnsafePointer<Float> {
    let embedding = embeddings[number]
    let code = code(value, embedding.shape[0])
    if source.isTrained(code) { return UnsafePointer(embedding.base + code * size) }
    let mean = means + number * size
    mean.update(repeating: 0, count: size)
    let levels = embedding.shape[0] - LevelSet.first
    for level in 0..<levels {
      let values = embedding.base + (level + LevelSet.first) * size
      for place in 0..<size { mean[place] += values[place] }
    }
    for place in 0..<size { mean[place] /= Float(max(1, levels)) }
    return UnsafePointer(mean)
  }
}

extension TablePass {
  func clearSums() { sums.update(repeating: 0, count: inputs.sums * units) }

  /// Adds the gradients of one row: `weight` gets Σ input · gradient without the scale.
  func addGradient(
    of values: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
    weight target: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    var count = 0
    func add(_ row: UnsafeMutablePointer<Float>, _ factor: Float) {
      terms[count] = Term(row: row, factor: factor)
      count += 1
    }
    for (index, source) in inputs.sources.enumerated() {
      let value = values[index]
      let first = target + source.first * units
      switch source.kind {
      case .scalar: add(first, value)
      case .position(let bins):
        let (bin, share) = place(value, bins)
        add(sums + (source.sum + bin) * units, 1)
        if share > 0 { add(first + bin * units, share) }
      case .oneHot(let codes):
        let code = self.code(value, codes)
        if source.isTrained(code) { add(first + code * units, 1) }
      case .embedded(let number):
        let vector = vector(number, source, value)
        differentiate(number, source, value, gradient, gradients)
        for place in 0..<size { add(first + place * units, vector[place]) }
      }
    }
    scatter(terms, count, gradient, columns: units)
  }

  /// Adds the gradient of a row's embedding.
  private func differentiate(
    _ number: Int, _ source: TableInputs.Source, _ value: Float, _ gradient: UnsafePointer<Float>,
    _ gradients: UnsafeMutablePointer<Float>
  ) {
    let embedding = embeddings[number]
    let code = code(value, embedding.shape[0])
    guard source.isTrained(code) else { return }
    let target = embedding.gradient(in: gradients) + code * size
    for place in 0..<size {
      var term = Term(row: row(source.first + place), factor: scale(source.first + place))
      var slope: Float = 0
      dots(&term, 1, gradient, columns: units, into: &slope)
      target[place] += slope
    }
  }

  /// The gradients of numbers; those of places and codes are left 0.
  func differentiateInput(
    _ gradient: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    for (index, source) in inputs.sources.enumerated() {
      target[index] = 0
      guard case .scalar = source.kind else { continue }
      var term = Term(row: row(source.first), factor: scale(source.first))
      dots(&term, 1, gradient, columns: units, into: target + index)
    }
  }

  /// Adds to each bin's gradient what rows above it have gathered.
  func spreadSums(to target: UnsafeMutablePointer<Float>) {
    for source in inputs.sources {
      guard case .position(let bins) = source.kind else { continue }
      for bin in stride(from: bins - 1, through: 0, by: -1) {
        let above = sums + (source.sum + bin + 1) * units
        if bin + 1 < bins { NNMath.add(above + units, times: 1, to: above, units) }
        NNMath.add(above, times: 1, to: target + (source.first + bin) * units, units)
      }
    }
  }

  /// The gradients of scale and weight from that of their product.
  func differentiateScale(
    _ target: UnsafeMutablePointer<Float>, into gradient: UnsafeMutablePointer<Float>
  ) {
    for derived in 0..<inputs.derived {
      let values = target + derived * units
      var term = Term(row: row(derived), factor: 1)
      dots(&term, 1, values, columns: units, into: gradient + derived)
      NNMath.scale(values, by: scale(derived), units)
    }
  }
}
