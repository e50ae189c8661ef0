import CNNSwift
import NNData
import NNErrors
import NNMath

@c @implementation
public func nns_data_subset(
  _ data: OpaquePointer?, _ indices: UnsafePointer<Int64>?, _ count: Int64,
  _ subset: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  guarded { () throws(NNError) in
    let target = try required(subset, "subset")
    let indices = try required(indices, "indices")
    let part = try dataset(data) { set throws(NNError) in
      guard count >= 1 else { throw .shape("count must be at least 1, got \(count)") }
      guard count <= Int64(Int32.max) else {
        throw .limit("count must be at most 2147483647, got \(count)")
      }
      return try set.subset(indices, count: Int(count))
    }
    target.pointee = try HandleTable.insert(part, .data)
  }
}

@c @implementation
public func nns_data_targets(
  _ data: OpaquePointer?, _ out: UnsafePointer<nns_array>?
) -> Int32 {
  guarded { () throws(NNError) in
    let out = try view(out, "out")
    try dataset(data) { set throws(NNError) in
      guard out.rows == set.rows, out.columns == set.targets.columns else {
        throw .shape(
          "out must be \(set.rows) x \(set.targets.columns), as nns_data_size says, "
            + "got \(out.rows) x \(out.columns)")
      }
      try copyTargets(of: set, into: out)
    }
  }
}

/// Integers go into arrays of integers or of numbers, numbers into arrays of numbers.
private func copyTargets(of set: Dataset, into out: ArrayView) throws(NNError) {
  let isInteger = set.targetType.isInteger
  switch out.type {
  case .float32: copy(set, into: out) { Float($0.double($1, $2)) }
  case .float64: copy(set, into: out) { $0.double($1, $2) }
  case .int32 where isInteger:
    copy(set, into: out) { Int32(truncatingIfNeeded: $0.integer($1, $2)) }
  case .int64 where isInteger: copy(set, into: out) { $0.integer($1, $2) }
  default:
    throw .dtype(
      "out must have dtype \(isInteger ? "NNS_I32, NNS_I64, " : "")NNS_F32 or NNS_F64 for these "
        + "targets, got \(out.type.name)")
  }
}

private func copy<Value: BitwiseCopyable>(
  _ set: Dataset, into out: ArrayView, _ value: (ArrayView, Int, Int) -> Value
) {
  let base = UnsafeMutableRawPointer(mutating: out.base)
  for position in 0..<set.rows {
    let row = set.sourceRow(position)
    for column in 0..<set.targets.columns {
      base.storeBytes(
        of: value(set.targets, row, column),
        toByteOffset: position * out.rowStride + column * out.columnStride, as: Value.self)
    }
  }
}
