import NNErrors
import NNMath

// Numbers far from 0 that differ little, such as times in seconds or large counters, lose their
// differences as floats. An offset of each feature is subtracted in the caller's own type first.

/// Features whose middle is so many times their range get an offset.
private let farRange = 64.0

/// The offsets of features, each the sum of two floats; 0: none.
package struct FeatureOffsets {
  /// [2 × features]
  package let values: Buffer<Float>

  /// - Throws: `NNError.memory`, `.limit`.
  package init(features: Int) throws(NNError) {
    values = try Buffer(count: try checkedProduct(2, features, "preprocess memory"))
  }

  private var features: Int { values.count / 2 }

  /// Sets an offset near a number: the second float is whole, so that integers stay integers.
  func set(_ feature: Int, near number: Double) {
    values.base[feature] = Float(number)
    values.base[features + feature] = Float(number - Double(Float(number))).rounded()
  }

  func has(_ feature: Int) -> Bool { values.base[feature] != 0 }

  func parts(_ feature: Int) -> (Float, Float) {
    (values.base[feature], values.base[features + feature])
  }

  func sum(_ feature: Int) -> Double {
    Double(values.base[feature]) + Double(values.base[features + feature])
  }

  /// - Throws: `NNError.memory`.
  func copy() throws(NNError) -> FeatureOffsets {
    let copy = try FeatureOffsets(features: features)
    copy.values.copy(from: values)
    return copy
  }
}

/// The offsets that features need, near the middle of each; nil: none.
///
/// - Parameter order: the rows to look at; nil: the first `rows`.
/// - Throws: `NNError.memory`.
func featureOffsets(
  _ view: ArrayView, rows: Int, order: UnsafePointer<Int32>?
) throws(NNError) -> FeatureOffsets? {
  guard view.type.exceedsFloat else { return nil }
  var offsets: FeatureOffsets?
  for column in 0..<view.columns {
    var (least, largest) = (Double.infinity, -Double.infinity)
    var areFloats = true
    for position in 0..<rows {
      let row = order.map { Int($0[position]) } ?? position
      let value = view.double(row, column)
      guard value.isFinite else { continue }
      (least, largest) = (min(least, value), max(largest, value))
      areFloats = areFloats && view.isFloat(row, column)
    }
    let middle = least / 2 + largest / 2
    guard !areFloats, abs(middle) > farRange * (largest - least), Float(middle).isFinite else {
      continue
    }
    if offsets == nil { offsets = try FeatureOffsets(features: view.columns) }
    offsets?.set(column, near: middle)
  }
  return offsets
}

extension ElementType {
  /// Whether it has values that a float has not.
  fileprivate var exceedsFloat: Bool { self == .float64 || self == .int64 || self == .int32 }
}

extension ArrayView {
  /// Whether a value is a float, bit for bit.
  fileprivate func isFloat(_ row: Int, _ column: Int) -> Bool {
    guard type.isInteger else {
      let value = double(row, column)
      return Double(Float(value)) == value
    }
    let value = integer(row, column)
    return Int64(exactly: Float(value)) == value
  }

  /// An element less an offset, rounded once.
  private func difference(_ row: Int, _ column: Int, _ offset: (Float, Float)) -> Float {
    if type == .int64, let first = Int64(exactly: offset.0), let second = Int64(exactly: offset.1) {
      let (rest, overflow) = integer(row, column).subtractingReportingOverflow(first)
      let (difference, carry) = rest.subtractingReportingOverflow(second)
      if !overflow, !carry { return Float(difference) }
    }
    return Float(double(row, column) - Double(offset.0) - Double(offset.1))
  }

  /// Replaces copied features that have an offset by their differences from it.
  ///
  /// - Parameters:
  ///   - block: holds rows of the view from a feature on.
  ///   - first: that feature.
  ///   - start: the position of the block's first row.
  ///   - order: the row at a position; nil: the position itself.
  func subtract(
    _ offsets: FeatureOffsets, from block: Matrix, first: Int = 0, start: Int = 0,
    order: UnsafePointer<Int32>?
  ) {
    for column in 0..<block.columns where offsets.has(first + column) {
      let offset = offsets.parts(first + column)
      for position in 0..<block.rows {
        let row = order.map { Int($0[start + position]) } ?? start + position
        block.base[position * block.columns + column] = difference(
          row, first + column, offset)
      }
    }
  }
}
