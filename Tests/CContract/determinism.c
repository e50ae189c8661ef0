/* Same seed, same bytes: twice, with any number of threads, whatever happened in between. */
#include "contract.h"

#include <math.h>

enum { BIG_ROWS = 2000, BIG_FEATURES = 784 };

static float pixels[BIG_ROWS * BIG_FEATURES];
static uint8_t strokes[BIG_ROWS * BIG_FEATURES]; /* mostly 0 */
static int32_t digits[BIG_ROWS];
static samples small;

/* Large enough that threads and the large products are used. */
static const char big_spec[] =
    "{\"input\": 784, \"layers\": [{\"type\": \"dense\", \"units\": 256, \"activation\": "
    "\"relu\"}, {\"type\": \"dense\", \"units\": 10}], \"loss\": \"softmax_cross_entropy\", \"seed\": %d}";
static const char big_config[] =
    "{\"epochs\": 2, \"batch_size\": 512, \"seed\": %d, \"threads\": %d}";

/* Zeros are left out, by blocks of columns that threads share. */
static const char wide_spec[] =
    "{\"input\": 784, \"layers\": [{\"type\": \"dense\", \"units\": 600, \"activation\": "
    "\"relu\"}, {\"type\": \"dense\", \"units\": 10}], \"loss\": \"softmax_cross_entropy\", "
    "\"preprocess\": {\"type\": \"scale\", \"factor\": 0.00392156862745098}, \"seed\": %d}";
static const char dense_config[] =
    "{\"epochs\": 2, \"batch_size\": 512, \"seed\": %d, \"threads\": %d, \"sparse\": false}";

/* Everything that is random or gathers statistics. */
static const char small_spec[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 16}, \"batch_norm\", \"relu\", "
    "{\"type\": \"dropout\", \"rate\": 0.3}, {\"type\": \"dense\", \"units\": 3}], \"loss\": "
    "\"softmax_cross_entropy\", \"preprocess\": \"standardize\", \"seed\": %d}";
static const char small_config[] =
    "{\"epochs\": 10, \"batch_size\": 16, \"seed\": %d, \"threads\": %d, \"validation_fraction\": "
    "0.2, \"schedule\": \"cosine\", \"class_weight\": \"balanced\"}";
static const char full_config[] =
    "{\"epochs\": 5, \"batch_size\": 0, \"seed\": %d, \"threads\": %d, \"optimizer\": \"lbfgs\"}";

typedef enum rows { SAMPLES, PIXELS, STROKES } rows;

typedef struct task {
    const char *name, *spec, *config;
    rows rows;
} task;

static const task tasks[] = {
    {"784-256-10 by batches of 512", big_spec, big_config, PIXELS},
    {"784-600-10 on bytes that are mostly 0", wide_spec, big_config, STROKES},
    {"dropout and batch_norm by batches of 16", small_spec, small_config, SAMPLES},
    {"lbfgs on all rows", small_spec, full_config, SAMPLES},
};
static const task dense = {"the same with the zeros", wide_spec, dense_config, STROKES};
enum { TASKS = sizeof tasks / sizeof *tasks };

static uint64_t hash_predictions(const nns_model *model, const nns_data *data, int64_t outputs) {
    int64_t rows = 0;
    must(nns_data_size(data, &rows, NULL, NULL), "data size");
    size_t size = (size_t)(rows * outputs) * sizeof(float);
    float *out = room_for(size);
    must(nns_predict_data(model, data, NNS_PROBA, FLOATS(out, rows, outputs)), "predict data");
    uint64_t hash = hash_of(out, size);
    free(out);
    return hash;
}

/* A hash of weights and predictions after a training. */
static uint64_t train(const task *task, int init_seed, int seed, int threads) {
    char spec[600], config[300];
    snprintf(spec, sizeof spec, task->spec, init_seed);
    snprintf(config, sizeof config, task->config, seed, threads);
    nns_model *model = model_from(spec);
    int is_small = task->rows == SAMPLES;
    nns_array x = task->rows == PIXELS ? array_of(NNS_F32, pixels, BIG_ROWS, BIG_FEATURES)
                                       : array_of(NNS_U8, strokes, BIG_ROWS, BIG_FEATURES);
    nns_data *data =
        is_small ? labelled(&small) : data_from(x, array_of(NNS_I32, digits, BIG_ROWS, 1));
    must(nns_train(model, data, NULL, config, NULL, NULL), task->name);
    uint64_t both[] = {hash_of_weights(model),
                       hash_predictions(model, data, is_small ? CLASSES : 10)};
    nns_data_free(data);
    nns_free(model);
    return hash_of(both, sizeof both);
}

static void check_equal(const task *task, const char *what, uint64_t got, uint64_t expected) {
    char name[200];
    snprintf(name, sizeof name, "%s: %s", task->name, what);
    check(got == expected, name, "expected %016llx, got %016llx", (unsigned long long)expected,
          (unsigned long long)got);
}

static void check_differs(const task *task, const char *what, uint64_t got, uint64_t other) {
    char name[200];
    snprintf(name, sizeof name, "%s: %s", task->name, what);
    check(got != other, name, "the same bytes came");
}

static uint64_t check_task(const task *task) {
    uint64_t first = train(task, 1, 2, 1);
    check_equal(task, "again", train(task, 1, 2, 1), first);
    check_equal(task, "2 threads", train(task, 1, 2, 2), first);
    check_equal(task, "3 threads", train(task, 1, 2, 3), first);
    check_equal(task, "threads 0, the library's choice", train(task, 1, 2, 0), first);
    check_differs(task, "another seed of the spec", train(task, 9, 2, 1), first);
    if (task->config != full_config)
        check_differs(task, "another seed of the config", train(task, 1, 9, 1), first);
    must(nns_set_threads(2), "set threads");
    check_equal(task, "after other work, with another default", train(task, 1, 2, 1), first);
    must(nns_set_threads(1), "set threads");
    return first;
}

/* Single steps with the process-wide default of threads. */
static uint64_t step(int threads) {
    nns_array x = array_of(NNS_F32, pixels, 512, BIG_FEATURES),
              y = array_of(NNS_I32, digits, 512, 1);
    char spec[600];
    snprintf(spec, sizeof spec, big_spec, 4);
    nns_model *model = model_from(spec);
    must(nns_set_threads(threads), "set threads");
    must(nns_configure(model, NULL), "configure");
    for (int call = 0; call < 3; call++)
        must(nns_train_batch(model, &x, &y, NULL, NULL), "train batch");
    must(nns_set_threads(1), "set threads");
    uint64_t hash = hash_of_weights(model);
    nns_free(model);
    return hash;
}

/* Rows that threads take in lanes of unequal length, by the model and by a session. */
static void check_predictions(void) {
    enum { ROWS = BIG_ROWS - 1, OUTPUTS = 10 };
    static float expected[ROWS * OUTPUTS], got[ROWS * OUTPUTS];
    static const int threads[] = {2, 3, 8, 0};
    nns_array x = array_of(NNS_F32, pixels, ROWS, BIG_FEATURES);
    char spec[600];
    snprintf(spec, sizeof spec, big_spec, 4);
    nns_model *model = model_from(spec);
    must(nns_predict(model, &x, NNS_PROBA, FLOATS(expected, ROWS, OUTPUTS)), "predict");
    int equal = 0;
    for (size_t at = 0; at < sizeof threads / sizeof *threads; at++) {
        nns_session *session = NULL;
        must(nns_set_threads(threads[at]), "set threads");
        must(nns_session_create(model, ROWS, &session), "session");
        memset(got, 0, sizeof got);
        must(nns_predict(model, &x, NNS_PROBA, FLOATS(got, ROWS, OUTPUTS)), "predict");
        equal += !memcmp(got, expected, sizeof got);
        memset(got, 0, sizeof got);
        must(nns_session_predict(session, &x, NNS_PROBA, FLOATS(got, ROWS, OUTPUTS)), "session predict");
        equal += !memcmp(got, expected, sizeof got);
        nns_session_free(session);
    }
    check_integer("predictions: 2, 3, 8 threads and the library's choice", equal, 8);

    float *last = pixels + (size_t)ROWS * BIG_FEATURES - 1, kept = *last;
    *last = NAN;
    memset(got, 7, sizeof got);
    must(nns_set_threads(3), "set threads");
    int32_t status = nns_predict(model, &x, NNS_PROBA, FLOATS(got, ROWS, OUTPUTS));
    check_integer("predictions: NaN at the end of the last lane", status, NNS_E_ARGUMENT);
    check(strstr(nns_last_error(), "row 1998, column 783") != NULL, "predictions: its place is named", "%s",
          nns_last_error());
    int touched = 0;
    for (size_t at = 0; at < sizeof got; at++) touched += ((const char *)got)[at] != 7;
    check_integer("predictions: nothing was written", touched, 0);
    must(nns_set_threads(1), "set threads");
    *last = kept;
    nns_free(model);
}

/* A table is learnt and predicted with the same bytes, whatever the number of threads. */
static uint64_t fit_table(int threads) {
    enum { COUNT = 3000 };
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    static double x[COUNT], y[COUNT];
    static const char *text[COUNT];
    static int32_t day[COUNT];
    static float out[COUNT];
    uint32_t state = 6;
    for (int row = 0; row < COUNT; row++) {
        x[row] = next_random(&state);
        text[row] = names[(int)(12 * next_random(&state))];
        day[row] = (int32_t)(20 * next_random(&state));
        y[row] = x[row] * day[row] + text[row][0];
    }
    nns_column columns[] = {NNS_COLUMN("x", NNS_F64, x, 0), NNS_COLUMN("text", NNS_TEXT_PTR, text, 0),
                            NNS_COLUMN("day", NNS_DAYS, day, 0), NNS_COLUMN("y", NNS_F64, y, 0)};
    char options[100];
    nns_model *model = NULL;
    snprintf(options, sizeof options, "{\"config\": {\"epochs\": 2, \"batch_size\": 512, \"threads\": %d}}", threads);
    must(nns_set_threads(threads), "set threads");
    must(nns_fit_table(columns, 4, COUNT, "y", options, NULL, NULL, &model), "fit table");
    must(nns_predict_table(model, columns, 3, COUNT, NNS_PROBA, FLOATS(out, COUNT, 1)), "predict table");
    must(nns_set_threads(1), "set threads");
    nns_buffer *buffer = NULL;
    const void *bytes = NULL;
    size_t size = 0;
    must(nns_save_buffer(model, NNS_SAVE_WEIGHTS, &buffer), "save buffer");
    must(nns_buffer_bytes(buffer, &bytes, &size), "bytes");
    uint64_t both[] = {hash_of(bytes, size), hash_of(out, sizeof out)};
    nns_buffer_free(buffer);
    nns_free(model);
    return hash_of(both, sizeof both);
}

static uint64_t check_table(void) {
    uint64_t one = fit_table(1);
    check(fit_table(1) == one, "a table: again", "other bytes");
    check(fit_table(2) == one && fit_table(3) == one && fit_table(0) == one, "a table: 2 and 3 threads and the library's choice",
          "other bytes");
    return one;
}

int main(void) {
    uint32_t state = 11;
    for (int at = 0; at < BIG_ROWS * BIG_FEATURES; at++) pixels[at] = next_random(&state);
    for (int at = 0; at < BIG_ROWS * BIG_FEATURES; at++) {
        float drawn = next_random(&state);
        strokes[at] = drawn > 0.8f ? (uint8_t)(drawn * 255) : 0;
    }
    for (int row = 0; row < BIG_ROWS; row++) digits[row] = (int32_t)(next_random(&state) * 10);
    fill_samples(&small);
    uint64_t hashes[TASKS + 2] = {0};
    for (int at = 0; at < TASKS; at++) hashes[at] = check_task(&tasks[at]);
    check_equal(&dense, "as without them", train(&dense, 1, 2, 2), hashes[1]);
    hashes[TASKS] = step(1);
    check(step(2) == hashes[TASKS] && step(3) == hashes[TASKS], "train batch: 1, 2 and 3 threads",
          "other weights");
    check_predictions();
    hashes[TASKS + 1] = check_table();
    printf("hash %016llx\n", (unsigned long long)hash_of(hashes, sizeof hashes));
    return finish();
}
