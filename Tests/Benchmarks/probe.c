// A fixed piece of work in the caches of a core: prints the milliseconds it takes. Who shares the
// core from another guest of the machine is seen by nothing else.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef float eight __attribute__((vector_size(32)));
enum { VECTORS = 16384, SUMS = 8 }; // 512 KB

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(void) {
    eight *x = aligned_alloc(64, VECTORS * sizeof *x), sums[SUMS] = {{0}};
    for (int i = 0; i < VECTORS; i++) x[i] = (eight){1, 2, 3, 4, 5, 6, 7, 8};
    double start = now();
    for (int round = 0; round < 4000; round++)
        for (int i = 0; i < VECTORS; i += SUMS)
            for (int k = 0; k < SUMS; k++) sums[k] = sums[k] * 0.5f + x[i + k];
    double end = now();
    float total = 0;
    for (int k = 0; k < SUMS; k++) total += sums[k][0];
    printf("%.3f%s\n", (end - start) * 1e3, total > 0 ? "" : "?");
    free(x);
}
