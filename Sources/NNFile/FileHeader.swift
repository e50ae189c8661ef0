import CPlatform
import NNErrors
import NNJSON
import NNMath
import NNNetwork

/// The parsed header of a file and where its tensors are.
struct FileHeader {
  let metadata: JSONObject
  /// Every other entry: the tensors.
  let tensors: [(key: String, value: JSON)]
  let data: UnsafePointer<UInt8>
  let dataSize: Int
  private let headerLength: Int

  init(_ bytes: UnsafeBufferPointer<UInt8>, limits: FileLimits) throws(NNError) {
    guard let base = bytes.baseAddress, bytes.count >= 8 else {
      throw .format("a model file has at least 8 bytes, got \(bytes.count); it is empty or cut")
    }
    var length: UInt64 = 0
    for index in 0..<8 { length |= UInt64(base[index]) << (8 * UInt64(index)) }
    let room = UInt64(bytes.count - 8)
    guard length <= UInt64(max(0, limits.headerBytes)) || length > room else {
      throw .limit(
        "the file's header has \(length) bytes, at most \(limits.headerBytes) are allowed "
          + "(limit max_header_bytes)")
    }
    guard length >= 2, length <= room else {
      throw .format("not a model file, or a cut one: its header would have \(length) bytes")
    }
    headerLength = Int(length)
    let text = UnsafeBufferPointer(start: base + 8, count: headerLength)
    let header = try Self.parse(text)
    guard let metadata = header[FileFormat.Key.metadata]?.object else {
      throw .format(
        "the file has no __metadata__: a safetensors file, but not a model of this library")
    }
    self.metadata = metadata
    tensors = header.members.filter { !sameBytes($0.key, FileFormat.Key.metadata) }
    data = base + 8 + headerLength
    dataSize = bytes.count - 8 - headerLength
  }

  private static func parse(_ text: UnsafeBufferPointer<UInt8>) throws(NNError) -> JSONObject {
    do throws(NNError) {
      let json = try JSON.parse(text)
      guard let object = json.object else { throw .format("the file's header must be an object") }
      return object
    } catch {
      throw .format("not a model file, or a damaged one: \(error.message)")
    }
  }

  /// - Throws: `NNError.format`; `.version` for a file of a newer library.
  func checkIdentity() throws(NNError) {
    for (key, value) in metadata.members where value.string == nil {
      throw .format("__metadata__: \(key) must be a string")
    }
    guard metadata[FileFormat.Key.format]?.string == FileFormat.format else {
      throw .format(
        "__metadata__: format must be \"nnswift\"; this is a safetensors file of another program")
    }
    guard let version, version >= 1 else {
      throw .format("__metadata__: nnswift.version must be a number")
    }
    guard version <= FileFormat.newestVersion else {
      throw .version(
        "the file has version \(version), this library reads up to \(FileFormat.newestVersion); "
          + "use a newer library")
    }
  }

  private var version: Int64? { metadata[FileFormat.Key.version]?.string.flatMap { Int64($0) } }

  /// - Throws: `NNError.format` where the version is not that of such a spec.
  func checkVersion(of spec: ModelSpec) throws(NNError) {
    let wanted = FileFormat.version(ofTable: spec.table != nil)
    guard version == wanted else {
      throw .format(
        "__metadata__: nnswift.version must be \(wanted) for a spec "
          + (spec.table == nil ? "without columns" : "with columns"))
    }
  }

  /// Every key has a meaning here, or is a note.
  func checkKeys() throws(NNError) {
    guard let key = unknownKey else { return }
    throw .format("__metadata__: unknown key \"\(key)\"; own keys begin with \"x-\"")
  }

  private var unknownKey: String? {
    let known = [
      FileFormat.Key.format, FileFormat.Key.version, FileFormat.Key.checksum,
      FileFormat.Key.writer, FileFormat.Key.spec, FileFormat.Key.training,
    ]
    return metadata.members.first { member in
      !known.contains { sameBytes($0, member.key) } && !Self.isNote(member.key)
    }?.key
  }

  private static func isNote(_ key: String) -> Bool {
    key.utf8.starts(with: FileFormat.Key.notePrefix.utf8)
  }

  /// - Throws: `NNError.limit`.
  func notes(limits: FileLimits) throws(NNError) -> Notes {
    var members: [(name: String, text: String)] = []
    for (key, value) in metadata.members where Self.isNote(key) {
      let name = key.utf8.dropFirst(FileFormat.Key.notePrefix.utf8.count)
      members.append((String(decoding: name, as: UTF8.self), value.string ?? ""))
    }
    let notes = Notes(members)
    guard Int64(notes.bytes) <= limits.noteBytes else {
      throw .limit(
        "the file's notes (keys \"x-...\") have \(notes.bytes) bytes, "
          + "at most \(limits.noteBytes) are allowed")
    }
    return notes
  }

  /// Compares the checksum with that of the bytes, its own digits taken as zeros.
  func checkSum(of bytes: UnsafeBufferPointer<UInt8>) throws(NNError) {
    let digits = FileFormat.checksumDigits
    guard let base = bytes.baseAddress, let stated = metadata[FileFormat.Key.checksum]?.string,
      stated.utf8.count == FileFormat.checksumPrefix.utf8.count + digits,
      stated.utf8.starts(with: FileFormat.checksumPrefix.utf8),
      let place = firstPlace(of: Array(stated.utf8), in: base + 8, count: headerLength)
    else { throw .format("__metadata__: nnswift.checksum must be xxh3-64: and 16 digits") }
    let copy = try Buffer<UInt8>(count: bytes.count)
    copy.base.copy(from: base, count: bytes.count)
    let start = 8 + place + FileFormat.checksumPrefix.utf8.count
    (copy.base + start).update(repeating: UInt8(ascii: "0"), count: digits)
    let sum = checksumText(nnc_xxh3(copy.base, copy.count))
    guard sameBytes(stated, FileFormat.checksumPrefix + sum) else {
      throw .checksum(
        isRewritten(base + 8)
          ? "another program wrote the file's header anew, so its checksum does not fit any more; "
            + "if nothing else was changed, load it with NNS_VERIFY_OFF and save it again"
          : "the file's bytes are not those that were written; get an undamaged copy")
    }
  }

  /// Whether the header is not as this library writes it: other spaces, another order of the first
  /// keys, or a key that it does not know.
  private func isRewritten(_ text: UnsafePointer<UInt8>) -> Bool {
    let start = Array(FileFormat.headerStart.utf8)
    let isOurs = firstPlace(of: start, in: text, count: min(start.count, headerLength)) == 0
    return !isOurs || unknownKey != nil
  }

  func spec(limits: FileLimits) throws(NNError) -> ModelSpec {
    guard let text = metadata[FileFormat.Key.spec]?.string else {
      throw .format("__metadata__: nnswift.spec is missing")
    }
    do throws(NNError) {
      return try ModelSpec(try JSON.parse(text), limits: limits.spec)
    } catch {
      switch error {
      case .limit, .memory: throw error
      default: throw .format("the file's spec is not valid: \(error.message)")
      }
    }
  }
}
