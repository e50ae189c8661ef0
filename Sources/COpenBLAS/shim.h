// The one product the library takes from BLAS. Declared here because cblas.h differs between
// distributions in its enum types; the ABI is the same everywhere.
#ifndef NNSWIFT_COPENBLAS_H
#define NNSWIFT_COPENBLAS_H

enum { NNBlasRowMajor = 101, NNBlasNoTrans = 111, NNBlasTrans = 112 };

void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);

#endif
