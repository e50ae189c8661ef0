import CPlatform
import NNData
import NNErrors
import NNJSON
import NNMath
import NNNetwork

/// Writes a model as the bytes of a safetensors file. Same model, same bytes.
///
/// - Parameter training: kept too, if given.
/// - Throws: `NNError.memory`, `.limit`.
package func encode(_ model: Model, training: TrainingState?) throws(NNError) -> Buffer<UInt8> {
  let tensors = tensorList(model, training)
  var header = JSONObject()
  header[FileFormat.Key.metadata] = .object(metadata(model, training))
  var offset = 0
  func describe(_ name: String, _ dtype: String, _ shape: [Int], bytes: Int) throws(NNError) {
    let end = try checkedSum(offset, bytes, "file")
    var entry = JSONObject()
    entry["dtype"] = .string(dtype)
    entry["shape"] = .array(shape.map { .integer(Int64($0)) })
    entry["data_offsets"] = .array([.integer(Int64(offset)), .integer(Int64(end))])
    header.members.append((name, .object(entry)))
    offset = end
  }
  for tensor in tensors {
    try describe(tensor.name, "F32", tensor.shape, bytes: tensor.count * 4)
  }
  // Last, as bytes of texts leave what follows them unaligned.
  let table = try model.table.map { table throws(NNError) in try TableTensors(table) }
  for tensor in table?.tensors ?? [] {
    try describe(tensor.name, tensor.dtype, tensor.shape, bytes: tensor.bytes)
  }
  var text: [UInt8] = []
  JSON.object(header).write(into: &text)
  while (8 + text.count) % FileFormat.alignment != 0 { text.append(UInt8(ascii: " ")) }
  let file = try Buffer<UInt8>(count: try checkedSum(8 + text.count, offset, "file"))
  write(header: text, tensors, table, into: file)
  sign(file, headerLength: text.count)
  return file
}

/// A tensor to write: its name, its shape and where its values are stored.
private struct FileTensor {
  let name: String
  let parameter: Parameter
  let stored: UnsafePointer<Float>

  var count: Int { parameter.count }
  var shape: [Int] { parameter.shape.dimensions }
}

extension Preprocess.StoredTensor {
  /// The shape of the tensor in a file: [features], or [width × features].
  var parameter: Parameter {
    Parameter(name, tensor.width == 1 ? Shape(features) : Shape(tensor.width, features))
  }
}

private func tensorList(_ model: Model, _ training: TrainingState?) -> [FileTensor] {
  var tensors: [FileTensor] = []
  func add(_ name: String, _ parameter: Parameter, _ stored: UnsafePointer<Float>) {
    tensors.append(FileTensor(name: name, parameter: parameter, stored: stored))
  }
  for tensor in model.tensors { add(tensor.name, tensor.parameter, tensor.parameter.base) }
  for stored in model.preprocess.tensors {
    add(FileFormat.preprocess + stored.name, stored.parameter, stored.values)
  }
  if let offsets = model.preprocess.offsets {
    let parameter = Parameter("offset", Shape(2, offsets.values.count / 2))
    add(FileFormat.preprocess + parameter.name, parameter, offsets.values.base)
  }
  if let scaling = model.targetScaling, scaling.isFitted {
    for (name, values) in scaling.tensors {
      add(FileFormat.target + name, Parameter(name, Shape(values.count)), values.base)
    }
  }
  if model.spec.calibrates {
    add(FileFormat.temperature, Parameter(FileFormat.temperature, Shape(1)), model.temperatureBase)
  }
  if let best = training?.best {
    for tensor in model.tensors {
      add(FileFormat.best + tensor.name, tensor.parameter, best.base + tensor.parameter.offset)
    }
  }
  for slot in training?.slots ?? [] {
    for tensor in model.trainableTensors {
      add(
        "optimizer.\(tensor.name).\(slot.name)", tensor.parameter,
        slot.values.base + tensor.parameter.offset)
    }
  }
  return tensors
}

/// The checksum's key comes first: its digits are then the first text of their form in the header.
private func metadata(_ model: Model, _ training: TrainingState?) -> JSONObject {
  var metadata = JSONObject()
  metadata[FileFormat.Key.format] = .string(FileFormat.format)
  metadata[FileFormat.Key.version] = .string(
    "\(FileFormat.version(ofTable: model.spec.table != nil))")
  metadata[FileFormat.Key.checksum] = .string(
    FileFormat.checksumPrefix + String(repeating: "0", count: FileFormat.checksumDigits))
  metadata[FileFormat.Key.writer] = .string(FileFormat.writer)
  metadata[FileFormat.Key.spec] = .string(model.specJSON.text)
  if let training { metadata[FileFormat.Key.training] = .string(training.text) }
  for note in model.notes.members {
    metadata.members.append((FileFormat.Key.notePrefix + note.name, .string(note.text)))
  }
  return metadata
}

private func write(
  header: [UInt8], _ tensors: [FileTensor], _ table: TableTensors?, into file: Buffer<UInt8>
) {
  for index in 0..<8 {
    file.base[index] = UInt8(truncatingIfNeeded: header.count >> (8 * index))
  }
  for (index, byte) in header.enumerated() { file.base[8 + index] = byte }
  var target = UnsafeMutableRawPointer(file.base) + 8 + header.count
  for tensor in tensors {
    tensor.parameter.exportRows(
      tensor.stored, to: target.assumingMemoryBound(to: Float.self))
    target += tensor.count * 4
  }
  for tensor in table?.tensors ?? [] {
    target.copyMemory(from: tensor.base, byteCount: tensor.bytes)
    target += tensor.bytes
  }
}

/// Puts the checksum of the file, computed with zeros in its place, where the zeros are.
private func sign(_ file: Buffer<UInt8>, headerLength: Int) {
  let zeros = Array(
    (FileFormat.checksumPrefix + String(repeating: "0", count: FileFormat.checksumDigits)).utf8)
  guard let place = firstPlace(of: zeros, in: file.base + 8, count: headerLength) else { return }
  let sum = nnc_xxh3(file.base, file.count)
  let digits = checksumText(sum).utf8
  let start = 8 + place + FileFormat.checksumPrefix.utf8.count
  for (index, byte) in digits.enumerated() { file.base[start + index] = byte }
}

/// 16 hexadecimal digits.
func checksumText(_ sum: UInt64) -> String {
  let digits = String(sum, radix: 16)
  return String(repeating: "0", count: FileFormat.checksumDigits - digits.utf8.count) + digits
}

/// Where a text first stands in some bytes.
func firstPlace(of text: [UInt8], in bytes: UnsafePointer<UInt8>, count: Int) -> Int? {
  guard count >= text.count else { return nil }
  for start in 0...count - text.count {
    var matched = 0
    while matched < text.count, bytes[start + matched] == text[matched] { matched += 1 }
    if matched == text.count { return start }
  }
  return nil
}
