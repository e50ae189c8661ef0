/* What a training that diverges leaves: a model that was usable stays usable. */
#include "lifecycle.h"

static const char steep[] =
    "{\"epochs\": 50, \"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 1e6}%s}";

static const char normed[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 8, \"activation\": \"relu\"}, "
    "\"batch_norm\", {\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\", "
    "\"preprocess\": \"standardize\", \"seed\": 7}";

static int32_t diverge(nns_model *model, const nns_data *data, const char *more) {
    char config[300];
    snprintf(config, sizeof config, steep, more);
    return nns_train(model, data, NULL, config, NULL, NULL);
}

/* A good model, a rate of a million. */
static void check_good_model(const char *spec, const nns_data *data) {
    const char *good = "{\"epochs\": 60, \"batch_size\": 16, \"optimizer\": {\"type\": \"adam\", "
                       "\"learning_rate\": 0.02}, \"seed\": 1}";
    const char *metrics = "[\"loss\", \"accuracy\", \"roc_auc\"]";
    double before[3], after[3];
    nns_model *model = model_from(spec);
    must(nns_train(model, data, NULL, good, NULL, NULL), "train a good model");
    must(nns_evaluate(model, data, metrics, before, 3), "evaluate before");
    check(before[1] > 0.9, "restore: the model is good", "accuracy %g", before[1]);
    uint64_t hash = hash_of_weights(model);
    check_status("restore: a rate of 1e6 diverges", diverge(model, data, ""), NNS_E_DIVERGED);
    check_contains("restore: the sentence says which weights there are", nns_last_error(),
                   "of its start");
    check_status("restore: the model can be evaluated",
                 nns_evaluate(model, data, metrics, after, 3), NNS_OK);
    check_bytes("restore: it is as good as before, bit for bit", after, before, sizeof before);
    check(hash_of_weights(model) == hash, "restore: weights and running statistics are back",
          "other values");
    char *history = text_of(nns_history, model);
    check_contains("restore: the history says diverged", history, "\"stopped\": \"diverged\"");
    free(history);
    check_status("restore: the next ordinary training works",
                 nns_train(model, data, NULL, good, NULL, NULL), NNS_OK);
    must(nns_evaluate(model, data, metrics, after, 3), "evaluate after");
    check(after[1] > 0.9, "restore: and leaves a good model", "accuracy %g", after[1]);
    nns_free(model);
}

static void check_last(const nns_data *data) {
    nns_model *model = model_from(classifier);
    uint64_t hash = hash_of_weights(model);
    check_status("restore last: diverges", diverge(model, data, ", \"restore\": \"last\""),
                 NNS_E_DIVERGED);
    check(hash_of_weights(model) != hash, "restore last: the last finite weights are kept",
          "those of the start came back");
    check_status("restore start: diverges", diverge(model, data, ", \"restore\": \"start\""),
                 NNS_E_DIVERGED);
    nns_free(model);
}

/* Full batches, each step worse: the first epoch is the best. */
static void check_best(const char *more, int is_best, const nns_data *numbers) {
    char config[300];
    nns_model *model = model_from(regressor), *other = model_from(regressor);
    const char *form = "{\"epochs\": %d, \"batch_size\": 0, \"optimizer\": {\"type\": \"sgd\", "
                       "\"learning_rate\": 1000}%s, \"early_stopping\": {\"patience\": 500}}";
    uint64_t start = hash_of_weights(model);
    snprintf(config, sizeof config, form, 1, "");
    must(nns_train(other, numbers, numbers, config, NULL, NULL), "train one epoch");
    uint64_t best = hash_of_weights(other);
    snprintf(config, sizeof config, form, 500, more);
    check_status("restore best: diverges",
                 nns_train(model, numbers, numbers, config, NULL, NULL), NNS_E_DIVERGED);
    check(hash_of_weights(model) == (is_best ? best : start),
          is_best ? "restore: the best weights that early stopping saw come back"
                  : "restore start: those of the start, with early stopping, too",
          "other weights");
    nns_free(model);
    nns_free(other);
}

static nns_model *loaded(const nns_buffer *buffer) {
    const void *bytes = NULL;
    size_t size = 0;
    nns_model *model = NULL;
    must(nns_buffer_bytes(buffer, &bytes, &size), "buffer bytes");
    must(nns_load_buffer(bytes, size, NULL, &model), "load buffer");
    return model;
}

/* Whether a continued training goes on as if one that diverged had never been. */
static void check_optimizer(const char *optimizer, double steep_rate, int batch,
                            const nns_data *data) {
    char usual[300], wild[300], name[120];
    nns_model *first = model_from(classifier);
    nns_buffer *buffer = NULL;
    const char *form = "{\"epochs\": 3, \"continue\": true, \"batch_size\": %d, \"optimizer\": "
                       "{\"type\": \"%s\", \"learning_rate\": %g}}";
    snprintf(usual, sizeof usual, form, batch, optimizer, 0.01);
    snprintf(wild, sizeof wild, form, batch, optimizer, steep_rate);
    must(nns_train(first, data, NULL, usual, NULL, NULL), "train before");
    must(nns_save_buffer(first, NNS_SAVE_TRAINING, &buffer), "save");
    nns_model *plain = loaded(buffer), *failed = loaded(buffer);
    must(nns_train(plain, data, NULL, usual, NULL, NULL), "go on");
    snprintf(name, sizeof name, "restore %s: a steep rate diverges", optimizer);
    check_status(name, nns_train(failed, data, NULL, wild, NULL, NULL), NNS_E_DIVERGED);
    snprintf(name, sizeof name, "restore %s: the next one goes on after it", optimizer);
    check_status(name, nns_train(failed, data, NULL, usual, NULL, NULL), NNS_OK);
    snprintf(name, sizeof name, "restore %s: the optimiser of the start is back", optimizer);
    check(same_weights(plain, failed), name, "weights differ");
    nns_free(first);
    nns_free(plain);
    nns_free(failed);
    nns_buffer_free(buffer);
}

void check_restoring(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set), *numbers = valued(&set);
    check_good_model(classifier, data);
    check_good_model(normed, data);
    check_last(data);
    check_best("", 1, numbers);
    check_best(", \"restore\": \"best\"", 1, numbers);
    check_best(", \"restore\": \"start\"", 0, numbers);
    check_optimizer("adam", 1e38, 32, data);
    check_optimizer("rmsprop", 1e38, 32, data);
    nns_data_free(data);
    nns_data_free(numbers);
}
