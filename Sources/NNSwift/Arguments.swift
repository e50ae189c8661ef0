import CNNSwift
import CPlatform
import NNData
import NNErrors
import NNExecution
import NNJSON
import NNMath
import NNNetwork
import NNTraining

/// Texts longer than this are refused before they are parsed.
let maximumTextBytes = 16 << 20

/// The UTF-8 text behind a C string.
func string(_ text: UnsafePointer<CChar>?, _ name: StaticString) throws(NNError) -> String {
  let text = try required(text, name)
  let length = strlen(text)
  guard length <= maximumTextBytes else {
    throw .argument("\(name) must have at most \(maximumTextBytes) bytes, got \(length)")
  }
  return text.withMemoryRebound(to: UInt8.self, capacity: length) {
    String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
  }
}

/// The JSON behind a C string; the default where it is NULL.
func json(
  _ text: UnsafePointer<CChar>?, _ name: StaticString, default standard: JSON? = nil
) throws(NNError) -> JSON {
  guard let text else {
    if let standard { return standard }
    throw .null("\(name) must not be NULL")
  }
  let length = strlen(text)
  guard length <= maximumTextBytes else {
    throw .argument("\(name) must have at most \(maximumTextBytes) bytes, got \(length)")
  }
  let start = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
  do throws(NNError) {
    return try JSON.parse(UnsafeBufferPointer(start: start, count: length))
  } catch {
    throw .argument("\(name): \(error.message)")
  }
}

/// A metric's name: a JSON object, a JSON string, or the bare name.
func kindName(_ text: UnsafePointer<CChar>?, _ name: StaticString) throws(NNError) -> JSON {
  let plain = try string(text, name)
  let first = plain.utf8.first
  return first == UInt8(ascii: "{") || first == UInt8(ascii: "\"")
    ? try json(text, name) : .string(plain)
}

/// Checks a borrowed array and makes a view of it.
///
/// - Throws: `NNError.null`, `.argument`, `.dtype`, `.shape`.
func view(_ array: UnsafePointer<nns_array>?, _ name: StaticString) throws(NNError) -> ArrayView {
  try quickView(array, name)
}

/// The same, compiled into its caller: for predictions of one row.
@inline(__always)
func quickView(
  _ array: UnsafePointer<nns_array>?, _ name: StaticString
) throws(NNError) -> ArrayView {
  if let array, let view = denseView(array) { return view }
  return try checkedView(array, name)
}

/// The view of a dense array that is neither empty nor huge; nil: look closer. One row would notice
/// the checks in full.
@inline(__always)
private func denseView(_ array: UnsafePointer<nns_array>) -> ArrayView? {
  guard array.pointee.struct_size == UInt32(ArraySize.whole),
    array.pointee.row_stride | array.pointee.col_stride == 0, let data = array.pointee.data,
    let type = ElementType(rawValue: array.pointee.dtype)
  else { return nil }
  let (rows, columns) = (array.pointee.rows, array.pointee.cols)
  let most: Int64 = 1 << 20
  guard rows > 0, rows < most, columns > 0, columns < most else { return nil }
  return ArrayView(
    type: type, base: data, rows: Int(rows), columns: Int(columns),
    rowStride: Int(columns) * type.size, columnStride: type.size)
}

@inline(never)
private func checkedView(
  _ array: UnsafePointer<nns_array>?, _ name: StaticString
) throws(NNError) -> ArrayView {
  let array = try required(array, name)
  let known = Int(array.pointee.struct_size)
  guard known >= ArraySize.withoutStrides else { throw wrongSize(name, known) }
  // Field by field: a copy of the whole would wait for the caller's narrower stores just before.
  let (dtype, data) = (array.pointee.dtype, array.pointee.data)
  let (rows, columns) = (Int(array.pointee.rows), Int(array.pointee.cols))
  var rowStride = known >= ArraySize.withRowStride ? Int(array.pointee.row_stride) : 0
  var columnStride = known >= ArraySize.whole ? Int(array.pointee.col_stride) : 0
  guard let type = ElementType(rawValue: dtype) else {
    throw .dtype("\(name): dtype must be NNS_F32 (1) ... NNS_BOOL (6), got \(dtype)")
  }
  guard rows >= 0, columns >= 0 else {
    throw .shape("\(name): rows and cols must not be negative, got \(rows) and \(columns)")
  }
  if rowStride == 0, columnStride == 0 {
    columnStride = type.size
    rowStride = columns.multipliedReportingOverflow(by: type.size).partialValue
  } else if known < ArraySize.whole {
    // An older client has no column stride: its rows are dense.
    columnStride = type.size
  }
  // Whoever sets one stride and leaves the other would read one element again and again.
  guard rowStride != 0 || rows <= 1, columnStride != 0 || columns <= 1 else {
    throw .argument(
      "\(name): \(rowStride == 0 ? "row_stride" : "col_stride") must not be 0 where the other "
        + "stride is set; give both in bytes, or 0 for both: dense")
  }
  guard
    fitsMemory(rows, columns, type.size), fitsMemory(rows - 1, rowStride, 1),
    fitsMemory(columns - 1, columnStride, 1)
  else {
    throw .shape(
      "\(name): rows \(rows), cols \(columns) and these strides reach beyond any memory; check them"
    )
  }
  let elements = rows * columns
  guard let data = data ?? (elements == 0 ? UnsafeRawPointer(bitPattern: 64) : nil) else {
    throw .null("\(name): data must not be NULL")
  }
  return ArrayView(
    type: type, base: data, rows: rows, columns: columns, rowStride: rowStride,
    columnStride: columnStride)
}

/// The number of bytes that the client knows; a field that its size cuts is left out.
private enum ArraySize {
  static let whole = MemoryLayout<nns_array>.size
  static let withRowStride = whole - MemoryLayout<Int64>.size
  static let withoutStrides = withRowStride - MemoryLayout<Int64>.size
}

private func wrongSize(_ name: StaticString, _ size: Int) -> NNError {
  .argument("\(name): struct_size must be sizeof(nns_array), \(ArraySize.whole), got \(size)")
}

/// Whether a block of count · stride · size bytes fits the user half of an address space.
private func fitsMemory(_ count: Int, _ stride: Int, _ size: Int) -> Bool {
  let (elements, overflow) = max(0, count).multipliedReportingOverflow(by: stride)
  let (bytes, carry) = elements.multipliedReportingOverflow(by: size)
  return !overflow && !carry && bytes.magnitude < 1 << 46
}

/// The view behind an array that may be NULL.
func optionalView(
  _ array: UnsafePointer<nns_array>?, _ name: StaticString
) throws(NNError) -> ArrayView? {
  guard let array else { return nil }
  return try view(array, name)
}

/// Runs a body with the checked features, targets and weights of one batch.
func withSamples<Value>(
  _ x: UnsafePointer<nns_array>?, _ y: UnsafePointer<nns_array>?,
  _ weight: UnsafePointer<nns_array>?, for model: Model, allowsNaN: Bool,
  _ body: (SampleRows) throws(NNError) -> Value
) throws(NNError) -> Value {
  let features = try view(x, "x")
  let targets = try view(y, "y")
  let weights = try optionalView(weight, "weight")
  try checkRows(features: features, targets: targets, weights: weights)
  guard features.rows <= Int32.max else { throw .limit("x must have at most 2147483647 rows") }
  // A wrong number of columns is reported before a value that is not finite.
  try checkArray(features, for: model)
  if !allowsNaN { try checkFinite(features, "x") }
  try checkFinite(targets, "y")
  if let weights { try checkWeights(weights) }
  let indices = try model.indices(of: targets)
  let samples = SampleRows(
    rows: features.rows, features: features,
    targets: indices.map {
      ArrayView(dense: .int32, UnsafeRawPointer($0.base), rows: $0.count, columns: 1)
    } ?? targets, weights: weights, order: nil)
  try checkFit(samples, model)
  // The body reads the indices through a pointer.
  defer { withExtendedLifetime(indices) {} }
  return try body(samples)
}

/// The kind of a prediction, and whether features may be NaN or infinite.
func predictionKind(_ kind: Int32) throws(NNError) -> (kind: PredictionKind, allowsNaN: Bool) {
  let flag = Int32(NNS_ALLOW_NAN)
  let allowsNaN = kind & flag != 0
  switch kind & ~flag {
  case Int32(NNS_PROBA): return (.probabilities, allowsNaN)
  case Int32(NNS_LABEL): return (.labels, allowsNaN)
  case Int32(NNS_RAW): return (.raw, allowsNaN)
  default:
    throw .argument("kind must be NNS_PROBA (1), NNS_LABEL (2) or NNS_RAW (3), got \(kind)")
  }
}
