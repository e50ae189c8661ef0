import CKernels

// The only entry to the kernels of this instruction set: a C function that fills a C struct. A
// direct call into this module could be inlined into code for another instruction set.

#if NNK_V4
  @c(nnk_fill_v4) public func fillTable(_ table: UnsafeMutablePointer<nnk_table>) { fill(table) }
#elseif NNK_V3
  @c(nnk_fill_v3) public func fillTable(_ table: UnsafeMutablePointer<nnk_table>) { fill(table) }
#else
  @c(nnk_fill_base) public func fillTable(_ table: UnsafeMutablePointer<nnk_table>) { fill(table) }
#endif

private func fill(_ table: UnsafeMutablePointer<nnk_table>) {
  table.pointee.product_of_tiles = productOfTiles
  table.pointee.prefers_dots = prefersDots
  table.pointee.product_of_dots = productOfDots
  table.pointee.product_gradient = productGradient
  table.pointee.index_nonzeros = indexNonzeros
  table.pointee.product_sparse = productSparse
  table.pointee.gradient_sparse = gradientSparse
  table.pointee.transpose = transpose

  table.pointee.random_words = randomWords

  table.pointee.exponential = exponentialOf
  table.pointee.sigmoid = sigmoid
  table.pointee.tanh = tanh
  table.pointee.silu = silu
  table.pointee.gelu = gelu
  table.pointee.gelu_tanh = geluTanh
  table.pointee.elu = elu
  table.pointee.relu_gradient = reluGradient
  table.pointee.sigmoid_gradient = sigmoidGradient
  table.pointee.tanh_gradient = tanhGradient
  table.pointee.silu_gradient = siluGradient
  table.pointee.gelu_gradient = geluGradient
  table.pointee.gelu_tanh_gradient = geluTanhGradient
  table.pointee.elu_gradient = eluGradient

  table.pointee.largest_magnitude = largestMagnitude
  table.pointee.largest_magnitude_of_rows = largestMagnitudeOfRows
  table.pointee.column_sums = columnSums
  table.pointee.softmax = softmax
  table.pointee.logarithms = logarithms
  table.pointee.squared_errors = squaredErrors
  table.pointee.binary_cross_entropies = binaryCrossEntropies
  table.pointee.scaled = scaled
  table.pointee.sum_in_double = sumInDouble

  table.pointee.decay = decay
  table.pointee.sgd = sgd
  table.pointee.momentum = momentum
  table.pointee.adam = adam
  table.pointee.amsgrad = amsgrad
  table.pointee.rmsprop = rmsprop
  table.pointee.adagrad = adagrad
  table.pointee.adadelta = adadelta
  table.pointee.rprop = rprop
}
