/* The objects that the rows of the table use. */
#include "badinput.h"

fixture g;
results made;
size_t need;
int64_t points;

static float first_predictions[ROWS * CLASSES];
static char *first_history, *first_spec;

static void prepare_samples(void) {
    fill_samples(&g.set);
    for (int row = 0; row < ROWS; row++) {
        g.weight[row] = 1;
        g.bits[row] = g.set.labels[row] == 1;
        g.ones[row] = 1;
        g.index[row] = row % CLASSES;
        g.score[row] = (float)(row * 7 % ROWS) / ROWS;
    }
    g.x = features_of(&g.set);
    g.y = labels_of(&g.set);
    g.w = array_of(NNS_F32, g.weight, ROWS, 1);
    g.truth = array_of(NNS_I32, g.bits, ROWS, 1);
    g.scores = array_of(NNS_F32, g.score, ROWS, 1);
}

void prepare_fixture(void) {
    prepare_samples();
    g.model = model_from(classifier);
    g.regressor = model_from(regressor);
    g.unfitted = model_from(json("{'input': 4, 'preprocess': 'standardize', 'layers': [{'type': "
                                 "'dense', 'units': 3}], 'loss': 'softmax_cross_entropy'}"));
    g.normed = model_from(json("{'input': 4, 'layers': ['batch_norm', {'type': 'dense', 'units': "
                               "3}], 'loss': 'softmax_cross_entropy'}"));
    g.named = model_from(json("{'input': 4, 'layers': [{'type': 'dense', 'units': 1}], 'loss': "
                              "'binary_cross_entropy', 'classes': ['no', 'yes'], 'features': ['a', 'b', "
                              "'c', 'd']}"));
    must(nns_set_note(g.named, "a", "a text"), "preparation: note");
    g.data = labelled(&g.set);
    g.numbers = valued(&g.set);
    must(nns_clone(g.unfitted, &g.scaled), "preparation: clone");
    must(nns_fit_preprocess(g.scaled, g.data), "preparation: fit");
    must(nns_train(g.model, g.data, NULL, "{\"epochs\": 5}", NULL, NULL), "preparation: train");
    must(nns_session_create(g.model, 8, &g.session), "preparation: session");
    must(nns_save_buffer(g.model, NNS_SAVE_WEIGHTS, &g.buffer), "preparation: save");
    must(nns_buffer_bytes(g.buffer, &g.bytes, &g.size), "preparation: bytes");
    must(nns_predict(g.model, &g.x, NNS_PROBA, FLOATS(first_predictions, ROWS, CLASSES)),
         "preparation: predict");
    first_history = text_of(nns_history, g.model);
    first_spec = text_of(nns_describe, g.model);
}

void check_still_good(const char *after) {
    float now[ROWS * CLASSES] = {0};
    char name[100];
    snprintf(name, sizeof name, "the trained model predicts as before, after: %s", after);
    must(nns_predict(g.model, &g.x, NNS_PROBA, FLOATS(now, ROWS, CLASSES)), name);
    check_bytes(name, now, first_predictions, sizeof now);
    char *spec = text_of(nns_describe, g.model), *history = text_of(nns_history, g.model);
    snprintf(name, sizeof name, "the trained model has its spec, after: %s", after);
    check_text(name, spec, first_spec);
    snprintf(name, sizeof name, "the trained model has its history, after: %s", after);
    check_text(name, history, first_history);
    free(spec);
    /* A loss is told once, by the group that caused it. */
    free(first_history);
    first_history = history;
}

void release_fixture(void) {
    nns_free(g.model);
    nns_free(g.regressor);
    nns_free(g.unfitted);
    nns_free(g.normed);
    nns_free(g.named);
    nns_free(g.scaled);
    nns_data_free(g.data);
    nns_data_free(g.numbers);
    nns_session_free(g.session);
    nns_buffer_free(g.buffer);
    free(first_history);
    free(first_spec);
}

const char *json(const char *text) {
    static char buffers[4][4096];
    static int turn;
    char *buffer = buffers[turn = (turn + 1) % 4];
    snprintf(buffer, sizeof buffers[0], "%s", text);
    for (char *at = buffer; *at; at++)
        if (*at == '\'') *at = '"';
    return buffer;
}
