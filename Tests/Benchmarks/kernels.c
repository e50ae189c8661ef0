// The library's kernels by themselves, at every level this processor has: products in GFLOP/s
// beside the measured peak, elementwise kernels and optimisers in nanoseconds an element. Prints
// one line of JSON.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "peak.h"

// How NNMath/MatrixProducts.swift cuts a product for one thread, and Layers/Dense.swift a gradient:
// to be kept the same as there.
enum { BLOCK_ROWS = 1024, BLOCK_COLUMNS = 256, BLOCK_DEPTH = 1024 };

static long inputs_of_part(long outputs) {
    long inputs = 4096 / outputs / 12 * 12;
    return inputs > 48 ? inputs : 48;
}

static long least(long a, long b) { return a < b ? a : b; }

static float *random_floats(long count) {
    float *x = aligned_alloc(64, (count * 4 + 127) / 64 * 64);
    for (long i = 0; i < count; i++) x[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    return x;
}

// -------- Products -------------------------------------------------------------------------------

typedef struct {
    const nnk_table *kernels;
    long m, n, k;
    float *a, *b, *c;
    nnk_row *rows; // of a
    float *panel;
} product;

static void block(const product *p, int is_transposed, int is_of_dots, long row, long column) {
    long stride = is_transposed ? p->k : p->n;
    nnk_product part = {
        .a = p->rows + row, .b = p->b + column * (is_transposed ? stride : 1), .b_stride = stride,
        .c = p->c + row * p->n + column, .c_stride = p->n, .m = least(BLOCK_ROWS, p->m - row),
        .n = least(BLOCK_COLUMNS, p->n - column), .is_transposed = is_transposed, .panel = p->panel};
    for (; part.a_start < p->k; part.a_start += part.k, part.is_added = 1) {
        part.k = least(BLOCK_DEPTH, p->k - part.a_start);
        (is_of_dots ? p->kernels->product_of_dots : p->kernels->product_of_tiles)(&part);
        part.b += part.k * (is_transposed ? 1 : stride);
    }
}

static void multiply(const product *p, int is_transposed, int is_of_dots) {
    for (long row = 0; row < p->m; row += BLOCK_ROWS)
        for (long column = 0; column < p->n; column += BLOCK_COLUMNS) block(p, is_transposed, is_of_dots, row, column);
}

// C = A B
static void plain(const product *p) { multiply(p, 0, 0); }

// C = A B^T, b [n x k]
static void transposed(const product *p) {
    nnk_product whole = {.m = p->m, .n = p->n, .k = p->k, .is_transposed = 1};
    multiply(p, 1, p->kernels->prefers_dots(&whole));
}

// C [m x n] = A^T B over a batch of k rows, part by part of m.
static void gradient(const product *p) {
    long inputs = inputs_of_part(p->n);
    for (long start = 0; start < p->m; start += inputs) {
        nnk_gradient part = {.a = p->rows, .a_start = start, .d = p->b, .d_stride = p->n, .c = p->c + start * p->n,
                             .c_stride = p->n, .m = least(inputs, p->m - start), .n = p->n};
        for (long done = 0; done < p->k; done += part.k, part.is_added = 1) {
            part.k = least(BLOCK_DEPTH, p->k - done);
            part.a = p->rows + done;
            part.d = p->b + done * p->n;
            p->kernels->product_gradient(&part);
        }
    }
}

// Against double at some places: a number is worth nothing if the product is wrong.
static double error_of(const product *p, char kind) {
    double worst = 0;
    for (long i = 0; i < p->m; i += p->m / 7 + 1)
        for (long j = 0; j < p->n; j += p->n / 5 + 1) {
            double sum = 0;
            for (long q = 0; q < p->k; q++)
                sum += (double)(kind == 'g' ? p->a[q * p->m + i] : p->a[i * p->k + q]) *
                       p->b[kind == 't' ? j * p->k + q : q * p->n + j];
            worst = fmax(worst, fabs(sum - p->c[i * p->n + j]) / sqrt((double)p->k));
        }
    return worst;
}

static void measure_product(const nnk_table *kernels, const char *name, void (*run)(const product *), long m, long n,
                            long k, const char *separator) {
    product p = {.kernels = kernels, .m = m, .n = n, .k = k, .a = random_floats(m * k), .b = random_floats(n * k),
                 .c = random_floats(m * n), .panel = random_floats(NNK_PANEL_FLOATS)};
    long count = name[0] == 'g' ? k : m, width = name[0] == 'g' ? m : k;
    p.rows = malloc(count * sizeof *p.rows);
    for (long i = 0; i < count; i++) p.rows[i] = p.a + i * width;
    double operations = 2.0 * (double)m * (double)n * (double)k, best = 1e9;
    long repeats = (long)(2e8 / operations) + 1;
    for (int round = 0; round < 7; round++) {
        double start = now();
        for (long i = 0; i < repeats; i++) run(&p);
        best = fmin(best, (now() - start) / (double)repeats);
    }
    printf("%s{\"kernel\": \"%s\", \"m\": %ld, \"n\": %ld, \"k\": %ld, ", separator, name, m, n, k);
    printf("\"us\": %.3f, \"gflops\": %.2f, \"error\": %.1e}", best * 1e6, operations / best / 1e9,
           error_of(&p, name[0]));
    free(p.a), free(p.b), free(p.c), free(p.rows), free(p.panel);
}

static void measure_products(const nnk_table *kernels) {
    static const long plain_shapes[][3] = {
        {32, 64, 784}, {32, 10, 64}, {64, 100, 784}, {256, 256, 256}, {1, 64, 784}, {1024, 1024, 1024}};
    static const long transposed_shapes[][3] = {{32, 784, 64}, {64, 100, 100}, {256, 1024, 1024}};
    static const long gradient_shapes[][3] = {{784, 64, 32}, {64, 10, 32}, {256, 256, 256}, {1024, 1024, 1024}};
    printf("\"products\": [");
    for (size_t i = 0; i < sizeof plain_shapes / sizeof *plain_shapes; i++) {
        const long *s = plain_shapes[i];
        measure_product(kernels, "plain", plain, s[0], s[1], s[2], i ? ", " : "");
    }
    for (size_t i = 0; i < sizeof transposed_shapes / sizeof *transposed_shapes; i++) {
        const long *s = transposed_shapes[i];
        measure_product(kernels, "transposed", transposed, s[0], s[1], s[2], ", ");
    }
    for (size_t i = 0; i < sizeof gradient_shapes / sizeof *gradient_shapes; i++) {
        const long *s = gradient_shapes[i];
        measure_product(kernels, "gradient", gradient, s[0], s[1], s[2], ", ");
    }
    printf("]");
}

// -------- Elements -------------------------------------------------------------------------------

enum { COUNT = 16000, COLUMNS = 10 }; // four arrays of it stay in the second-level cache

typedef struct {
    float *x, *y, *z, *w;
} arrays;

// Every kernel of the table that goes through elements once; x is changed, so it is filled anew
// before each call.
#define ELEMENT_KERNELS(RUN)                                                                                         \
    RUN(random_words, t->random_words(stream, 0, COUNT / 4, (uint32_t *)s.y))                                        \
    RUN(exponential, t->exponential(s.x, COUNT))                                                                     \
    RUN(sigmoid, t->sigmoid(s.x, COUNT))                                                                             \
    RUN(tanh, t->tanh(s.x, COUNT))                                                                                   \
    RUN(silu, t->silu(s.x, COUNT))                                                                                   \
    RUN(gelu, t->gelu(s.x, COUNT))                                                                                   \
    RUN(gelu_tanh, t->gelu_tanh(s.x, COUNT))                                                                         \
    RUN(elu, t->elu(s.x, COUNT, 1, 1))                                                                               \
    RUN(relu_gradient, t->relu_gradient(s.x, s.y, COUNT))                                                            \
    RUN(sigmoid_gradient, t->sigmoid_gradient(s.x, s.y, COUNT))                                                      \
    RUN(tanh_gradient, t->tanh_gradient(s.x, s.y, COUNT))                                                            \
    RUN(silu_gradient, t->silu_gradient(s.x, s.y, COUNT))                                                            \
    RUN(gelu_gradient, t->gelu_gradient(s.x, s.y, COUNT))                                                            \
    RUN(gelu_tanh_gradient, t->gelu_tanh_gradient(s.x, s.y, COUNT))                                                  \
    RUN(elu_gradient, t->elu_gradient(s.x, s.y, COUNT, 1, 1))                                                        \
    RUN(largest_magnitude, sink += t->largest_magnitude(s.x, COUNT))                                                 \
    RUN(column_sums, t->column_sums(s.x, COUNT / COLUMNS, COLUMNS, s.y))                                             \
    RUN(softmax_of_10, t->softmax(s.x, COUNT / COLUMNS, COLUMNS, s.x, s.y, s.z))                                     \
    RUN(logarithms, t->logarithms(s.z, COUNT))                                                                       \
    RUN(squared_errors, t->squared_errors(s.x, s.y, COUNT, s.z, s.w))                                                \
    RUN(binary_cross_entropies, t->binary_cross_entropies(s.x, s.z, COUNT, 1, 0, 1, s.w, s.y))                       \
    RUN(scaled, t->scaled(s.x, COUNT, 0.5f, s.y))                                                                    \
    RUN(sum_in_double, sink += t->sum_in_double(s.x, COUNT))                                                         \
    RUN(decay, t->decay(&run, 0.99f, 1e-3f, 1e-3f))                                                                  \
    RUN(sgd, t->sgd(&run, 1e-3f))                                                                                    \
    RUN(momentum, t->momentum(&run, s.z, 1e-3f, 0.9f, 1, 0))                                                         \
    RUN(adam, t->adam(&run, s.z, s.w, &adam))                                                                        \
    RUN(amsgrad, t->amsgrad(&run, s.z, s.w, more, &adam))                                                            \
    RUN(rmsprop, t->rmsprop(&run, s.w, NULL, NULL, &rmsprop))                                                        \
    RUN(adagrad, t->adagrad(&run, s.w, 1e-3f, 1e-10f))                                                               \
    RUN(adadelta, t->adadelta(&run, s.z, s.w, 1, 0.9f, 0.1f, 1e-6f))                                                 \
    RUN(rprop, t->rprop(&run, s.z, s.w, &rprop))

static void fill(const arrays *s, const float *start) {
    for (long i = 0; i < COUNT; i++) {
        s->x[i] = start[i];
        s->y[i] = start[COUNT - 1 - i];
        s->z[i] = s->w[i] = fabsf(start[i]) + 1e-3f;
    }
}

static void measure_elements(const nnk_table *t) {
    float *start = random_floats(COUNT), *more = random_floats(COUNT);
    arrays s = {random_floats(COUNT), random_floats(COUNT), random_floats(COUNT), random_floats(COUNT)};
    nnk_span run = {.w = s.x, .g = s.y, .count = COUNT};
    nnk_adam adam = {.one_minus_beta1 = 0.1f, .one_minus_beta2 = 1e-3f, .step = 1e-3f, .root = 0.5f, .eps = 1e-8f};
    nnk_rmsprop rmsprop = {.alpha = 0.99f, .fresh = 0.01f, .eps = 1e-8f, .rate = 1e-3f};
    nnk_rprop rprop = {.shrink = 0.5f, .grow = 1.2f, .least = 1e-6f, .largest = 50};
    uint32_t stream[5] = {1, 2, 3, 4, 5};
    volatile double sink = 0;
    const char *separator = "";
    printf("\"elements\": {");
#define MEASURE(name, call)                                                                                          \
    {                                                                                                                \
        double best = 1e9;                                                                                           \
        for (int round = 0; round < 60; round++) {                                                                   \
            fill(&s, start);                                                                                         \
            double begin = now();                                                                                    \
            call;                                                                                                    \
            best = fmin(best, now() - begin);                                                                        \
        }                                                                                                            \
        printf("%s\"" #name "\": %.4f", separator, best / COUNT * 1e9);                                              \
        separator = ", ";                                                                                            \
    }
    ELEMENT_KERNELS(MEASURE)
    printf("}");
    (void)sink;
    free(start), free(more), free(s.x), free(s.y), free(s.z), free(s.w);
}

int main(int count, char **values) {
    int only_peak = count > 1 && !strcmp(values[1], "peak");
    const char *separator = "";
    printf("{\"levels\": [");
    for (int level = 0; level < 3; level++) {
        const nnk_table *kernels = nnk_kernels_at(level);
        if (!kernels) continue;
        printf("%s{\"level\": \"%s\", \"peak_gflops\": %.1f", separator, kernels->name, peak_at(level));
        if (!only_peak) {
            printf(", ");
            measure_products(kernels);
            printf(", ");
            measure_elements(kernels);
        }
        printf("}");
        separator = ", ";
    }
    printf("]}\n");
}
