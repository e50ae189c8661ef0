import NNErrors
import NNJSON
import NNMath
import NNNetwork

/// Copies tensors out of a file after checking type, shape and place. Makes sure that every tensor
/// is read and that every byte belongs to exactly one.
struct TensorReader {
  private let header: FileHeader
  /// The header's tensors by name, so that a file with many does not take quadratic time.
  private let sorted: [(key: [UInt8], value: JSON)]
  private var ranges: [(start: Int, end: Int)] = []

  init(_ header: FileHeader) {
    self.header = header
    sorted = header.tensors.map { (Array($0.key.utf8), $0.value) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  var dataSize: Int { header.dataSize }

  func has(_ name: String) -> Bool { entry(name) != nil }

  var trainingText: String? { header.metadata[FileFormat.Key.training]?.string }

  /// The optimiser's slots that the file has for the model's first trainable tensor.
  func slotNames(_ model: Model) -> [String] {
    guard let first = model.trainableTensors.first else { return [] }
    let prefix = "optimizer.\(first.name)."
    return header.tensors.filter { $0.key.utf8.starts(with: prefix.utf8) }
      .map { String(decoding: $0.key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) }
  }

  private func entry(_ name: String) -> JSONObject? {
    let key = Array(name.utf8)
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle].key.lexicographicallyPrecedes(key) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < sorted.count && sorted[low].key == key ? sorted[low].value.object : nil
  }

  /// Reads one tensor of the parameter's shape to where its values are stored.
  mutating func read(
    _ name: String, _ parameter: Parameter, into stored: UnsafeMutablePointer<Float>
  ) throws(NNError) {
    let place = try bytes(
      of: name, dtype: "F32", shape: parameter.shape.dimensions, size: parameter.count * 4)
    // Unaligned where a hostile header has an odd length: the kernels load by bytes.
    parameter.importRows(place.assumingMemoryBound(to: Float.self), into: stored)
  }

  /// Finds one tensor and counts it as read.
  ///
  /// - Parameter size: its bytes.
  mutating func bytes(
    of name: String, dtype: String, shape wanted: [Int], size: Int
  ) throws(NNError) -> UnsafeRawPointer {
    let (entry, shape) = try described(name, dtype)
    guard shape == wanted.map({ Int64($0) }) else {
      throw .format("tensor \(name): its shape does not fit the spec")
    }
    return try place(of: name, entry, size: Int64(size))
  }

  /// The same for a tensor of one dimension whose size only the file knows.
  ///
  /// - Parameter elementSize: bytes of an element.
  mutating func list(
    _ name: String, dtype: String, elementSize: Int
  ) throws(NNError) -> (base: UnsafeRawPointer, count: Int) {
    let (entry, shape) = try described(name, dtype)
    guard shape.count == 1, shape[0] >= 0, shape[0] <= Int64(header.dataSize) else {
      throw .format("tensor \(name): its shape must be one size, and the file hold as much")
    }
    let base = try place(of: name, entry, size: shape[0] * Int64(elementSize))
    return (base, Int(shape[0]))
  }

  private func described(
    _ name: String, _ dtype: String
  ) throws(NNError) -> (entry: JSONObject, shape: [Int64]) {
    guard let entry = entry(name) else { throw .format("the file has no tensor \(name)") }
    guard entry.members.count == 3, entry["dtype"]?.string == dtype else {
      throw .format("tensor \(name): it must have dtype \(dtype), a shape and data_offsets")
    }
    return (entry, (entry["shape"]?.array ?? []).map { $0.integer ?? -1 })
  }

  private mutating func place(
    of name: String, _ entry: JSONObject, size: Int64
  ) throws(NNError) -> UnsafeRawPointer {
    let offsets = (entry["data_offsets"]?.array ?? []).map { $0.integer ?? -1 }
    guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0],
      offsets[1] <= Int64(header.dataSize), offsets[1] - offsets[0] == size
    else { throw .format("tensor \(name): its data_offsets do not fit its shape or the file") }
    ranges.append((Int(offsets[0]), Int(offsets[1])))
    return UnsafeRawPointer(header.data + Int(offsets[0]))
  }

  /// Every tensor of the file was read, and together they cover its data without hole or overlap.
  mutating func finish() throws(NNError) {
    guard ranges.count == header.tensors.count else {
      throw .format(
        "the file has \(header.tensors.count) tensors, its spec has \(ranges.count)")
    }
    ranges.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    var end = 0
    for range in ranges {
      guard range.start == end else {
        throw .format("the file's tensors overlap or leave a hole at byte \(end) of the data")
      }
      end = range.end
    }
    guard end == header.dataSize else {
      throw .format("the file has \(header.dataSize - end) bytes behind its last tensor")
    }
  }
}
