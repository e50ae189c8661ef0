import NNErrors
import NNJSON
import NNOptions

/// Rows that share a category and the hour of some dates, and the mean of the target among them: an
/// element of the spec's "groups".
package struct GroupSpec: Sendable {
  /// Names of columns.
  package let category: String
  package let dates: [String]
  /// Different groups that were seen.
  package let keys: Int
  /// Bins of each mean: one for a number or two classes, else one for each class but the first.
  package let bins: [Int]

  /// The key of a row is made of so many dates at most.
  package static let mostDates = 4
  package static let mostKeys = 100_000_000

  package init(category: String, dates: [String], keys: Int, bins: [Int]) {
    (self.category, self.dates, self.keys, self.bins) = (category, dates, keys, bins)
  }

  /// - Parameters:
  ///   - owner: `groups[2]`.
  ///   - isLearnt: whether what data say must stand there; else it is left out.
  /// - Throws: `NNError.argument`.
  package init(_ json: JSON, owner: String, isLearnt: Bool = true) throws(NNError) {
    guard let object = json.object else {
      throw .argument("spec: \(owner) must be an object, got \(String(json.text.prefix(80)))")
    }
    var options = Options(object, owner: "spec: \(owner)")
    category = try options.text("category", default: "", "the name of a column")
    let names = options.value("dates") ?? .null
    dates = (names.array ?? []).compactMap { $0.string }
    guard let list = names.array, (1...Self.mostDates).contains(list.count),
      dates.count == list.count
    else {
      throw options.refusal("dates", "a list of 1 to \(Self.mostDates) names of dates", names)
    }
    guard isLearnt else {
      (keys, bins) = (0, [])
      for key in ["keys", "bins"] { _ = options.value(key) }
      try options.finish()
      return
    }
    keys = try options.integer("keys", in: 0...Self.mostKeys)
    let json = options.value("bins") ?? .null
    bins = (json.array ?? []).map { Int($0.integer ?? -1) }
    guard (1...GroupMeans.mostOutputs).contains(bins.count),
      bins.allSatisfy({ (0...ColumnSpec.mostBins).contains($0) })
    else { throw options.refusal("bins", "a list of the bins of each mean", json) }
    try options.finish()
  }

  package var json: JSON {
    .object(
      JSONObject([
        ("category", .string(category)), ("dates", .array(dates.map { .string($0) })),
        ("keys", .integer(Int64(keys))), ("bins", .array(bins.map { .integer(Int64($0)) })),
      ]))
  }

  /// Reads the spec's "groups".
  ///
  /// - Returns: nil where nothing of it stands there.
  /// - Throws: `NNError.argument`.
  package static func list(
    _ options: inout Options, isLearnt: Bool
  ) throws(NNError) -> [GroupSpec]? {
    guard let json = options.value("groups") else { return nil }
    guard let list = json.array, list.count <= most else {
      throw options.refusal("groups", "a list of at most \(most) groups", json)
    }
    var groups: [GroupSpec] = []
    for (index, element) in list.enumerated() {
      groups.append(try GroupSpec(element, owner: "groups[\(index)]", isLearnt: isLearnt))
    }
    return groups
  }

  private static let most = 10_000

  /// The places of its category and its dates among some columns.
  ///
  /// - Throws: `NNError.argument`.
  package func places(
    in columns: [ColumnSpec], _ names: NameIndex
  ) throws(NNError) -> [Int] {
    var places: [Int] = []
    for (index, name) in ([category] + dates).enumerated() {
      let kind: ColumnSpec.Kind = index == 0 ? .category : .date
      guard let place = names.place(of: name), columns[place].kind == kind else {
        throw .argument(
          "spec: groups must name a category and dates among the columns, \"\(name)\" is no "
            + kind.rawValue)
      }
      places.append(place)
    }
    return places
  }

  /// - Parameter scalars: how many floats scale a number.
  package func features(scalars: Int) -> [TableFeature] { numberFeatures(bins, scalars: scalars) }
}

/// What the network gets of some numbers: each scaled, and its place where it has bins.
func numberFeatures(_ bins: [Int], scalars: Int) -> [TableFeature] {
  var features: [TableFeature] = []
  for bins in bins {
    features += [TableFeature](repeating: .scalar, count: scalars)
    if bins > 0 { features.append(.position(bins: bins)) }
  }
  return features
}
