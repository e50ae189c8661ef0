/// Names and numbers of the model file, in one place for writer and reader.
///
/// A valid safetensors file: 8 bytes little-endian header length, a JSON header, the tensors.
enum FileFormat {
  static let format = "nnswift"
  /// The version of a file: 2 where its model is one of tables, which a library that reads version
  /// 1 cannot know; else 1.
  static func version(ofTable isTable: Bool) -> Int64 { isTable ? 2 : 1 }
  static let newestVersion: Int64 = 2
  static let writer = "libnnswift 1.0.0"
  static let checksumPrefix = "xxh3-64:"
  static let checksumDigits = 16
  /// How the header of every file of this library begins.
  static let headerStart =
    "{\"__metadata__\": {\"format\": \"nnswift\", \"nnswift.version\": "
  /// Tensors begin at a multiple of this, so that a mapped file can be used in place.
  static let alignment = 64
  /// Prefix of the tensors of a fitted preprocess.
  static let preprocess = "preprocess."
  /// Prefix of the tensors of a fitted scaling of targets.
  static let target = "target."
  /// Prefix of the tensors of a table's groups, each followed by its number.
  static let groups = "groups."
  /// The tensor of a classifier's calibration.
  static let temperature = "temperature"
  /// Prefix of the tensors of a table's columns, each followed by its number.
  static let columns = "columns."
  /// Prefix of the tensors that early stopping would restore.
  static let best = "best."

  enum Key {
    static let metadata = "__metadata__"
    static let format = "format"
    static let version = "nnswift.version"
    static let checksum = "nnswift.checksum"
    static let writer = "nnswift.writer"
    static let spec = "nnswift.spec"
    static let training = "nnswift.training"
    /// Before the name of a note; other programs may add such keys, too.
    static let notePrefix = "x-"
  }
}
