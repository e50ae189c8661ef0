// A measuring stick, taken over as it is and formatted: no model of style.
//
// "What the hardware allows": kernels by hand, no BLAS, no packing, no gather (rows are read
// through pointers); the weight gradient stays in registers and the optimiser is applied where it
// is finished. Variants: dense; sparse (the first layer goes through the non-zero features only, by
// an index that is built once and not timed). One thread.
#include "protocol.h"
#include <immintrin.h>
#define INL static inline __attribute__((always_inline))

typedef struct {
    float *W, *b, *gb, *M, *V, *Mb, *Vb, *WT, *A, *D, *G;
    int K, N;
} lay;

typedef struct {
    lay l[16];
    int t;
    float c1, c2, lr;
    int opt;
    const float **xr;
    int32_t *yb;
    float *yfb;
    uint32_t *ro;
    uint16_t *ci;
    float *cv;
    int32_t *ids;
    int sparse;
} net;

#define AL(n) memset(aligned_alloc(64, ((size_t)(n) * 4 + 191) / 64 * 64), 0, ((size_t)(n) * 4 + 191) / 64 * 64)
// C[MR x 16*NV] = sum_k a[i][k]*B[k][.] (+bias) ; a by row pointer
#define MK(NV, MR)                                                                                                   \
    static void mm_##NV##_##MR(const float *const *a, long K, const float *B, long ldb, const float *bias, float *C, \
                               long ldc, __mmask16 mk, int relu) {                                                   \
        __m512 r[MR][NV];                                                                                            \
        for (int i = 0; i < MR; i++)                                                                                 \
            for (int j = 0; j < NV; j++)                                                                             \
                r[i][j] =                                                                                            \
                    bias ? _mm512_maskz_loadu_ps(j == NV - 1 ? mk : 0xffff, bias + 16 * j) : _mm512_setzero_ps();    \
        for (long k = 0; k < K; k++) {                                                                               \
            __m512 b[NV];                                                                                            \
            for (int j = 0; j < NV; j++)                                                                             \
                b[j] = _mm512_maskz_loadu_ps(j == NV - 1 ? mk : 0xffff, B + k * ldb + 16 * j);                       \
            _Pragma("GCC unroll 16") for (int i = 0; i < MR; i++) {                                                  \
                __m512 x = _mm512_set1_ps(a[i][k]);                                                                  \
                _Pragma("GCC unroll 4") for (int j = 0; j < NV; j++) r[i][j] = _mm512_fmadd_ps(x, b[j], r[i][j]);    \
            }                                                                                                        \
        }                                                                                                            \
        for (int i = 0; i < MR; i++)                                                                                 \
            for (int j = 0; j < NV; j++) {                                                                           \
                if (relu)                                                                                            \
                    r[i][j] = _mm512_max_ps(r[i][j], _mm512_setzero_ps());                                           \
                _mm512_mask_storeu_ps(C + i * ldc + 16 * j, j == NV - 1 ? mk : 0xffff, r[i][j]);                     \
            }                                                                                                        \
    }
#define MKS(NV) MK(NV, 1) MK(NV, 2) MK(NV, 3) MK(NV, 4) MK(NV, 5) MK(NV, 6)
MKS(1)
MKS(2)
MKS(3)
MKS(4)
MK(1, 12)

typedef void (*mmf)(const float *const *, long, const float *, long, const float *, float *, long, __mmask16, int);
#define ROW(NV) {mm_##NV##_1, mm_##NV##_2, mm_##NV##_3, mm_##NV##_4, mm_##NV##_5, mm_##NV##_6}
static mmf T[4][6] = {ROW(1), ROW(2), ROW(3), ROW(4)};

static void mm(const float *const *a, int M, int K, const float *B, int N, const float *bias, float *C, int relu) {
    for (int n = 0; n < N; n += 64) {
        int w = N - n < 64 ? N - n : 64, nv = (w + 15) / 16;
        __mmask16 mk = w % 16 ? (1u << w % 16) - 1 : 0xffff;
        int m = 0;
        if (nv == 1)
            for (; m + 12 <= M; m += 12)
                mm_1_12(a + m, K, B + n, N, bias ? bias + n : 0, C + (size_t)m * N + n, N, mk, relu);
        for (; m < M;) {
            int r = M - m < 6 ? M - m : 6;
            if (M - m == 8 || M - m == 7)
                r = 4;
            T[nv - 1][r - 1](a + m, K, B + n, N, bias ? bias + n : 0, C + (size_t)m * N + n, N, mk, relu);
            m += r;
        }
    }
}

INL void upd(net *s, float *P, float *M, float *V, __m512 g, __mmask16 k) {
    __m512 p = _mm512_maskz_loadu_ps(k, P);
    if (s->opt == 's') {
        _mm512_mask_storeu_ps(P, k, _mm512_fnmadd_ps(_mm512_set1_ps(s->lr), g, p));
        return;
    }
    __m512 v = _mm512_maskz_loadu_ps(k, V);
    if (s->opt == 'a') {
        __m512 m = _mm512_maskz_loadu_ps(k, M);
        m = _mm512_fmadd_ps(_mm512_set1_ps(.9f), m, _mm512_mul_ps(_mm512_set1_ps(.1f), g));
        v = _mm512_fmadd_ps(_mm512_set1_ps(.999f), v, _mm512_mul_ps(_mm512_set1_ps(.001f), _mm512_mul_ps(g, g)));
        _mm512_mask_storeu_ps(M, k, m);
        _mm512_mask_storeu_ps(V, k, v);
        p = _mm512_sub_ps(
            p, _mm512_div_ps(_mm512_mul_ps(_mm512_set1_ps(s->c1), m),
                             _mm512_fmadd_ps(_mm512_sqrt_ps(v), _mm512_set1_ps(s->c2), _mm512_set1_ps(1e-8f))));
    } else {
        v = _mm512_fmadd_ps(_mm512_set1_ps(.99f), v, _mm512_mul_ps(_mm512_set1_ps(.01f), _mm512_mul_ps(g, g)));
        _mm512_mask_storeu_ps(V, k, v);
        p = _mm512_sub_ps(p, _mm512_div_ps(_mm512_mul_ps(_mm512_set1_ps(s->lr), g),
                                           _mm512_add_ps(_mm512_sqrt_ps(v), _mm512_set1_ps(1e-8f))));
    }
    _mm512_mask_storeu_ps(P, k, p);
}

// rows k..k+MR-1 of dW (16*NV columns) = sum_m a[m][k+i]*D[m][.], then the optimiser
#define DW(NV, MR)                                                                                                \
    static void dw_##NV##_##MR(net *s, const float *const *a, long k, int Bn, const float *D, long N, float *W,   \
                               float *M, float *V, __mmask16 mk) {                                                \
        __m512 r[MR][NV];                                                                                         \
        for (int i = 0; i < MR; i++)                                                                              \
            for (int j = 0; j < NV; j++)                                                                          \
                r[i][j] = _mm512_setzero_ps();                                                                    \
        for (int m = 0; m < Bn; m++) {                                                                            \
            const float *x = a[m] + k;                                                                            \
            __m512 b[NV];                                                                                         \
            for (int j = 0; j < NV; j++)                                                                          \
                b[j] = _mm512_maskz_loadu_ps(j == NV - 1 ? mk : 0xffff, D + m * N + 16 * j);                      \
            _Pragma("GCC unroll 16") for (int i = 0; i < MR; i++) {                                               \
                __m512 v = _mm512_set1_ps(x[i]);                                                                  \
                _Pragma("GCC unroll 4") for (int j = 0; j < NV; j++) r[i][j] = _mm512_fmadd_ps(v, b[j], r[i][j]); \
            }                                                                                                     \
        }                                                                                                         \
        for (int i = 0; i < MR; i++)                                                                              \
            for (int j = 0; j < NV; j++) {                                                                        \
                size_t o = (k + i) * N + 16 * j;                                                                  \
                upd(s, W + o, M + o, V + o, r[i][j], j == NV - 1 ? mk : 0xffff);                                  \
            }                                                                                                     \
    }
#define DWS(NV) DW(NV, 1) DW(NV, 2) DW(NV, 3) DW(NV, 4) DW(NV, 5) DW(NV, 6)
DWS(1)
DWS(2)
DWS(3)
DWS(4)
DW(1, 12)

typedef void (*dwf)(net *, const float *const *, long, int, const float *, long, float *, float *, float *, __mmask16);
#undef ROW
#define ROW(NV) {dw_##NV##_1, dw_##NV##_2, dw_##NV##_3, dw_##NV##_4, dw_##NV##_5, dw_##NV##_6}
static dwf U[4][6] = {ROW(1), ROW(2), ROW(3), ROW(4)};

static void dw(net *s, lay *l, const float *const *a, int Bn) {
    int K = l->K, N = l->N;
    for (int n = 0; n < N; n += 64) {
        int w = N - n < 64 ? N - n : 64, nv = (w + 15) / 16;
        __mmask16 mk = w % 16 ? (1u << w % 16) - 1 : 0xffff;
        int k = 0;
        if (nv == 1)
            for (; k + 12 <= K; k += 12)
                dw_1_12(s, a, k, Bn, l->D + n, N, l->W + n, l->M + n, l->V + n, mk);
        for (; k < K;) {
            int r = K - k < 6 ? K - k : 6;
            if (K - k == 8 || K - k == 7)
                r = 4;
            U[nv - 1][r - 1](s, a, k, Bn, l->D + n, N, l->W + n, l->M + n, l->V + n, mk);
            k += r;
        }
    }
}

static void act(workload *w, float *Z, size_t m) {
    if (w->act[0] == 't')
        for (size_t i = 0; i < m; i++)
            Z[i] = tanhf(Z[i]);
    else if (w->act[0] == 's')
        for (size_t i = 0; i < m; i++)
            Z[i] = 1.f / (1.f + expf(-Z[i]));
}

#define NVMAX 4

static void sp_fwd(net *s, lay *l, int Bn, int relu) {
    int N = l->N;
    for (int n = 0; n < N; n += 64) {
        int w = N - n < 64 ? N - n : 64, nv = (w + 15) / 16;
        __mmask16 mk = w % 16 ? (1u << w % 16) - 1 : 0xffff;
        for (int m = 0; m < Bn; m++) {
            uint32_t o = s->ro[s->ids[m]], e = s->ro[s->ids[m] + 1];
            __m512 r0, r1, r2, r3;
            r0 = r1 = r2 = r3 = _mm512_setzero_ps();
            const float *W = l->W + n;
            if (nv == 4 && mk == 0xffff) {
                r0 = _mm512_loadu_ps(l->b + n);
                r1 = _mm512_loadu_ps(l->b + n + 16);
                r2 = _mm512_loadu_ps(l->b + n + 32);
                r3 = _mm512_loadu_ps(l->b + n + 48);
                __m512 q0, q1, q2, q3;
                q0 = q1 = q2 = q3 = _mm512_setzero_ps();
                for (; o + 1 < e; o += 2) {
                    __m512 v = _mm512_set1_ps(s->cv[o]), u = _mm512_set1_ps(s->cv[o + 1]);
                    const float *p = W + (size_t)s->ci[o] * N, *q = W + (size_t)s->ci[o + 1] * N;
                    r0 = _mm512_fmadd_ps(v, _mm512_loadu_ps(p), r0);
                    r1 = _mm512_fmadd_ps(v, _mm512_loadu_ps(p + 16), r1);
                    r2 = _mm512_fmadd_ps(v, _mm512_loadu_ps(p + 32), r2);
                    r3 = _mm512_fmadd_ps(v, _mm512_loadu_ps(p + 48), r3);
                    q0 = _mm512_fmadd_ps(u, _mm512_loadu_ps(q), q0);
                    q1 = _mm512_fmadd_ps(u, _mm512_loadu_ps(q + 16), q1);
                    q2 = _mm512_fmadd_ps(u, _mm512_loadu_ps(q + 32), q2);
                    q3 = _mm512_fmadd_ps(u, _mm512_loadu_ps(q + 48), q3);
                }
                if (o < e) {
                    __m512 v = _mm512_set1_ps(s->cv[o]);
                    const float *p = W + (size_t)s->ci[o] * N;
                    r0 = _mm512_fmadd_ps(v, _mm512_loadu_ps(p), r0);
                    r1 = _mm512_fmadd_ps(v, _mm512_loadu_ps(p + 16), r1);
                    r2 = _mm512_fmadd_ps(v, _mm512_loadu_ps(p + 32), r2);
                    r3 = _mm512_fmadd_ps(v, _mm512_loadu_ps(p + 48), r3);
                }
                r0 += q0;
                r1 += q1;
                r2 += q2;
                r3 += q3;
                if (relu) {
                    __m512 z = _mm512_setzero_ps();
                    r0 = _mm512_max_ps(r0, z);
                    r1 = _mm512_max_ps(r1, z);
                    r2 = _mm512_max_ps(r2, z);
                    r3 = _mm512_max_ps(r3, z);
                }
                float *c = l->A + (size_t)m * N + n;
                _mm512_storeu_ps(c, r0);
                _mm512_storeu_ps(c + 16, r1);
                _mm512_storeu_ps(c + 32, r2);
                _mm512_storeu_ps(c + 48, r3);
            } else {
                __m512 r[NVMAX];
                for (int j = 0; j < nv; j++)
                    r[j] = _mm512_maskz_loadu_ps(j == nv - 1 ? mk : 0xffff, l->b + n + 16 * j);
                for (; o < e; o++) {
                    __m512 v = _mm512_set1_ps(s->cv[o]);
                    const float *p = W + (size_t)s->ci[o] * N;
                    for (int j = 0; j < nv; j++)
                        r[j] = _mm512_fmadd_ps(v, _mm512_maskz_loadu_ps(j == nv - 1 ? mk : 0xffff, p + 16 * j), r[j]);
                }
                for (int j = 0; j < nv; j++) {
                    if (relu)
                        r[j] = _mm512_max_ps(r[j], _mm512_setzero_ps());
                    _mm512_mask_storeu_ps(l->A + (size_t)m * N + n + 16 * j, j == nv - 1 ? mk : 0xffff, r[j]);
                }
            }
        }
    }
}

static void sp_dw(net *s, lay *l, int Bn) {
    int N = l->N;
    float *G = s->opt == 's' ? l->W : l->G;
    float sc = s->opt == 's' ? -s->lr : 1.f;
    for (int n = 0; n < N; n += 64) {
        int w = N - n < 64 ? N - n : 64, nv = (w + 15) / 16;
        __mmask16 mk = w % 16 ? (1u << w % 16) - 1 : 0xffff;
        for (int m = 0; m < Bn; m++) {
            uint32_t o = s->ro[s->ids[m]], e = s->ro[s->ids[m] + 1];
            const float *d = l->D + (size_t)m * N + n;
            __m512 D[NVMAX];
            for (int j = 0; j < nv; j++)
                D[j] = _mm512_mul_ps(_mm512_set1_ps(sc), _mm512_maskz_loadu_ps(j == nv - 1 ? mk : 0xffff, d + 16 * j));
            if (nv == 4 && mk == 0xffff)
                for (; o < e; o++) {
                    __m512 v = _mm512_set1_ps(s->cv[o]);
                    float *p = G + (size_t)s->ci[o] * N + n;
                    _Pragma("GCC unroll 4") for (int j = 0; j < 4; j++)
                        _mm512_storeu_ps(p + 16 * j, _mm512_fmadd_ps(v, D[j], _mm512_loadu_ps(p + 16 * j)));
                }
            else
                for (; o < e; o++) {
                    __m512 v = _mm512_set1_ps(s->cv[o]);
                    float *p = G + (size_t)s->ci[o] * N + n;
                    for (int j = 0; j < nv; j++) {
                        __mmask16 q = j == nv - 1 ? mk : 0xffff;
                        _mm512_mask_storeu_ps(p + 16 * j, q,
                                              _mm512_fmadd_ps(v, D[j], _mm512_maskz_loadu_ps(q, p + 16 * j)));
                    }
                }
        }
    }
    if (s->opt != 's') {
        size_t np = (size_t)l->K * N, i = 0;
        for (; i + 16 <= np; i += 16) {
            upd(s, l->W + i, l->M + i, l->V + i, _mm512_loadu_ps(l->G + i), 0xffff);
            _mm512_storeu_ps(l->G + i, _mm512_setzero_ps());
        }
        if (i < np) {
            __mmask16 q = (1u << (np - i)) - 1;
            upd(s, l->W + i, l->M + i, l->V + i, _mm512_maskz_loadu_ps(q, l->G + i), q);
            memset(l->G + i, 0, 4 * (np - i));
        }
    }
}

static const float *hr[16][16384];

static void forward(workload *w, net *s, int Bn) {
    const float *const *a = s->xr;
    int rl = w->act[0] == 'r';
    for (int i = 0; i < w->L; i++) {
        lay *l = &s->l[i];
        int last = i == w->L - 1;
        if (!i && s->sparse)
            sp_fwd(s, l, Bn, rl && !last);
        else
            mm(a, Bn, l->K, l->W, l->N, l->b, l->A, rl && !last);
        if (!last && !rl)
            act(w, l->A, (size_t)Bn * l->N);
        a = hr[i];
    }
    int N = w->dims[w->L];
    float *Z = s->l[w->L - 1].A;
    if (w->loss[0] == 's') {
        if (N <= 16) {
            __mmask16 k = (1u << N) - 1;
            for (int i = 0; i < Bn; i++) {
                __m512 z = _mm512_mask_loadu_ps(_mm512_set1_ps(-1e30f), k, Z + i * N);
                float mx = _mm512_mask_reduce_max_ps(k, z);
                float t[16];
                _mm512_storeu_ps(t, _mm512_sub_ps(z, _mm512_set1_ps(mx)));
                float sm = 0;
                for (int j = 0; j < 16; j++)
                    t[j] = expf(t[j]);
                for (int j = 0; j < N; j++)
                    sm += t[j];
                sm = 1 / sm;
                for (int j = 0; j < N; j++)
                    Z[i * N + j] = t[j] * sm;
            }
        } else
            abort();
    } else if (w->loss[0] == 'b')
        for (int i = 0; i < Bn * N; i++)
            Z[i] = 1.f / (1.f + expf(-Z[i]));
}

static void step(workload *w, net *s, int Bn) {
    forward(w, s, Bn);
    int L = w->L, N = w->dims[L];
    lay *q = &s->l[L - 1];
    float sc = (w->loss[0] == 'm' ? 2.f : 1.f) / Bn;
    float *D = q->D, *Z = q->A;
    if (w->loss[0] == 's') {
        for (int i = 0; i < Bn * N; i++)
            D[i] = Z[i] * sc;
        for (int i = 0; i < Bn; i++)
            D[i * N + s->yb[i]] -= sc;
    } else
        for (int i = 0; i < Bn; i++)
            D[i] = (Z[i] - s->yfb[i]) * sc;
    s->t++;
    if (s->opt == 'a') {
        s->c1 = w->lr / (1 - pow(.9, s->t));
        s->c2 = 1 / sqrt(1 - pow(.999, s->t));
    }
    s->lr = w->lr;
    for (int i = L - 1; i >= 0; i--) {
        lay *l = &s->l[i];
        int K = l->K;
        N = l->N;
        if (i) {
            for (int k = 0; k < K; k++)
                for (int j = 0; j < N; j++)
                    l->WT[j * K + k] = l->W[k * N + j];
            static const float *dr[16384];
            for (int m = 0; m < Bn; m++)
                dr[m] = l->D + (size_t)m * N;
            lay *p = &s->l[i - 1];
            mm(dr, Bn, N, l->WT, K, 0, p->D, 0);
            float *d = p->D, *a = p->A;
            size_t m = (size_t)Bn * K;
            if (w->act[0] == 'r')
                for (size_t x = 0; x < m; x++)
                    d[x] = a[x] > 0 ? d[x] : 0;
            else if (w->act[0] == 't')
                for (size_t x = 0; x < m; x++)
                    d[x] *= 1 - a[x] * a[x];
            else
                for (size_t x = 0; x < m; x++)
                    d[x] *= a[x] * (1 - a[x]);
        }
        memset(l->gb, 0, 4 * N);
        for (int m = 0; m < Bn; m++)
            for (int j = 0; j < N; j++)
                l->gb[j] += l->D[(size_t)m * N + j];
        if (!i && s->sparse)
            sp_dw(s, l, Bn);
        else
            dw(s, l, i ? hr[i - 1] : s->xr, Bn);
        for (int j = 0; j < N; j += 16) {
            __mmask16 k = N - j < 16 ? (1u << (N - j)) - 1 : 0xffff;
            upd(s, l->b + j, l->Mb + j, l->Vb + j, _mm512_maskz_loadu_ps(k, l->gb + j), k);
        }
    }
}

static void epoch(workload *w, int e, void *u) {
    net *s = u;
    const int32_t *p = bench_order(w, e);
    int B = p ? w->batch : w->n, d = w->dims[0];
    for (int i = 0; i < w->n; i += B) {
        int b = w->n - i < B ? w->n - i : B;
        for (int r = 0; r < b; r++) {
            int k = p ? p[i + r] : i + r;
            s->ids[r] = k;
            s->xr[r] = w->X + (size_t)k * d;
            if (w->yi)
                s->yb[r] = w->yi[k];
            else
                s->yfb[r] = w->yf[k];
        }
        step(w, s, b);
    }
}

static void learn(workload *w, int first, int count, void *u) {
    for (int e = first; e < first + count; e++)
        epoch(w, e, u);
}

static void get(workload *w, void *u, float *o) {
    net *s = u;
    for (int i = 0; i < w->L; i++) {
        lay *l = &s->l[i];
        memcpy(o, l->W, 4ul * l->K * l->N);
        o += l->K * l->N;
        memcpy(o, l->b, 4 * l->N);
        o += l->N;
    }
}

static void call(workload *w, void *u, const float *x, int B, float *y) {
    net *s = u;
    int d = w->dims[0], N = w->dims[w->L];
    for (int o = 0; o < B; o += 512) {
        int b = B - o < 512 ? B - o : 512;
        for (int r = 0; r < b; r++)
            s->xr[r] = x + (size_t)(o + r) * d;
        if (s->sparse)
            for (int r = 0; r < b; r++)
                s->ids[r] = (x - w->X) / d + o + r;
        forward(w, s, b);
        memcpy(y + (size_t)o * N, s->l[w->L - 1].A, 4ul * b * N);
    }
}

int main(int c, char **v) {
    workload *w = bench_open(c, v);
    net *s = calloc(1, sizeof *s);
    s->opt = w->opt[0];
    s->sparse = !strcmp(w->variant, "sparse");
    int B = w->kind[0] == 'i' ? 512 : w->orders ? w->batch : w->n;
    const float *q = w->init;
    for (int i = 0; i < w->L; i++) {
        lay *l = &s->l[i];
        int K = l->K = w->dims[i], N = l->N = w->dims[i + 1];
        size_t n = (size_t)K * N;
        l->W = AL(n);
        l->M = AL(n);
        l->V = AL(n);
        l->G = AL(n);
        l->WT = AL(n);
        l->b = AL(N);
        l->gb = AL(N);
        l->Mb = AL(N);
        l->Vb = AL(N);
        l->A = AL((size_t)B * N);
        l->D = AL((size_t)B * N);
        memcpy(l->W, q, 4 * n);
        q += n;
        memcpy(l->b, q, 4 * N);
        q += N;
        for (int r = 0; r < B; r++)
            hr[i][r] = l->A + (size_t)r * N;
    }
    s->xr = malloc(8 * B);
    s->yb = malloc(4 * B);
    s->yfb = malloc(4 * B);
    s->ids = malloc(4 * B);
    if (s->sparse) {
        size_t nz = 0, t = (size_t)w->n * w->dims[0];
        for (size_t i = 0; i < t; i++)
            nz += w->X[i] != 0;
        s->ro = malloc(4 * (w->n + 1));
        s->ci = malloc(2 * nz + 64);
        s->cv = malloc(4 * nz + 64);
        nz = 0;
        for (int r = 0; r < w->n; r++) {
            s->ro[r] = nz;
            for (int k = 0; k < w->dims[0]; k++) {
                float x = w->X[(size_t)r * w->dims[0] + k];
                if (x != 0) {
                    s->ci[nz] = k;
                    s->cv[nz++] = x;
                }
            }
        }
        s->ro[w->n] = nz;
    }
    if (w->kind[0] == 'i')
        bench_predict(w, call, s);
    else
        bench_train(w, learn, get, s);
}
