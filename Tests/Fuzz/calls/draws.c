/* Numbers, blocks of memory and handles: the raw material. */
#include <math.h>

#include "calls.h"

static uint64_t state;

uint64_t draw(void) { /* splitmix64 */
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void seed_draws(uint64_t number) {
    state = number;
    /* Else the next sequence would be this one, a draw later. */
    state = draw();
}

uint64_t below(uint64_t bound) { return draw() % bound; }

int chance(int percent) { return (int)below(100) < percent; }

double odd_number(void) {
    static const double odd[] = {0,     -0.0,  1,    -1,    0.5,  1e-45, -1e-40,   1e-300,
                                 1e300, 3e38, -3e38, 16777217, 4294967296.0, NAN, INFINITY, -INFINITY};
    if (chance(30)) return odd[below(sizeof odd / sizeof *odd)];
    return (double)(int64_t)below(2000) / 250 - 4;
}

enum { MOST_BLOCKS = 4096 };
static void *blocks[MOST_BLOCKS];
static int block_count;

void *block(size_t size) {
    void *memory = malloc(size);
    if ((!memory && size) || block_count == MOST_BLOCKS) {
        fprintf(stderr, "calls: no memory of its own\n");
        exit(2);
    }
    return blocks[block_count++] = memory;
}

void release_memory(void) {
    while (block_count > 0) free(blocks[--block_count]);
}

results room(size_t size) {
    results memory = {block(size), size};
    memset(memory.at, 0xA7, size);
    return memory;
}

void unless_ok(int32_t status, results memory) {
    if (status == NNS_OK) return;
    for (size_t at = 0; at < memory.size; at++)
        if (memory.at[at] != 0xA7) finding("a call that failed wrote a result");
}

int32_t kept(enum kind kind, int32_t status, results made) {
    unless_ok(status, made);
    if (status == NNS_OK) keep_handle(kind, *(void **)made.at);
    return status;
}

enum { MOST_HANDLES = 6, MOST_STALE = 8 };
static void *handles[KINDS][MOST_HANDLES], *stale[MOST_STALE];
static int handle_counts[KINDS], stale_count;

static void free_handle(enum kind kind, void *handle) {
    switch (kind) {
    case MODEL: nns_free(handle); break;
    case DATA: nns_data_free(handle); break;
    case SESSION: nns_session_free(handle); break;
    default: nns_buffer_free(handle);
    }
}

void begin_handles(void) {
    stale_count = 0;
    memset(handle_counts, 0, sizeof handle_counts);
}

/* In any order of the kinds: a session may outlive its model. */
void end_handles(void) {
    int first = (int)below(KINDS);
    for (int at = 0; at < KINDS; at++) {
        int kind = (first + at) % KINDS;
        while (handle_counts[kind] > 0) free_handle(kind, handles[kind][--handle_counts[kind]]);
    }
}

void *live_handle(enum kind kind) {
    return handle_counts[kind] ? handles[kind][below((uint64_t)handle_counts[kind])] : NULL;
}

void *some_handle(enum kind kind) {
    static int foreign[16];
    uint64_t sort = below(100);
    if (sort < 92) return live_handle(kind);
    if (sort < 93) return NULL;
    if (sort < 95) return stale_count ? stale[below((uint64_t)stale_count)] : NULL;
    if (sort < 98) return live_handle(below(KINDS));
    if (sort < 99) return &foreign[below(16)];
    /* A live one with a bit turned. */
    return (void *)((uintptr_t)live_handle(kind) ^ (uintptr_t)1 << below(64));
}

void keep_handle(enum kind kind, void *handle) {
    if (handle_counts[kind] == MOST_HANDLES) {
        void *oldest = handles[kind][0];
        free_handle(kind, oldest);
        forget_handle(kind, oldest);
    }
    handles[kind][handle_counts[kind]++] = handle;
}

void forget_handle(enum kind kind, void *handle) {
    for (int at = 0; at < handle_counts[kind]; at++) {
        if (handles[kind][at] != handle) continue;
        memmove(&handles[kind][at], &handles[kind][at + 1],
                (size_t)(handle_counts[kind] - at - 1) * sizeof(void *));
        handle_counts[kind]--;
        stale[stale_count < MOST_STALE ? stale_count++ : (int)below(MOST_STALE)] = handle;
        return;
    }
}

static size_t size_of(int32_t dtype) {
    static const size_t sizes[] = {0, 4, 8, 1, 4, 8, 1};
    return dtype >= 1 && dtype <= 6 ? sizes[dtype] : 8;
}

static void put(char *at, int32_t dtype, double value) {
    int64_t whole = isfinite(value) && fabs(value) < 9e18 ? (int64_t)value : 0;
    float single = (float)value;
    int32_t shorter = (int32_t)whole;
    switch (dtype) {
    case NNS_F32: memcpy(at, &single, 4); break;
    case NNS_F64: memcpy(at, &value, 8); break;
    case NNS_I32: memcpy(at, &shorter, 4); break;
    case NNS_I64: memcpy(at, &whole, 8); break;
    default: *at = (char)whole;
    }
}

static double value_of(enum content content, int64_t column) {
    if (below(400) == 0) return odd_number();
    switch (content) {
    case CLASSES: return (double)below(column ? 2 : 3);
    case BITS: return (double)below(2);
    case WEIGHTS: return (double)below(5) / 2;
    default: return (double)(int64_t)below(400) / 100 - 2;
    }
}

/* Sizes and pointers that reach beyond any memory, or are not sizes at all. */
static void damage(nns_array *array) {
    static const int64_t sizes[] = {-1, INT64_MIN, INT64_MAX, INT64_C(1) << 62, INT64_C(1) << 50};
    switch (below(8)) {
    case 0: array->dtype = (int32_t)draw(); break;
    case 1: array->rows = sizes[below(5)]; break;
    case 2: array->cols = sizes[below(5)]; break;
    case 3: array->data = NULL; break;
    case 4: /* Without its strides an array is dense: only where it is may it be said to have none. */
        array->struct_size = (uint32_t)below(
            array->row_stride || array->col_stride ? offsetof(nns_array, row_stride) : sizeof *array);
        break;
    case 5: array->rows = 0; break;
    case 6: array->row_stride = INT64_MIN; break;
    default: array->col_stride = INT64_MAX - (int64_t)below(3);
    }
}

int64_t some_rows(void) {
    static const int64_t rows[] = {1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 33, 40};
    return rows[below(sizeof rows / sizeof *rows)];
}

nns_array *array_for(int64_t rows, int64_t cols, enum content content) {
    if (chance(1)) return NULL;
    static const int32_t whole[] = {NNS_I32, NNS_I64, NNS_U8, NNS_I32, NNS_F32, NNS_BOOL};
    static const int32_t real[] = {NNS_F32, NNS_F64, NNS_F32, NNS_U8, NNS_I32, NNS_BOOL};
    int32_t dtype = content == CLASSES || (content == BITS && chance(50))
                        ? whole[below(6)]
                        : real[below(content == NUMBERS ? 6 : 2)];
    if (chance(2)) rows += (int64_t)below(3) - 1;
    if (chance(2)) cols += (int64_t)below(3) - 1;
    if (rows < 0) rows = 0;
    if (cols < 0) cols = 0;
    int64_t size = (int64_t)size_of(dtype), padding = (int64_t)below(3) * (chance(20) ? 1 : size);
    int is_columns = chance(20), turns = chance(20);
    int64_t col = is_columns ? rows * size + padding : size;
    int64_t row = is_columns ? size : cols * size + padding;
    int64_t bytes = rows && cols ? (rows - 1) * row + (cols - 1) * col + size : 0;
    char *memory = block((size_t)bytes), *start = memory;
    if (turns && bytes) {
        start = memory + (rows - 1) * row;
        row = -row;
    }
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++) put(start + r * row + c * col, dtype, value_of(content, c));
    nns_array *array = block(sizeof *array);
    nns_array made = NNS_ARRAY(dtype, start, rows, cols);
    int is_dense = !is_columns && !turns && !padding && chance(50);
    made.row_stride = is_dense ? 0 : row;
    made.col_stride = is_dense ? 0 : col;
    if (rows == 1 && cols == 1 && !row && !col) made.row_stride = made.col_stride = 0;
    if (chance(2)) damage(&made);
    *array = made;
    return array;
}
