import CNNSwift
import CPlatform
import NNData
import NNErrors
import NNJSON

@c @implementation
public func nns_data_create_table(
  _ columns: UnsafePointer<nns_column>?, _ count: Int64, _ rows: Int64,
  _ target: UnsafePointer<CChar>?, _ weight: UnsafePointer<CChar>?,
  _ config_json: UnsafePointer<CChar>?, _ data: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded(texts: length(config_json)) { () throws(NNError) in
    let handle = try required(data, "data")
    let roles = try TableRoles(target: target, weight: weight)
    let options = try tableOptions(config_json)
    let columns = try ColumnArguments(columns, count: count, rows: rows)
    handle.pointee = try MemoryReservation.hold(columns.bytesToRead) { () throws(NNError) in
      try HandleTable.insert(try roles.dataset(of: try columns.table(options)), .data)
    }
  }
}

@c @implementation
public func nns_data_create_arrow(
  _ stream: UnsafeMutablePointer<ArrowArrayStream>?, _ target: UnsafePointer<CChar>?,
  _ weight: UnsafePointer<CChar>?, _ config_json: UnsafePointer<CChar>?,
  _ data: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  let status = guarded(texts: length(config_json)) { () throws(NNError) in
    let source = try required(stream, "stream")
    guard source.pointee.release != nil else {
      throw .argument("stream was released before; export it anew")
    }
    let arrow = ArrowStream(moving: source)
    let handle = try required(data, "data")
    var roles = try TableRoles(target: target, weight: weight)
    let options = try tableOptions(config_json)
    try arrow.read()
    handle.pointee = try MemoryReservation.hold(arrow.bytesToRead) { () throws(NNError) in
      try roles.resolve(in: arrow)
      let table = try arrow.table(options) { roles.include($0) }
      return try HandleTable.insert(try roles.dataset(of: table), .data)
    }
  }
  // Where not even the call's own memory could be reserved.
  if let stream, let release = stream.pointee.release { release(stream) }
  return status
}

func tableOptions(_ config: UnsafePointer<CChar>?) throws(NNError) -> TableOptions {
  try TableOptions(try json(config, "config_json", default: .object(JSONObject())))
}

/// Which columns of a table are target and weight, by name or position.
struct TableRoles {
  private var target: String?
  private var weight: String?

  /// - Throws: `NNError.argument`.
  init(target: UnsafePointer<CChar>?, weight: UnsafePointer<CChar>?) throws(NNError) {
    self.target = try Self.name(target, "target")
    self.weight = try Self.name(weight, "weight")
  }

  private static func name(
    _ text: UnsafePointer<CChar>?, _ role: StaticString
  ) throws(NNError) -> String? {
    guard let text else { return nil }
    guard strnlen(text, ColumnNames.longest + 1) <= ColumnNames.longest else {
      throw .argument("\(role) must have at most \(ColumnNames.longest) bytes")
    }
    return try string(text, role)
  }

  /// Positions become names: columns that are left out would change them.
  mutating func resolve(in stream: ArrowStream) throws(NNError) {
    target = try target.map { name throws(NNError) in try stream.columnName(name) }
    weight = try weight.map { name throws(NNError) in try stream.columnName(name) }
  }

  /// Whether a column is target or weight.
  func include(_ name: String) -> Bool {
    (target.map { sameText($0, name) } ?? false) || (weight.map { sameText($0, name) } ?? false)
  }

  /// - Throws: `NNError.argument` for a column that is not there, and as `Dataset.init`.
  func dataset(of table: Table) throws(NNError) -> Dataset {
    try Dataset(
      table: table, target: try index(of: target, in: table, "target"),
      weight: try index(of: weight, in: table, "weight"))
  }

  private func index(
    of name: String?, in table: Table, _ role: StaticString
  ) throws(NNError) -> Int? {
    guard let name else { return nil }
    guard let index = table.index(of: name) else {
      throw .argument(
        "\(role) must be the name of a column or its position such as \"#0\", got \"\(name)\""
          + cure(for: name, table))
    }
    return index
  }

  private func cure(for name: String, _ table: Table) -> String {
    // A sentence with more would not be read.
    let known = table.columns.prefix(20).compactMap { $0.name }
    guard !known.isEmpty else { return "; the \(table.columns.count) columns have no names" }
    return hint(
      for: name, among: known,
      title: table.columns.count > 20 ? "the first of \(table.columns.count) columns" : "columns")
  }
}
