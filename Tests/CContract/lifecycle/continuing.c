/* "continue": two trainings in a row are one long one, also across a file. */
#include "lifecycle.h"

/* With everything that has a state: dropout's stream, batch_norm's statistics, adam, a schedule. */
static const char spec[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 8}, \"batch_norm\", \"relu\", "
    "{\"type\": \"dropout\", \"rate\": 0.2}, {\"type\": \"dense\", \"units\": 3}], \"loss\": "
    "\"softmax_cross_entropy\", \"seed\": 2, \"preprocess\": \"standardize\"}";

static void train(nns_model *model, const nns_data *data, int epochs, const char *more) {
    char config[200];
    snprintf(config, sizeof config, "{\"epochs\": %d, \"batch_size\": 16, \"seed\": 9%s}", epochs,
             more);
    must(nns_train(model, data, NULL, config, NULL, NULL), config);
}

static nns_model *through_memory(const nns_model *model, int32_t flags) {
    nns_buffer *buffer = NULL;
    nns_model *copy = NULL;
    const void *bytes = NULL;
    size_t size = 0;
    must(nns_save_buffer(model, flags, &buffer), "save buffer");
    must(nns_buffer_bytes(buffer, &bytes, &size), "buffer bytes");
    must(nns_load_buffer(bytes, size, NULL, &copy), "load buffer");
    nns_buffer_free(buffer);
    return copy;
}

/* A training that is refused is as if it had not been asked for. */
static void check_refusal(const nns_data *data, const nns_model *whole) {
    static const float wide[10];
    static const int32_t labels[2];
    nns_data *unfit = data_from(array_of(NNS_F32, wide, 2, 5), array_of(NNS_I32, labels, 2, 1));
    nns_model *model = model_from(spec);
    train(model, data, 2, "");
    char *before = text_of(nns_history, model);
    check_status("continue: a refused training between",
                 nns_train(model, unfit, NULL, "{\"epochs\": 1}", NULL, NULL), NNS_E_SHAPE);
    char *after = text_of(nns_history, model);
    check_text("train: a refused one leaves the history", after, before);
    train(model, data, 2, ", \"continue\": true");
    check(same_weights(whole, model), "train: a refused one leaves the optimiser",
          "the continued training gives other weights");
    free(before);
    free(after);
    nns_free(model);
    nns_data_free(unfit);
}

void check_continuing(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    nns_model *whole = model_from(spec), *halves = model_from(spec), *fresh = model_from(spec);
    train(whole, data, 4, "");
    train(halves, data, 2, "");
    nns_model *loaded = through_memory(halves, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING);
    train(halves, data, 2, ", \"continue\": true");
    check(same_weights(whole, halves), "continue: 2 and 2 epochs are 4", "weights differ");
    train(loaded, data, 2, ", \"continue\": true");
    check(same_weights(whole, loaded), "continue: across a saved training", "weights differ");
    train(fresh, data, 2, "");
    train(fresh, data, 2, "");
    check(!same_weights(whole, fresh), "train: without continue the optimiser is fresh",
          "weights are those of a continued training");
    char *history = text_of(nns_history, halves);
    check_contains("continue: epochs count on", history, "\"epoch\": [3, 4]");
    free(history);
    check_refusal(data, whole);
    nns_free(whole);
    nns_free(halves);
    nns_free(fresh);
    nns_free(loaded);
    nns_data_free(data);
}
