import NNMath

/// The trainable scale and shift that end a normalisation: `y = x · weight + bias`, each [size];
/// or the scale alone.
struct ScaleShift {
  private let weight: Parameter
  private let bias: Parameter?

  init(size: Int, shifts: Bool = true) {
    weight = Parameter("weight", Shape(size), isBias: true)
    bias = shifts ? Parameter("bias", Shape(size), isBias: true) : nil
  }

  var parameters: [Parameter] { bias.map { [weight, $0] } ?? [weight] }

  func initialize() {
    weight.base.update(repeating: 1, count: weight.count)
    if let bias { bias.base.update(repeating: 0, count: bias.count) }
  }

  func apply(_ output: Matrix) {
    scaleAndShift(
      output.base, by: weight.base, plus: bias?.base, rows: output.rows, columns: output.columns)
  }

  /// Fills the gradients of weight and bias and turns dLoss/dy into dLoss/dx.
  func differentiate(
    _ gradient: Matrix, normalized: Matrix, gradients: UnsafeMutablePointer<Float>
  ) {
    columnDots(
      gradient.base, normalized.base, rows: gradient.rows, columns: gradient.columns,
      into: weight.gradient(in: gradients))
    if let bias {
      columnSums(
        gradient.base, rows: gradient.rows, columns: gradient.columns,
        into: bias.gradient(in: gradients))
    }
    scaleAndShift(
      gradient.base, by: weight.base, plus: nil, rows: gradient.rows, columns: gradient.columns)
  }
}
