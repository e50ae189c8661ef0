/// Sorts values; equal ones keep their order. Merges runs of 1, 2, 4 ... values.
///
/// Swift's own sort allocates scratch memory, and Swift aborts the process when that fails.
///
/// - Parameters:
///   - spare: room for as many values; overwritten.
///   - staysBefore: whether a value may stay before one that followed it: `<=` for ascending order.
/// - Returns: where the sorted values are: `values` or `spare`.
@inlinable
package func mergeSort<Value: BitwiseCopyable>(
  _ values: UnsafeMutablePointer<Value>, count: Int, spare: UnsafeMutablePointer<Value>,
  _ staysBefore: (Value, Value) -> Bool
) -> UnsafeMutablePointer<Value> {
  var (source, target) = (values, spare)
  var width = 1
  while width < count {
    var start = 0
    while start < count {
      let (middle, end) = (min(start + width, count), min(start + 2 * width, count))
      var (left, right) = (start, middle)
      for place in start..<end {
        if left < middle, right >= end || staysBefore(source[left], source[right]) {
          target[place] = source[left]
          left += 1
        } else {
          target[place] = source[right]
          right += 1
        }
      }
      start += 2 * width
    }
    (source, target) = (target, source)
    width *= 2
  }
  return source
}
