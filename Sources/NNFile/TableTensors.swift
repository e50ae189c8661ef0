import NNData
import NNErrors
import NNMath

/// The tensors of what a table's encoder learnt, as a file keeps them.
struct TableTensors {
  /// A tensor: its name, its type and shape, and where its bytes are.
  struct Tensor {
    let name: String
    let dtype: String
    let shape: [Int]
    let base: UnsafeRawPointer
    let bytes: Int
  }

  private(set) var tensors: [Tensor] = []
  /// What the tensors point to.
  private let table: TableEncoder
  private let ends: Buffer<UInt32>
  private let knots: Buffer<Double>
  private let edges: Buffer<Double>
  private let ranges: Buffer<Double>

  /// - Throws: `NNError.memory`.
  init(_ table: TableEncoder) throws(NNError) {
    let codes = (table.numbers + table.groupNumbers).flatMap { $0 }
    let curves = codes.flatMap { $0.curves }
    let points = curves.reduce(0) { $0 + $1.points }
    self.table = table
    ends = try Buffer(count: curves.count)
    knots = try Buffer(count: 2 * points)
    edges = try Buffer(count: codes.reduce(0) { $0 + $1.edges.count })
    ranges = try Buffer(count: 3 * codes.count)
    fill(codes, curves, points: points)
    // In falling order of alignment.
    for (column, levels) in table.levels.enumerated() {
      guard let levels, !levels.areTexts else { continue }
      add("\(FileFormat.columns)\(column).values", "I64", [levels.count], levels.values)
    }
    for (group, means) in table.groupMeans.enumerated() {
      add("\(FileFormat.groups)\(group).keys", "U64", [means.keys.count], means.keys)
    }
    if !codes.isEmpty {
      add(FileFormat.preprocess + "knots", "F64", [2, points], knots)
      add(FileFormat.preprocess + "edges", "F64", [edges.count], edges)
      add(FileFormat.preprocess + "ranges", "F64", [codes.count, 3], ranges)
      add(FileFormat.preprocess + "knot_ends", "U32", [curves.count], ends)
    }
    for (group, means) in table.groupMeans.enumerated() {
      let shape = [means.keys.count + 1, means.outputs]
      add("\(FileFormat.groups)\(group).means", "F32", shape, means.means)
    }
    for (column, levels) in table.levels.enumerated() {
      guard let levels, levels.areTexts else { continue }
      add("\(FileFormat.columns)\(column).ends", "U32", [levels.count], levels.ends)
    }
    for (column, levels) in table.levels.enumerated() {
      guard let levels, levels.areTexts else { continue }
      add("\(FileFormat.columns)\(column).levels", "U8", [levels.bytes.count], levels.bytes)
    }
  }

  private mutating func add<Element>(
    _ name: String, _ dtype: String, _ shape: [Int], _ values: Buffer<Element>
  ) {
    tensors.append(
      Tensor(
        name: name, dtype: dtype, shape: shape, base: UnsafeRawPointer(values.base),
        bytes: values.count * MemoryLayout<Element>.stride))
  }

  private func fill(_ codes: [NumberCode], _ curves: [NumberCurve], points: Int) {
    var (point, edge) = (0, 0)
    for (index, curve) in curves.enumerated() {
      let (x, z) = (curve.knots.base, curve.knots.base + curve.points)
      (knots.base + point).update(from: x, count: curve.points)
      (knots.base + points + point).update(from: z, count: curve.points)
      point += curve.points
      ends.base[index] = UInt32(truncatingIfNeeded: point)
    }
    for (index, code) in codes.enumerated() {
      (edges.base + edge).update(from: code.edges.base, count: code.edges.count)
      edge += code.edges.count
      ranges.base[3 * index] = code.fill
      ranges.base[3 * index + 1] = code.low
      ranges.base[3 * index + 2] = code.high
    }
  }
}
