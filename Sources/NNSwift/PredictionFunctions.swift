import CNNSwift
import NNData
import NNErrors
import NNExecution
import NNMath
import NNNetwork
import NNTraining
import Synchronization

/// Scratch for predictions of a model without allocation; one call at a time.
final class SessionHandle: @unchecked Sendable {
  let owner: ModelHandle
  let rows: Int
  /// nil: the model takes arrays.
  let table: SessionTable?
  private let shards: PredictionShards
  private let pool: WorkerPool
  private let isBusy = Atomic<Bool>(false)

  init(
    _ owner: ModelHandle, rows: Int, _ shards: PredictionShards, _ pool: WorkerPool,
    _ table: SessionTable?
  ) {
    self.owner = owner
    self.table = table
    self.rows = rows
    self.shards = shards
    self.pool = pool
  }

  func use(_ body: (PredictionShards, WorkerPool) throws(NNError) -> Void) throws(NNError) {
    guard !isBusy.exchange(true, ordering: .acquiring) else {
      throw .busy("a session serves one thread at a time; make one a thread")
    }
    defer { isBusy.store(false, ordering: .releasing) }
    try body(shards, pool)
  }
}

/// Checks a prediction's features and where it goes before anything is computed. Inline, as its
/// three structures would go through memory: one row would notice.
@inline(__always)
private func checked(
  _ features: ArrayView, _ out: ArrayView, _ model: Model, _ kind: PredictionKind,
  allowsNaN: Bool, _ pool: WorkerPool
) throws(NNError) -> PredictionOutput {
  guard features.columns == model.arrayColumns else {
    throw wrongArray(features, model)
  }
  guard features.rows > 0 else { throw .shape("x must have at least one row, got 0") }
  let output = try predictionOutput(out, model, kind, rows: features.rows)
  try model.requireFitted()
  if !allowsNaN { try checkFinite(features, "x", pool: pool) }
  return output
}

/// The sentence for an array that the model does not take: of another width, or for a model of
/// tables.
@inline(never)
func wrongArray(_ features: ArrayView, _ model: Model) -> NNError {
  model.spec.table == nil
    ? wrongColumns(features, expected: model.inputSize) : Model.needsTable
}

/// Refuses an array that the model does not take.
func checkArray(_ features: ArrayView, for model: Model) throws(NNError) {
  guard features.columns == model.arrayColumns else { throw wrongArray(features, model) }
}

/// Checks where predictions go: element type, size, and that no element lies on another.
@inline(__always)
func predictionOutput(
  _ out: ArrayView, _ model: Model, _ kind: PredictionKind, rows: Int
) throws(NNError) -> PredictionOutput {
  if kind != .labels, out.isPlainFloats, out.rows == rows, out.columns == model.outputSize {
    return PredictionOutput(out)
  }
  return try unusualOutput(out, model, kind, rows: rows)
}

/// The checks in full, apart from the short one for rows of floats: one row would notice them.
@inline(never)
private func unusualOutput(
  _ out: ArrayView, _ model: Model, _ kind: PredictionKind, rows: Int
) throws(NNError) -> PredictionOutput {
  let columns = try model.predictionColumns(kind)
  guard case .labels = kind else {
    return try floatOutput(out, "out", rows: rows, columns: columns)
  }
  guard out.type == .int64 || out.type == .int32 else {
    throw .dtype("out: dtype must be NNS_I64 or NNS_I32 for NNS_LABEL, got \(out.type.name)")
  }
  try requireSize(out, "out", rows: rows, columns: columns)
  if out.type == .int32 {
    for label in model.classes.values where Int32(exactly: label) == nil {
      throw .dtype("out: dtype must be NNS_I64 for NNS_LABEL, as class \(label) needs 64 bits")
    }
  }
  return try distinct(out, "out")
}

/// Checks where results of floats go.
func floatOutput(
  _ out: ArrayView, _ name: StaticString, rows: Int, columns: Int
) throws(NNError) -> PredictionOutput {
  try requireFloats(out, name, rows: rows, columns: columns)
  return try distinct(out, name)
}

/// Refuses an array that is not F32 or F64 of a size.
func requireFloats(
  _ array: ArrayView, _ name: StaticString, rows: Int, columns: Int
) throws(NNError) {
  guard array.type == .float32 || array.type == .float64 else {
    throw .dtype("\(name): dtype must be NNS_F32 or NNS_F64, got \(array.type.name)")
  }
  try requireSize(array, name, rows: rows, columns: columns)
}

private func requireSize(
  _ array: ArrayView, _ name: StaticString, rows: Int, columns: Int
) throws(NNError) {
  guard array.rows == rows, array.columns == columns else {
    throw .shape(
      "\(name) must have \(rows) x \(columns) elements for these rows, "
        + "got \(array.rows) x \(array.columns)")
  }
}

private func distinct(_ out: ArrayView, _ name: StaticString) throws(NNError) -> PredictionOutput {
  guard out.hasDistinctElements else {
    throw .argument(
      "\(name): its elements must not lie on each other; check row_stride and col_stride")
  }
  return PredictionOutput(out)
}

extension ArrayView {
  /// Whether no element lies on another: each row ends before the next begins, or each column.
  fileprivate var hasDistinctElements: Bool {
    let (row, column) = (Int(rowStride.magnitude), Int(columnStride.magnitude))
    if rows <= 1 { return columns <= 1 || column >= type.size }
    if columns <= 1 { return row >= type.size }
    return column >= type.size && row >= column * (columns - 1) + type.size
      || row >= type.size && column >= row * (rows - 1) + type.size
  }
}

func predict(
  _ handle: ModelHandle, _ features: ArrayView, rows: Int, order: UnsafePointer<Int32>?,
  _ kind: PredictionKind, _ out: PredictionOutput, _ pool: WorkerPool
) throws(NNError) {
  try handle.withShards(rows: rows, pool) { shards in
    handle.model.predict(
      features, rows: rows, order: order, kind: kind, into: out, shards: shards, pool: pool)
  }
}

@c @implementation
public func nns_predict(
  _ model: OpaquePointer?, _ x: UnsafePointer<nns_array>?, _ kind: Int32,
  _ out: UnsafePointer<nns_array>?
) -> Int32 {
  guarded { () throws(NNError) in
    let (kind, allowsNaN) = try predictionKind(kind)
    let out = try quickView(out, "out")
    let features = try quickView(x, "x")
    try reading(model) { handle throws(NNError) in
      let pool = handle.model.predictionPool(rows: features.rows, threads: Settings.threads)
      let out = try checked(features, out, handle.model, kind, allowsNaN: allowsNaN, pool)
      try predict(handle, features, rows: features.rows, order: nil, kind, out, pool)
    }
  }
}

@c @implementation
public func nns_predict_one(
  _ model: OpaquePointer?, _ x: UnsafePointer<Float>?, _ count: Int64, _ kind: Int32,
  _ out: UnsafePointer<nns_array>?
) -> Int32 {
  guarded { () throws(NNError) in
    let (kind, allowsNaN) = try predictionKind(kind)
    let out = try quickView(out, "out")
    let x = try required(x, "x")
    try reading(model) { handle throws(NNError) in
      guard count == Int64(handle.model.arrayColumns) else {
        guard handle.model.spec.table == nil else { throw Model.needsTable }
        throw .shape("x has \(count) values, the model expects \(handle.model.inputSize)")
      }
      let features = ArrayView(
        type: .float32, base: x, rows: 1, columns: Int(count), rowStride: Int(count) * 4,
        columnStride: 4)
      let out = try checked(features, out, handle.model, kind, allowsNaN: allowsNaN, .alone)
      try predict(handle, features, rows: 1, order: nil, kind, out, .alone)
    }
  }
}

@c @implementation
public func nns_predict_data(
  _ model: OpaquePointer?, _ data: OpaquePointer?, _ kind: Int32,
  _ out: UnsafePointer<nns_array>?
) -> Int32 {
  guarded { () throws(NNError) in
    let (kind, _) = try predictionKind(kind)
    let out = try quickView(out, "out")
    try reading(model) { handle throws(NNError) in
      try dataset(data) { set throws(NNError) in
        // Whether features may be NaN was decided when the data set was made.
        let set = try handle.model.encoded(set, needsTarget: false)
        try checkColumns(set.features, expected: handle.model.inputSize)
        let out = try predictionOutput(out, handle.model, kind, rows: set.rows)
        try handle.model.requireFitted()
        let pool = handle.model.predictionPool(rows: set.rows, threads: Settings.threads)
        try predict(handle, set.features, rows: set.rows, order: set.order, kind, out, pool)
      }
    }
  }
}

@c @implementation
public func nns_session_create(
  _ model: OpaquePointer?, _ max_rows: Int64, _ session: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(session, "session")
    guard max_rows >= 1 else {
      throw .argument("max_rows must be at least 1, got \(max_rows)")
    }
    guard max_rows <= Int64(Int32.max) else {
      throw .limit("max_rows must be at most 2147483647, got \(max_rows)")
    }
    let made = try reading(model) { handle throws(NNError) in
      let rows = Int(max_rows)
      let pool = handle.model.predictionPool(rows: rows, threads: Settings.threads)
      let shards = try PredictionShards(for: handle.model, rows: rows, pool: pool)
      let table = try handle.model.table.map { table throws(NNError) in try SessionTable(table) }
      return SessionHandle(handle, rows: rows, shards, pool, table)
    }
    target.pointee = try HandleTable.insert(made, .session)
  }
}

@c @implementation
public func nns_session_predict(
  _ session: OpaquePointer?, _ x: UnsafePointer<nns_array>?, _ kind: Int32,
  _ out: UnsafePointer<nns_array>?
) -> Int32 {
  guarded { () throws(NNError) in
    let (kind, allowsNaN) = try predictionKind(kind)
    let out = try quickView(out, "out")
    let features = try quickView(x, "x")
    try HandleTable.with(session, .session, as: SessionHandle.self) { session throws(NNError) in
      let handle = session.owner
      guard features.rows <= session.rows else {
        throw .shape("x has \(features.rows) rows, the session was made for \(session.rows)")
      }
      try handle.gate.read { () throws(NNError) in
        try session.use { shards, pool throws(NNError) in
          let out = try checked(features, out, handle.model, kind, allowsNaN: allowsNaN, pool)
          handle.model.predict(
            features, rows: features.rows, order: nil, kind: kind, into: out, shards: shards,
            pool: pool)
        }
      }
    }
  }
}

@c @implementation
public func nns_session_free(_ session: OpaquePointer?) { HandleTable.free(session, .session) }
