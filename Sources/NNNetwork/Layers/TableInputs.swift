import NNData
import NNErrors
import NNMath

/// The inputs that a table layer derives from the floats of a row.
struct TableInputs {
  /// A float of a row and what is derived from it.
  struct Source: BitwiseCopyable {
    enum Kind: BitwiseCopyable {
      case scalar
      case position(bins: Int)
      /// Codes that no row had when the model was made add nothing.
      case oneHot(codes: Int)
      case embedded(Int)
    }

    let kind: Kind
    /// The first of its derived inputs.
    let first: Int
    /// Of a position: its first sum, see `TablePass`.
    var sum = 0
    let hasOther: Bool
    let hasMissing: Bool

    func isTrained(_ code: Int) -> Bool {
      code == LevelSet.other ? hasOther : code == LevelSet.missing ? hasMissing : true
    }
  }

  struct Embedded {
    /// Its place among the floats of a row.
    let input: Int
    let codes: Int
  }

  private let memory: Buffer<Source>
  private var filled = 0
  var sources: UnsafeBufferPointer<Source> {
    UnsafeBufferPointer(start: UnsafePointer(memory.base), count: filled)
  }
  private(set) var embedded: [Embedded] = []
  private(set) var derived = 0
  /// Sums of bins: one a bin and one more for each position.
  private(set) var sums = 0
  /// A row has at most so many terms.
  private(set) var mostTerms = 0

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
    memory = try Buffer(count: count)
    for _ in 0..<count { add(.scalar, derives: 1, terms: 1) }
  }

  /// - Throws: `NNError.memory`.
  init(_ features: [TableFeature], _ options: TableLayerOptions) throws(NNError) {
    memory = try Buffer(count: features.count)
    for (input, feature) in features.enumerated() {
      switch feature {
      case .scalar: add(.scalar, derives: 1, terms: 1)
      case .position(let bins):
        add(.position(bins: bins), derives: bins, terms: 2, sums: bins + 1)
      case .code(let count, let hasOther, let hasMissing):
        if count - LevelSet.first <= options.mostOneHot {
          add(.oneHot(codes: count), derives: count, terms: 1, hasOther, hasMissing)
        } else {
          add(
            .embedded(embedded.count), derives: options.embeddingSize,
            terms: options.embeddingSize, hasOther, hasMissing)
          embedded.append(Embedded(input: input, codes: count))
        }
      }
    }
  }

  private mutating func add(
    _ kind: Source.Kind, derives: Int, terms: Int, sums count: Int = 0, _ hasOther: Bool = true,
    _ hasMissing: Bool = true
  ) {
    memory.base[filled] = Source(
      kind: kind, first: derived, sum: sums, hasOther: hasOther, hasMissing: hasMissing)
    filled += 1
    derived += derives
    mostTerms += terms
    sums += count
  }
}
