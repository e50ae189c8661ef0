/// Ends a training whose loss does not improve any more.
///
/// Reference: scikit-learn's MLPClassifier, n_iter_no_change 10 and tol 1e-4, here of the best.
final class PlateauMonitor {
  private let column: Int
  private var best = Double.infinity
  private var waited = 0

  init(column: Int) { self.column = column }

  /// - Returns: whether the training is over.
  func observe(_ values: [Double]) -> Bool {
    let value = values[column]
    if value < best - 1e-4 * abs(best) || best == .infinity {
      best = value
      waited = 0
    } else {
      waited += 1
    }
    return waited >= 10
  }
}
