import NNErrors
import NNJSON
import NNOptions

/// What a column is to a model, and what happens to its values: an element of the spec's "columns".
package struct ColumnSpec: Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case number, category, boolean, date, ignore
  }

  /// What the values of a category are; 3, "3" and 3.0 are different.
  package enum Values: String, CaseIterable, Sendable {
    case text, integer, boolean
  }

  /// What a level that training did not see counts as.
  package enum Unknown: String, CaseIterable, Sendable {
    case other, missing, error
  }

  package let name: String
  package let kind: Kind
  /// Whether a missing value is refused.
  package let refusesMissing: Bool
  /// nil: what the column has.
  private let givenValues: Values?
  package var values: Values { givenValues ?? .text }
  package let unknown: Unknown
  /// Levels that fewer rows have are "other".
  package let minCount: Int
  package let maxLevels: Int
  /// Of a date.
  package let parts: [DatePart]
  /// Of a date: dates before it in the list, by name; the days since each are a number, too. nil:
  /// all of the first few.
  package let since: [String]?
  /// What data have filled in; nil before.
  package let learnt: Learnt?

  /// What the data say of a column: sizes, which the network's first layer has, too.
  package struct Learnt: Sendable, Equatable {
    /// Whether a row that was learnt from misses the value.
    package var hasMissing = false
    /// Of a category: whether such a row has a level that is none, and how many levels there are.
    package var hasOther = false
    package var levels = 0
    /// Bins of each number: one, or one for each part of a date and each date of "since"; 0: no
    /// embedding.
    package var bins: [Int] = []

    package init() {}
  }

  package static let longestName = 1024
  package static let mostColumns = 65_535
  package static let mostBins = 4096
  /// A date is compared with so many others.
  package static let mostDifferences = 100

  package init(
    name: String, kind: Kind, values: Values = .text, parts: [DatePart] = [],
    learnt: Learnt? = nil
  ) {
    (self.name, self.kind, givenValues, self.parts) = (name, kind, values, parts)
    (refusesMissing, unknown, minCount, maxLevels) = (false, .other, 1, 10_000)
    since = nil
    self.learnt = learnt
  }

  private init(
    _ spec: ColumnSpec, values: Values?, parts: [DatePart], since: [String]?, learnt: Learnt?
  ) {
    (name, kind, refusesMissing) = (spec.name, spec.kind, spec.refusesMissing)
    givenValues = values
    (unknown, minCount, maxLevels) = (spec.unknown, spec.minCount, spec.maxLevels)
    (self.parts, self.since, self.learnt) = (parts, since, learnt)
  }

  /// The same column with what was learnt of it.
  package func with(
    _ learnt: Learnt, parts: [DatePart]? = nil, since: [String]? = nil
  ) -> ColumnSpec {
    ColumnSpec(
      self, values: givenValues, parts: parts ?? self.parts, since: since ?? self.since,
      learnt: learnt)
  }

  /// The same column, whose values are what a table has unless the caller said it.
  func withValues(of family: ColumnType.Family) -> ColumnSpec {
    guard kind == .category, givenValues == nil else { return self }
    let values: Values = family == .integer ? .integer : family == .boolean ? .boolean : .text
    return ColumnSpec(self, values: values, parts: parts, since: since, learnt: learnt)
  }

  /// Reads an element of "columns".
  ///
  /// - Parameter owner: `columns[2]`.
  /// - Throws: `NNError.argument`.
  package init(_ json: JSON, owner: String) throws(NNError) {
    guard let object = json.object else {
      throw .argument(
        "spec: \(owner) must be an object such as {\"name\": \"age\", \"kind\": \"number\"}, got "
          + String(json.text.prefix(80)))
    }
    var options = Options(object, owner: "spec: \(owner)")
    let name = try options.text("name", default: "", "the name of a column")
    guard (1...Self.longestName).contains(name.utf8.count), !name.utf8.contains(0) else {
      throw .argument(
        "spec: \(owner): name must have 1...\(Self.longestName) bytes, got \(name.utf8.count)")
    }
    self.name = name
    kind = try options.word("kind", default: .number)
    let isCategory = kind == .category
    let missing: [String] = isCategory ? ["level", "error"] : ["median", "error"]
    refusesMissing =
      kind == .ignore
      ? false : try options.choice("missing", default: missing[0], among: missing) == "error"
    givenValues =
      isCategory && options.has("values") ? try options.word("values", default: .text) : nil
    unknown = isCategory ? try options.word("unknown", default: .other) : .other
    minCount =
      isCategory ? try options.integer("min_count", default: 1, in: 1...1_000_000_000) : 1
    maxLevels =
      isCategory
      ? try options.integer("max_levels", default: 10_000, in: 1...LevelSet.mostLevels) : 10_000
    parts = kind == .date ? try Self.parts(&options) : []
    since = kind == .date ? try Self.since(&options) : nil
    learnt =
      kind == .ignore
      ? Learnt()
      : try Self.learnt(&options, kind, numbers: parts.count + (since?.count ?? 0))
    try options.finish()
  }

  private static func parts(_ options: inout Options) throws(NNError) -> [DatePart] {
    guard let json = options.value("parts") else { return [] }
    var parts: [DatePart] = []
    for element in json.array ?? [] {
      guard let part = element.string.flatMap(DatePart.init(rawValue:)), !parts.contains(part)
      else { break }
      parts.append(part)
    }
    guard let list = json.array, parts.count == list.count else {
      throw options.refusal(
        "parts", "a list of \(listing(DatePart.allCases.map { $0.rawValue })), each once", json)
    }
    return parts
  }

  private static func since(_ options: inout Options) throws(NNError) -> [String]? {
    guard let json = options.value("since") else { return nil }
    let names = (json.array ?? []).compactMap { $0.string }
    guard let list = json.array, names.count == list.count, names.count <= mostDifferences else {
      throw options.refusal(
        "since", "a list of at most \(mostDifferences) names of date columns", json)
    }
    return names
  }

  /// nil where nothing of it stands there.
  private static func learnt(
    _ options: inout Options, _ kind: Kind, numbers: Int
  ) throws(NNError) -> Learnt? {
    guard options.has("has_missing") else { return nil }
    var learnt = Learnt()
    learnt.hasMissing = try options.flag("has_missing", default: false)
    switch kind {
    case .category:
      learnt.hasOther = try options.flag("has_other", default: false)
      learnt.levels = try options.integer("levels", in: 0...LevelSet.mostLevels)
    case .number, .date:
      let json = options.value("bins") ?? .null
      let bins = (json.array ?? []).map { Int($0.integer ?? -1) }
      guard bins.count == (kind == .date ? numbers : 1),
        bins.allSatisfy({ (0...mostBins).contains($0) })
      else { throw options.refusal("bins", "a list of the bins of each number", json) }
      learnt.bins = bins
    case .boolean, .ignore: break
    }
    return learnt
  }

  /// Bytes of `json` as a text, at most.
  package var textBytes: Int {
    let names = (since ?? []).reduce(name.utf8.count) { $0 + $1.utf8.count }
    return 512 + 6 * names + 8 * (learnt?.bins.count ?? 0)
  }

  /// The element of "columns" in full.
  package var json: JSON {
    var object = JSONObject([("name", .string(name)), ("kind", .string(kind.rawValue))])
    guard kind != .ignore else { return .object(object) }
    let isCategory = kind == .category
    object["missing"] = .string(refusesMissing ? "error" : isCategory ? "level" : "median")
    if isCategory {
      object["values"] = .string(values.rawValue)
      object["unknown"] = .string(unknown.rawValue)
      object["min_count"] = .integer(Int64(minCount))
      object["max_levels"] = .integer(Int64(maxLevels))
    }
    if kind == .date {
      object["parts"] = .array(parts.map { .string($0.rawValue) })
      if let since { object["since"] = .array(since.map { .string($0) }) }
    }
    guard let learnt else { return .object(object) }
    object["has_missing"] = .bool(learnt.hasMissing)
    if isCategory {
      object["has_other"] = .bool(learnt.hasOther)
      object["levels"] = .integer(Int64(learnt.levels))
    }
    if kind == .number || kind == .date {
      object["bins"] = .array(learnt.bins.map { .integer(Int64($0)) })
    }
    return .object(object)
  }

  /// What the network gets of the column.
  ///
  /// - Parameter scalars: how many floats scale a number.
  package func features(scalars: Int) -> [TableFeature] {
    guard let learnt else { return [] }
    var features: [TableFeature] = []
    switch kind {
    case .ignore: return []
    case .category:
      return [
        .code(
          count: learnt.levels + LevelSet.first, hasOther: learnt.hasOther,
          hasMissing: learnt.hasMissing)
      ]
    case .boolean: features.append(.scalar)
    case .number, .date:
      features += numberFeatures(learnt.bins, scalars: scalars)
    }
    return learnt.hasMissing ? features + [.scalar] : features
  }
}

/// A float that the network gets of a column.
package enum TableFeature: Sendable {
  /// A number as it is.
  case scalar
  /// A place among bins: 0 ... bins.
  case position(bins: Int)
  /// The code of a level, 0 ..< count. Whether a row that was learnt from has code 0 ("other"), and
  /// code 1 ("missing").
  case code(count: Int, hasOther: Bool, hasMissing: Bool)
}

extension Options {
  /// One of an enumeration's words.
  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, default standard: Word
  ) throws(NNError) -> Word where Word.RawValue == String {
    let word = try choice(
      key, default: standard.rawValue, among: Word.allCases.map { $0.rawValue })
    return Word(rawValue: word) ?? standard
  }
}
