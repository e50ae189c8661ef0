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

    /// The code that a float is; anything else is "other".
    @inline(__always)
    func code(_ value: Float) -> Int { value > 0 && value < Float(count) ? Int(value) : 0 }
  }

  /// What a loop over the positions of a row needs.
  struct PositionPlace: BitwiseCopyable {
    let input: Int32
    /// Its first sum.
    let first: Int32
    let bins: Float
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
  /// The inputs of all one-hot categories, and the codes of all embedded ones.
  private(set) var oneHotInputs = 0
  private(set) var mostEmbeddedCodes = 0
  /// The inputs of scalars, and the places of positions.
  let scalarPlaces: Buffer<Int32>
  let positionPlaces: Buffer<PositionPlace>
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
    scalarPlaces = try Buffer(count: features.count)
    positionPlaces = try Buffer(count: features.count)
    for (input, feature) in features.enumerated() {
      if case .scalar = feature { add(.scalar, input, count: 1, derives: 1) }
    }
    scalars = 0..<filled
    for index in scalars { scalarPlaces.base[index] = Int32(sources.base[index].input) }
    for (input, feature) in features.enumerated() {
      guard case .position(let bins) = feature else { continue }
      add(.position, input, count: bins, place: sums, derives: bins)
      positionPlaces.base[filled - 1 - scalars.count] = PositionPlace(
        input: Int32(input), first: Int32(sums), bins: Float(bins))
      sums += bins + 1
    }
    positions = scalars.upperBound..<filled
    for (input, feature) in features.enumerated() {
      guard case .code(let count, let hasOther, let hasMissing) = feature,
        count - LevelSet.first <= mostOneHot
      else { continue }
      oneHotInputs += count
      add(.oneHot, input, count: count, derives: count, hasOther, hasMissing)
    }
    oneHots = positions.upperBound..<filled
    for (input, feature) in features.enumerated() {
      guard case .code(let count, let hasOther, let hasMissing) = feature,
        count - LevelSet.first > mostOneHot
      else { continue }
      mostEmbeddedCodes += count
      add(
        .embedded, input, count: count, place: filled - oneHots.upperBound,
        derives: embeddingSize, hasOther, hasMissing)
    }
    embedded = oneHots.upperBound..<filled
    guard max(sums, derived + mostEmbeddedCodes) <= Int(Int32.max) else {
      throw .limit(
        "layer table: it must derive at most \(Int32.max) inputs from the columns, got "
          + "\(max(sums, derived + mostEmbeddedCodes)); lower one_hot_up_to or max_levels")
    }
  }

  /// A batch has at most so many different embedded codes.
  func mostVectors(rows: Int) -> Int {
    rows < mostEmbeddedCodes ? min(rows * embedded.count, mostEmbeddedCodes) : mostEmbeddedCodes
  }

  private mutating func add(
    _ kind: Source.Kind, _ input: Int, count: Int, place: Int = 0, derives: Int,
    _ hasOther: Bool = true, _ hasMissing: Bool = true
  ) {
    sources.base[filled] = Source(
      kind: kind, input: input, hasOther: hasOther, hasMissing: hasMissing, first: derived,
      count: count, place: place)
    filled += 1
    derived += derives
  }
}
