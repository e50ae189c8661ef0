import NNErrors
import NNMath

/// Finds names in a list, sorted once: each of many names among many would take quadratic time.
package struct NameIndex: @unchecked Sendable {
  private let names: [String]
  /// Places in `names`, in ascending order of the names' bytes, equal names in their order.
  private let sorted: Buffer<Int32>

  /// - Throws: `NNError.memory`.
  package init(_ names: [String]) throws(NNError) {
    self.names = names
    let order = try Buffer<Int32>(count: names.count)
    let spare = try Buffer<Int32>(count: names.count)
    for place in names.indices { order.base[place] = Int32(truncatingIfNeeded: place) }
    let first = mergeSort(order.base, count: names.count, spare: spare.base) {
      !Self.isBefore(names[Int($1)], names[Int($0)])
    }
    sorted = first == order.base ? order : spare
  }

  /// The first place where a name stands.
  package func place(of name: String) -> Int? {
    var (low, high) = (0, names.count)
    while low < high {
      let middle = (low + high) / 2
      let isBefore = Self.isBefore(names[Int(sorted.base[middle])], name)
      if isBefore { low = middle + 1 } else { high = middle }
    }
    guard low < names.count else { return nil }
    let place = Int(sorted.base[low])
    return sameText(names[place], name) ? place : nil
  }

  /// The first two places with the same name; nil: all differ.
  var repeated: (Int, Int)? {
    for index in names.indices.dropFirst() {
      let (before, after) = (Int(sorted.base[index - 1]), Int(sorted.base[index]))
      if sameText(names[before], names[after]) { return (before, after) }
    }
    return nil
  }

  private static func isBefore(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}
