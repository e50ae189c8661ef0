import NNErrors
import NNMath
import NNOptions

extension PreprocessKind {
  /// `(x - median) / (upper quartile - lower quartile)`: outliers change neither. Columns whose
  /// quartiles are equal get scale 1.
  ///
  /// Reference: sklearn.preprocessing.RobustScaler.
  static let robust = PreprocessKind(name: "robust", example: #"{"type": "robust"}"#) {
    _ throws(NNError) in
    .scaling { data, memory throws(NNError) in
      var values = try SortedColumn(data)
      for column in 0..<data.columns {
        values.load(column)
        let range = values.quantile(0.75) - values.quantile(0.25)
        memory.setScaling(
          column, center: values.quantile(0.5), spread: range > 0 ? range : 1)
      }
    }
  }
}
