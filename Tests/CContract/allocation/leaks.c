/* Calls that give everything back: when they succeed, and when they are refused half way. */
#include <math.h>

#include "counter.h"

static samples set;
static nns_model *model, *regression;
static nns_data *data;
static unsigned char *saved; /* a model */
static size_t saved_size;
static float bad_weight[ROWS], not_finite[ROWS * FEATURES];

static int32_t load_missing(const char *text) {
    nns_model *loaded = NULL;
    return nns_load(text, NULL, &loaded);
}

static int32_t load_damaged(const char *text) {
    nns_model *loaded = NULL;
    (void)text;
    saved[saved_size - 1] ^= 1;
    int32_t status = nns_load_buffer(saved, saved_size, NULL, &loaded);
    saved[saved_size - 1] ^= 1;
    return status;
}

static int32_t load_cut(const char *text) {
    nns_model *loaded = NULL;
    (void)text;
    return nns_load_buffer(saved, 100, NULL, &loaded);
}

static int32_t create(const char *text) {
    nns_model *made = NULL;
    return nns_create(text, &made);
}

static int32_t create_data(const char *text) {
    nns_array x = features_of(&set), y = labels_of(&set),
              w = array_of(NNS_F32, bad_weight, ROWS, 1);
    nns_data *made = NULL;
    if (!strcmp(text, "nan")) x.data = not_finite;
    if (!strcmp(text, "rows")) y.rows--;
    return nns_data_create(&x, &y, strcmp(text, "weight") ? NULL : &w, NULL, &made);
}

static int32_t split(const char *text) {
    nns_array key = array_of(NNS_F32, bad_weight, ROWS - 1, 1);
    nns_data *rest = NULL, *part = NULL;
    (void)text;
    return nns_data_split(data, NNS_SPLIT_GROUP, 0.5, &key, 1, &rest, &part);
}

static int32_t train(const char *text) { return nns_train(model, data, NULL, text, NULL, NULL); }

static int32_t stop(void *user, const nns_progress *told) {
    (void)user;
    return told->epoch == 2;
}

static int32_t train_stopped(const char *text) {
    return nns_train(model, data, NULL, text, stop, NULL);
}

static int32_t train_other_data(const char *text) {
    return nns_train(regression, data, NULL, text, NULL, NULL);
}

static int32_t diverge(const char *text) {
    nns_model *copy = NULL;
    must(nns_clone(model, &copy), "clone");
    int32_t status = nns_train(copy, data, NULL, text, NULL, NULL);
    nns_free(copy);
    return status;
}

static int32_t evaluate(const char *text) {
    double value = 0;
    return nns_evaluate(model, data, text, &value, 1);
}

static int32_t predict(const char *text) {
    nns_array x = features_of(&set);
    float out[ROWS * CLASSES];
    x.cols = 3;
    (void)text;
    return nns_predict(model, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES));
}

static int32_t step(const char *text) {
    nns_array x = features_of(&set), y = labels_of(&set);
    (void)text;
    x.data = not_finite;
    return nns_train_batch(model, &x, &y, NULL, NULL);
}

/* Weights with a row too few: found when truth and scores are already there. */
static int32_t metric(const char *text) {
    nns_array y = labels_of(&set), w = array_of(NNS_F32, bad_weight, ROWS - 1, 1);
    double value = 0;
    return nns_metric(text, &y, &y, &w, &value);
}

static int32_t curve(const char *text) {
    nns_array y = labels_of(&set), w = array_of(NNS_F32, bad_weight, ROWS - 1, 1);
    int64_t points = 0;
    (void)text;
    return nns_curve(NNS_CURVE_ROC, &y, &y, &w, NULL, NULL, NULL, 0, &points);
}

static int32_t confusion(const char *text) {
    nns_array y = labels_of(&set), w = array_of(NNS_F32, bad_weight, ROWS - 1, 1);
    double matrix[9];
    (void)text;
    return nns_confusion(&y, &y, &w, 3, matrix, 9);
}

static int32_t threshold(const char *text) {
    nns_array y = labels_of(&set), w = array_of(NNS_F32, bad_weight, ROWS - 1, 1);
    double value = 0;
    return nns_best_threshold(text, &y, &y, &w, &value, NULL);
}

/* From the first call to the last. */
static int32_t whole_life(const char *text) {
    nns_model *own = model_from(classifier), *copy = NULL, *loaded = NULL;
    nns_data *whole = labelled(&set), *rest = NULL, *part = NULL;
    nns_session *session = NULL;
    nns_buffer *buffer = NULL;
    float out[ROWS * CLASSES];
    must(nns_data_split(whole, NNS_SPLIT_STRATIFIED, 0.25, NULL, 1, &rest, &part), "split");
    must(nns_train(own, rest, part, text, NULL, NULL), "train");
    must(nns_clone(own, &copy), "clone");
    must(nns_predict_data(copy, part, NNS_PROBA, FLOATS(out, ROWS / 4, CLASSES)), "predict data");
    must(nns_session_create(copy, 8, &session), "session");
    must(nns_save_buffer(own, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &buffer), "save buffer");
    must(nns_load_buffer(saved, saved_size, NULL, &loaded), "load buffer");
    nns_data_free(whole);
    nns_data_free(rest);
    nns_data_free(part);
    nns_free(own);
    nns_free(copy);
    nns_free(loaded);
    nns_session_free(session);
    nns_buffer_free(buffer);
    return NNS_OK;
}

static const struct {
    const char *name;
    int32_t (*call)(const char *text);
    const char *text;
    int32_t status;
} calls[] = {
    {"a whole life", whole_life,
     "{\"epochs\": 2, \"threads\": 2, \"metrics\": [\"accuracy\"], \"early_stopping\": {}}",
     NNS_OK},
    {"training", train, "{\"epochs\": 2}", NNS_OK},
    {"training, stopped by the callback", train_stopped, "{\"epochs\": 9}", NNS_E_CALLBACK},
    {"training, diverging", diverge,
     "{\"epochs\": 500, \"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 1e38, "
     "\"momentum\": 0.99}}",
     NNS_E_DIVERGED},
    {"training with a wrong class_weight", train, "{\"class_weight\": [1, 2]}", NNS_E_ARGUMENT},
    {"training that would stop early", train, "{\"early_stopping\": {}}", NNS_E_ARGUMENT},
    {"training with an unknown metric", train, "{\"metrics\": [\"acuracy\"]}", NNS_E_ARGUMENT},
    {"training with a wrong optimiser", train, "{\"optimizer\": \"lbfgs\"}", NNS_E_ARGUMENT},
    {"training with other targets", train_other_data,
     "{\"metrics\": [\"roc_auc\"], \"class_weight\": \"balanced\"}", NNS_E_ARGUMENT},
    {"a step with NaN", step, "", NNS_E_ARGUMENT},
    {"evaluating a metric that does not fit", evaluate, "[\"r2\"]", NNS_E_ARGUMENT},
    {"predicting with three features", predict, "", NNS_E_SHAPE},
    {"a spec with an unknown layer", create,
     "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 3}, \"dence\"], \"loss\": "
     "\"mse\"}",
     NNS_E_ARGUMENT},
    {"half a JSON text", create, "{\"input\": [1, {\"a\": \"b\"}, ", NNS_E_ARGUMENT},
    {"data with NaN", create_data, "nan", NNS_E_ARGUMENT},
    {"data with a row too few", create_data, "rows", NNS_E_SHAPE},
    {"data with a negative weight", create_data, "weight", NNS_E_ARGUMENT},
    {"a split with a key too few", split, "", NNS_E_SHAPE},
    {"a metric with a weight too few", metric, "accuracy", NNS_E_SHAPE},
    {"a curve with a weight too few", curve, "", NNS_E_SHAPE},
    {"a confusion matrix with a weight too few", confusion, "", NNS_E_SHAPE},
    {"a threshold with a weight too few", threshold, "f1", NNS_E_SHAPE},
    {"loading a missing file", load_missing, "missing.safetensors", NNS_E_IO},
    {"loading a damaged model", load_damaged, "", NNS_E_CHECKSUM},
    {"loading a cut model", load_cut, "", NNS_E_FORMAT},
};

static void prepare(void) {
    nns_buffer *buffer = NULL;
    const void *bytes = NULL;
    fill_samples(&set);
    memcpy(not_finite, set.x, sizeof not_finite);
    not_finite[7] = NAN;
    bad_weight[3] = -1;
    model = model_from(classifier);
    regression = model_from(regressor);
    data = labelled(&set);
    must(nns_save_buffer(model, 0, &buffer), "save buffer");
    must(nns_buffer_bytes(buffer, &bytes, &saved_size), "buffer bytes");
    saved = room_for(saved_size);
    memcpy(saved, bytes, saved_size);
    nns_buffer_free(buffer);
}

void check_leaks(void) {
    enum { WARM = 5, TIMES = 64 };
    prepare();
    for (size_t at = 0; at < sizeof calls / sizeof *calls; at++) {
        char name[200];
        int32_t status = NNS_OK;
        for (int call = 0; call < WARM; call++) status = calls[at].call(calls[at].text);
        int64_t before = living();
        for (int call = 0; call < TIMES; call++) calls[at].call(calls[at].text);
        int64_t lost = living() - before;
        snprintf(name, sizeof name, "%s: the status", calls[at].name);
        check_status(name, status, calls[at].status);
        snprintf(name, sizeof name, "%s: no block is lost", calls[at].name);
        check(lost < TIMES / 2, name, "%lld blocks after %d calls", (long long)lost, TIMES);
    }
    nns_free(model);
    nns_free(regression);
    nns_data_free(data);
    free(saved);
}
