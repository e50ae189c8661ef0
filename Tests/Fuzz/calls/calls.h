/* Shared by the parts of the call fuzzer. */
#ifndef CALLS_H
#define CALLS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Any status is fine here. */
#define NNS_CHECKED
#include "nnswift.h"

extern int is_replay;

/* -------- Draws: all from the number of the sequence. */

void seed_draws(uint64_t number);
uint64_t draw(void);
uint64_t below(uint64_t bound);
int chance(int percent);
double odd_number(void); /* 0, tiny, huge, NaN, infinite, or ordinary */

/* -------- Memory that lasts until the sequence ends, in blocks of the exact size. */

void *block(size_t size);
void release_memory(void);

/* -------- Texts: from the grammar, sometimes damaged; NULL now and then. */

const char *spec_text(void);
const char *config_text(void);
const char *metrics_text(int *count);
const char *metric_text(void);
const char *data_config_text(void);

/* -------- Arrays: mostly right, in any layout and type. */

enum content { NUMBERS, CLASSES, BITS, WEIGHTS };
nns_array *array_for(int64_t rows, int64_t cols, enum content content);
int64_t some_rows(void);

/* Sizes that fit a model, where there is one. */
void sizes_of(const nns_model *model, int64_t *inputs, int64_t *outputs);

/* -------- Handles. */

enum kind { MODEL, DATA, SESSION, BUFFER, KINDS };
void begin_handles(void);
void end_handles(void);
void *some_handle(enum kind kind);
void *live_handle(enum kind kind); /* NULL: there is none */
void keep_handle(enum kind kind, void *handle);
void forget_handle(enum kind kind, void *handle); /* freed: it may come again as a stale one */

/* -------- Calls. */

void begin_call(const char *function);
int32_t end_call(int32_t status);
void finding(const char *what);

/* Runs one call, timed and judged. */
#define CALL(expression) (begin_call(#expression), end_call(expression))

/* A whole action that frees a handle of any state. */
#define LET_GO(kind, type, release) \
    type *handle = some_handle(kind); \
    begin_call(#release);             \
    release(handle);                  \
    end_call(NNS_OK);                 \
    forget_handle(kind, handle);      \
    return NNS_OK

/* Results that must stay as they are when a call fails. */
typedef struct results {
    unsigned char *at;
    size_t size;
} results;

results room(size_t size);
void unless_ok(int32_t status, results memory);
int32_t kept(enum kind kind, int32_t status, results made); /* made: a pointer to a handle */

typedef struct action {
    const char *name;
    int weight;
    int32_t (*run)(void);
    uint64_t done, succeeded;
} action;

extern action model_actions[], change_actions[], told_actions[], data_actions[], file_actions[],
    metric_actions[], table_actions[];
void first_calls(void);
void calls_from_inside(nns_model *model); /* from a callback of its training */
void random_call(void);
void print_reach(void); /* how often each call was made, and how often it succeeded */

/* An array for results, mostly as it must be, over memory of 8 bytes a number. */
const nns_array *some_out(results out, int32_t kind, int64_t rows, int64_t columns);

/* Whether a model's weights are unchanged; NULL when there is no such model. */
typedef struct snapshot {
    float *weights;
    int64_t count;
} snapshot;

snapshot weights_before(const nns_model *model);
int same_weights(snapshot one, snapshot other); /* also where one of them is not known */
void unchanged(const nns_model *model, snapshot before, const char *what);

#endif
