import NNErrors
import NNJSON

/// What the names of a spec's classes are; raw values are the C contract's `NNS_CLASS_TEXT` ...
package enum ClassType: Int32, Sendable {
  case none = 0
  case text = 1
  case integer = 2
  case boolean = 3
}

/// The names of the classes, for people: all texts, all integers or all booleans.
package struct ClassNames: Sendable {
  package let type: ClassType
  /// Every name as text: an integer in decimal digits, a boolean as `true` or `false`.
  package let texts: [String]
  /// The list for the resolved spec, every name in its type.
  package let json: JSON
  /// Of integers and booleans: the labels that stand for the classes; else empty.
  package let values: [Int64]
  /// Whether labels are other numbers than the indices of the classes.
  package let needsLookup: Bool
  /// Bytes of the list as a JSON text, about.
  package let bytes: Int
  /// Places in `values`, in ascending order of the values.
  private let order: [Int32]

  /// Of a spec without names.
  package static var none: ClassNames { ClassNames(type: .none, texts: [], elements: []) }

  private init(type: ClassType, texts: [String], elements: [JSON]) {
    (self.type, self.texts, json) = (type, texts, .array(elements))
    values = elements.compactMap { element in
      if case .bool(let value) = element { return value ? 1 : 0 }
      return element.integer
    }
    let values = values
    needsLookup = values.indices.contains { values[$0] != Int64($0) }
    bytes = texts.reduce(0) { $0 + $1.utf8.count + 4 }
    order = values.indices.map { Int32($0) }.sorted { values[Int($0)] < values[Int($1)] }
  }

  /// Labels as they were found in targets: integers, or 0 and 1 as booleans.
  package init(labels: [Int64], areBooleans: Bool) {
    self.init(
      type: areBooleans ? .boolean : .integer,
      texts: labels.map { areBooleans ? ($0 == 0 ? "false" : "true") : String($0) },
      elements: labels.map { areBooleans ? .bool($0 != 0) : .integer($0) })
  }

  /// The class that a label stands for; nil: none.
  package func index(of label: Int64) -> Int32? {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if values[Int(order[middle])] < label { low = middle + 1 } else { high = middle }
    }
    return low < order.count && values[Int(order[low])] == label ? order[low] : nil
  }

  /// The names for a sentence, the first few of many.
  package var listed: String {
    let most = 10
    let first = texts.prefix(most).map { type == .text ? "\"\($0)\"" : $0 }
    return first.joined(separator: ", ") + (texts.count > most ? ", ..." : "")
  }

  /// Reads a list; nil where its elements are not all of one of the three types.
  init?(_ list: [JSON]) {
    var type = ClassType.none
    var texts: [String] = []
    var elements: [JSON] = []
    for json in list {
      guard let (element, text, own) = Self.name(json), type == .none || type == own else {
        return nil
      }
      type = own
      texts.append(text)
      elements.append(element)
    }
    self.init(type: type, texts: texts, elements: elements)
  }

  private static func name(_ json: JSON) -> (element: JSON, text: String, type: ClassType)? {
    switch json {
    case .string(let text): return (json, text, .text)
    case .bool(let value): return (json, value ? "true" : "false", .boolean)
    default:
      // The smallest of 32 bits says that a row has no class.
      guard let value = json.integer, value != Int64(Int32.min) else { return nil }
      return (.integer(value), String(value), .integer)
    }
  }
}

/// A text that stands twice in a list. Sorted first: a hostile list must not cost its length
/// squared.
func repeatedText(_ texts: [String]) -> String? {
  let sorted = texts.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
  for index in 1..<max(1, sorted.count) where sorted[index - 1] == sorted[index] {
    return String(decoding: sorted[index], as: UTF8.self)
  }
  return nil
}
