import CNNSwift
import CPlatform
import NNData
import NNErrors
import NNJSON
import NNMath
import NNNetwork

@c @implementation
public func nns_column_count(
  _ model: OpaquePointer?, _ count: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(NNError) in
    let count = try required(count, "count")
    try inspecting(model) { count.pointee = Int64($0.model.spec.table?.columns.count ?? 0) }
  }
}

@c @implementation
public func nns_column_name(
  _ model: OpaquePointer?, _ index: Int64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    try inspecting(model) { handle throws(NNError) in
      try write(try column(handle.model, index).name, buffer, capacity, need)
    }
  }
}

@c @implementation
public func nns_column_describe(
  _ model: OpaquePointer?, _ index: Int64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ need: UnsafeMutablePointer<Int>?, _ levels: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(NNError) in
    try inspecting(model) { handle throws(NNError) in
      let column = try column(handle.model, index)
      let text = try MemoryReservation.hold(MemoryReservation.base + 256 * column.textBytes) {
        column.json.text
      }
      try write(text, buffer, capacity, need)
      let isCategory = column.kind == .category
      levels?.pointee = isCategory ? Int64((column.learnt?.levels ?? 0) + LevelSet.first) : 0
    }
  }
}

private func column(_ model: Model, _ index: Int64) throws(NNError) -> ColumnSpec {
  guard let table = model.spec.table else {
    throw .argument("the model takes arrays and has no columns")
  }
  guard index >= 0, index < Int64(table.columns.count) else {
    throw .argument("index must be in 0..<\(table.columns.count), got \(index)")
  }
  return table.columns[Int(index)]
}

/// The levels of a category.
private func levels(_ model: Model, _ index: Int64) throws(NNError) -> LevelSet {
  let column = try column(model, index)
  guard let table = model.table, let levels = table.levels[Int(index)] else {
    throw .argument(
      "column \"\(column.name)\" has no levels, its kind is \(column.kind.rawValue)")
  }
  return levels
}

@c @implementation
public func nns_level(
  _ model: OpaquePointer?, _ column: Int64, _ code: Int64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ need: UnsafeMutablePointer<Int>?
) -> Int32 {
  guarded { () throws(NNError) in
    try reading(model) { handle throws(NNError) in
      let levels = try levels(handle.model, column)
      let codes = levels.count + LevelSet.first
      guard code >= 0, code < Int64(codes) else {
        throw .argument("code must be in 0..<\(codes), got \(code)")
      }
      let index = Int(code) - LevelSet.first
      let text =
        index < 0
        ? "" : levels.areTexts ? levels.text(index).string : String(levels.values.base[index])
      try write(text, buffer, capacity, need)
    }
  }
}

@c @implementation
public func nns_level_code(
  _ model: OpaquePointer?, _ column: Int64, _ text: UnsafePointer<CChar>?, _ bytes: Int64,
  _ code: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(NNError) in
    let code = try required(code, "code")
    let text = try required(text, "text")
    let count = bytes < 0 ? strlen(text) : Int(bytes)
    let own = Text(
      base: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: count)
    try reading(model) { handle throws(NNError) in
      let levels = try levels(handle.model, column)
      let found =
        levels.areTexts
        ? levels.code(of: own)
        : count <= 20
          ? Int64(own.string).map { levels.code(of: $0) } ?? LevelSet.other
          : LevelSet.other
      code.pointee = Int64(found)
    }
  }
}
