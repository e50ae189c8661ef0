#define _GNU_SOURCE
#include "CPlatform.h"

#include <fenv.h>
#include <locale.h>
#include <stdlib.h>
#include <time.h>

#define XXH_INLINE_ALL
#include "xxhash/xxhash.h"

double nnc_parse_double(const char *text) {
    // A locale of our own: the host's may use a comma. Rounding to nearest: the host's may differ.
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    int rounding = fegetround();
    if (rounding != FE_TONEAREST) fesetround(FE_TONEAREST);
    double value = plain ? strtod_l(text, NULL, plain) : strtod(text, NULL);
    if (rounding != FE_TONEAREST) fesetround(rounding);
    if (plain) freelocale(plain);
    return value;
}

double nnc_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

uint64_t nnc_xxh3(const void *bytes, size_t size) { return XXH3_64bits(bytes, size); }
