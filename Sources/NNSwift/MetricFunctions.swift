import CNNSwift
import NNData
import NNErrors
import NNJSON
import NNMath
import NNMetrics
import NNTraining

/// Truth, scores and weights as doubles, and the views they came from.
private struct MetricArrays {
  let rows: Int
  private let truthView: ArrayView
  private let scoreView: ArrayView
  private let truth: Buffer<Double>
  private let scores: Buffer<Double>
  private let weights: Buffer<Double>?

  init(
    _ truthArray: UnsafePointer<nns_array>?, _ scoreArray: UnsafePointer<nns_array>?,
    _ weightArray: UnsafePointer<nns_array>?, scoreName: StaticString = "y_score"
  ) throws(NNError) {
    truthView = try view(truthArray, "y_true")
    scoreView = try view(scoreArray, scoreName)
    let weightView = try optionalView(weightArray, "weight")
    rows = truthView.rows
    guard rows > 0 else { throw .shape("y_true must have at least one row, got 0") }
    guard scoreView.rows == rows else {
      throw .shape(
        "y_true and \(scoreName) must have equally many rows, got \(rows) and \(scoreView.rows)")
    }
    if let weightView, weightView.rows != rows || weightView.columns != 1 {
      throw .shape(
        "weight must be \(rows) x 1, got \(weightView.rows) x \(weightView.columns)")
    }
    truth = try Self.doubles(truthView)
    scores = try Self.doubles(scoreView)
    weights = try weightView.map { view throws(NNError) in try Self.doubles(view) }
  }

  private static func doubles(_ view: ArrayView) throws(NNError) -> Buffer<Double> {
    let values = try Buffer<Double>(
      count: try checkedProduct(view.rows, view.columns, "metric"))
    for row in 0..<view.rows {
      for column in 0..<view.columns {
        values.base[row * view.columns + column] = view.double(row, column)
      }
    }
    return values
  }

  /// The tasks that shapes and types allow, the likeliest first.
  private var meanings: [MetricTask] {
    switch (truthView.columns, scoreView.columns) {
    case (1, 1):
      scoreView.type.isInteger ? [.labels, .binary, .regression] : [.binary, .regression]
    case (1, _): [.multiclass]
    default: [.multilabel, .regression]
    }
  }

  /// Truth and scores of a question with two answers: one column each.
  func binary() throws(NNError) -> MetricInput {
    guard truthView.columns == 1, scoreView.columns == 1 else {
      throw .shape(
        "y_true and y_score must have one column each, 0 or 1 and the score of class 1, got "
          + "\(truthView.columns) and \(scoreView.columns); take one class at a time")
    }
    return try input(.binary)
  }

  /// The arrays as the first task that the metric accepts.
  func input(for tasks: [MetricTask]) throws(NNError) -> MetricInput {
    // Two columns of probabilities are a binary task for metrics that accept no other.
    if truthView.columns == 1, scoreView.columns == 2, !tasks.contains(.multiclass),
      tasks.contains(.binary)
    {
      for row in 0..<rows { scores.base[row] = scores.base[2 * row + 1] }
      return try input(.binary, scoreColumns: 1)
    }
    return try input(
      meanings.first { tasks.contains($0) } ?? meanings[0], scoreColumns: scoreView.columns)
  }

  /// - Parameter classes: of labels, as many as there must be; nil: any number.
  func input(
    _ task: MetricTask, scoreColumns: Int? = nil, classes: Int? = nil
  ) throws(NNError) -> MetricInput {
    try rank(for: task, classes: task == .labels ? classes : scoreColumns ?? scoreView.columns)
    return MetricInput(
      task: task, rows: rows, truth: truth.base, truthColumns: truthView.columns,
      scores: scores.base, scoreColumns: scoreColumns ?? scoreView.columns,
      weights: weights.map { UnsafePointer($0.base) })
  }

  /// Takes labels of any numbers for classes.
  private func rank(for task: MetricTask, classes: Int?) throws(NNError) {
    guard truthView.columns == 1 else { return }
    switch task {
    case .labels: try rankLabels([truth.base, scores.base], rows: rows, classes: classes)
    case .binary: try rankLabels([truth.base], rows: rows, classes: 2)
    case .multiclass: try rankLabels([truth.base], rows: rows, classes: classes)
    case .multilabel, .regression: break
    }
  }

  var scoresAreLabels: Bool { scoreView.columns == 1 }
}

@c @implementation
public func nns_metric(
  _ name: UnsafePointer<CChar>?, _ y_true: UnsafePointer<nns_array>?,
  _ y_score: UnsafePointer<nns_array>?, _ weight: UnsafePointer<nns_array>?,
  _ value: UnsafeMutablePointer<Double>?
) -> Int32 {
  guarded(texts: length(name)) { () throws(NNError) in
    let target = try required(value, "value")
    let json = try kindName(name, "name")
    let (metric, function) = try Metric.parse(json)
    let arrays = try MetricArrays(y_true, y_score, weight)
    target.pointee = try function(try arrays.input(for: metric.tasks))
  }
}

@c @implementation
public func nns_curve(
  _ curve: Int32, _ y_true: UnsafePointer<nns_array>?, _ y_score: UnsafePointer<nns_array>?,
  _ weight: UnsafePointer<nns_array>?, _ x: UnsafeMutablePointer<Double>?,
  _ y: UnsafeMutablePointer<Double>?, _ z: UnsafeMutablePointer<Double>?, _ capacity: Int64,
  _ need: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(NNError) in
    let need = try required(need, "need")
    let input = try MetricArrays(y_true, y_score, weight)
    let points: CurvePoints
    switch curve {
    case Int32(NNS_CURVE_ROC): points = try rocCurve(input.binary())
    case Int32(NNS_CURVE_PR): points = try precisionRecallCurve(input.binary())
    case Int32(NNS_CURVE_CALIBRATION): points = try calibrationCurve(input.binary())
    default:
      throw .argument(
        "curve must be NNS_CURVE_ROC (1), NNS_CURVE_PR (2) or NNS_CURVE_CALIBRATION (3), got \(curve)"
      )
    }
    guard capacity > 0 else {
      guard capacity == 0 else { throw .argument("capacity must not be negative, got \(capacity)") }
      return need.pointee = Int64(points.count)
    }
    let targets = (try required(x, "x"), try required(y, "y"), try required(z, "z"))
    need.pointee = Int64(points.count)
    guard capacity >= Int64(points.count) else {
      throw .argument("capacity must be at least \(points.count), got \(capacity)")
    }
    targets.0.copy(from: points.x.base, count: points.count)
    targets.1.copy(from: points.y.base, count: points.count)
    targets.2.copy(from: points.z.base, count: points.count)
  }
}

@c @implementation
public func nns_confusion(
  _ y_true: UnsafePointer<nns_array>?, _ y_pred: UnsafePointer<nns_array>?,
  _ weight: UnsafePointer<nns_array>?, _ classes: Int64, _ matrix: UnsafeMutablePointer<Double>?,
  _ count: Int64
) -> Int32 {
  guarded { () throws(NNError) in
    let matrix = try required(matrix, "matrix")
    guard classes >= 1, classes <= 46_340 else {
      throw .argument("classes must be an integer in 1...46340, got \(classes)")
    }
    guard count == classes * classes else {
      throw .shape("count must be classes x classes, \(classes * classes), got \(count)")
    }
    let arrays = try MetricArrays(y_true, y_pred, weight, scoreName: "y_pred")
    try confusionMatrix(
      try arrays.input(arrays.scoresAreLabels ? .labels : .multiclass, classes: Int(classes)),
      classes: Int(classes), into: matrix)
  }
}

@c @implementation
public func nns_best_threshold(
  _ metric: UnsafePointer<CChar>?, _ y_true: UnsafePointer<nns_array>?,
  _ y_score: UnsafePointer<nns_array>?, _ weight: UnsafePointer<nns_array>?,
  _ threshold: UnsafeMutablePointer<Double>?, _ value: UnsafeMutablePointer<Double>?
) -> Int32 {
  guarded(texts: length(metric)) { () throws(NNError) in
    let target = try required(threshold, "threshold")
    let json = try kindName(metric, "metric")
    let arrays = try MetricArrays(y_true, y_score, weight)
    let best = try bestThreshold(json, arrays.binary())
    target.pointee = best.threshold
    value?.pointee = best.value
  }
}
