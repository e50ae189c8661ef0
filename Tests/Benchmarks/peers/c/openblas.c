// A measuring stick, taken over as it is and formatted: no model of style.
//
// "Plain C + BLAS": the textbook algorithm over cblas_sgemm; gathers each batch; the compiler
// vectorises the loops.
#include "protocol.h"
#define GEMM cblas_sgemm
#define SETT openblas_set_num_threads
void GEMM(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
void SETT(int);

typedef struct {
    float *P, *G, *M, *V;
    float *W[16], *b[16], *gW[16], *gb[16];
    float *A[16], *D[16], *xb;
    int32_t *yb;
    float *yfb;
    int t;
} net;

#define AL(n) memset(aligned_alloc(64, ((size_t)(n) * 4 + 127) / 64 * 64), 0, ((size_t)(n) * 4 + 127) / 64 * 64)

static float expf_(float x) {
    return expf(x);
}

static void forward(workload *w, net *s, const float *x, int B) {
    s->A[0] = (float *)x;
    for (int l = 0; l < w->L; l++) {
        int K = w->dims[l], N = w->dims[l + 1];
        float *Z = s->A[l + 1], *b = s->b[l];
        for (int i = 0; i < B; i++)
            memcpy(Z + (size_t)i * N, b, 4 * N);
        GEMM(101, 111, 111, B, N, K, 1.f, s->A[l], K, s->W[l], N, 1.f, Z, N);
        size_t m = (size_t)B * N;
        if (l < w->L - 1) {
            if (w->act[0] == 'r')
                for (size_t i = 0; i < m; i++)
                    Z[i] = Z[i] > 0 ? Z[i] : 0;
            else if (w->act[0] == 't')
                for (size_t i = 0; i < m; i++)
                    Z[i] = tanhf(Z[i]);
            else
                for (size_t i = 0; i < m; i++)
                    Z[i] = 1.f / (1.f + expf_(-Z[i]));
        }
    }
    float *Z = s->A[w->L];
    int N = w->dims[w->L];
    if (w->loss[0] == 's')
        for (int i = 0; i < B; i++) {
            float *z = Z + i * N, mx = z[0], sm = 0;
            for (int j = 1; j < N; j++)
                if (z[j] > mx)
                    mx = z[j];
            for (int j = 0; j < N; j++) {
                z[j] = expf_(z[j] - mx);
                sm += z[j];
            }
            sm = 1 / sm;
            for (int j = 0; j < N; j++)
                z[j] *= sm;
        }
    else if (w->loss[0] == 'b')
        for (int i = 0; i < B * N; i++)
            Z[i] = 1.f / (1.f + expf_(-Z[i]));
}

static void step(workload *w, net *s, const float *x, const int32_t *yi, const float *yf, int B) {
    forward(w, s, x, B);
    int L = w->L, N = w->dims[L];
    float *D = s->D[L], *Z = s->A[L];
    float sc = (w->loss[0] == 'm' ? 2.f : 1.f) / B;
    if (w->loss[0] == 's')
        for (int i = 0; i < B; i++)
            for (int j = 0; j < N; j++)
                D[i * N + j] = (Z[i * N + j] - (j == yi[i])) * sc;
    else
        for (int i = 0; i < B * N; i++)
            D[i] = (Z[i] - yf[i]) * sc;
    for (int l = L - 1; l >= 0; l--) {
        int K = w->dims[l];
        N = w->dims[l + 1];
        D = s->D[l + 1];
        GEMM(101, 112, 111, K, N, B, 1.f, s->A[l], K, D, N, 0.f, s->gW[l], N);
        memset(s->gb[l], 0, 4 * N);
        for (int i = 0; i < B; i++)
            for (int j = 0; j < N; j++)
                s->gb[l][j] += D[(size_t)i * N + j];
        if (l) {
            GEMM(101, 111, 112, B, K, N, 1.f, D, N, s->W[l], N, 0.f, s->D[l], K);
            float *d = s->D[l], *a = s->A[l];
            size_t m = (size_t)B * K;
            if (w->act[0] == 'r')
                for (size_t i = 0; i < m; i++)
                    d[i] = a[i] > 0 ? d[i] : 0;
            else if (w->act[0] == 't')
                for (size_t i = 0; i < m; i++)
                    d[i] *= 1 - a[i] * a[i];
            else
                for (size_t i = 0; i < m; i++)
                    d[i] *= a[i] * (1 - a[i]);
        }
    }
    s->t++;
    size_t np = w->ninit;
    float lr = w->lr, *P = s->P, *G = s->G, *M = s->M, *V = s->V;
    if (w->opt[0] == 's')
        for (size_t i = 0; i < np; i++)
            P[i] -= lr * G[i];
    else if (w->opt[0] == 'a') {
        float c1 = lr / (1 - pow(.9, s->t)), c2 = 1 / sqrt(1 - pow(.999, s->t));
        for (size_t i = 0; i < np; i++) {
            float g = G[i], m = M[i] = .9f * M[i] + .1f * g, v = V[i] = .999f * V[i] + .001f * g * g;
            P[i] -= c1 * m / (sqrtf(v) * c2 + 1e-8f);
        }
    } else
        for (size_t i = 0; i < np; i++) {
            float g = G[i], v = V[i] = .99f * V[i] + .01f * g * g;
            P[i] -= lr * g / (sqrtf(v) + 1e-8f);
        }
}

static void epoch(workload *w, int e, void *u) {
    net *s = u;
    const int32_t *p = bench_order(w, e);
    int B = w->batch, d = w->dims[0];
    if (!p) {
        step(w, s, w->X, w->yi, w->yf, w->n);
        return;
    }
    for (int i = 0; i < w->n; i += B) {
        int b = w->n - i < B ? w->n - i : B;
        for (int r = 0; r < b; r++) {
            memcpy(s->xb + (size_t)r * d, w->X + (size_t)p[i + r] * d, 4 * d);
            if (w->yi)
                s->yb[r] = w->yi[p[i + r]];
            else
                s->yfb[r] = w->yf[p[i + r]];
        }
        step(w, s, s->xb, s->yb, s->yfb, b);
    }
}

static void learn(workload *w, int first, int count, void *u) {
    for (int e = first; e < first + count; e++)
        epoch(w, e, u);
}

static void get(workload *w, void *u, float *o) {
    memcpy(o, ((net *)u)->P, 4 * w->ninit);
}

static void call(workload *w, void *u, const float *x, int B, float *y) {
    net *s = u;
    forward(w, s, x, B);
    memcpy(y, s->A[w->L], 4ul * B * w->dims[w->L]);
}

int main(int c, char **v) {
    workload *w = bench_open(c, v);
    SETT(w->threads);
    net *s = calloc(1, sizeof *s);
    size_t np = w->ninit;
    s->P = AL(np);
    s->G = AL(np);
    s->M = AL(np);
    s->V = AL(np);
    memcpy(s->P, w->init, 4 * np);
    size_t o = 0;
    int B = w->orders || w->kind[0] == 'i' ? w->batch : w->n;
    for (int l = 0; l < w->L; l++) {
        s->W[l] = s->P + o;
        s->gW[l] = s->G + o;
        o += (size_t)w->dims[l] * w->dims[l + 1];
        s->b[l] = s->P + o;
        s->gb[l] = s->G + o;
        o += w->dims[l + 1];
        s->A[l + 1] = AL((size_t)B * w->dims[l + 1]);
        s->D[l + 1] = AL((size_t)B * w->dims[l + 1]);
    }
    s->xb = AL((size_t)B * w->dims[0]);
    s->yb = (int32_t *)AL(B);
    s->yfb = AL(B);
    if (w->kind[0] == 'i')
        bench_predict(w, call, s);
    else
        bench_train(w, learn, get, s);
}
