import NNData
import NNErrors
import NNMath
import NNNetwork

/// Reads what a table's encoder learnt, trusting nothing.
///
/// - Throws: `NNError.format`, `.limit`, `.memory`.
func readTable(
  _ spec: TableSpec, _ reader: inout TensorReader, _ limits: FileLimits
) throws(NNError) -> TableEncoder {
  var all: Int64 = 0
  for column in spec.columns { all += Int64(column.learnt?.levels ?? 0) }
  guard all <= limits.levels else {
    throw .limit(
      "the file's columns have \(all) levels, at most \(limits.levels) are allowed "
        + "(limit max_levels)")
  }
  let numbers = try readNumbers(spec, &reader)
  var levels: [LevelSet?] = []
  for (index, column) in spec.columns.enumerated() {
    guard column.kind == .category, let learnt = column.learnt else {
      levels.append(nil)
      continue
    }
    let prefix = "\(FileFormat.columns)\(index)."
    levels.append(
      column.values == .text
        ? try readTexts(prefix, count: learnt.levels, &reader)
        : try readIntegers(prefix, column, count: learnt.levels, &reader))
  }
  var means: [GroupMeans] = []
  for (index, group) in spec.groups.enumerated() {
    means.append(try readMeans("\(FileFormat.groups)\(index).", group, &reader))
  }
  return try TableEncoder(
    columns: spec.columns, numbers: Array(numbers.prefix(spec.columns.count)), levels: levels,
    scalars: spec.options.scalars, groups: spec.groups, groupMeans: means,
    groupNumbers: Array(numbers.dropFirst(spec.columns.count)))
}

private func readMeans(
  _ prefix: String, _ group: GroupSpec, _ reader: inout TensorReader
) throws(NNError) -> GroupMeans {
  let (count, outputs) = (group.keys, group.bins.count)
  let place = try reader.bytes(
    of: prefix + "keys", dtype: "U64", shape: [count], size: count * 8)
  let values = try reader.bytes(
    of: prefix + "means", dtype: "F32", shape: [count + 1, outputs],
    size: (count + 1) * outputs * 4)
  let keys = try Buffer<UInt64>(count: count)
  UnsafeMutableRawPointer(keys.base).copyMemory(from: place, byteCount: count * 8)
  for index in 1..<max(1, count) where keys.base[index] <= keys.base[index - 1] {
    throw .format("tensor \(prefix)keys: values must ascend, number \(index) does not")
  }
  let means = try Buffer<Float>(count: (count + 1) * outputs)
  UnsafeMutableRawPointer(means.base).copyMemory(from: values, byteCount: means.count * 4)
  for index in 0..<means.count where !means.base[index].isFinite {
    throw .format("tensor \(prefix)means: value \(index) must be finite")
  }
  return try GroupMeans(keys: keys, means: means, outputs: outputs)
}

private func readIntegers(
  _ prefix: String, _ column: ColumnSpec, count: Int, _ reader: inout TensorReader
) throws(NNError) -> LevelSet {
  let name = prefix + "values"
  let bytes = try reader.bytes(of: name, dtype: "I64", shape: [count], size: count * 8)
  let values = try Buffer<Int64>(count: count)
  UnsafeMutableRawPointer(values.base).copyMemory(from: bytes, byteCount: count * 8)
  for index in 0..<count {
    guard index == 0 || values.base[index] > values.base[index - 1],
      column.values == .integer || values.base[index] == 0 || values.base[index] == 1
    else {
      throw .format("tensor \(name): values must ascend, number \(index) does not fit")
    }
  }
  return try LevelSet(integers: values)
}

private func readTexts(
  _ prefix: String, count: Int, _ reader: inout TensorReader
) throws(NNError) -> LevelSet {
  let place = try reader.bytes(
    of: prefix + "ends", dtype: "U32", shape: [count], size: count * 4)
  let (start, size) = try reader.list(prefix + "levels", dtype: "U8", elementSize: 1)
  let ends = try Buffer<UInt32>(count: count)
  UnsafeMutableRawPointer(ends.base).copyMemory(from: place, byteCount: count * 4)
  let bytes = try Buffer<UInt8>(count: size)
  UnsafeMutableRawPointer(bytes.base).copyMemory(from: start, byteCount: size)
  var end = 0
  for index in 0..<count {
    let next = Int(ends.base[index])
    guard next >= end, next <= size, next - end <= LevelSet.longestLevel else {
      throw .format(
        "tensor \(prefix)ends: ends must ascend, each level with at most "
          + "\(LevelSet.longestLevel) bytes; number \(index) is \(next)")
    }
    end = next
  }
  guard end == size else {
    throw .format("tensor \(prefix)levels: it has \(size) bytes, its levels \(end)")
  }
  let levels = try LevelSet(texts: bytes, ends: ends)
  for index in 0..<count {
    let text = levels.text(index)
    guard firstInvalidUTF8(text.base, text.count) == nil, !text.hasZero else {
      throw .format("tensor \(prefix)levels: level \(index) must be UTF-8 without a 0")
    }
    guard index == 0 || levels.text(index - 1).compare(text.base, text.count) < 0 else {
      throw .format("tensor \(prefix)levels: levels must ascend, number \(index) does not")
    }
  }
  return levels
}

/// The codes of numbers and of the parts of dates, by columns; then those of groups.
private func readNumbers(
  _ spec: TableSpec, _ reader: inout TensorReader
) throws(NNError) -> [[NumberCode]] {
  let bins =
    spec.columns.map { column in
      column.kind == .number || column.kind == .date ? column.learnt?.bins ?? [] : []
    } + spec.groups.map { $0.bins }
  let count = bins.reduce(0) { $0 + $1.count }
  guard count > 0 else { return bins.map { _ in [] } }
  var file = try NumberTensors(
    &reader, count: count, scalars: spec.options.scalars,
    edges: bins.reduce(0) { $0 + $1.reduce(0) { $0 + ($1 > 0 ? $1 + 1 : 0) } })
  var numbers: [[NumberCode]] = []
  for own in bins {
    var codes: [NumberCode] = []
    for count in own { codes.append(try file.next(bins: count, spec.options)) }
    numbers.append(codes)
  }
  return numbers
}

/// The tensors of all numbers, read one number after the other.
private struct NumberTensors {
  private let knots: UnsafeRawPointer
  private let points: Int
  private let ends: UnsafeRawPointer
  private let edges: UnsafeRawPointer
  private let ranges: UnsafeRawPointer
  private var index = 0
  private var curve = 0
  private var point = 0
  private var edge = 0

  init(
    _ reader: inout TensorReader, count: Int, scalars: Int, edges: Int
  ) throws(NNError) {
    let prefix = FileFormat.preprocess
    let curves = count * scalars
    ends = try reader.bytes(
      of: prefix + "knot_ends", dtype: "U32", shape: [curves], size: curves * 4)
    points = Int(ends.loadUnaligned(fromByteOffset: (curves - 1) * 4, as: UInt32.self))
    knots = try reader.bytes(
      of: prefix + "knots", dtype: "F64", shape: [2, points], size: points * 16)
    self.edges = try reader.bytes(
      of: prefix + "edges", dtype: "F64", shape: [edges], size: edges * 8)
    ranges = try reader.bytes(
      of: prefix + "ranges", dtype: "F64", shape: [count, 3], size: count * 24)
  }

  mutating func next(bins: Int, _ options: TablePreprocess) throws(NNError) -> NumberCode {
    var curves: [NumberCurve] = []
    for scaling in 0..<options.scalars { curves.append(try nextCurve(scaling, options)) }
    let own = try Buffer<Double>(count: bins > 0 ? bins + 1 : 0)
    copy(edges, edge, to: own.base, own.count)
    let range = (0..<3).map { double(ranges, 3 * index + $0) }
    guard ascend(own.base, own.count) else {
      throw .format("tensor preprocess.edges: those of number \(index) must be finite and ascend")
    }
    guard range.allSatisfy({ $0.isFinite }), range[1] <= range[2] else {
      throw .format("tensor preprocess.ranges: those of number \(index) must be finite, in order")
    }
    (edge, index) = (edge + own.count, index + 1)
    return NumberCode(
      curves: curves, edges: own, fill: range[0], low: range[1], high: range[2])
  }

  private mutating func nextCurve(
    _ scaling: Int, _ options: TablePreprocess
  ) throws(NNError) -> NumberCurve {
    let end = Int(ends.loadUnaligned(fromByteOffset: curve * 4, as: UInt32.self))
    guard end > point, end <= points, end - point <= ColumnSpec.mostBins else {
      throw .format(
        "tensor preprocess.knot_ends: values must ascend by 1...\(ColumnSpec.mostBins), number "
          + "\(curve) is \(end)")
    }
    let count = end - point
    let own = try Buffer<Double>(count: 2 * count)
    let z = own.base + count
    copy(knots, point, to: own.base, count)
    copy(knots, points + point, to: z, count)
    guard ascend(own.base, count), ascend(z, count, strictly: false) else {
      throw .format("tensor preprocess.knots: those of number \(index) must be finite and ascend")
    }
    (point, curve) = (end, curve + 1)
    return options.curve(scaling, knots: own)
  }

  private func double(_ base: UnsafeRawPointer, _ index: Int) -> Double {
    base.loadUnaligned(fromByteOffset: index * 8, as: Double.self)
  }

  private func copy(
    _ base: UnsafeRawPointer, _ first: Int, to target: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    UnsafeMutableRawPointer(target).copyMemory(from: base + first * 8, byteCount: count * 8)
  }

  /// Whether values are finite and none is below the one before it; or, strictly, equal to it.
  private func ascend(
    _ values: UnsafeMutablePointer<Double>, _ count: Int, strictly: Bool = true
  ) -> Bool {
    for index in 0..<count {
      guard values[index].isFinite else { return false }
      guard index > 0 else { continue }
      let (before, value) = (values[index - 1], values[index])
      guard before < value || (!strictly && before == value) else { return false }
    }
    return true
  }
}
