import NNData
import NNErrors
import NNMath

// Tables and the arrays that a network computes with.

extension Model {
  /// The data set as the network takes it: a table's rows become floats, its labels the classes of
  /// the model. A data set of arrays stays as it is.
  ///
  /// - Throws: `NNError.state` where a model of arrays gets a table, or the other way round;
  ///   `.argument`, `.dtype` for a value that does not fit its column; `.memory`.
  package func encoded(_ set: Dataset, needsTarget: Bool = true) throws(NNError) -> Dataset {
    guard let part = set.tablePart else {
      guard spec.table == nil else { throw Self.needsTable }
      return set
    }
    guard spec.table != nil, let table else {
      throw .state(
        "the data set is a table, and the model learns from arrays; make a model for tables with "
          + "nns_create_for")
    }
    guard !needsTarget || part.target != nil else {
      throw .state("the data set has no target; name the column that the model shall learn")
    }
    let places = try table.match(part.table, without: [part.target, part.weight].compactMap { $0 })
    let width = table.features.count
    let floats = try Buffer<Float>(
      count: try checkedProduct(part.table.rows, width, "encoded table"))
    try table.encode(
      part.table, places, positions: set.rows, source: { set.sourceRow($0) }, into: floats.base)
    let encoded = Dataset(
      set,
      features: ArrayView(
        dense: .float32, UnsafeRawPointer(floats.base), rows: part.table.rows, columns: width),
      memory: floats)
    guard part.targetClasses?.kind == .text, needsTarget else { return encoded }
    return try withClasses(encoded, part.targetClasses?.texts ?? [])
  }

  /// The sentence for arrays.
  package static var needsTable: NNError {
    .state(
      "the model takes the columns of a table, got arrays; make the data set with "
        + "nns_data_create_table, and predict with nns_predict_table")
  }

  /// Text labels, which the set has as places in its own list, as classes of the model.
  private func withClasses(_ set: Dataset, _ texts: [String]) throws(NNError) -> Dataset {
    guard classes.type == .text else {
      throw .argument(
        "the target has texts, and the model's classes are \(classes.listed)")
    }
    let own = try NameIndex(classes.texts)
    let places = try Buffer<Int32>(count: texts.count)
    for (place, text) in texts.enumerated() {
      places.base[place] = Int32(truncatingIfNeeded: own.place(of: text) ?? -1)
    }
    let indices = try Buffer<Int32>(count: set.targets.rows)
    for position in 0..<set.rows {
      let row = set.sourceRow(position)
      let place = Int(set.targets.integer(row, 0))
      let index = places.base[place]
      guard index >= 0 else {
        throw .argument(
          "the target has the unknown class \"\(texts[place])\" in row \(row); the classes are "
            + classes.listed)
      }
      indices.base[row] = index
    }
    return Dataset(set, indices: indices)
  }
}
