import NNErrors

/// What a data set knows of the table it was made of. The rows of the data set are those of
/// `Dataset.sourceRow`.
package struct TablePart: Sendable {
  package let table: Table
  /// The column that is y; nil: none, for predictions.
  package let target: Int?
  /// The column of the sample weights; nil: all 1.
  package let weight: Int?
  /// What the labels of the target are; nil: numbers with fractions, or no target.
  package let targetClasses: TargetClasses?

  /// Whether a column is neither target nor weight.
  package func isInput(_ column: Int) -> Bool { column != target && column != weight }

  /// How many columns are neither target nor weight.
  package var inputs: Int { table.columns.indices.count { isInput($0) } }
}

/// The labels of a target of texts, integers or booleans.
package struct TargetClasses: Sendable {
  package enum Kind: Sendable {
    case text, integer, boolean
  }

  package let kind: Kind
  /// Of texts: the different ones in ascending order of their bytes; the target has their places.
  package let texts: [String]
}
