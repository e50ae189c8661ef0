import NNData
import NNErrors
import NNJSON
import NNMath
import NNOptions
import Testing

@Suite struct PreprocessTests {
  /// A preprocess from the value of a spec's `preprocess`.
  private func make(_ json: String, features: Int) throws -> Preprocess {
    var options = Options(
      try #require(try JSON.parse(#"{"preprocess": \#(json)}"#).object), owner: "spec")
    return Preprocess(try PreprocessKind.list(&options), features: features)
  }

  private func view(_ values: Buffer<Float>, columns: Int) -> ArrayView {
    ArrayView(
      type: .float32, base: values.base, rows: values.count / columns, columns: columns,
      rowStride: columns * 4, columnStride: 4)
  }

  private func buffer(_ values: [Float]) throws -> Buffer<Float> {
    let buffer = try Buffer<Float>(count: values.count)
    for (index, value) in values.enumerated() { buffer.base[index] = value }
    return buffer
  }

  /// Fits to the rows of `seen`, then applies to `values`.
  private func applied(
    _ json: String, columns: Int, seen: [Float], to values: [Float]
  ) throws -> [Float] {
    let preprocess = try make(json, features: columns)
    let data = try buffer(seen)
    try preprocess.fit(view(data, columns: columns), rows: seen.count / columns, order: nil)
    let block = try buffer(values)
    preprocess.apply(to: Matrix(block.base, rows: values.count / columns, columns: columns))
    return (0..<block.count).map { block.base[$0] }
  }

  /// Quartiles of 1, 2, 3, 4, 100: 2, 3 and 4. The second column is constant, the quartiles of the
  /// third are equal; what is not finite is left out.
  @Test func robustByHand() throws {
    let rows: [Float] = [
      100, 0.1, 5, 1, 0.1, 5, 3, 0.1, 5, .nan, 0.1, .infinity, 2, 0.1, 5, 4, 0.1, 7,
    ]
    let found = try applied(#""robust""#, columns: 3, seen: rows, to: [100, 0.1, 6, 3, 0.2, 5])
    #expect(found == [48.5, 0, 1, 0, 0.2 - 0.1, 0])
  }

  /// numpy.quantile and numpy.interp in float64 and statistics.NormalDist of Python, as scikit-learn's
  /// QuantileTransformer does it. The quantiles are 1, 2.75, 3, 5.5, 9.
  @Test func quantileNormalIsThatOfScikitLearn() throws {
    let found = try applied(
      #"{"type": "quantile_normal", "n_quantiles": 5}"#, columns: 1,
      seen: [5, 1, 3, 3, 9, 3, 2, 7],
      to: [0, 1, 1.5, 2.5, 3, 4, 6, 8, 9, 20, .infinity])
    let wanted: [Float] = [
      -5.1993376, -5.1993376, -1.4652338, -0.7916386, 0, 0.2533471, 0.7916386, 1.4652338,
      5.1993376, 5.1993376, 5.1993376,
    ]
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 2e-6 }, "\(found)")
  }

  @Test func quantileNormalMakesConstantColumnsZero() throws {
    let found = try applied(
      #""quantile_normal""#, columns: 2, seen: [7, .nan, 7, .infinity], to: [7, 7, 8, .nan])
    #expect(found[0] == 0 && found[1] == 0 && found[2] == 0 && found[3].isNaN)
  }

  /// x / √(1 + (x / 3)²): 4 / √(25 / 9) = 2.4.
  @Test func clipByHand() throws {
    let found = try applied(
      #"["clip"]"#, columns: 1, seen: [], to: [4, -4, 0, 3, 3e38, -.infinity, .infinity, 1e-30])
    let wanted: [Float] = [2.4, -2.4, 0, 2.1213203, 3, -3, 3, 1e-30]
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-6 }, "\(found)")
    let smaller = try applied(#"{"type": "clip", "limit": 1}"#, columns: 1, seen: [], to: [1e9])
    #expect(smaller == [1])
  }

  /// Each kind of a list is fitted to what the one before it gives.
  @Test func aListIsAppliedInOrder() throws {
    let seen: [Float] = [1, 2, 3, 4, 100]
    let one = try applied(#""minmax""#, columns: 1, seen: seen, to: seen)
    let two = one.map { 3 * $0 }
    let three = try applied(#""standardize""#, columns: 1, seen: two, to: two)
    let list = #"["minmax", {"type": "scale", "factor": 3}, "standardize"]"#
    #expect(try applied(list, columns: 1, seen: seen, to: seen) == three)
  }

  /// A list of one is that one; tensors of several are numbered.
  @Test func tensorsHaveTheNamesOfAFile() throws {
    func names(_ json: String) throws -> [String] {
      let preprocess = try make(json, features: 2)
      let data = try buffer([1, 2, 3, 4])
      try preprocess.fit(view(data, columns: 2), rows: 2, order: nil)
      return preprocess.tensors.map { $0.name }
    }
    #expect(try names(#""standardize""#) == ["center", "scale"])
    #expect(try names(#"["standardize"]"#) == ["center", "scale"])
    #expect(try names(#""none""#) == [])
    #expect(
      try names(#"["none", "standardize", "minmax"]"#) == [
        "1.center", "1.scale", "2.center", "2.scale",
      ])
  }

  @Test(arguments: PreprocessKind.registry.map { $0.name })
  func everyKindKeepsItsPromises(_ name: String) throws {
    let kind = try #require(PreprocessKind.registry.first { $0.name == name })
    let preprocess = try make(kind.example, features: 3)
    #expect(preprocess.isFitted == !preprocess.needsFit)
    // The last column is constant.
    let rows: [Float] = [-2, 4, 0.1, 0, 1e30, 0.1, 7, -3, 0.1, 0, 0, 0.1]
    let data = try buffer(rows)
    try preprocess.fit(view(data, columns: 3), rows: 4, order: nil)
    #expect(preprocess.isFitted)
    #expect(preprocess.tensors.allSatisfy { $0.firstWrong == nil })
    preprocess.apply(to: Matrix(data.base, rows: 4, columns: 3))
    #expect((0..<12).allSatisfy { data.base[$0].isFinite })
    if preprocess.keepsZeros { #expect(data.base[3] == 0 && data.base[9] == 0) }
    if preprocess.isIdentity { #expect((0..<12).allSatisfy { data.base[$0] == rows[$0] }) }
    // Row by row it is the same, and a copy knows the same.
    let twin = Preprocess(preprocess.functions, features: 3)
    try twin.copy(from: preprocess)
    for row in 0..<4 {
      let single = try buffer(Array(rows[3 * row..<3 * row + 3]))
      twin.apply(to: Matrix(single.base, rows: 1, columns: 3))
      #expect((0..<3).allSatisfy { single.base[$0] == data.base[3 * row + $0] })
    }
  }

  @Test(arguments: [
    ("[]", "a list of 1 to 16 kinds"),
    (#"["minmax", "max"]"#, "preprocess[1]: unknown preprocess"),
    (#"{"type": "clip", "limit": 0}"#, "limit must be"),
    (#"{"type": "quantile_normal", "n_quantiles": 1}"#, "n_quantiles must be"),
    (#"[{"type": "scale"}]"#, "factor is needed"), (#"[["minmax"]]"#, "must be a name"),
  ])
  func errorsSayWhatMustHold(_ json: String, _ fragment: String) {
    let error = #expect(throws: NNError.self) { try make(json, features: 2) }
    #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "")")
  }
}
