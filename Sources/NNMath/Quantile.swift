/// The value that a share of sorted values does not exceed, interpolated between two neighbours.
///
/// Reference: Hyndman and Fan 1996, definition 7; numpy.quantile.
///
/// - Parameters:
///   - share: 0 ... 1.
///   - count: values, at least one.
///   - value: at a place, in ascending order.
@inlinable
package func quantile(_ share: Double, of count: Int, _ value: (Int) -> Double) -> Double {
  let position = share * Double(count - 1)
  let below = min(Int(position), count - 1)
  let (low, high) = (value(below), value(min(below + 1, count - 1)))
  return low == high ? low : low + (high - low) * (position - Double(below))
}
