/* What every contract program shares: checks that print a line each, and a tiny set of samples. */
#ifndef CONTRACT_H
#define CONTRACT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnswift.h"

/* -------- Checks: each prints "ok NAME" or "not ok NAME: ..." and returns whether it holds. */

int check(int holds, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int check_status(const char *name, int32_t got, int32_t expected);
int check_integer(const char *name, int64_t got, int64_t expected);
int check_near(const char *name, double got, double expected, double tolerance);
int check_bytes(const char *name, const void *got, const void *expected, size_t size);
int check_text(const char *name, const char *got, const char *expected);
int check_contains(const char *name, const char *text, const char *fragment);

/* Ends the program as failed unless status is NNS_OK: for preparations. */
void must(int32_t status, const char *what);

/* Memory; ends the program when there is none. */
void *room_for(size_t size);

/* Prints "N passed, N failed"; returns the exit status. */
int finish(void);

/* -------- Samples: three classes around three centres, with noise from a fixed sequence. */

enum { ROWS = 60, FEATURES = 4, CLASSES = 3 };

typedef struct samples {
    float x[ROWS * FEATURES]; /* in -1 ... 3 */
    int32_t labels[ROWS];     /* 0, 1, 2, 0, 1, 2, ... */
    float targets[ROWS];      /* a smooth function of x, above 0 */
    float bits[ROWS];         /* 1 where the label is 1, else 0 */
} samples;

void fill_samples(samples *set);

/* Where predictions go: dense arrays. */
#define FLOATS(data, rows, cols) (&(nns_array)NNS_ARRAY(NNS_F32, data, rows, cols))
#define LABELS(data, rows, cols) (&(nns_array)NNS_ARRAY(NNS_I64, data, rows, cols))

nns_array array_of(int32_t dtype, const void *data, int64_t rows, int64_t cols);
nns_array features_of(const samples *set);
nns_array labels_of(const samples *set);

/* -------- Short forms of what must succeed; each ends the program when it does not. */

extern const char classifier[]; /* 4-8-3, relu, softmax_cross_entropy, seed 7 */
extern const char regressor[];  /* 4-6-1, tanh, mse, seed 5 */

nns_model *model_from(const char *spec);
nns_data *data_from(nns_array x, nns_array y);
nns_data *labelled(const samples *set);
nns_data *valued(const samples *set);

typedef struct values {
    float *at;
    int64_t count;
} values;

values weights_of(const nns_model *model);
int same_weights(const nns_model *a, const nns_model *b);
uint64_t hash_of_weights(const nns_model *model);

/* FNV-1a, 64 bits. */
uint64_t hash_of(const void *bytes, size_t size);

/* The text of nns_describe or nns_history; free it. */
typedef int32_t (*text_function)(const nns_model *, char *, size_t, size_t *);
char *text_of(text_function function, const nns_model *model);

/* Numbers below 1 from a fixed sequence; state: any. */
float next_random(uint32_t *state);

#endif
