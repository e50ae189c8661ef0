/* A stop that the callback wants: no failure, and the best weights come back. */
#include "lifecycle.h"

typedef struct stop {
    int calls, at;
    int32_t answer;
} stop;

static int32_t stop_at(void *user, const nns_progress *told) {
    stop *when = user;
    (void)told;
    return ++when->calls >= when->at ? when->answer : 0;
}

/* The worst epoch, which is the first, counts as the best: only that shows what was restored. */
static const char watched[] =
    "{\"epochs\": %d, \"seed\": 3, \"progress\": \"%s\", \"early_stopping\": {\"mode\": \"max\", "
    "\"patience\": 100}}";

static uint64_t after_one_epoch(const nns_data *data) {
    char config[200];
    nns_model *model = model_from(classifier);
    snprintf(config, sizeof config, watched, 1, "epoch");
    must(nns_train(model, data, data, config, NULL, NULL), "train one epoch");
    uint64_t hash = hash_of_weights(model);
    nns_free(model);
    return hash;
}

static void check_end(const char *progress, int calls, const nns_data *data, uint64_t first) {
    char config[200], name[100];
    nns_model *model = model_from(classifier);
    stop wanted = {0, calls, NNS_STOP}, refused = {0, calls, NNS_STOP + 1};
    snprintf(config, sizeof config, watched, 50, progress);
    snprintf(name, sizeof name, "NNS_STOP after an %s: nns_train is OK", progress);
    check_status(name, nns_train(model, data, data, config, stop_at, &wanted), NNS_OK);
    check_integer("NNS_STOP: no call after it", wanted.calls, calls);
    check(hash_of_weights(model) == first, "NNS_STOP: the best weights are restored",
          "other weights");
    char *history = text_of(nns_history, model);
    check_contains("NNS_STOP: the history says callback", history, "\"stopped\": \"callback\"");
    check_contains("NNS_STOP: the history has the best epoch", history, "\"best_epoch\": 1");
    free(history);
    nns_free(model);

    model = model_from(classifier);
    snprintf(name, sizeof name, "another answer after an %s is still a failure", progress);
    check_status(name, nns_train(model, data, data, config, stop_at, &refused), NNS_E_CALLBACK);
    check(hash_of_weights(model) == first, "another answer: the best weights are restored",
          "other weights");
    nns_free(model);
}

/* The last checkpoint is made as at any other end that is wanted. */
static void check_checkpoint(const nns_data *data) {
    const char *config = "{\"epochs\": 50, \"checkpoint\": {\"path\": \"stopped.safetensors\", "
                         "\"every_epochs\": 40}}";
    nns_model *model = model_from(classifier), *saved = NULL;
    stop wanted = {0, 3, NNS_STOP};
    must(nns_train(model, data, NULL, config, stop_at, &wanted), "train with a checkpoint");
    check_status("NNS_STOP: the checkpoint of the end is made",
                 nns_load("stopped.safetensors", NULL, &saved), NNS_OK);
    check(same_weights(model, saved), "NNS_STOP: the checkpoint has the last weights",
          "other weights");
    nns_free(saved);
    nns_free(model);
    remove("stopped.safetensors");
}

void check_stops(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    uint64_t first = after_one_epoch(data);
    check_end("epoch", 4, data, first);
    check_end("batch", 6, data, first);
    check_text("NNS_STOP is no status", nns_status_name(NNS_STOP), "unknown status");
    check_checkpoint(data);
    nns_data_free(data);
}
