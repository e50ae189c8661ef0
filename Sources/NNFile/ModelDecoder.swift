import CPlatform
import NNData
import NNErrors
import NNJSON
import NNMath
import NNNetwork

/// Bounds that a reader keeps before it allocates.
package struct FileLimits: Sendable {
  package var fileBytes: Int64 = 8 << 30
  package var headerBytes: Int64 = 16 << 20
  package var noteBytes = Int64(Notes.maximumBytes)
  /// Levels of all categories together.
  package var levels: Int64 = 10_000_000
  package var spec = ModelSpec.Limits()
  /// Whether the file must have the checksum of its bytes, and no key of another program.
  package var verifies = true

  package init() {}
}

/// Reads a model from the bytes of a file, trusting nothing.
///
/// - Returns: the model, and the training state of the file, if any.
/// - Throws: `NNError.format`, `.version`, `.checksum`, `.limit`, `.memory`.
package func decode(
  _ bytes: UnsafeBufferPointer<UInt8>, limits: FileLimits
) throws(NNError) -> (model: Model, training: TrainingState?) {
  guard Int64(bytes.count) <= limits.fileBytes else {
    throw .limit("the file has \(bytes.count) bytes, at most \(limits.fileBytes) are allowed")
  }
  let header = try FileHeader(bytes, limits: limits)
  try header.checkIdentity()
  if limits.verifies {
    try header.checkSum(of: bytes)
    try header.checkKeys()
  }
  let spec = try header.spec(limits: limits)
  try header.checkVersion(of: spec)
  let notes = try header.notes(limits: limits)
  // Checked before anything of the spec's size is allocated: the file must hold that much.
  let needed = try checkedProduct(spec.parameterCount, 4, "parameters")
  guard needed <= header.dataSize else {
    throw .format(
      "the file's spec needs \(needed) bytes of tensors, there are \(header.dataSize)")
  }
  let model = try Model(spec, initialized: false)
  model.notes = notes
  var reader = TensorReader(header)
  for tensor in model.tensors {
    try reader.read(tensor.name, tensor.parameter, into: tensor.parameter.base)
  }
  try checkWeights(model, model.weights)
  model.settle()
  try readPreprocess(model, &reader)
  try readTargetScaling(model, &reader)
  try readTemperature(model, &reader)
  let training = try readTraining(model, &reader)
  if let table = spec.table { model.table = try readTable(table, &reader, limits) }
  try reader.finish()
  return (model, training)
}

private func checkWeights(
  _ model: Model, _ weights: Buffer<Float>, _ prefix: String = ""
) throws(NNError) {
  for tensor in model.tensors {
    let isVariance = tensor.parameter.isVariance
    let values = weights.base + tensor.parameter.offset
    for index in 0..<tensor.parameter.count {
      let value = values[index]
      guard value.isFinite, !isVariance || value >= 0 else {
        throw .format(
          "tensor \(prefix)\(tensor.name): value \(index) must be finite, it is \(value)")
      }
    }
  }
}

private func readPreprocess(_ model: Model, _ reader: inout TensorReader) throws(NNError) {
  let preprocess = model.preprocess
  guard let first = preprocess.firstTensorName, reader.has(FileFormat.preprocess + first) else {
    return
  }
  // Before anything of that size is allocated: the file must hold it.
  let count = try Preprocess.learntCount(preprocess.functions, features: preprocess.features)
  guard try checkedProduct(count, 4, "preprocess memory") <= reader.dataSize else {
    throw .format("the file's preprocess needs more values than its data hold")
  }
  let memories = try preprocess.emptyMemories()
  for stored in preprocess.tensors(in: memories) {
    let name = FileFormat.preprocess + stored.name
    try reader.read(name, stored.parameter, into: stored.values)
    if let wrong = stored.firstWrong {
      throw .format(
        "tensor \(name): value \(wrong.place) must be \(stored.tensor.condition); "
          + "it is \(wrong.value)")
    }
  }
  preprocess.take(memories, offsets: try readOffsets(preprocess, &reader))
}

private func readTargetScaling(_ model: Model, _ reader: inout TensorReader) throws(NNError) {
  guard let scaling = model.targetScaling, reader.has(FileFormat.target + "center") else { return }
  for (name, values) in scaling.tensors {
    let parameter = Parameter(name, Shape(values.count))
    try reader.read(FileFormat.target + name, parameter, into: values.base)
  }
  try scaling.take()
}

private func readTemperature(_ model: Model, _ reader: inout TensorReader) throws(NNError) {
  guard model.spec.calibrates, reader.has(FileFormat.temperature) else { return }
  let parameter = Parameter(FileFormat.temperature, Shape(1))
  try reader.read(FileFormat.temperature, parameter, into: model.temperatureBase)
  guard model.temperature.isFinite, model.temperature > 0 else {
    throw .format(
      "tensor \(FileFormat.temperature): the value must be finite and above 0, it is "
        + "\(model.temperature)")
  }
}

/// What is subtracted from the features before all kinds, if the file has it.
private func readOffsets(
  _ preprocess: Preprocess, _ reader: inout TensorReader
) throws(NNError) -> FeatureOffsets? {
  let name = FileFormat.preprocess + "offset"
  guard preprocess.takesOffsets, reader.has(name) else { return nil }
  let offsets = try FeatureOffsets(features: preprocess.features)
  let values = offsets.values
  try reader.read(name, Parameter("offset", Shape(2, preprocess.features)), into: values.base)
  for index in 0..<values.count where !values.base[index].isFinite {
    throw .format("tensor \(name): value \(index) must be finite, it is \(values.base[index])")
  }
  return offsets
}

private func readTraining(
  _ model: Model, _ reader: inout TensorReader
) throws(NNError) -> TrainingState? {
  guard let text = reader.trainingText else { return nil }
  var slots: [(name: String, values: Buffer<Float>)] = []
  let names = reader.slotNames(model)
  // Tensors may not overlap; together they must cover the data.
  let values = try checkedProduct(names.count, model.parameterCount, "optimizer slots")
  guard try checkedProduct(values, 4, "optimizer slots") <= reader.dataSize else {
    throw .format("the file's optimizer has more slots than its data hold")
  }
  for name in names {
    let values = try Buffer<Float>(count: model.parameterCount)
    for tensor in model.trainableTensors {
      try reader.read(
        "optimizer.\(tensor.name).\(name)", tensor.parameter,
        into: values.base + tensor.parameter.offset)
    }
    for index in 0..<values.count where !values.base[index].isFinite {
      throw .format("optimizer slot \(name): value \(index) must be finite")
    }
    slots.append((name, values))
  }
  return TrainingState(text: text, slots: slots, best: try readBest(model, &reader))
}

/// The weights that early stopping would restore, if the file has them.
private func readBest(
  _ model: Model, _ reader: inout TensorReader
) throws(NNError) -> Buffer<Float>? {
  guard let first = model.tensors.first, reader.has(FileFormat.best + first.name) else {
    return nil
  }
  let best = try Buffer<Float>(count: model.weights.count)
  for tensor in model.tensors {
    try reader.read(
      FileFormat.best + tensor.name, tensor.parameter, into: best.base + tensor.parameter.offset)
  }
  try checkWeights(model, best, FileFormat.best)
  return best
}
