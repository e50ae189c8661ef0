import NNData
import NNErrors
import NNJSON
import NNOptions

/// The part of a spec that belongs to tables: "columns" and what is made of their numbers.
package struct TableSpec: Sendable {
  package let columns: [ColumnSpec]
  package let groups: [GroupSpec]
  package let options: TablePreprocess
  /// What the network gets of a row.
  package let features: [TableFeature]

  /// - Returns: nil for a spec without "columns".
  /// - Throws: `NNError.argument`, `.limit`.
  init?(_ options: inout Options) throws(NNError) {
    guard let json = options.value("columns") else { return nil }
    let columns = try Self.columns(json, options)
    for column in columns where column.learnt == nil {
      throw .argument(
        "spec: column \"\(column.name)\" lacks what data say of it; make the model with "
          + "nns_create_for, which completes the spec")
    }
    try Self.checkDifferences(columns)
    options.resolve("columns", as: .array(columns.map { $0.json }))
    self.columns = columns
    self.options = try TablePreprocess(&options)
    groups = try Self.groups(&options, columns)
    var features: [TableFeature] = []
    let most = ModelSpec.inputRange.upperBound
    for column in columns where features.count <= most {
      features += column.features(scalars: self.options.scalars)
    }
    for group in groups where features.count <= most {
      features += group.features(scalars: self.options.scalars)
    }
    guard features.count <= most else {
      throw .limit("spec: columns give more than \(most) inputs; leave some out")
    }
    self.features = features
    guard !features.isEmpty else {
      throw .argument(
        "spec: columns must have one that is not \"ignore\": there is nothing to learn from")
    }
  }

  private static func groups(
    _ options: inout Options, _ columns: [ColumnSpec]
  ) throws(NNError) -> [GroupSpec] {
    guard let groups = try GroupSpec.list(&options, isLearnt: true) else { return [] }
    let names = try NameIndex(columns.map { $0.name })
    for group in groups { _ = try group.places(in: columns, names) }
    options.resolve("groups", as: .array(groups.map { $0.json }))
    return groups
  }

  private static func checkDifferences(_ columns: [ColumnSpec]) throws(NNError) {
    let names = try NameIndex(columns.map { $0.name })
    for (index, column) in columns.enumerated() {
      for name in column.since ?? [] {
        guard let place = names.place(of: name), place < index, columns[place].kind == .date else {
          throw .argument(
            "spec: column \"\(column.name)\": since must name date columns that stand before it, "
              + "\"\(name)\" is none")
        }
      }
    }
  }

  /// Reads a list of columns, complete or not.
  ///
  /// - Throws: `NNError.argument`, `.limit`.
  package static func columns(_ json: JSON, _ options: Options) throws(NNError) -> [ColumnSpec] {
    guard let list = json.array else {
      throw options.refusal(
        "columns", #"a list of objects such as {"name": "age", "kind": "number"}"#, json)
    }
    guard list.count <= ColumnSpec.mostColumns else {
      throw .limit(
        "spec: columns must be at most \(ColumnSpec.mostColumns), got \(list.count)")
    }
    var columns: [ColumnSpec] = []
    for (index, element) in list.enumerated() {
      columns.append(try ColumnSpec(element, owner: "columns[\(index)]"))
    }
    if let name = repeatedText(columns.map { $0.name }) {
      throw .argument("spec: columns must differ, \"\(name)\" stands there twice")
    }
    return columns
  }
}
