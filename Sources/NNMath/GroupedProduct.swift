import CKernels

/// A product group by group: the columns of A and of C are cut into equally many parts, and each
/// part of C is the product of its part of A with a factor of its own.
package struct GroupedProduct {
  private let groups: Int
  /// Columns of a part of A, and of C.
  private let inputs: Int
  private let outputs: Int

  package init(groups: Int, inputs: Int, outputs: Int) {
    (self.groups, self.inputs, self.outputs) = (groups, inputs, outputs)
  }

  /// C = A · B + bias
  ///
  /// - Parameters:
  ///   - a: [m × groups · inputs]
  ///   - b: [inputs × groups · outputs], the factors side by side.
  ///   - bias: [groups · outputs], or nil.
  ///   - c: [m × groups · outputs], overwritten.
  ///   - spare: floats as `spareForProducts` says for one factor.
  package func multiply(
    _ a: MatrixRows, _ b: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into c: Matrix,
    spare: UnsafeMutablePointer<Float>, pool: BorrowedPool
  ) {
    for group in 0..<groups {
      let place = group * outputs
      var job = ProductJob(
        product: nnk_product(
          a: a.base, a_start: group * inputs, b: b + place, b_stride: c.columns,
          c: c.base + place, c_stride: c.columns, m: c.rows, n: outputs,
          k: inputs, bias: bias.map { $0 + place }, is_rectified: 0, is_added: 0,
          is_transposed: 0, panel: spare, next: nil, next_k: 0), isOfDots: false, pool: pool)
      job.run()
    }
  }

  /// C = A · Bᵀ for A of the size of C above, and the other way round.
  package func multiplyTransposed(
    _ a: MatrixRows, _ b: UnsafePointer<Float>, into c: Matrix, spare: UnsafeMutablePointer<Float>,
    pool: BorrowedPool
  ) {
    for group in 0..<groups {
      var product = nnk_product(
        a: a.base, a_start: group * outputs, b: b + group * outputs, b_stride: a.columns,
        c: c.base + group * inputs, c_stride: c.columns, m: c.rows, n: inputs, k: outputs,
        bias: nil, is_rectified: 0, is_added: 0, is_transposed: 1, panel: spare, next: nil,
        next_k: 0)
      let isOfDots = nnk_kernels().pointee.prefers_dots(&product) != 0
      var job = ProductJob(product: product, isOfDots: isOfDots, pool: pool)
      job.run()
    }
  }

  /// The gradient of B: the products of the parts of A, turned, with those of D.
  ///
  /// - Parameters:
  ///   - a: [k × groups · inputs]
  ///   - d: [k × groups · outputs]
  ///   - c: [inputs × groups · outputs], overwritten.
  package func multiplyFirstTransposed(
    _ a: MatrixRows, _ d: Matrix, into c: UnsafeMutablePointer<Float>
  ) {
    for group in 0..<groups {
      let place = group * outputs
      var part = nnk_gradient(
        a: a.base, a_start: group * inputs, a_width: a.columns, next: nil, d: d.base + place,
        d_stride: d.columns, descent: nil, c: c + place, c_stride: d.columns, m: inputs,
        n: outputs, k: 0, is_added: 0)
      part.run(rows: d.rows)
    }
  }
}
