import NNData
import NNErrors
import NNJSON
import NNMath
import NNOptions

extension Model {
  /// Makes a model whose spec is completed from a table: columns, layers, loss, classes.
  ///
  /// - Parameter json: the spec as far as it is known; the preset fills in the rest.
  /// - Throws: `NNError.argument`, `.memory`; `.state` for arrays, or without a target.
  package static func make(for set: Dataset, _ json: JSON) throws(NNError) -> Model {
    guard let part = set.tablePart else {
      throw .state(
        "the data set is made of arrays; nns_create_for needs one of nns_data_create_table or "
          + "nns_data_create_arrow, for arrays there is nns_create")
    }
    guard part.target != nil else {
      throw .state("the data set has no target; name the column that the model shall learn")
    }
    guard let given = json.object else {
      throw .argument(#"spec: it must be an object such as {"preset": "tabular"}"#)
    }
    let draft = try TableDraft(given, set, part)
    let spec = try ModelSpec(draft.spec)
    let model = try Model(spec)
    model.table = draft.encoder
    return model
  }
}

/// A spec on its way from what a caller says to what a model needs.
private struct TableDraft {
  /// Complete.
  let spec: JSON
  let encoder: TableEncoder

  init(_ given: JSONObject, _ set: Dataset, _ part: TablePart) throws(NNError) {
    if let preset = given["preset"] { try TabularPreset.check(preset, owner: "spec") }
    let target = try TableGoal(given, set, part)
    var options = Options(given, owner: "spec")
    let columns = try Self.columns(&options)
    let preprocess = try TablePreprocess(&options)
    let groups = try GroupSpec.list(&options, isLearnt: false)
    let fitTarget = try target.forSplits(set)
    let fit = try TableFit(
      part.table, rows: set.rows, options: preprocess, target: fitTarget.target,
      seed: given["seed"]?.natural ?? 0,
      source: { set.sourceRow($0) })
    let places = part.table.columns.indices.filter { part.isInput($0) }
    try Self.checkNames(columns, places, part.table)
    encoder = try fit.encoder(places, given: columns, groups: groups)
    withExtendedLifetime(fitTarget) {}
    var spec = given
    spec["preset"] = nil
    spec["columns"] = .array(encoder.columns.map { $0.json })
    spec["groups"] = .array(encoder.groups.map { $0.json })
    if let resolved = options.resolved["preprocess"] { spec["preprocess"] = resolved }
    target.complete(&spec)
    TabularPreset.complete(&spec, outputs: target.outputs, rows: set.rows)
    self.spec = .object(spec)
  }

  /// The columns that the caller describes; the others are "auto".
  private static func columns(_ options: inout Options) throws(NNError) -> [ColumnSpec] {
    guard let json = options.value("columns"), json.string != "auto" else { return [] }
    return try TableSpec.columns(json, options)
  }

  private static func checkNames(
    _ columns: [ColumnSpec], _ places: [Int], _ table: Table
  ) throws(NNError) {
    let names = try NameIndex(places.map { table.columns[$0].name ?? "#\($0)" })
    for column in columns {
      guard names.place(of: column.name) != nil else {
        throw .argument(
          "spec: column \"\(column.name)\" is described and the table has none of that name; "
            + "compare the spelling")
      }
    }
  }
}

/// What a model of a table learns: classes or a number.
private struct TableGoal {
  /// Outputs of the last layer.
  let outputs: Int
  /// The labels in their order; nil: the target is a number.
  private let labels: [JSON]?
  private let integers: [Int64]
  private let name: String

  /// Whole numbers of so many different values, or fewer, are classes.
  private static let mostIntegerClasses = 10
  /// As many as texts may be.
  private static let mostClasses = 65_536

  init(_ given: JSONObject, _ set: Dataset, _ part: TablePart) throws(NNError) {
    let place = part.target ?? 0
    name = part.table.columns[place].name ?? "#\(place)"
    let kind = try Self.kind(given)
    let most = kind == "classes" ? Self.mostClasses : Self.mostIntegerClasses
    let found = Self.integers(set, most: most)
    switch part.targetClasses?.kind {
    case .text:
      guard kind != "number" else {
        throw .argument(
          "spec: target: kind must be \"classes\" for a column of texts, got \"number\"")
      }
      labels = part.targetClasses?.texts.map { .string($0) }
      integers = []
    case .boolean where kind != "number":
      labels = [.bool(false), .bool(true)]
      integers = [0, 1]
    case .integer where kind != "number" && found != nil:
      integers = found ?? []
      labels = integers.map { .integer($0) }
    case .integer where kind == "classes":
      throw .argument(
        "spec: target: kind is \"classes\", and the target has more than \(Self.mostClasses) "
          + "different integers, too many for classes; set kind to \"number\"")
    case nil where kind == "classes":
      throw .argument(
        "spec: target: kind is \"classes\", and the target has fractions; give integers or texts")
    default:
      (labels, integers) = (nil, [])
    }
    guard labels.map({ $0.count >= 2 }) ?? true else {
      throw .argument(
        "the target \"\(name)\" has one class only, \(labels?.first?.text ?? ""): there is nothing "
          + "to learn; give rows of other classes")
    }
    outputs = labels.map { $0.count == 2 ? 1 : $0.count } ?? 1
  }

  private static func kind(_ given: JSONObject) throws(NNError) -> String? {
    guard let target = given["target"] else { return nil }
    guard let options = target.object else {
      throw .argument(
        #"spec: target must be an object such as {"kind": "classes"}, got "#
          + String(target.text.prefix(80)))
    }
    guard let json = options["kind"] else { return nil }
    guard let kind = json.string, kind == "classes" || kind == "number" else {
      throw .argument(
        "spec: target: kind must be \"classes\" or \"number\", got \(String(json.text.prefix(80)))")
    }
    return kind
  }

  /// The different targets in ascending order; nil: more than `most`, or no whole numbers.
  private static func integers(_ set: Dataset, most: Int) -> [Int64]? {
    guard set.targets.type.isInteger, set.targets.columns == 1 else { return nil }
    var found: [Int64] = []
    for position in 0..<set.rows {
      let value = set.targets.integer(set.sourceRow(position), 0)
      let place = place(of: value, in: found)
      if place < found.count, found[place] == value { continue }
      guard found.count < most else { return nil }
      found.insert(value, at: place)
    }
    return found
  }

  /// The first place in an ascending list whose value is not below one.
  private static func place(of value: Int64, in list: [Int64]) -> Int {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Fills in what the caller left out: loss, classes, target, calibration.
  func complete(_ spec: inout JSONObject) {
    var target = spec["target"]?.object ?? JSONObject()
    target["kind"] = nil
    target["name"] = .string(name)
    if let labels {
      if spec["loss"] == nil {
        spec["loss"] = .string(outputs == 1 ? "binary_cross_entropy" : "softmax_cross_entropy")
      }
      if spec["classes"] == nil { spec["classes"] = .array(labels) }
      if spec["calibration"] == nil { spec["calibration"] = .string("temperature") }
    } else {
      if spec["loss"] == nil { spec["loss"] = .string("mse") }
      if target["scale"] == nil { target["scale"] = .string("standardize") }
      if target["clamp"] == nil { target["clamp"] = .bool(true) }
    }
    spec["target"] = .object(target)
  }

  /// The target by the table's rows, for splits, with the memory that it points to.
  func forSplits(_ set: Dataset) throws(NNError) -> (target: FitTarget, memory: AnyObject) {
    guard let labels else {
      let numbers = try Buffer<Double>(count: set.targets.rows)
      for position in 0..<set.rows {
        let row = set.sourceRow(position)
        numbers.base[row] = set.targets.double(row, 0)
      }
      return (FitTarget(numbers: numbers.base), numbers)
    }
    let classes = try Buffer<Int32>(count: set.targets.rows)
    for position in 0..<set.rows {
      let row = set.sourceRow(position)
      let label = set.targets.integer(row, 0)
      let index = integers.isEmpty ? Int(label) : Self.place(of: label, in: integers)
      classes.base[row] = Int32(truncatingIfNeeded: index)
    }
    return (FitTarget(classes: classes.base, count: labels.count), classes)
  }
}
