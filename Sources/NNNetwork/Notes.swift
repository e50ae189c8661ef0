import NNErrors
import NNJSON

/// Texts that the host keeps in a model, by name, in the order in which they came. A model file has
/// each under the key `x-NAME`.
package struct Notes: Sendable {
  package private(set) var members: [(name: String, text: String)] = []
  /// UTF-8 bytes of all names and texts.
  package private(set) var bytes = 0

  /// Bounds of `set`: a file with that many is accepted by a reader with the default limits.
  package static let maximumBytes = 128 << 10
  package static let maximumCount = 256
  package static let maximumNameBytes = 128

  package init() {}

  /// Notes that a file has: no name twice.
  package init(_ members: [(name: String, text: String)]) {
    self.members = members
    bytes = members.reduce(0) { $0 + $1.name.utf8.count + $1.text.utf8.count }
  }

  package subscript(name: String) -> String? { position(name).map { members[$0].text } }

  /// Adds a text or replaces that of the same name.
  ///
  /// - Throws: `NNError.limit`; then nothing has changed.
  package mutating func set(_ name: String, _ text: String) throws(NNError) {
    let place = position(name)
    let old = place.map { members[$0].text.utf8.count } ?? -name.utf8.count
    let sum = bytes - old + text.utf8.count
    guard sum <= Self.maximumBytes else {
      throw .limit(
        "the notes of a model must have at most \(Self.maximumBytes) bytes together, "
          + "these would have \(sum); keep long texts beside the model")
    }
    if let place {
      members[place].text = text
    } else {
      guard members.count < Self.maximumCount else {
        throw .limit("a model must have at most \(Self.maximumCount) notes; remove some first")
      }
      members.append((name, text))
    }
    bytes = sum
  }

  /// Removes a text, if there is one of that name.
  package mutating func remove(_ name: String) {
    guard let place = position(name) else { return }
    let gone = members.remove(at: place)
    bytes -= gone.name.utf8.count + gone.text.utf8.count
  }

  private func position(_ name: String) -> Int? {
    members.firstIndex { sameBytes($0.name, name) }
  }
}
