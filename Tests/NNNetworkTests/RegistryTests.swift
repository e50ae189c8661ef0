import NNData
import NNErrors
import NNJSON
import NNMath
import NNNetwork
import Testing

@Suite struct RegistryTests {
  @Test func everyLayerIsDescribedBackToItself() throws {
    for kind in LayerKind.registry {
      let model = try makeModel(
        #"{"input": 4, "loss": "mse", "layers": [\#(kind.example), {"type": "dense", "units": 2}]}"#
      )
      let again = try Model(try ModelSpec(try JSON.parse(model.spec.json.text)))
      #expect(again.spec.json.text == model.spec.json.text)
      #expect(
        (0..<model.weights.count).allSatisfy { again.weights.base[$0] == model.weights.base[$0] })
    }
  }

  @Test func everyLossAndPreprocessIsDescribedBackToItself() throws {
    for loss in Loss.registry {
      for preprocess in PreprocessKind.registry {
        let text = try makeModel(
          """
          {"input": 2, "layers": [{"type": "dense", "units": 3}], "loss": \(loss.example),
           "preprocess": \(preprocess.example)}
          """
        ).spec.json.text
        #expect(try makeModel(text).spec.json.text == text)
      }
    }
  }

  /// A key that no option has is refused, whatever the kind.
  @Test func everyKindRefusesUnknownOptions() throws {
    func spoiled(_ example: String) -> String { String(example.dropLast()) + #", "unknwn": 1}"# }
    let layers =
      LayerKind.registry.map { spoiled($0.example) }
      + Activation.registry.map {
        #"{"type": "dense", "units": 2, "activation": \#(spoiled($0.example))}"#
      }
      + Initializer.registry.map {
        #"{"type": "dense", "units": 2, "init": \#(spoiled($0.example))}"#
      }
    for wrong in layers {
      let error = #expect(throws: NNError.self) {
        try makeModel(#"{"input": 4, "loss": "mse", "layers": [\#(wrong)]}"#)
      }
      #expect(error?.message.contains("unknwn") == true, "\(wrong)")
    }
  }

  @Test func namesTheNearestLayer() {
    let error = #expect(throws: NNError.self) {
      try makeModel(#"{"input": 4, "loss": "mse", "layers": [{"type": "dence", "units": 2}]}"#)
    }
    #expect(error?.message.contains("did you mean \"dense\"?") == true)
  }

  @Test(arguments: [
    (#"{"layers": [{"type": "dense", "units": 2}], "loss": "mse"}"#, "input is needed"),
    (#"{"input": 2, "layers": [], "loss": "mse"}"#, "at least one layer"),
    (#"{"input": 2, "layers": [{"type": "dense", "units": 2}]}"#, "loss is needed"),
    (
      #"{"input": 2, "layers": [{"type": "dense", "units": 1}], "loss": "softmax_cross_entropy"}"#,
      "at least 2 outputs"
    ),
    (
      #"{"input": 2, "layers": [{"type": "dense", "units": 2}], "loss": {"type": "quantile", "q": [0.1, 0.5, 0.9]}}"#,
      "one number an output"
    ),
    (
      #"{"input": 2, "layers": [{"type": "dense", "units": 2}], "loss": "mse", "classes": ["a", "b"]}"#,
      "classification"
    ),
    (
      #"{"input": 2, "layers": [{"type": "dense", "units": 2}], "loss": "softmax_cross_entropy", "classes": ["a"]}"#,
      "list of 2 names"
    ),
    (
      #"{"input": 16777216, "layers": [{"type": "dense", "units": 16777216}], "loss": "mse"}"#,
      "at most 1000000000"
    ),
    (#"{"input": 2, "layers": [{"type": "dropout", "rate": 1}], "loss": "mse"}"#, "0 <= rate < 1"),
    (
      #"{"input": 2, "layers": [{"type": "hard_tanh", "min": 2, "max": 1}], "loss": "mse"}"#,
      "min must be less than max"
    ),
    (
      #"{"input": 2, "layers": [{"type": "dense", "units": 2, "activation": "prelu"}], "loss": "mse"}"#,
      "\"prelu\" is a layer of its own"
    ),
    (
      #"{"input": 4611686018427387904, "layers": [{"type": "dense", "units": 2}], "loss": "mse"}"#,
      "input must be"
    ),
  ])
  func specErrorsSayWhatMustHold(_ text: String, _ fragment: String) {
    let error = #expect(throws: NNError.self) { try makeModel(text) }
    #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "")")
  }
}

@Suite struct InitializerTests {
  private func values(_ initializer: String, rows: Int, columns: Int) throws -> [Double] {
    let model = try makeModel(
      """
      {"input": \(columns), "seed": 5, "loss": "mse",
       "layers": [{"type": "dense", "units": \(rows), "init": \(initializer), "bias": false}]}
      """)
    return try model.byRows(model.weights).map { Double($0) }
  }

  private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return (mean, square.squareRoot())
  }

  /// 40,000 draws: mean within 5 standard errors, deviation within 2.5 %.
  private static let spreads: [(initializer: String, deviation: Double)] = [
    (#""pytorch""#, 0.028867513), (#""glorot_uniform""#, 0.063245553),
    (#""glorot_normal""#, 0.063245553), (#""he_uniform""#, 0.070710678),
    (#""he_normal""#, 0.070710678), (#""lecun_uniform""#, 0.05), (#""lecun_normal""#, 0.05),
    (#"{"type": "normal", "std": 0.3}"#, 0.3),
    (#"{"type": "uniform", "low": -1, "high": 1}"#, 0.57735027),
  ]

  @Test(arguments: spreads)
  func spreadIsTheFormulas(_ initializer: String, _ deviation: Double) throws {
    let found = moments(try values(initializer, rows: 100, columns: 400))
    #expect(abs(found.mean) < 5 * deviation / 200)
    #expect(abs(found.deviation / deviation - 1) < 0.025)
  }

  @Test func normalL2HasNormOne() throws {
    for count in [1, 7, 300] {
      let found = try values(#""normal_l2""#, rows: count, columns: 5)
      #expect(abs(found.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
    }
  }

  @Test(arguments: [(5, 9), (9, 5), (6, 6), (1, 4)])
  func orthogonalRowsOrColumnsAreOrthonormal(_ rows: Int, _ columns: Int) throws {
    let w = try values(#""orthogonal""#, rows: rows, columns: columns)
    let isWide = rows <= columns
    for a in 0..<min(rows, columns) {
      for b in 0..<min(rows, columns) {
        var sum = 0.0
        for i in 0..<max(rows, columns) {
          sum +=
            isWide
            ? w[a * columns + i] * w[b * columns + i] : w[i * columns + a] * w[i * columns + b]
        }
        // Float32 storage of double vectors.
        #expect(abs(sum - (a == b ? 1 : 0)) < 1e-6)
      }
    }
  }

  @Test func biasHasItsOwn() throws {
    let model = try makeModel(
      #"{"input": 2, "loss": "mse", "layers": [{"type": "dense", "units": 3, "init": "zeros", "bias_init": {"type": "constant", "value": 0.25}}]}"#
    )
    #expect((0..<9).map { model.weights.base[$0] } == [0, 0, 0, 0, 0, 0, 0.25, 0.25, 0.25])
  }
}
