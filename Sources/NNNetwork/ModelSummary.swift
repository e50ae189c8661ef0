import NNJSON
import NNMath

extension Model {
  /// The layers as a table for people: what each is, the shape of a row that comes out, and how
  /// many values it has, running statistics included.
  package var summary: String {
    var table = SummaryTable()
    let input = spec.inputShape.text
    table.add("", "layer", "output shape", "parameters")
    table.add("", "input", input, "0")
    let scalings = spec.json.object?["preprocess"]
    for scaling in scalings?.array ?? scalings.map({ [$0] }) ?? [] {
      let name = kindName(scaling)
      if !sameBytes(name, "none") { table.add("", name, input, "0") }
    }
    for node in plan.nodes {
      let count = node.layer.tensors.reduce(0) { $0 + $1.count }
      let place = String(decoding: node.name.utf8.dropFirst("layers.".utf8.count), as: UTF8.self)
      let shape = node.layer.outputShape.text
      table.add(place, layerName(node, in: spec.json), shape, grouped(count))
    }
    table.add("", "total", "", grouped(weights.count))
    table.add("", "trainable", "", grouped(parameterCount))
    return table.text
  }
}

/// The name of a kind, written as a string or as an object.
func kindName(_ json: JSON) -> String { json.string ?? json.object?["type"]?.string ?? "" }

/// `dense, relu`: the kind, and the activation that it applies.
private func layerName(_ node: Plan.Node, in spec: JSON) -> String {
  // Its name is the way to its options: layers.2.shortcut.0.
  var options: JSON? = spec
  for step in node.name.utf8.split(separator: UInt8(ascii: ".")) {
    if let list = options?.array {
      let index = step.reduce(0) { 10 * $0 + Int($1 & 15) }
      options = list.indices.contains(index) ? list[index] : nil
    } else {
      options = options?.object?[String(decoding: step, as: UTF8.self)]
    }
  }
  guard let activation = options?.object?["activation"].map(kindName), !activation.isEmpty,
    !sameBytes(activation, "identity")
  else { return node.kind }
  return "\(node.kind), \(activation)"
}

/// `1,234,567`
private func grouped(_ count: Int) -> String {
  let digits = Array(String(count).utf8)
  var text: [UInt8] = []
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text.append(UInt8(ascii: ",")) }
    text.append(digit)
  }
  return String(decoding: text, as: UTF8.self)
}

/// Rows of four columns: the last to the right, the others to the left.
private struct SummaryTable {
  private var rows: [(String, String, String, String)] = []
  private var widths = (0, 0, 0, 0)

  mutating func add(_ index: String, _ layer: String, _ shape: String, _ count: String) {
    rows.append((index, layer, shape, count))
    widths.0 = max(widths.0, index.utf8.count)
    widths.1 = max(widths.1, layer.utf8.count)
    widths.2 = max(widths.2, shape.utf8.count)
    widths.3 = max(widths.3, count.utf8.count)
  }

  /// The rows, one a line, without a newline at the end.
  var text: String {
    var bytes: [UInt8] = []
    func append(_ cell: String, _ width: Int, toTheRight: Bool = false) {
      let blanks = [UInt8](repeating: UInt8(ascii: " "), count: width - cell.utf8.count)
      if toTheRight { bytes += blanks }
      bytes += Array(cell.utf8)
      if !toTheRight { bytes += blanks }
    }
    for (position, row) in rows.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: "\n")) }
      append(row.0, widths.0)
      append("", widths.0 > 0 ? 2 : 0)
      append(row.1, widths.1 + 2)
      append(row.2, widths.2 + 2)
      append(row.3, widths.3, toTheRight: true)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
