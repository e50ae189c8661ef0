/* Shared by the programs of a client of 1.0: checks that are counted, and iris-like samples. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnswift.h"

enum { ROWS = 60, FEATURES = 4, CLASSES = 3 };

static int passed, failed;

#define CHECK(condition)                                                                         \
    do {                                                                                         \
        if (condition) {                                                                         \
            passed++;                                                                            \
        } else {                                                                                 \
            failed++;                                                                            \
            printf("not ok %s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, nns_last_error()); \
        }                                                                                        \
    } while (0)

static inline int finish(void) {
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed;
}

/* Three classes around three corners. */
static inline void fill(float *features, int32_t *labels) {
    uint32_t state = 1;
    for (int row = 0; row < ROWS; row++) {
        labels[row] = row % CLASSES;
        for (int column = 0; column < FEATURES; column++) {
            state = state * 1664525u + 1013904223u;
            features[row * FEATURES + column] =
                (column == labels[row] ? 2.0f : 0.0f) + (float)(state >> 8) / 16777216.0f;
        }
    }
}

#endif
