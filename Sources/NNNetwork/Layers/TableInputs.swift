import NNData
import NNErrors
import NNMath

/// The inputs that a table layer derives from the floats of a row.
struct TableInputs {
  /// A float of a row and what is derived from it.
  struct Source: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable { case scalar, position, oneHot, embedded }

    let kind: Kind
    /// Its place among the floats of a row.
    let input: Int
    /// Of a code: whether a row had "other", and "missing", when the model was made.
    let hasOther: Bool
    let hasMissing: Bool
    /// The first of its derived inputs.
    let first: Int
    /// Bins of a position, codes of a category.
    let count: Int
    /// Of a position its first sum, see `TablePass`; of an embedding its number.
    let place: Int

    /// The codes that no row had.
    var unseen: [Int] {
      (hasOther ? [] : [LevelSet.other]) + (hasMissing ? [] : [LevelSet.missing])
    }
  }

  /// By kind, each in the order of the row: a loop over one kind needs no branch.
  let sources: Buffer<Source>
  private(set) var scalars = 0..<0
  private(set) var positions = 0..<0
  private(set) var oneHots = 0..<0
  private(set) var embedded = 0..<0
  private(set) var derived = 0
  /// Sums of bins: one a bin and one more for each position.
  private(set) var sums = 0
  /// A row has at most so many terms.
  private(set) var mostTerms = 0
  private var filled = 0

  /// Without columns a spec of a few bytes may have millions of inputs, a source each.
  private static let mostScalars = 4096

  /// Inputs that are all numbers.
  ///
  /// - Throws: `NNError.limit`, `.memory`.
  init(scalars count: Int) throws(NNError) {
    guard count <= Self.mostScalars else {
      throw .limit(
        "layer table: without columns it takes at most \(Self.mostScalars) inputs, got \(count); use "
          + "dense")
    }
    try self.init(
      [TableFeature](repeating: .scalar, count: count), mostOneHot: 0, embeddingSize: 1)
  }

  /// - Throws: `NNError.memory`.
  init(_ features: [TableFeature], mostOneHot: Int, embeddingSize: Int) throws(NNError) {
    sources = try Buffer(count: features.count)
    for (input, feature) in features.enumerated() {
      if case .scalar = feature { add(.scalar, input, count: 1, derives: 1, terms: 1) }
    }
    scalars = 0..<filled
    for (input, feature) in features.enumerated() {
      guard case .position(let bins) = feature else { continue }
      add(.position, input, count: bins, place: sums, derives: bins, terms: 2)
      sums += bins + 1
    }
    positions = scalars.upperBound..<filled
    for (input, feature) in features.enumerated() {
      guard case .code(let count, let hasOther, let hasMissing) = feature,
        count - LevelSet.first <= mostOneHot
      else { continue }
      add(.oneHot, input, count: count, derives: count, terms: 1, hasOther, hasMissing)
    }
    oneHots = positions.upperBound..<filled
    for (input, feature) in features.enumerated() {
      guard case .code(let count, let hasOther, let hasMissing) = feature,
        count - LevelSet.first > mostOneHot
      else { continue }
      add(
        .embedded, input, count: count, place: filled - oneHots.upperBound,
        derives: embeddingSize, terms: embeddingSize, hasOther, hasMissing)
    }
    embedded = oneHots.upperBound..<filled
  }

  private mutating func add(
    _ kind: Source.Kind, _ input: Int, count: Int, place: Int = 0, derives: Int, terms: Int,
    _ hasOther: Bool = true, _ hasMissing: Bool = true
  ) {
    sources.base[filled] = Source(
      kind: kind, input: input, hasOther: hasOther, hasMissing: hasMissing, first: derived,
      count: count, place: place)
    filled += 1
    derived += derives
    mostTerms += terms
  }
}
