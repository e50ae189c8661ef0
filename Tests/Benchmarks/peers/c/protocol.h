// What protocol.py is for Python: the workload's files, the timing loops, the answer in one line of
// JSON. Include it once in each program.
#ifndef BENCH_PROTOCOL_H
#define BENCH_PROTOCOL_H

#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    char name[64], variant[32], check[512];
    int threads, reps;
    // Read from NAME.cfg. L layers between dims[0] inputs and dims[L] outputs.
    char kind[16], data[16], act[16], loss[16], opt[16];
    int n, L, dims[16], batch, epochs, check_epochs, orders;
    double lr;
    float *X;      // [n x dims[0]]
    int32_t *yi;   // [n], classes
    float *yf;     // [n], else
    int32_t *rows; // [orders x n]; NULL: the rows are not shuffled
    float *init;   // W [inputs x outputs], b [outputs] of each layer
    size_t ninit;
} workload;

static void bench_fail(const char *what, const char *which) {
    fprintf(stderr, "%s %s\n", what, which);
    exit(2);
}

static double bench_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void bench_skip(const char *reason) {
    printf("{\"skip\": \"%s\"}\n", reason);
    exit(0);
}

static void bench_path(const char *stem, const char *end, char *path, size_t capacity) {
    const char *folder = getenv("NNSWIFT_BENCH_DATA");
    snprintf(path, capacity, "%s/%s%s", folder ? folder : "build/bench/data", stem, end);
}

// Reads at most limit bytes (0: all) of a file and writes how many there were.
static void *bench_read(const char *stem, const char *end, size_t limit, size_t *size) {
    char path[1024];
    bench_path(stem, end, path, sizeof path);
    FILE *file = fopen(path, "rb");
    if (!file) bench_fail("cannot open", path);
    fseek(file, 0, SEEK_END);
    size_t bytes = (size_t)ftell(file);
    rewind(file);
    if (limit && bytes > limit) bytes = limit;
    void *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (!memory || fread(memory, 1, bytes, file) != bytes) bench_fail("cannot read", path);
    fclose(file);
    if (size) *size = bytes;
    return memory;
}

static void bench_arguments(workload *w, int count, char **values) {
    w->threads = 1;
    w->reps = 5;
    for (int i = 1; i + 1 < count; i += 2) {
        const char *key = values[i], *value = values[i + 1];
        if (!strcmp(key, "--workload")) snprintf(w->name, sizeof w->name, "%s", value);
        else if (!strcmp(key, "--variant")) snprintf(w->variant, sizeof w->variant, "%s", value);
        else if (!strcmp(key, "--check")) snprintf(w->check, sizeof w->check, "%s", value);
        else if (!strcmp(key, "--threads")) w->threads = atoi(value);
        else if (!strcmp(key, "--reps")) w->reps = atoi(value);
        else bench_fail("unknown argument", key);
    }
}

static void bench_config(workload *w) {
    char path[1024], key[32];
    bench_path(w->name, ".cfg", path, sizeof path);
    FILE *file = fopen(path, "r");
    if (!file) bench_fail("cannot open", path);
    struct { const char *key; char *text; } texts[] = {
        {"kind", w->kind}, {"data", w->data}, {"act", w->act}, {"loss", w->loss}, {"opt", w->opt}};
    struct { const char *key; int *number; } numbers[] = {
        {"n", &w->n}, {"batch", &w->batch}, {"epochs", &w->epochs}, {"check_epochs", &w->check_epochs},
        {"orders", &w->orders}};
    while (fscanf(file, "%31s", key) == 1) {
        int found = 0;
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            if (!strcmp(key, texts[i].key)) found = fscanf(file, "%15s", texts[i].text);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            if (!strcmp(key, numbers[i].key)) found = fscanf(file, "%d", numbers[i].number);
        if (!strcmp(key, "lr")) found = fscanf(file, "%lf", &w->lr);
        if (!strcmp(key, "layers")) {
            found = fscanf(file, "%d", &w->L);
            for (int i = 0; i < w->L && i < 16; i++) found &= fscanf(file, "%d", &w->dims[i]);
            w->L--;
        }
        if (found != 1) bench_fail("cannot understand", path);
    }
    fclose(file);
}

static workload *bench_open(int count, char **values) {
    workload *w = calloc(1, sizeof *w);
    bench_arguments(w, count, values);
    bench_config(w);
    int is_classes = !strcmp(w->data, "mnist");
    char stem[24];
    snprintf(stem, sizeof stem, "%s_X", w->data);
    w->X = bench_read(stem, ".f32", 4ul * w->n * w->dims[0], NULL);
    snprintf(stem, sizeof stem, "%s_y", w->data);
    void *targets = bench_read(stem, is_classes ? ".i32" : ".f32", 0, NULL);
    if (is_classes) w->yi = targets;
    else w->yf = targets;
    w->init = bench_read(w->name, ".init", 0, &w->ninit);
    w->ninit /= 4;
    if (w->orders) w->rows = bench_read(w->name, ".orders", 0, NULL);
    return w;
}

// The rows of an epoch in the order in which they are learned; NULL: as they lie.
static const int32_t *bench_order(const workload *w, int epoch) {
    return w->rows ? w->rows + (size_t)(epoch % w->orders) * w->n : NULL;
}

static void bench_write(const float *values, size_t count, FILE *file) {
    for (size_t i = 0; i < count; i++) {
        double value = values[i];
        fwrite(&value, sizeof value, 1, file);
    }
}

static void bench_list(const char *name, const double *values, int count) {
    printf("\"%s\": [", name);
    for (int i = 0; i < count; i++) printf("%s%.7f", i ? ", " : "", values[i]);
    printf("]");
}

// With --reps 0: a repetition for each byte that comes in, its milliseconds in a line; for ab.py.
typedef double (*bench_repetition)(void *context, int number);

static void bench_serve(bench_repetition repetition, void *context) {
    for (int number = 0; getchar() != EOF; number++) {
        printf("%.7f\n", repetition(context, number));
        fflush(stdout);
    }
}

// Learns epochs first ..< first + count.
typedef void (*bench_learn)(workload *w, int first, int count, void *user);
// Writes all weights in the order of w->init.
typedef void (*bench_weights)(workload *w, void *user, float *weights);

typedef struct {
    workload *w;
    bench_learn learn;
    void *user;
} bench_training;

static double bench_one_training(void *context, int number) {
    bench_training *t = context;
    double start = bench_now();
    t->learn(t->w, t->w->epochs == 1 ? number + 1 : 0, t->w->epochs, t->user);
    return (bench_now() - start) * 1e3;
}

static void bench_train(workload *w, bench_learn learn, bench_weights weights, void *user) {
    if (w->check[0]) {
        learn(w, 0, w->check_epochs, user);
        float *values = malloc(4 * w->ninit);
        weights(w, user, values);
        FILE *file = fopen(w->check, "wb");
        if (!file) bench_fail("cannot write", w->check);
        bench_write(values, w->ninit, file);
        fclose(file);
        printf("{\"check\": \"%s\"}\n", w->check);
        return;
    }
    bench_training training = {w, learn, user};
    if (!w->reps) {
        bench_serve(bench_one_training, &training);
        return;
    }
    learn(w, 0, w->epochs, user);
    double *times = malloc(8ul * w->reps);
    for (int r = 0; r < w->reps; r++) times[r] = bench_one_training(&training, r);
    printf("{");
    bench_list("times_ms", times, w->reps);
    printf("}\n");
}

// Predicts rows [batch x dims[0]] into y [batch x dims[L]].
typedef void (*bench_call)(workload *w, void *user, const float *x, int batch, float *y);

static int bench_ascending(const void *a, const void *b) {
    double difference = *(const double *)a - *(const double *)b;
    return difference < 0 ? -1 : difference > 0;
}

// The least time that two readings of the clock lie apart.
static double bench_clock_cost(void) {
    double least = 1;
    for (int i = 0; i < 1000; i++) {
        double start = bench_now(), cost = bench_now() - start;
        if (cost < least) least = cost;
    }
    return least;
}

static void bench_check_predictions(workload *w, bench_call call, void *user, float *y) {
    FILE *file = fopen(w->check, "wb");
    if (!file) bench_fail("cannot write", w->check);
    for (int i = 0; i < w->n / w->batch; i++) {
        call(w, user, w->X + (size_t)i * w->batch * w->dims[0], w->batch, y);
        bench_write(y, (size_t)w->batch * w->dims[w->L], file);
    }
    fclose(file);
    printf("{\"check\": \"%s\"}\n", w->check);
}

typedef struct {
    workload *w;
    bench_call call;
    void *user;
    float *y;
    long count;
} bench_calls;

// The mean of so many calls.
static double bench_some_calls(void *context, int number) {
    bench_calls *c = context;
    const int blocks = c->w->n / c->w->batch;
    const size_t block = (size_t)c->w->batch * c->w->dims[0];
    (void)number;
    double start = bench_now();
    for (long i = 0; i < c->count; i++) c->call(c->w, c->user, c->w->X + i % blocks * block, c->w->batch, c->y);
    return (bench_now() - start) / (double)c->count * 1e3;
}

static void bench_predict(workload *w, bench_call call, void *user) {
    const int blocks = w->n / w->batch;
    const size_t block = (size_t)w->batch * w->dims[0];
    float *y = aligned_alloc(64, ((size_t)w->batch * w->dims[w->L] * 4 + 63) / 64 * 64);
    if (w->check[0]) {
        bench_check_predictions(w, call, user, y);
        return;
    }
    long warm = 0;
    const double warm_seconds = w->reps ? 0.4 : 0.1;
    for (double end = bench_now() + warm_seconds; bench_now() < end; warm++)
        call(w, user, w->X + warm % blocks * block, w->batch, y);
    long count = (long)(0.25 / warm_seconds * (double)warm);
    count = count < 10 ? 10 : count > 20000 ? 20000 : count;
    bench_calls calls = {w, call, user, y, count};
    if (!w->reps) {
        calls.count = count / 10 + 1;
        bench_serve(bench_some_calls, &calls);
        return;
    }
    double *each = malloc(8ul * count), *mean = malloc(8ul * w->reps);
    double *p50 = malloc(8ul * w->reps), *p99 = malloc(8ul * w->reps), cost = bench_clock_cost();
    for (int r = 0; r < w->reps; r++) {
        for (long i = 0; i < count; i++) {
            double start = bench_now();
            call(w, user, w->X + i % blocks * block, w->batch, y);
            each[i] = (bench_now() - start - cost) * 1e6;
        }
        qsort(each, count, sizeof *each, bench_ascending);
        p50[r] = each[count / 2];
        p99[r] = each[count * 99 / 100];
        mean[r] = bench_some_calls(&calls, r);
    }
    printf("{");
    bench_list("times_ms", mean, w->reps);
    printf(", ");
    bench_list("p50_us", p50, w->reps);
    printf(", ");
    bench_list("p99_us", p99, w->reps);
    printf("}\n");
}

#endif
