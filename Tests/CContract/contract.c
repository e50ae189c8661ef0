#include "contract.h"

#include <math.h>
#include <stdarg.h>

static int passed, failed;

static int count(int holds) {
    if (holds)
        passed++;
    else
        failed++;
    return holds;
}

int check(int holds, const char *name, const char *format, ...) {
    if (holds) {
        printf("ok %s\n", name);
    } else {
        va_list arguments;
        printf("not ok %s: ", name);
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
    }
    return count(holds);
}

int check_status(const char *name, int32_t got, int32_t expected) {
    return check(got == expected, name, "expected %s, got %s (%s)", nns_status_name(expected),
                 nns_status_name(got), got ? nns_last_error() : "");
}

int check_integer(const char *name, int64_t got, int64_t expected) {
    return check(got == expected, name, "expected %lld, got %lld", (long long)expected,
                 (long long)got);
}

int check_near(const char *name, double got, double expected, double tolerance) {
    return check(fabs(got - expected) <= tolerance, name, "expected %.9g within %g, got %.9g",
                 expected, tolerance, got);
}

int check_bytes(const char *name, const void *got, const void *expected, size_t size) {
    const unsigned char *a = got, *b = expected;
    size_t at = 0;
    while (at < size && a[at] == b[at]) at++;
    return check(at == size, name, "expected equal bytes, byte %zu of %zu differs", at, size);
}

int check_text(const char *name, const char *got, const char *expected) {
    return check(got && !strcmp(got, expected), name, "expected \"%s\", got \"%s\"", expected,
                 got ? got : "(NULL)");
}

int check_contains(const char *name, const char *text, const char *fragment) {
    return check(text && strstr(text, fragment), name, "expected a text with \"%s\", got \"%s\"",
                 fragment, text ? text : "(NULL)");
}

int finish(void) {
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? 1 : 0;
}

void must(int32_t status, const char *what) {
    if (status == NNS_OK) return;
    check_status(what, status, NNS_OK);
    exit(finish());
}

void *room_for(size_t size) {
    void *memory = malloc(size ? size : 1);
    if (memory) return memory;
    check(0, "memory for the test itself", "%zu bytes could not be allocated", size);
    exit(finish());
}

float next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / 16777216.0f;
}

void fill_samples(samples *set) {
    uint32_t state = 1;
    for (int row = 0; row < ROWS; row++) {
        int label = row % CLASSES;
        float sum = 0;
        for (int column = 0; column < FEATURES; column++) {
            float centre = column % CLASSES == label ? 2.0f : 0.0f;
            float value = centre + 2 * next_random(&state) - 1;
            set->x[row * FEATURES + column] = value;
            sum += value * value;
        }
        set->labels[row] = label;
        set->targets[row] = 1 + 0.25f * sum;
        set->bits[row] = label == 1;
    }
}

nns_array array_of(int32_t dtype, const void *data, int64_t rows, int64_t cols) {
    nns_array array = NNS_ARRAY(dtype, data, rows, cols);
    return array;
}

nns_array features_of(const samples *set) { return array_of(NNS_F32, set->x, ROWS, FEATURES); }

nns_array labels_of(const samples *set) { return array_of(NNS_I32, set->labels, ROWS, 1); }

const char classifier[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 8, \"activation\": \"relu\"}, "
    "{\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\", \"seed\": 7}";

const char regressor[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 6, \"activation\": \"tanh\"}, "
    "{\"type\": \"dense\", \"units\": 1}], \"loss\": \"mse\", \"seed\": 5}";

nns_model *model_from(const char *spec) {
    nns_model *model = NULL;
    must(nns_create(spec, &model), spec);
    return model;
}

nns_data *data_from(nns_array x, nns_array y) {
    nns_data *data = NULL;
    must(nns_data_create(&x, &y, NULL, NULL, &data), "preparation: nns_data_create");
    return data;
}

nns_data *labelled(const samples *set) { return data_from(features_of(set), labels_of(set)); }

nns_data *valued(const samples *set) {
    return data_from(features_of(set), array_of(NNS_F32, set->targets, ROWS, 1));
}

values weights_of(const nns_model *model) {
    values result = {NULL, 0};
    must(nns_tensor_count(model, NULL, &result.count), "preparation: nns_tensor_count");
    result.at = room_for((size_t)result.count * sizeof(float));
    must(nns_get_weights(model, result.at, result.count), "preparation: nns_get_weights");
    return result;
}

int same_weights(const nns_model *a, const nns_model *b) {
    values left = weights_of(a), right = weights_of(b);
    int same = left.count == right.count &&
               !memcmp(left.at, right.at, (size_t)left.count * sizeof(float));
    free(left.at);
    free(right.at);
    return same;
}

uint64_t hash_of(const void *bytes, size_t size) {
    const unsigned char *byte = bytes;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t at = 0; at < size; at++) hash = (hash ^ byte[at]) * UINT64_C(1099511628211);
    return hash;
}

uint64_t hash_of_weights(const nns_model *model) {
    values weights = weights_of(model);
    uint64_t hash = hash_of(weights.at, (size_t)weights.count * sizeof(float));
    free(weights.at);
    return hash;
}

char *text_of(text_function function, const nns_model *model) {
    size_t need = 0;
    must(function(model, NULL, 0, &need), "preparation: asking for a text's size");
    char *text = room_for(need);
    must(function(model, text, need, NULL), "preparation: taking a text");
    return text;
}
