import NNErrors
import NNJSON
import NNMath
import NNOptions

/// How the columns of a table are read.
package struct TableOptions {
  /// Numbers may be infinite.
  package let allowsInfinite: Bool
  /// A text column in which every text reads as a number becomes one of numbers.
  package let parsesText: Bool
  /// Texts that mean a missing value.
  package let missing: MissingTexts

  /// - Throws: `NNError.argument`, `.memory`.
  package init(_ json: JSON) throws(NNError) {
    guard let object = json.object else {
      throw .argument(#"config_json must be an object such as {"missing_text": ["", "NA"]}"#)
    }
    var options = Options(object, owner: "table config")
    allowsInfinite = try options.flag("allow_infinite", default: false)
    parsesText = try options.flag("parse_text", default: false)
    missing = try MissingTexts(options.value("missing_text"), options)
    try options.finish()
  }
}

/// A few texts that mean a missing value: `"NA"`, `"?"`, an empty one.
package struct MissingTexts {
  private let bytes: Buffer<UInt8>
  private var ends: [Int] = []
  /// Each value is compared with all of them.
  private static let limit = 100

  fileprivate init(_ json: JSON?, _ options: Options) throws(NNError) {
    let must = "a list of at most \(Self.limit) texts"
    guard let list = json.map({ $0.array }) ?? [], list.count <= Self.limit else {
      throw options.refusal("missing_text", must, json ?? .null)
    }
    var texts: [String] = []
    for element in list {
      guard let text = element.string else {
        throw options.refusal("missing_text", must, element)
      }
      texts.append(text)
    }
    bytes = try Buffer(count: texts.reduce(0) { $0 + $1.utf8.count })
    var end = 0
    for text in texts {
      for byte in text.utf8 {
        bytes.base[end] = byte
        end += 1
      }
      ends.append(end)
    }
  }

  package var isEmpty: Bool { ends.isEmpty }

  func contains(_ text: Text) -> Bool {
    var start = 0
    for end in ends {
      if text.compare(bytes.base + start, end - start) == 0 { return true }
      start = end
    }
    return false
  }
}
