// The table of kernels. Each instruction set has one, filled by the module built for it; one is
// chosen when the library is loaded. Nothing else of those modules is called.
#ifndef NNSWIFT_KERNELS_H
#define NNSWIFT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

// A row of a matrix whose rows may lie anywhere: a batch's rows are read in place, in the data set.
typedef const float *_Nonnull nnk_row;

// Asks for a line of memory that will be read soon.
static inline void nnk_prefetch(const void *p) { __builtin_prefetch(p, 0, 3); }

// Panel size in floats, 48 KB. With a 32 KB panel C would travel more often; that was measured to
// be slower (Tests/Benchmarks/NOTES.md).
enum { NNK_PANEL_FLOATS = 12288 };
// The number of rows of A from which a B that is not transposed may be read in panels.
enum { NNK_PANEL_ROWS = 96 };

// C[m x n] = A B + bias; all row-major.
typedef struct {
    const nnk_row *_Nonnull a;            // m rows of k floats, from a_start
    long a_start;
    const float *b;              // [k x n]
    long b_stride;
    float *c;
    long c_stride;
    long m, n, k;
    const float *_Nullable bias; // n floats; NULL: none
    int32_t is_rectified;        // C = max(C, 0)
    int32_t is_added;            // the product is added to C
    int32_t is_transposed;       // B is [n x k]
    // NNK_PANEL_FLOATS, or as many as B has. Not used for fewer rows than NNK_PANEL_ROWS unless B
    // is transposed.
    float *panel;
    const nnk_row *_Nullable next; // m rows that will be read after A; NULL: unknown
    long next_k;                 // their first floats, which are fetched meanwhile
} nnk_product;

// The constants of an Adam step: w -= (step m + gradient_rate g) / (sqrt v / root + eps),
// fresh = 1 - beta.
typedef struct {
    float one_minus_beta1, one_minus_beta2, step, root, eps;
    float gradient_rate;         // 0 but for nadam
} nnk_adam;

// Plain SGD inside the gradient kernel: w -= rate g as soon as a gradient is finished.
typedef struct {
    float *w;
    float rate;
} nnk_fused_sgd;

// C[m x n] = A^T D: the gradient of a weight with m inputs and n outputs, from a batch of k rows.
typedef struct {
    const nnk_row *_Nonnull a;            // k rows, m floats of each, from a_start
    long a_start, a_width;                // and how many floats a row has
    const nnk_row *_Nullable next;        // k rows that will be read after A; NULL: unknown
    const float *d;              // [k x n]
    long d_stride;
    const nnk_fused_sgd *_Nullable descent; // instead of C = ...; its rows lie as those of C
    float *c;
    long c_stride;
    long m, n, k;
    int32_t is_added;
} nnk_gradient;

// One bit for each input of a batch that is not 0, by rows and again by columns. A row's bits, and
// a column's, fill whole words; bits behind the last are 0.
typedef struct {
    long rows, columns;
    long row_words, column_words;
    uint64_t *row_bits;          // [rows x row_words]
    uint64_t *column_bits;       // [columns x column_words]; 15 columns more are written
} nnk_nonzeros;

// What rows of a table add to a product besides their numbers. Row b of `bins` is two rows of
// floats: the sum of the weights of the bins below b, and the weight of bin b.
typedef struct {
    long rows, positions, codes;
    const int32_t *bin;          // [rows x positions]: a row of bins, ...
    const float *share;          // ... and how much of its weight
    const int32_t *code;         // [rows x codes]: a row of `weight`; from `split` on, of `vectors`
    long split;
} nnk_table_rows;

// A run of weights with their gradients.
typedef struct {
    float *w;
    float *g;
    long count;
} nnk_span;

typedef struct {
    float alpha, fresh, eps, momentum, rate;
} nnk_rmsprop;

typedef struct {
    float shrink, grow, least, largest;
} nnk_rprop;

typedef struct {
    const char *name;
    void (*product_of_tiles)(const nnk_product *job);
    // For a transposed B: both factors are read along k.
    void (*product_of_dots)(const nnk_product *job);
    // Whether that is faster. Asked for a whole product, because its sums differ from those of
    // tiles.
    int32_t (*prefers_dots)(const nnk_product *job);
    void (*product_gradient)(const nnk_gradient *job);
    // The same for inputs that are mostly 0: build the index, which counts them; plain product;
    // gradient.
    long (*index_nonzeros)(const nnk_row *_Nonnull a, const nnk_nonzeros *index);
    void (*product_sparse)(const nnk_nonzeros *a, const nnk_product *job);
    void (*gradient_sparse)(const nnk_nonzeros *a, const nnk_gradient *job);
    // out[r] += what row r adds; the other way round, x[r] is added to all that row r used
    void (*combine_table)(const nnk_table_rows *a, const float *bins, const float *weight, const float *vectors,
                          float *out, long columns);
    void (*scatter_table)(const nnk_table_rows *a, const float *x, float *bins, float *weight, float *vectors,
                          long columns);
    // bins[count + 1] from the weights of so many bins; gradients of those weights from bins'
    void (*fill_bins)(const float *weight, long count, long columns, float *bins);
    void (*spread_bins)(const float *bins, long count, long columns, float *weight);
    // y += x; x . y
    void (*add_to)(float *y, const float *x, long count);
    float (*dot)(const float *x, const float *y, long count);
    // b[columns x rows] = a[rows x columns] transposed; b_stride: floats from one row of b to the
    // next
    void (*transpose)(const float *a, long rows, long columns, float *b, long b_stride);

    // Four random words for each of `count` counters, from `first` on. A stream is the two words of
    // the key and the three that follow the first word of its counters.
    void (*random_words)(const uint32_t *stream, uint32_t first, long counters, uint32_t *words);
    // The same words, one a float: mask = word < dropped ? 0 : kept, y = mask x.
    void (*drop_out)(const uint32_t *stream, uint32_t dropped, float kept, const float *x, long count, float *mask,
                     float *y);

    // y = f(z) in place; g *= f'(z), from z or from y.
    void (*exponential)(float *z, long count);
    void (*sigmoid)(float *z, long count);
    void (*tanh)(float *z, long count);
    void (*silu)(float *z, long count);
    void (*gelu)(float *z, long count);
    void (*gelu_tanh)(float *z, long count);
    // z > 0 ? factor z : factor alpha (e^(rate z) - 1)
    void (*elu)(float *z, long count, float alpha, float factor, float rate);
    void (*mish)(float *z, long count);
    void (*log_sigmoid)(float *z, long count);
    void (*tanh_shrink)(float *z, long count);
    void (*relu_gradient)(float *g, const float *y, long count);
    void (*sigmoid_gradient)(float *g, const float *y, long count);
    void (*tanh_gradient)(float *g, const float *y, long count);
    void (*silu_gradient)(float *g, const float *z, long count);
    void (*gelu_gradient)(float *g, const float *z, long count);
    void (*gelu_tanh_gradient)(float *g, const float *z, long count);
    // slope: alpha rate
    void (*elu_gradient)(float *g, const float *z, long count, float slope, float factor, float rate);
    void (*mish_gradient)(float *g, const float *z, long count);
    void (*log_sigmoid_gradient)(float *g, const float *z, long count);
    void (*tanh_shrink_gradient)(float *g, const float *z, long count);

    // The largest magnitude; infinity when a value is not finite.
    float (*largest_magnitude)(const float *x, long count);
    float (*largest_magnitude_of_rows)(const nnk_row *_Nonnull x, long rows, long columns);
    // sums[c] = sum over the rows of block[r, c]
    void (*column_sums)(const float *block, long rows, long columns, float *sums);
    // p = softmax(z) row by row, also in place; log of the sum of exponentials of a row: peak +
    // log sum
    void (*softmax)(const float *z, long rows, long columns, float *p, float *_Nullable peaks, float *_Nullable sums);
    // x = log x, for normal x > 0
    void (*logarithms)(float *x, long count);
    // Loss and slope of each element: (z - t)^2; binary cross-entropy with targets keep t + shift.
    void (*squared_errors)(const float *z, const float *t, long count, float *loss, float *slope);
    void (*binary_cross_entropies)(const float *z, const float *t, long count, float keep, float shift, float weight,
                                   float *loss, float *slope);
    // y = factor x
    void (*scaled)(const float *x, long count, float factor, float *y);
    double (*sum_in_double)(const float *x, long count);

    // g += l2 w + l1 sign w; w *= keep before that (1: as it is)
    void (*decay)(const nnk_span *run, float keep, float l2, float l1);
    void (*sgd)(const nnk_span *run, float rate);
    void (*momentum)(const nnk_span *run, float *b, float rate, float momentum, float fresh, int32_t is_nesterov);
    void (*adam)(const nnk_span *run, float *m, float *v, const nnk_adam *c);
    void (*amsgrad)(const nnk_span *run, float *m, float *v, float *largest, const nnk_adam *c);
    // mean, b: NULL when not centred, without momentum
    void (*rmsprop)(const nnk_span *run, float *v, float *_Nullable mean, float *_Nullable b, const nnk_rmsprop *c);
    void (*adagrad)(const nnk_span *run, float *sum, float rate, float eps);
    void (*adadelta)(const nnk_span *run, float *square, float *change, float rate, float rho, float fresh, float eps);
    void (*rprop)(const nnk_span *run, float *before, float *size, const nnk_rprop *c);
} nnk_table;

void nnk_fill_base(nnk_table *table);
void nnk_fill_v3(nnk_table *table);
void nnk_fill_v4(nnk_table *table);

// The table for this processor; the environment variable NNSWIFT_KERNELS (base, v3, v4) asks for
// less. Set before anyone can call the library.
extern const nnk_table *nnk_best;
static inline const nnk_table *nnk_kernels(void) { return nnk_best; }

// The table of one level, for tests: 0 base, 1 x86-64-v3, 2 x86-64-v4; NULL where it cannot run.
const nnk_table *_Nullable nnk_kernels_at(int32_t level);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
