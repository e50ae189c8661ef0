#include "kernels.h"

#include <stdlib.h>
#include <string.h>

static nnk_table tables[3];
const nnk_table *nnk_best;

static int wanted_level(void) {
    const char *wanted = getenv("NNSWIFT_KERNELS");
    if (wanted && strcmp(wanted, "base") == 0) return 0;
    if (wanted && strcmp(wanted, "v3") == 0) return 1;
    return 2;
}

// Before anyone can call the library; afterwards nothing changes.
__attribute__((constructor)) static void choose(void) {
    static void (*const fill[3])(nnk_table *) = {nnk_fill_base, nnk_fill_v3, nnk_fill_v4};
    static const char *const names[3] = {"base", "x86-64-v3", "x86-64-v4"};
    __builtin_cpu_init();
    int supported = __builtin_cpu_supports("x86-64-v4") ? 2 : __builtin_cpu_supports("x86-64-v3") ? 1 : 0;
    for (int level = 0; level <= supported; level++) {
        tables[level].name = names[level];
        fill[level](&tables[level]);
        if (level <= wanted_level()) nnk_best = &tables[level];
    }
}

const nnk_table *nnk_kernels_at(int32_t level) { return tables[level].name ? &tables[level] : NULL; }
