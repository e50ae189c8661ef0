/// A name for a sentence: `known layers: dense, relu`.
package func listing(_ names: [String]) -> String {
  var text = ""
  for (index, name) in names.enumerated() {
    if index > 0 { text += ", " }
    text += name
  }
  return text
}

/// Another library's word for something, and the name it has here.
package typealias Alias = (alias: String, name: String)

/// The known name nearest to `name`, if it is near enough to be a slip of the hand.
///
/// Distance: edits of one byte (Levenshtein 1966), at most a third of the longer name, or 2.
/// Aliases are looked up first.
package func nearest(
  to name: String, among known: [String], aliases: [Alias] = []
) -> String? {
  if let meant = aliases.first(where: { $0.alias == name })?.name, known.contains(meant) {
    return meant
  }
  var best: (name: String, distance: Int)?
  for candidate in known {
    let distance = editDistance(Array(name.utf8.prefix(64)), Array(candidate.utf8))
    if distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  guard let best else { return nil }
  let tolerance = max(2, max(name.utf8.count, best.name.utf8.count) / 3)
  return best.distance <= tolerance ? best.name : nil
}

/// The end of the sentence for an unknown name:
/// `; did you mean "units"? known options: units, init`.
///
/// - Parameter title: the word for the known names.
package func hint(
  for name: String, among known: [String], aliases: [Alias] = [], title: String
) -> String {
  let nearest = nearest(to: name, among: known, aliases: aliases)
  let guess = nearest.map { "did you mean \"\($0)\"? " } ?? ""
  return "; \(guess)\(title): \(listing(known))"
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for i in 0..<a.count {
    var diagonal = row[0]
    row[0] = i + 1
    for j in 0..<b.count {
      let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, min(row[j], diagonal) + 1)
    }
  }
  return row[b.count]
}
