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

/// The memberwise initialiser: an entry that is forgotten here does not compile.
private func fill(_ table: UnsafeMutablePointer<nnk_table>) {
  table.pointee = nnk_table(
    name: table.pointee.name,
    product_of_tiles: productOfTiles,
    product_of_dots: productOfDots,
    prefers_dots: prefersDots,
    product_gradient: productGradient,
    index_nonzeros: indexNonzeros,
    product_sparse: productSparse,
    gradient_sparse: gradientSparse,
    combine_table: combineTable,
    scatter_table: scatterTable,
    fill_bins: fillBins,
    spread_bins: spreadBins,
    add_to: addTo,
    dot: dot,
    transpose: transpose,
    random_words: randomWords,
    drop_out: dropOut,
    exponential: exponentialOf,
    sigmoid: sigmoid,
    tanh: tanh,
    silu: silu,
    gelu: gelu,
    gelu_tanh: geluTanh,
    elu: elu,
    mish: mish,
    log_sigmoid: logSigmoid,
    tanh_shrink: tanhShrink,
    relu_gradient: reluGradient,
    sigmoid_gradient: sigmoidGradient,
    tanh_gradient: tanhGradient,
    silu_gradient: siluGradient,
    gelu_gradient: geluGradient,
    gelu_tanh_gradient: geluTanhGradient,
    elu_gradient: eluGradient,
    mish_gradient: mishGradient,
    log_sigmoid_gradient: logSigmoidGradient,
    tanh_shrink_gradient: tanhShrinkGradient,
    largest_magnitude: largestMagnitude,
    largest_magnitude_of_rows: largestMagnitudeOfRows,
    column_sums: columnSums,
    softmax: softmax,
    logarithms: logarithms,
    squared_errors: squaredErrors,
    binary_cross_entropies: binaryCrossEntropies,
    scaled: scaled,
    sum_in_double: sumInDouble,
    decay: decay,
    sgd: sgd,
    momentum: momentum,
    adam: adam,
    amsgrad: amsgrad,
    rmsprop: rmsprop,
    adagrad: adagrad,
    adadelta: adadelta,
    rprop: rprop)
}
