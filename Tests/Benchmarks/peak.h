// The peak of a core in GFLOP/s: chains of multiplications and additions that wait only for the
// units.
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include <immintrin.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

// Twelve sums: more than latency (4) times units (2) asks for, few enough to stay in registers.

#define PEAK(name, isa, vector, lanes, splat, advance)                                                               \
    __attribute__((target(isa))) static double name(void) {                                                          \
        const long rounds = 4000000;                                                                                 \
        vector sums[12], factor = splat(0.999f), term = splat(1e-3f);                                                \
        for (int i = 0; i < 12; i++) sums[i] = splat((float)i);                                                      \
        double start = now();                                                                                        \
        for (long round = 0; round < rounds; round++) {                                                              \
            _Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) {                                                  \
                sums[i] = advance(sums[i], factor, term);                                                            \
                __asm__("" : "+v"(sums[i])); /* keeps the chain as it is written */                                  \
            }                                                                                                        \
        }                                                                                                            \
        double seconds = now() - start;                                                                              \
        return (double)rounds * 12 * 2 * lanes / seconds / 1e9;                                                      \
    }

#define MULTIPLY_ADD(x, a, b) _mm_add_ps(_mm_mul_ps(x, a), b)
PEAK(peak_base, "sse2", __m128, 4, _mm_set1_ps, MULTIPLY_ADD)
PEAK(peak_v3, "avx2,fma", __m256, 8, _mm256_set1_ps, _mm256_fmadd_ps)
PEAK(peak_v4, "avx512f", __m512, 16, _mm512_set1_ps, _mm512_fmadd_ps)

// The best of a few runs, at level 0 base, 1 v3, 2 v4.
static double peak_at(int level) {
    double (*const peaks[])(void) = {peak_base, peak_v3, peak_v4};
    double best = 0;
    for (int i = 0; i < 7; i++) {
        double peak = peaks[level]();
        if (peak > best) best = peak;
    }
    return best;
}

#endif
