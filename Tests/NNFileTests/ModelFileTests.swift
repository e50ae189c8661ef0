import NNData
import NNErrors
import NNFile
import NNJSON
import NNMath
import NNNetwork
import Testing

@Suite struct ModelFileTests {
  private func model(
    _ layers: String =
      #"[{"type": "dense", "units": 3, "activation": "tanh"}, {"type": "batch_norm"}, {"type": "dense", "units": 2}]"#
  ) throws -> Model {
    let model = try Model(
      try ModelSpec(
        try JSON.parse(
          #"{"input": 2, "seed": 9, "loss": "softmax_cross_entropy", "preprocess": "standardize", "classes": ["é", "\n"], "layers": \#(layers)}"#
        )))
    fill(model.preprocess, try model.preprocess.emptyMemories())
    return model
  }

  /// Has a preprocess learn 0.5, 0.75, 1 ... of every feature.
  private func fill(_ preprocess: Preprocess, _ memories: [Buffer<Float>]) {
    for stored in preprocess.tensors(in: memories) {
      for index in 0..<stored.count {
        stored.values[index] = 0.5 + 0.25 * Float(index % stored.tensor.width)
      }
    }
    preprocess.take(memories, offsets: nil)
  }

  private func read(_ bytes: [UInt8], _ limits: FileLimits = FileLimits()) throws -> (
    model: Model, training: TrainingState?
  ) {
    var result: Result<(model: Model, training: TrainingState?), NNError>?
    bytes.withUnsafeBufferPointer { buffer in
      do throws(NNError) { result = .success(try decode(buffer, limits: limits)) } catch {
        result = .failure(error)
      }
    }
    return try #require(result).get()
  }

  private func array(_ buffer: Buffer<UInt8>) -> [UInt8] {
    (0..<buffer.count).map { buffer.base[$0] }
  }

  @Test func saveLoadSaveIsTheSameBytes() throws {
    let slot = try Buffer<Float>(count: try model().parameterCount)
    let best = try model().weights
    for training in [
      nil, TrainingState(text: "{\"epoch\": 3}", slots: [("sum", slot)]),
      TrainingState(text: "{}", slots: [("sum", slot)], best: best),
    ] {
      let first = array(try encode(try model(), training: training))
      let loaded = try read(first)
      #expect(loaded.training?.text == training?.text)
      #expect((loaded.training?.best == nil) == (training?.best == nil))
      #expect(array(try encode(loaded.model, training: loaded.training)) == first)
    }
  }

  /// Every kind alone, and some in a list: what was learnt comes back, under the same names.
  @Test func everyPreprocessComesBack() throws {
    let lists =
      PreprocessKind.registry.map { ($0.example, nil as String?) } + [
        (#"["robust", "clip"]"#, "preprocess.0.scale"),
        (#"["clip", "quantile_normal", "standardize"]"#, "preprocess.1.quantiles"),
      ]
    for (preprocess, tensor) in lists {
      let model = try Model(
        try ModelSpec(
          try JSON.parse(
            #"{"input": 3, "loss": "mse", "preprocess": \#(preprocess), "layers": [{"type": "dense", "units": 1}]}"#
          )))
      let unfitted = array(try encode(model, training: nil))
      let needsFit = model.preprocess.needsFit
      #expect(try read(unfitted).model.preprocess.isFitted == !needsFit)
      if needsFit { fill(model.preprocess, try model.preprocess.emptyMemories()) }
      let bytes = array(try encode(model, training: nil))
      let loaded = try read(bytes).model
      #expect(loaded.preprocess.isFitted)
      #expect(array(try encode(loaded, training: nil)) == bytes)
      #expect(array(try encode(try loaded.copy(), training: nil)) == bytes)
      if let tensor { #expect(String(decoding: bytes, as: UTF8.self).contains(tensor)) }
      for index in 0..<(loaded.preprocess.tensors.first?.count ?? 0) {
        #expect(
          loaded.preprocess.tensors[0].values[index] == model.preprocess.tensors[0].values[index])
      }
    }
  }

  /// Quantiles that fall, or are not finite, are refused with their place in the file: rows are
  /// quantiles, columns features.
  @Test func quantilesOutOfOrderAreRefused() throws {
    for (index, value) in [(4, Float(0.5)), (3, .nan), (11, .infinity)] {
      let model = try Model(
        try ModelSpec(
          try JSON.parse(
            #"{"input": 3, "loss": "mse", "preprocess": {"type": "quantile_normal", "n_quantiles": 4}, "layers": [{"type": "dense", "units": 1}]}"#
          )))
      let memories = try model.preprocess.emptyMemories()
      fill(model.preprocess, memories)
      // Of the second feature the first is then above the second, or not finite.
      memories[0].base[index] = index == 4 ? 100 : value
      let error = #expect(throws: NNError.self) {
        try read(array(try encode(model, training: nil)))
      }
      #expect(error?.message.contains("preprocess.quantiles: value") == true)
      #expect(error?.message.contains("not below the one before it") == true)
      if index == 4 { #expect(error?.message.contains("value 4 must") == true) }
    }
  }

  /// They would become the model's weights without another look.
  @Test func bestWeightsThatAreNotFiniteAreRefused() throws {
    let model = try model()
    for (index, value) in [(0, Float.nan), (4, .infinity), (model.weights.count - 1, -1)] {
      let best = try Buffer<Float>(count: model.weights.count)
      best.copy(from: model.weights)
      best.base[index] = value
      let bytes = array(
        try encode(model, training: TrainingState(text: "{}", slots: [], best: best)))
      let error = #expect(throws: NNError.self) { try read(bytes) }
      #expect(error?.message.contains("best.layers.") == true)
    }
  }

  @Test func tensorsBeginOnALineOfTheCache() throws {
    let bytes = array(try encode(try model(), training: nil))
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    #expect((8 + length) % 64 == 0)
    #expect(bytes.count == 8 + length + 4 * (9 + 12 + 8 + 4))
  }

  @Test func everyPrefixIsAnError() throws {
    let bytes = array(try encode(try model(), training: nil))
    for count in 0..<bytes.count {
      #expect(throws: NNError.self) { try read(Array(bytes.prefix(count))) }
    }
  }

  @Test func everyChangedByteIsAnError() throws {
    let bytes = array(try encode(try model(), training: nil))
    for index in bytes.indices {
      for change in [UInt8(1), 0x80, 0xFF] {
        var changed = bytes
        changed[index] ^= change
        #expect(throws: NNError.self, "byte \(index)") { try read(changed) }
      }
    }
  }

  @Test func flippedWeightIsAChecksumError() throws {
    var bytes = array(try encode(try model(), training: nil))
    bytes[bytes.count - 2] ^= 1
    let error = #expect(throws: NNError.self) { try read(bytes) }
    #expect(error?.statusAndMessage.status == 13)
  }

  @Test func limitsAreKeptBeforeAnythingIsAllocated() throws {
    let bytes = array(try encode(try model(), training: nil))
    var limits = FileLimits()
    limits.fileBytes = 100
    #expect(
      #expect(throws: NNError.self) { try read(bytes, limits) }?.statusAndMessage.status == 14)
    limits = FileLimits()
    limits.headerBytes = 100
    #expect(
      #expect(throws: NNError.self) { try read(bytes, limits) }?.statusAndMessage.status == 14)
    limits = FileLimits()
    limits.spec.parameters = 5
    #expect(
      #expect(throws: NNError.self) { try read(bytes, limits) }?.statusAndMessage.status == 14)
    limits = FileLimits()
    limits.spec.layers = 2
    #expect(
      #expect(throws: NNError.self) { try read(bytes, limits) }?.statusAndMessage.status == 14)
  }

  @Test func notesAreKept() throws {
    let model = try model()
    try model.notes.set("origin", "a test")
    let bytes = array(try encode(model, training: nil))
    #expect(try read(bytes).model.notes["origin"] == "a test")
    #expect(array(try encode(try read(bytes).model, training: nil)) == bytes)
  }
}
