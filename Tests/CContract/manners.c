/* How the library behaves inside a host: the state it does not touch, and how threads share it. */
#include "manners/manners.h"

static const char spec[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 8, \"activation\": {\"type\": "
    "\"leaky_relu\", \"slope\": 0.125}}, {\"type\": \"dropout\", \"rate\": 0.3}, {\"type\": "
    "\"dense\", \"units\": 3}], \"loss\": {\"type\": \"softmax_cross_entropy\", "
    "\"label_smoothing\": 0.1}, \"preprocess\": {\"type\": \"scale\", \"factor\": 0.3333333}}";
static const char config[] =
    "{\"epochs\": 3, \"optimizer\": {\"type\": \"adam\", \"learning_rate\": 1.5e-2}, \"metrics\": "
    "[\"accuracy\"]}";

uint64_t use_everything(const char *path) {
    static samples set;
    fill_samples(&set);
    nns_model *model = model_from(spec), *loaded = NULL;
    nns_data *data = labelled(&set);
    double values[2];
    must(nns_train(model, data, NULL, config, NULL, NULL), "train");
    must(nns_evaluate(model, data, "[\"loss\", \"accuracy\"]", values, 2), "evaluate");
    must(nns_save(model, path, NNS_SAVE_WEIGHTS), "save");
    must(nns_load(path, NULL, &loaded), "load");
    remove(path);
    if (nns_load(path, NULL, &loaded) == NNS_OK || nns_create("{", &loaded) == NNS_OK)
        check(0, "refusals", "a missing file or half a JSON text was taken");
    char *text = text_of(nns_describe, loaded);
    uint64_t hashes[] = {hash_of_weights(model), hash_of_weights(loaded),
                         hash_of(text, strlen(text)), hash_of(values, sizeof values)};
    free(text);
    nns_free(model);
    nns_free(loaded);
    nns_data_free(data);
    return hash_of(hashes, sizeof hashes);
}

int main(void) {
    remember_host();
    check_locale();
    check_rounding();
    check_streams();
    check_signals();
    check_float_environment();
    check_flush_to_zero();
    check_variables();
    check_blas();
    check_process();
    check_small_stacks();
    check_structures();
    check_predicting_together();
    check_training_apart();
    check_busy();
    check_waiting();
    check_fork();
    check_mixed_threads();
    check_cancel_in_search();
    check_cancel_while_freed();
    check_fork_during_training();
    check_fork_in_callback();
    check_leaving();
    check_backtrace();
    return finish();
}
