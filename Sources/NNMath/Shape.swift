/// The dimensions of a row or of a tensor: `[784]`, `[28, 28, 1]` (height × width × channels),
/// `[128, 9]` (time × features). Values stay flat in memory, the last dimension fastest.
package struct Shape: Sendable, Equatable {
  package static let maximumRank = 4

  /// How many dimensions there are, 1 ... 4.
  package let rank: Int
  /// Unused dimensions are 1.
  private let sizes: (Int, Int, Int, Int)

  /// One dimension.
  package init(_ size: Int) {
    (rank, sizes) = (1, (size, 1, 1, 1))
  }

  /// Two dimensions.
  package init(_ first: Int, _ second: Int) {
    (rank, sizes) = (2, (first, second, 1, 1))
  }

  /// - Parameter dimensions: one to four sizes.
  /// - Returns: nil for another number of dimensions.
  package init?(_ dimensions: [Int]) {
    guard (1...Self.maximumRank).contains(dimensions.count) else { return nil }
    func size(_ index: Int) -> Int { index < dimensions.count ? dimensions[index] : 1 }
    (rank, sizes) = (dimensions.count, (size(0), size(1), size(2), size(3)))
  }

  package subscript(dimension: Int) -> Int {
    switch dimension {
    case 0: sizes.0
    case 1: sizes.1
    case 2: sizes.2
    default: sizes.3
    }
  }

  /// All sizes in order.
  package var dimensions: [Int] { (0..<rank).map { self[$0] } }

  /// Values in all. The spec has checked that the product stays within its limits.
  package var count: Int { sizes.0 &* sizes.1 &* sizes.2 &* sizes.3 }

  /// Whether a value of this shape is a single dimension.
  package var isFlat: Bool { rank == 1 }

  /// `[28, 28, 1]`
  package var text: String { "[\(commaSeparated)]" }

  private var commaSeparated: String {
    var text = ""
    for dimension in 0..<rank { text += dimension == 0 ? "\(self[0])" : ", \(self[dimension])" }
    return text
  }

  package static func == (a: Shape, b: Shape) -> Bool { a.rank == b.rank && a.sizes == b.sizes }
}
