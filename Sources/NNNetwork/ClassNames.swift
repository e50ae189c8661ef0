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

  /// Of a spec without names.
  package static var none: ClassNames { ClassNames(type: .none, texts: [], json: .array([])) }

  private init(type: ClassType, texts: [String], json: JSON) {
    (self.type, self.texts, self.json) = (type, texts, json)
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
    self.init(type: type, texts: texts, json: .array(elements))
  }

  private static func name(_ json: JSON) -> (element: JSON, text: String, type: ClassType)? {
    switch json {
    case .string(let text): return (json, text, .text)
    case .bool(let value): return (json, value ? "true" : "false", .boolean)
    default:
      guard let value = json.integer else { return nil }
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
