// Sixteen floats at once: one AVX-512 register, two of AVX, four of SSE. Swift sees nnv_f16 as
// SIMD16<Float> and inlines these functions; its own addingProduct and squareRoot would go lane by
// lane.
#ifndef NNSWIFT_VECTOR_H
#define NNSWIFT_VECTOR_H

#include <stdint.h>
#include <string.h>
// Every function here is inlined, so the calling convention of vectors does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#pragma clang assume_nonnull begin

typedef float nnv_f16 __attribute__((ext_vector_type(16)));
typedef float nnv_f4 __attribute__((ext_vector_type(4)));
typedef float nnv_f8 __attribute__((ext_vector_type(8)));
typedef int32_t nnv_i16 __attribute__((ext_vector_type(16)));

#define NNV static inline __attribute__((always_inline))

// A cache line that will be read soon.
NNV void nnv_prefetch(const void *p) { __builtin_prefetch(p, 0, 3); }

// Prefetches to the second-level cache, for lines that are read after others have filled the first.
// Many prefetches from memory to the first level wait for each other or are dropped.
NNV void nnv_prefetch_far(const void *p) { __builtin_prefetch(p, 0, 2); }

NNV nnv_f16 nnv_load(const float *p) {
    nnv_f16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

NNV void nnv_store(float *p, nnv_f16 v) { memcpy(p, &v, sizeof v); }

// The first count (1 ... 4) of four.
NNV nnv_f4 nnv_load4_first(const float *p, long count) {
    nnv_f4 v = 0;
    if (count == 4) memcpy(&v, p, sizeof v);
    else memcpy(&v, p, (size_t)count * sizeof(float));
    return v;
}

NNV void nnv_store4_first(float *p, nnv_f4 v, long count) {
    if (count == 4) memcpy(p, &v, sizeof v);
    else memcpy(p, &v, (size_t)count * sizeof(float));
}

// Loads one float into lane 0. The asm barrier stops the compiler from computing on the extracted
// scalar, which would round differently from the vector code.
NNV nnv_f16 nnv_load_one(const float *p) {
    nnv_f4 q = {*p, 0, 0, 0};
    __asm__("" : "+x"(q));
    return __builtin_shufflevector(q, (nnv_f4)0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4);
}
NNV void nnv_store_one(float *p, nnv_f16 v) {
    nnv_f4 q = v.s0123;
    __asm__("" : "+x"(q));
    *p = q.x;
}

NNV nnv_f4 nnv_add4(nnv_f4 a, nnv_f4 b) { return a + b; }
NNV nnv_f4 nnv_max4(nnv_f4 a, nnv_f4 b) { return a > b ? a : b; }
NNV nnv_f4 nnv_rectified4(nnv_f4 a) { return 0 > a ? (nnv_f4)0 : a; }

// The first count (1 ... 16) floats; the others are 0 and their memory is not touched.
NNV nnv_f16 nnv_load_first(const float *p, long count) {
#if defined(__AVX512F__)
    return (nnv_f16)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#elif defined(__AVX2__)
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i low = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes);
    __m256i high = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count - 8), lanes);
    union { __m256 part[2]; nnv_f16 whole; } v;
    v.part[0] = _mm256_maskload_ps(p, low);
    v.part[1] = _mm256_maskload_ps(p + 8, high);
    return v.whole;
#else
    nnv_f16 v = 0;
    for (long i = 0; i < 16; i++)
        if (i < count) v[i] = p[i];
    return v;
#endif
}

NNV void nnv_store_first(float *p, nnv_f16 v, long count) {
#if defined(__AVX512F__)
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
#elif defined(__AVX2__)
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    union { __m256 part[2]; nnv_f16 whole; } u = {.whole = v};
    _mm256_maskstore_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes), u.part[0]);
    _mm256_maskstore_ps(p + 8, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count - 8), lanes), u.part[1]);
#else
    for (long i = 0; i < 16; i++)
        if (i < count) p[i] = v[i];
#endif
}

NNV nnv_f16 nnv_splat(float x) { return (nnv_f16)x; }

// a b + c; one rounding where the instruction set has it, two on the base set.
NNV nnv_f16 nnv_fma(nnv_f16 a, nnv_f16 b, nnv_f16 c) {
#pragma clang fp contract(fast)
    return a * b + c;
}

NNV nnv_f16 nnv_add(nnv_f16 a, nnv_f16 b) { return a + b; }
NNV nnv_f16 nnv_subtract(nnv_f16 a, nnv_f16 b) { return a - b; }
NNV nnv_f16 nnv_multiply(nnv_f16 a, nnv_f16 b) { return a * b; }
NNV nnv_f16 nnv_divide(nnv_f16 a, nnv_f16 b) { return a / b; }
// b where either is NaN: one instruction.
NNV nnv_f16 nnv_min(nnv_f16 a, nnv_f16 b) { return a < b ? a : b; }
NNV nnv_f16 nnv_max(nnv_f16 a, nnv_f16 b) { return a > b ? a : b; }
NNV nnv_f16 nnv_sqrt(nnv_f16 a) { return __builtin_elementwise_sqrt(a); }

// a / b for normal numbers, within 1 ulp: where the instruction set has it from an estimate of 14
// bits, so that the divider is left to a root.
NNV nnv_f16 nnv_quotient(nnv_f16 a, nnv_f16 b) {
#if defined(__AVX512F__)
    __m512 r = _mm512_rcp14_ps((__m512)b), q = _mm512_mul_ps((__m512)a, r);
    return (nnv_f16)_mm512_fmadd_ps(_mm512_fnmadd_ps((__m512)b, q, (__m512)a), r, q);
#else
    return a / b;
#endif
}
NNV nnv_f16 nnv_abs(nnv_f16 a) { return __builtin_elementwise_abs(a); }
NNV nnv_f16 nnv_copysign(nnv_f16 size, nnv_f16 sign) { return __builtin_elementwise_copysign(size, sign); }
// Rounds to the nearest integer, for magnitudes below 2^22: adding 1.5 * 2^23 leaves no bits for a
// fraction.
NNV nnv_f16 nnv_round(nnv_f16 a) { return (a + 12582912.0f) - 12582912.0f; }

// Lane by lane: test > limit ? a : b; false for NaN.
NNV nnv_f16 nnv_choose_greater(nnv_f16 test, nnv_f16 limit, nnv_f16 a, nnv_f16 b) {
    return test > limit ? a : b;
}
// NaN where x is NaN, else v.
NNV nnv_f16 nnv_keep_nan(nnv_f16 x, nnv_f16 v) { return x == x ? v : x; }

// 2^n for whole n in -126 ... 127.
NNV nnv_f16 nnv_power2(nnv_f16 n) {
    nnv_i16 bits = (__builtin_convertvector(n, nnv_i16) + 127) << 23;
    nnv_f16 v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

// Adds the lanes up: pairs of halves, always in the same order.
NNV float nnv_sum(nnv_f16 v) {
    nnv_f4 q = (v.s0123 + v.s4567) + (v.s89ab + v.scdef);
    return (q.x + q.z) + (q.y + q.w);
}

// A bit for each lane that is not 0 (NaN is not).
NNV uint16_t nnv_nonzero_bits(nnv_f16 v) {
#if defined(__AVX512F__)
    return (uint16_t)_mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_NEQ_UQ);
#else
    unsigned bits = 0;
    for (int i = 0; i < 16; i++) bits |= (unsigned)(v[i] != 0) << i;
    return (uint16_t)bits;
#endif
}

// columns[c], bit r = rows[r], bit c: 32 rows of 16 bits.
NNV void nnv_transpose_bits(const uint16_t *rows, uint32_t *columns) {
#if defined(__AVX512BW__)
    __m512i v = _mm512_loadu_si512(rows);
    for (int c = 15; c >= 0; c--) {
        columns[c] = _mm512_movepi16_mask(v);
        v = _mm512_slli_epi16(v, 1);
    }
#else
    for (int c = 0; c < 16; c++) columns[c] = 0;
    for (int r = 0; r < 32; r++)
        for (unsigned bits = rows[r]; bits; bits &= bits - 1) columns[__builtin_ctz(bits)] |= 1u << r;
#endif
}

// Sixteen doubles, for sums that keep the digits of floats.
typedef double nnv_d16 __attribute__((ext_vector_type(16)));
NNV nnv_d16 nnv_wide(nnv_f16 a) { return __builtin_convertvector(a, nnv_d16); }
NNV nnv_d16 nnv_wide_add(nnv_d16 a, nnv_f16 b) { return a + __builtin_convertvector(b, nnv_d16); }
NNV double nnv_wide_sum(nnv_d16 a) {
    double sum = 0;
    for (int i = 0; i < 16; i++) sum += a[i];
    return sum;
}

// The largest lane; no lane may be NaN. By halves: the compiler's own reduction takes one lane
// after the other.
NNV float nnv_largest(nnv_f16 v) {
    nnv_f4 q = nnv_max4(nnv_max4(v.s0123, v.s4567), nnv_max4(v.s89ab, v.scdef));
    q = nnv_max4(q, q.zwzw);
    return q.x > q.y ? q.x : q.y;
}

// The sums of the lanes of four vectors.
NNV nnv_f4 nnv_sums(nnv_f16 a, nnv_f16 b, nnv_f16 c, nnv_f16 d) {
    nnv_f4 p = (a.s0123 + a.s4567) + (a.s89ab + a.scdef);
    nnv_f4 q = (b.s0123 + b.s4567) + (b.s89ab + b.scdef);
    nnv_f4 r = (c.s0123 + c.s4567) + (c.s89ab + c.scdef);
    nnv_f4 s = (d.s0123 + d.s4567) + (d.s89ab + d.scdef);
    nnv_f4 pq = __builtin_shufflevector(p, q, 0, 4, 1, 5) + __builtin_shufflevector(p, q, 2, 6, 3, 7);
    nnv_f4 rs = __builtin_shufflevector(r, s, 0, 4, 1, 5) + __builtin_shufflevector(r, s, 2, 6, 3, 7);
    return __builtin_shufflevector(pq, rs, 0, 1, 4, 5) + __builtin_shufflevector(pq, rs, 2, 3, 6, 7);
}

// The first count lanes of v; in the others x.
NNV nnv_f16 nnv_first(nnv_f16 v, nnv_f16 x, long count) {
    const nnv_i16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return lanes < (int32_t)count ? v : x;
}

// x = m 2^n with m in 2/3 ... 4/3, for normal x > 0: n as an integer's bits, shifted.
NNV nnv_i16 nnv_exponent_bits(nnv_f16 x) {
    nnv_i16 bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits - 0x3f2aaaab) & (int32_t)0xff800000;
}
NNV nnv_f16 nnv_mantissa(nnv_f16 x, nnv_i16 exponent) {
    nnv_i16 bits;
    memcpy(&bits, &x, sizeof bits);
    bits -= exponent;
    memcpy(&x, &bits, sizeof x);
    return x;
}
NNV nnv_f16 nnv_exponent(nnv_i16 exponent) { return __builtin_convertvector(exponent >> 23, nnv_f16); }

// b = a transposed, of 8 x 4: fits sixteen registers.
NNV void nnv_transpose8x4(const float *a, long a_stride, float *b, long b_stride) {
    nnv_f8 r[4], t[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        nnv_f4 upper, lower;
        memcpy(&upper, a + i * a_stride, sizeof upper);
        memcpy(&lower, a + (i + 4) * a_stride, sizeof lower);
        r[i] = __builtin_shufflevector(upper, lower, 0, 1, 2, 3, 4, 5, 6, 7);
    }
    t[0] = __builtin_shufflevector(r[0], r[1], 0, 8, 1, 9, 4, 12, 5, 13);
    t[1] = __builtin_shufflevector(r[2], r[3], 0, 8, 1, 9, 4, 12, 5, 13);
    t[2] = __builtin_shufflevector(r[0], r[1], 2, 10, 3, 11, 6, 14, 7, 15);
    t[3] = __builtin_shufflevector(r[2], r[3], 2, 10, 3, 11, 6, 14, 7, 15);
    r[0] = __builtin_shufflevector(t[0], t[1], 0, 1, 8, 9, 4, 5, 12, 13);
    r[1] = __builtin_shufflevector(t[0], t[1], 2, 3, 10, 11, 6, 7, 14, 15);
    r[2] = __builtin_shufflevector(t[2], t[3], 0, 1, 8, 9, 4, 5, 12, 13);
    r[3] = __builtin_shufflevector(t[2], t[3], 2, 3, 10, 11, 6, 7, 14, 15);
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) memcpy(b + i * b_stride, &r[i], sizeof r[i]);
}

// b = a transposed, of up to 16 x 16: halves, quarters, eighths and single floats change places.
// Lanes beyond rows and columns are neither read nor written.
NNV void nnv_transpose16(const float *a, long a_stride, long rows, long columns, float *b, long b_stride) {
#if !defined(__AVX512F__)
    if (rows == 16 && columns == 16) {
        for (int column = 0; column < 16; column += 4)
            for (int row = 0; row < 16; row += 8)
                nnv_transpose8x4(a + row * a_stride + column, a_stride, b + column * b_stride + row, b_stride);
        return;
    }
#endif
    nnv_f16 r[16], t[16];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++)
        r[i] = i >= rows ? (nnv_f16)0 : columns == 16 ? nnv_load(a + i * a_stride) : nnv_load_first(a + i * a_stride, columns);
    for (int i = 0; i < 8; i++) {
        t[i] = __builtin_shufflevector(r[i], r[i + 8], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
        t[i + 8] = __builtin_shufflevector(r[i], r[i + 8], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
    for (int h = 0; h < 16; h += 8)
        for (int i = h; i < h + 4; i++) {
            r[i] = __builtin_shufflevector(t[i], t[i + 4], 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
            r[i + 4] = __builtin_shufflevector(t[i], t[i + 4], 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
        }
    for (int q = 0; q < 16; q += 4)
        for (int i = q; i < q + 2; i++) {
            t[i] = __builtin_shufflevector(r[i], r[i + 2], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
            t[i + 2] = __builtin_shufflevector(r[i], r[i + 2], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
        }
    for (int i = 0; i < 16; i += 2) {
        r[i] = __builtin_shufflevector(t[i], t[i + 1], 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
        r[i + 1] = __builtin_shufflevector(t[i], t[i + 1], 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
        if (i >= columns) break;
        if (rows == 16) nnv_store(b + i * b_stride, r[i]);
        else nnv_store_first(b + i * b_stride, r[i], rows);
    }
}

// Philox 4x32-10 for eight counters, first, first + 1 ...: four words of each, one counter's after
// the other's. A stream is the key and what follows the first word of its counters. Each word has a
// lane of 64 bits, as products need them; what stands in the upper half counts for nothing.
typedef uint64_t nnv_l8 __attribute__((ext_vector_type(8)));

NNV void nnv_philox8(const uint32_t *stream, uint32_t first, uint32_t *words) {
    const nnv_l8 low = 0xFFFFFFFFu;
    nnv_l8 a = {0, 1, 2, 3, 4, 5, 6, 7};
    a += first;
    uint32_t left = stream[0], right = stream[1];
    nnv_l8 b = stream[2], c = stream[3], d = stream[4];
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
        nnv_l8 p = (a & low) * 0xD2511F53u, q = (c & low) * 0xCD9E8D57u;
        a = (q >> 32) ^ b ^ left;
        b = q;
        c = (p >> 32) ^ d ^ right;
        d = p;
        left += 0x9E3779B9u;
        right += 0xBB67AE85u;
    }
    nnv_l8 ab = (a & low) | (b << 32), cd = (c & low) | (d << 32);
    nnv_l8 whole[2] = {__builtin_shufflevector(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11),
                       __builtin_shufflevector(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15)};
    memcpy(words, whole, sizeof whole);
}

// The factors of sixteen words: word < dropped ? 0 : kept.
typedef uint32_t nnv_u16 __attribute__((ext_vector_type(16)));

NNV nnv_f16 nnv_kept(const uint32_t *words, uint32_t dropped, float kept) {
    nnv_u16 word, bits;
    nnv_f16 all = kept, some;
    memcpy(&word, words, sizeof word);
    memcpy(&bits, &all, sizeof bits);
    bits &= (nnv_u16)(word >= dropped);
    memcpy(&some, &bits, sizeof some);
    return some;
}

#pragma clang assume_nonnull end

#endif
