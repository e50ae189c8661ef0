/* Structures that say another size than the library's: a client of an older or of a newer header.
 * Each lies at the end of a page, the next may not be touched: reading more than struct_size bytes
 * ends the program. */
#define _DEFAULT_SOURCE
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

enum { NEWER = 64 }; /* bytes of fields that this library does not know */

static char *edge; /* the first byte that must not be read */
static float features[ROWS * FEATURES];
static int32_t labels[ROWS];
static nns_model *model;

/* The first `size` bytes of a structure, then `filler`; the size is written into it. Aligned, so
 * that up to seven bytes of filler may lie behind. */
static void *at_the_edge(const void *structure, size_t known, uint32_t size, int filler) {
    const uint32_t room = size < 8 ? 8 : (size + 7) / 8 * 8;
    char *place = edge - room;
    for (uint32_t at = 0; at < room; at++)
        place[at] = at < size && at < known ? ((const char *)structure)[at] : (char)filler;
    memcpy(place, &size, sizeof size);
    return place;
}

static int32_t predict(const nns_array *x, uint32_t size, int filler, float *out) {
    memset(out, 0, ROWS * CLASSES * sizeof *out);
    const nns_array to = NNS_ARRAY(NNS_F32, out, ROWS, CLASSES);
    return nns_predict(model, at_the_edge(x, sizeof *x, size, filler), NNS_PROBA, &to);
}

/* Strides given, then left to their defaults; any size in between is served or refused. */
static void check_arrays(void) {
    float expected[ROWS * CLASSES], out[ROWS * CLASSES];
    nns_array dense = NNS_ARRAY(NNS_F32, features, ROWS, FEATURES), strided = dense;
    strided.row_stride = FEATURES * sizeof(float);
    strided.col_stride = sizeof(float);
    const nns_array to = NNS_ARRAY(NNS_F32, expected, ROWS, CLASSES);
    CHECK(!nns_predict(model, &dense, NNS_PROBA, &to));
    const uint32_t least = offsetof(nns_array, row_stride);
    for (uint32_t size = 0; size <= sizeof dense + NEWER; size++) {
        const nns_array *arrays[] = {&dense, &strided};
        for (int at = 0; at < 2; at++) {
            for (int filler = -1; filler <= 0; filler++) {
                int32_t status = predict(arrays[at], size, filler, out);
                CHECK(status == (size < least ? NNS_E_ARGUMENT : NNS_OK));
                CHECK(status || !memcmp(out, expected, sizeof out));
            }
        }
    }
}

/* The same where arrays are taken in other roles. */
static void check_roles(void) {
    nns_array x = NNS_ARRAY(NNS_F32, features, ROWS, FEATURES), y = NNS_ARRAY(NNS_I32, labels, ROWS, 1);
    const uint32_t sizes[] = {offsetof(nns_array, row_stride), sizeof(nns_array), sizeof(nns_array) + NEWER};
    for (int at = 0; at < 3; at++) {
        nns_data *data = NULL, *rest = NULL, *part = NULL;
        double value = 0;
        CHECK(!nns_data_create(&x, at_the_edge(&y, sizeof y, sizes[at], -1), NULL, NULL, &data));
        CHECK(!nns_data_split(data, NNS_SPLIT_GROUP, 0.33, at_the_edge(&y, sizeof y, sizes[at], -1), 1,
                              &rest, &part));
        CHECK(!nns_metric("accuracy", &y, at_the_edge(&y, sizeof y, sizes[at], -1), NULL, &value) && value == 1);
        nns_data_free(data);
        nns_data_free(rest);
        nns_data_free(part);
    }
}

static void check_limits(void) {
    nns_buffer *buffer = NULL;
    const void *bytes = NULL;
    size_t count = 0;
    CHECK(!nns_save_buffer(model, 0, &buffer) && !nns_buffer_bytes(buffer, &bytes, &count));
    /* The last field would refuse the model, and the one before it; they count once they are whole. */
    const nns_limits none = {0, 0, 0, 0, 0, 0, 0, 0}, layers = {0, 0, 0, 0, 0, 1, 0, 0},
                     parameters = {0, 0, 0, 0, 5, 0, 0, 0};
    for (uint32_t size = 0; size <= sizeof none + NEWER; size++) {
        for (int filler = -1; filler <= 0; filler++) {
            nns_model *loaded = NULL;
            const int32_t small = size < offsetof(nns_limits, max_file_bytes) ? NNS_E_ARGUMENT : NNS_OK;
            CHECK(nns_load_buffer(bytes, count, at_the_edge(&none, sizeof none, size, filler), &loaded) == small);
            nns_free(loaded);
            loaded = NULL;
            CHECK(nns_load_buffer(bytes, count, at_the_edge(&layers, sizeof layers, size, filler), &loaded) ==
                  (size < offsetof(nns_limits, max_note_bytes) ? small : NNS_E_LIMIT));
            nns_free(loaded);
            loaded = NULL;
            CHECK(nns_load_buffer(bytes, count, at_the_edge(&parameters, sizeof parameters, size, filler), &loaded) ==
                  (size < offsetof(nns_limits, max_layers) ? small : NNS_E_LIMIT));
            nns_free(loaded);
        }
    }
    nns_buffer_free(buffer);
}

/* The other direction: the library hands out a structure, a client reads what its own header has. */
static int32_t look(void *user, const nns_progress *progress) {
    const uint32_t *whole = user;
    CHECK(progress->struct_size >= *whole);
    CHECK(progress->epochs == 2 && progress->batches == 1 && progress->seconds >= 0);
    return 0;
}

static void check_progress(void) {
    uint32_t known = sizeof(nns_progress);
    nns_array x = NNS_ARRAY(NNS_F32, features, ROWS, FEATURES), y = NNS_ARRAY(NNS_I32, labels, ROWS, 1);
    nns_data *data = NULL;
    CHECK(!nns_data_create(&x, &y, NULL, NULL, &data));
    CHECK(!nns_train(model, data, NULL, "{\"epochs\": 2, \"batch_size\": 60}", look, &known));
    nns_data_free(data);
}

int main(void) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const int64_t sizes[] = {FEATURES, 8, CLASSES};
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE)) return 1;
    edge = pages + page;
    fill(features, labels);
    CHECK(!nns_create_mlp(sizes, 3, NULL, NULL, 7, &model));
    check_arrays();
    check_roles();
    check_limits();
    check_progress();
    nns_free(model);
    return finish();
}
