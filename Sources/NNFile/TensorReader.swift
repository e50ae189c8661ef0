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
    guard let entry = entry(name) else { throw .format("the file has no tensor \(name)") }
    guard entry.members.count == 3, entry["dtype"]?.string == "F32" else {
      throw .format("tensor \(name): it must have dtype F32, a shape and data_offsets")
    }
    let wanted = parameter.shape.dimensions
    let shape = (entry["shape"]?.array ?? []).map { $0.integer ?? -1 }
    guard shape == wanted.map({ Int64($0) }) else {
      throw .format("tensor \(name): its shape does not fit the spec")
    }
    let offsets = (entry["data_offsets"]?.array ?? []).map { $0.integer ?? -1 }
    guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0],
      offsets[1] <= Int64(header.dataSize), offsets[1] - offsets[0] == Int64(parameter.count) * 4
    else { throw .format("tensor \(name): its data_offsets do not fit its shape or the file") }
    ranges.append((Int(offsets[0]), Int(offsets[1])))
    // Unaligned where a hostile header has an odd length: the kernels load by bytes.
    parameter.importRows(
      UnsafeRawPointer(header.data + Int(offsets[0])).assumingMemoryBound(to: Float.self),
      into: stored)
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
