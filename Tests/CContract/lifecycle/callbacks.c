/* The progress callback: its arguments, the calls it may make, how it stops a training. */
#include <math.h>

#include "lifecycle.h"

typedef struct watch {
    int calls, epoch_ends, malformed;
    int64_t last_epoch;
    int64_t stop_at; /* call after which to stop; 0: never */
} watch;

static int32_t observe(void *user, const nns_progress *told) {
    watch *seen = user;
    seen->calls++;
    seen->epoch_ends += told->epoch_end;
    seen->last_epoch = told->epoch;
    int is_fine = told->struct_size >= sizeof(nns_progress) && told->epoch >= 1 &&
                  told->epoch <= told->epochs && told->batch >= 1 && told->batch <= told->batches &&
                  isfinite(told->loss) && isnan(told->val_loss) && told->learning_rate == 0.001 &&
                  told->seconds >= 0;
    seen->malformed += !is_fine;
    return seen->stop_at && seen->calls >= seen->stop_at ? 42 : 0;
}

static void check_reports(const nns_data *data) {
    nns_model *model = model_from(classifier);
    watch epochs = {0, 0, 0, 0, 0}, batches = {0, 0, 0, 0, 0};
    must(nns_train(model, data, NULL, "{\"epochs\": 5}", observe, &epochs), "train with callback");
    check_integer("callback: once an epoch", epochs.calls, 5);
    check_integer("callback: each the end of an epoch", epochs.epoch_ends, 5);
    must(nns_train(model, data, NULL,
                   "{\"epochs\": 2, \"batch_size\": 16, \"progress\": \"batch\"}", observe,
                   &batches),
         "train with a callback every batch");
    check_integer("callback: 4 batches and an end, twice", batches.calls, 10);
    check_integer("callback: two of them ends of an epoch", batches.epoch_ends, 2);
    check_integer("callback: sensible values", epochs.malformed + batches.malformed, 0);
    nns_free(model);
}

static void check_stopping(const nns_data *data, const nns_array *x) {
    nns_model *model = model_from(classifier);
    watch seen = {0, 0, 0, 0, 3};
    float p[ROWS * CLASSES];
    uint64_t before = hash_of_weights(model);
    check_status("callback: nonzero stops",
                 nns_train(model, data, NULL, "{\"epochs\": 50}", observe, &seen),
                 NNS_E_CALLBACK);
    check_contains("callback: its answer is in the text", nns_last_error(), "42");
    check_integer("callback: no call after the stop", seen.calls, 3);
    check(hash_of_weights(model) != before, "callback: the weights learnt so far are kept",
          "weights are the first ones");
    char *history = text_of(nns_history, model);
    check_contains("callback: the history is kept", history, "\"epoch\": [1, 2, 3]");
    check_contains("callback: the history says so", history, "\"stopped\": \"callback\"");
    free(history);
    check_status("callback: the stopped model predicts",
                 nns_predict(model, x, NNS_PROBA, FLOATS(p, ROWS, CLASSES)), NNS_OK);
    check_status("callback: the stopped model trains",
                 nns_train(model, data, NULL, "{\"epochs\": 1}", NULL, NULL), NNS_OK);
    nns_free(model);
}

typedef struct visit {
    nns_model *model;
    nns_data *data;
    const samples *set;
    int done;
} visit;

/* What only reads works between two steps. */
static void read_inside(const visit *inside) {
    nns_model *model = inside->model, *copy = NULL;
    nns_session *session = NULL;
    nns_buffer *buffer = NULL;
    nns_array x = features_of(inside->set);
    float p[ROWS * CLASSES], w[67];
    double loss = 0;
    size_t need = 0;
    check_status("inside a callback: describe", nns_describe(model, NULL, 0, &need), NNS_OK);
    check_status("inside a callback: history", nns_history(model, NULL, 0, &need), NNS_OK);
    check_status("inside a callback: predict", nns_predict(model, &x, NNS_PROBA, FLOATS(p, ROWS, CLASSES)),
                 NNS_OK);
    check_status("inside a callback: evaluate", nns_evaluate(model, inside->data, NULL, &loss, 1),
                 NNS_OK);
    check_status("inside a callback: get weights", nns_get_weights(model, w, 67), NNS_OK);
    check_status("inside a callback: save", nns_save(model, "inside.safetensors", 0), NNS_OK);
    check_status("inside a callback: save the training",
                 nns_save_buffer(model, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &buffer), NNS_OK);
    check_status("inside a callback: clone", nns_clone(model, &copy), NNS_OK);
    check_status("inside a callback: session", nns_session_create(model, 8, &session), NNS_OK);
    nns_buffer_free(buffer);
    nns_session_free(session);
    nns_free(copy);
    remove("inside.safetensors");
}

/* What changes the model is refused. */
static void change_inside(const visit *inside) {
    nns_model *model = inside->model;
    nns_array x = features_of(inside->set), y = labels_of(inside->set);
    float w[67] = {0};
    double loss = 0;
    check_status("inside a callback: train",
                 nns_train(model, inside->data, NULL, NULL, NULL, NULL), NNS_E_BUSY);
    check_status("inside a callback: train batch", nns_train_batch(model, &x, &y, NULL, &loss),
                 NNS_E_BUSY);
    check_status("inside a callback: set weights", nns_set_weights(model, w, 67), NNS_E_BUSY);
    check_status("inside a callback: configure", nns_configure(model, "{}"), NNS_E_BUSY);
    check_status("inside a callback: fit preprocess", nns_fit_preprocess(model, inside->data),
                 NNS_E_BUSY);
    check_status("inside a callback: loss grad",
                 nns_loss_grad(model, &x, &y, NULL, &loss, w, 67, NULL), NNS_E_BUSY);
    check_status("inside a callback: apply grad", nns_apply_grad(model, w, 67), NNS_E_BUSY);
}

static int32_t visit_once(void *user, const nns_progress *told) {
    visit *inside = user;
    (void)told;
    if (inside->done++) return 0;
    read_inside(inside);
    change_inside(inside);
    return 0;
}

static void check_inside(const samples *set, nns_data *data) {
    nns_model *model = model_from(classifier), *quiet = model_from(classifier);
    visit inside = {model, data, set, 0};
    check_status("callback: a training that is looked at",
                 nns_train(model, data, NULL, "{\"epochs\": 3}", visit_once, &inside), NNS_OK);
    must(nns_train(quiet, data, NULL, "{\"epochs\": 3}", NULL, NULL), "a training by itself");
    check(same_weights(model, quiet), "callback: looking changes nothing", "weights differ");
    nns_free(model);
    nns_free(quiet);
}

static int32_t free_inside(void *user, const nns_progress *told) {
    visit *inside = user;
    if (told->epoch == 1) {
        nns_free(inside->model);
        nns_data_free(inside->data);
    }
    inside->done++;
    return 0;
}

/* The last user releases: a training goes on with a model and data that were freed meanwhile. */
static void check_freeing(const samples *set) {
    visit inside = {model_from(classifier), labelled(set), set, 0};
    int64_t size = 0;
    check_status("callback: freeing model and data inside",
                 nns_train(inside.model, inside.data, NULL, "{\"epochs\": 3}", free_inside,
                           &inside),
                 NNS_OK);
    check_integer("callback: the training ran to its end", inside.done, 3);
    check_status("callback: the model is gone then", nns_input_size(inside.model, &size),
                 NNS_E_STATE);
    check_status("callback: the data set is gone then",
                 nns_data_size(inside.data, &size, NULL, NULL), NNS_E_STATE);
}

void check_callbacks(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    nns_array x = features_of(&set);
    check_reports(data);
    check_stopping(data, &x);
    check_inside(&set, data);
    check_freeing(&set);
    nns_data_free(data);
}
