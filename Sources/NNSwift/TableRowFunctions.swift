import CNNSwift
import CPlatform
import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork

/// What a session needs for rows of raw values, made when it is.
final class SessionTable {
  /// The floats of one row.
  let row: Buffer<Float>
  /// Since the session was made, one of each a column: unknown levels, missing values, numbers
  /// beyond those of the training.
  let unknown: Buffer<Int64>
  let missing: Buffer<Int64>
  let clipped: Buffer<Int64>

  /// - Throws: `NNError.memory`.
  convenience init(_ table: TableEncoder) throws(NNError) {
    let columns = table.columns.count
    self.init(
      try Buffer(count: table.features.count), try Buffer(count: columns),
      try Buffer(count: columns), try Buffer(count: columns))
  }

  private init(
    _ row: Buffer<Float>, _ unknown: Buffer<Int64>, _ missing: Buffer<Int64>,
    _ clipped: Buffer<Int64>
  ) {
    (self.row, self.unknown, self.missing, self.clipped) = (row, unknown, missing, clipped)
  }

  /// Encodes a row.
  func load(_ values: UnsafePointer<nns_value>, _ table: TableEncoder) throws(NNError) {
    for column in table.columns.indices {
      let event = try table.encode(
        try cell(values[column], column, table), column: column, into: row.base,
        others: { (try? cell(values[$0], $0, table)) ?? .missing })
      switch event {
      case .none: continue
      case .unknown: unknown.base[column] += 1
      case .missing: missing.base[column] += 1
      case .clipped: clipped.base[column] += 1
      }
    }
    guard !table.groups.isEmpty else { return }
    try table.encodeGroups(into: row.base, own: { _ in nil }) {
      (try? cell(values[$0], $0, table)) ?? .missing
    }
  }
}

private func cell(
  _ value: nns_value, _ column: Int, _ table: TableEncoder
) throws(NNError) -> Cell {
  try cell(value) { "value \(column) (\"\(table.columns[column].name)\")" }
}

/// A caller's value as a cell.
///
/// - Parameter title: names the value in a sentence.
@inline(__always)
func cell(_ value: nns_value, title: () -> String) throws(NNError) -> Cell {
  switch value.type {
  case Int32(NNS_MISSING): return .missing
  case Int32(NNS_NUMBER): return value.number.isNaN ? .missing : .number(value.number)
  case Int32(NNS_INTEGER): return .integer(value.integer)
  case Int32(NNS_CODE): return .code(value.integer)
  case Int32(NNS_TEXT):
    guard let text = value.text else { return .missing }
    let count = value.bytes < 0 ? strlen(text) : Int(value.bytes)
    return .text(
      Text(base: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: count))
  default:
    throw .dtype(
      "\(title()): type must be NNS_MISSING (0) ... NNS_CODE (4), got \(value.type)")
  }
}

@c @implementation
public func nns_session_predict_values(
  _ session: OpaquePointer?, _ values: UnsafePointer<nns_value>?, _ count: Int64, _ kind: Int32,
  _ out: UnsafePointer<nns_array>?
) -> Int32 {
  guarded { () throws(NNError) in
    let (kind, _) = try predictionKind(kind)
    let out = try quickView(out, "out")
    let values = try required(values, "values")
    try HandleTable.with(session, .session, as: SessionHandle.self) { session throws(NNError) in
      try session.use { shards, pool throws(NNError) in
        try session.owner.gate.read { () throws(NNError) in
          let model = session.owner.model
          guard let table = model.table, let memory = session.table else { throw noTable }
          guard count == Int64(table.columns.count) else {
            throw .shape(
              "count must be the number of the model's columns, \(table.columns.count), got \(count)"
            )
          }
          let output = try predictionOutput(out, model, kind, rows: 1)
          try model.requireFitted()
          try memory.load(values, table)
          let width = memory.row.count
          model.predict(
            ArrayView(
              type: .float32, base: memory.row.base, rows: 1, columns: width, rowStride: width * 4,
              columnStride: 4),
            rows: 1, order: nil, kind: kind, into: output, shards: shards, pool: pool)
        }
      }
    }
  }
}

private let noTable: NNError = .state(
  "the model takes arrays and has no columns; predict with nns_session_predict")

@c @implementation
public func nns_session_counts(
  _ session: OpaquePointer?, _ unknown: UnsafeMutablePointer<Int64>?,
  _ missing: UnsafeMutablePointer<Int64>?, _ clipped: UnsafeMutablePointer<Int64>?,
  _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    try HandleTable.with(session, .session, as: SessionHandle.self) { session throws(NNError) in
      try session.use { _, _ throws(NNError) in
        guard let memory = session.table else { throw noTable }
        guard count == Int64(memory.unknown.count) else {
          throw .shape(
            "count must be the number of the model's columns, \(memory.unknown.count), got \(count)"
          )
        }
        unknown?.copy(from: memory.unknown.base, count: memory.unknown.count)
        missing?.copy(from: memory.missing.base, count: memory.missing.count)
        clipped?.copy(from: memory.clipped.base, count: memory.clipped.count)
      }
    }
  }
}
