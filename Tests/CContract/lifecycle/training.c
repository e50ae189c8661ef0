/* nns_train, nns_history, nns_evaluate; then single steps. */
#include <math.h>

#include "lifecycle.h"

/* How many elements the list behind a key has; -1: no such list. */
static int list_length(const char *json, const char *key) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\": [", key);
    const char *at = strstr(json, quoted);
    if (!at) return -1;
    at += strlen(quoted);
    int count = *at != ']';
    for (; *at && *at != ']'; at++) count += *at == ',';
    return count;
}

static void check_history(const nns_model *model, const char *const *keys, size_t count,
                          int epochs, const char *stopped) {
    char *history = text_of(nns_history, model);
    for (size_t at = 0; at < count; at++) {
        char name[100];
        snprintf(name, sizeof name, "history: a number an epoch under %s", keys[at]);
        check_integer(name, list_length(history, keys[at]), epochs);
    }
    check_contains("history: how it ended", history, stopped);
    free(history);
}

static void check_history_columns(const nns_data *data) {
    static const char *const keys[] = {
        "epoch",         "loss",    "accuracy",          "val_loss", "val_accuracy",
        "learning_rate", "seconds", "samples_per_second"};
    nns_model *model = model_from(classifier);
    nns_data *rest = NULL, *part = NULL;
    must(nns_data_split(data, NNS_SPLIT_STRATIFIED, 0.25, NULL, 1, &rest, &part), "a split");
    check_history(model, NULL, 0, 0, "{");
    check_status("train: with validation",
                 nns_train(model, rest, part, "{\"epochs\": 3, \"metrics\": [\"accuracy\"]}", NULL,
                           NULL),
                 NNS_OK);
    check_history(model, keys, sizeof keys / sizeof *keys, 3, "\"stopped\": \"completed\"");
    check_history(model, NULL, 0, 0, "\"best_epoch\": 0");
    check_status("train: validation_fraction",
                 nns_train(model, data, NULL,
                           "{\"epochs\": 2, \"validation_fraction\": 0.2, \"stratify\": true}",
                           NULL, NULL),
                 NNS_OK);
    check_history(model, keys + 3, 1, 2, "\"stopped\": \"completed\"");
    nns_data_free(rest);
    nns_data_free(part);
    nns_free(model);
}

static void check_learning(const nns_data *data) {
    nns_model *model = model_from(classifier);
    const char *config = "{\"epochs\": 60, \"batch_size\": 16, \"optimizer\": {\"type\": "
                         "\"adam\", \"learning_rate\": 0.02}, \"seed\": 1}";
    double before[2], after[2], alone = 0;
    const char *metrics = "[\"loss\", \"accuracy\"]";
    must(nns_evaluate(model, data, metrics, before, 2), "evaluate before");
    check_status("train: defaults of everything else",
                 nns_train(model, data, NULL, config, NULL, NULL), NNS_OK);
    must(nns_evaluate(model, data, metrics, after, 2), "evaluate after");
    check(after[0] < before[0] / 2, "train: the loss falls", "from %g to %g", before[0], after[0]);
    check(after[1] >= 0.9, "train: three plain classes are learnt", "accuracy %g", after[1]);
    must(nns_evaluate(model, data, NULL, &alone, 1), "evaluate with NULL");
    check_near("evaluate: NULL is [\"loss\"]", alone, after[0], 0);
    check_status("train: config NULL", nns_train(model, data, NULL, NULL, NULL, NULL), NNS_OK);
    nns_free(model);
}

static void check_early_stopping(const nns_data *data) {
    nns_model *model = model_from(classifier);
    check_status("train: early stopping",
                 nns_train(model, data, data,
                           "{\"epochs\": 500, \"optimizer\": {\"type\": \"sgd\", "
                           "\"learning_rate\": 0.0}, \"early_stopping\": {\"patience\": 3}}",
                           NULL, NULL),
                 NNS_OK);
    static const char *const keys[] = {"epoch"};
    check_history(model, keys, 1, 4, "\"stopped\": \"early_stopping\"");
    check_history(model, NULL, 0, 0, "\"best_epoch\": 1");
    nns_free(model);
}

/* The loss and accuracy that evaluate tells, worked out from predictions. */
static void check_evaluation(const samples *set, const nns_data *data) {
    nns_model *model = model_from(classifier);
    float p[ROWS * CLASSES];
    double loss = 0, right = 0, told[2];
    must(nns_predict_data(model, data, NNS_PROBA, FLOATS(p, ROWS, CLASSES)), "predict data");
    for (int row = 0; row < ROWS; row++) {
        int best = 0;
        for (int label = 1; label < CLASSES; label++)
            if (p[row * CLASSES + label] > p[row * CLASSES + best]) best = label;
        loss -= log(p[row * CLASSES + set->labels[row]]);
        right += best == set->labels[row];
    }
    must(nns_evaluate(model, data, "[\"loss\", \"accuracy\"]", told, 2), "evaluate");
    check_near("evaluate: loss is the mean of -log p", told[0], loss / ROWS, 1e-5);
    check_near("evaluate: accuracy is the share of right rows", told[1], right / ROWS, 1e-12);
    nns_free(model);
}

void check_training(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    check_history_columns(data);
    check_learning(data);
    check_early_stopping(data);
    check_evaluation(&set, data);
    nns_data_free(data);
}

static const char plain_sgd[] =
    "{\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.125}, \"seed\": 3}";

static void check_gradient_step(const samples *set) {
    nns_model *a = model_from(classifier), *b = NULL;
    nns_array x = features_of(set), y = labels_of(set);
    float gradient[67];
    double loss_a = 0, loss_b = 1;
    must(nns_clone(a, &b), "clone");
    must(nns_configure(a, plain_sgd), "configure a");
    must(nns_configure(b, plain_sgd), "configure b");
    values before = weights_of(b);
    check_status("train batch", nns_train_batch(a, &x, &y, NULL, &loss_a), NNS_OK);
    check_status("loss grad", nns_loss_grad(b, &x, &y, NULL, &loss_b, gradient, 67, NULL), NNS_OK);
    values unchanged = weights_of(b);
    check_bytes("loss grad: changes nothing", unchanged.at, before.at, 67 * sizeof(float));
    check_near("loss grad: the loss of train batch", loss_b, loss_a, 0);
    check_status("apply grad", nns_apply_grad(b, gradient, 67), NNS_OK);
    values after = weights_of(b);
    float farthest = 0;
    for (int at = 0; at < 67; at++) {
        float error = fabsf(before.at[at] - 0.125f * gradient[at] - after.at[at]);
        if (error > farthest) farthest = error;
    }
    check(farthest <= 1e-7f, "apply grad: w - rate * gradient", "off by %g", (double)farthest);
    check(same_weights(a, b), "loss grad and apply grad are train batch", "weights differ");
    free(before.at);
    free(unchanged.at);
    free(after.at);
    nns_free(a);
    nns_free(b);
}

static void check_online_learning(const samples *set) {
    nns_model *model = model_from(classifier);
    nns_array x = features_of(set), y = labels_of(set);
    double first = 0, last = 0;
    check_status("train batch: without configure",
                 nns_train_batch(model, &x, &y, NULL, &first), NNS_OK);
    for (int step = 0; step < 200; step++)
        must(nns_train_batch(model, &x, &y, NULL, &last), "train batch");
    check(last < first, "train batch: the loss falls", "from %g to %g", first, last);
    check_status("train batch: loss may be NULL", nns_train_batch(model, &x, &y, NULL, NULL),
                 NNS_OK);
    nns_free(model);
}

/* Adam's first step after configure is the same whatever happened before. */
static void check_configure(const samples *set) {
    nns_model *model = model_from(classifier);
    nns_array x = features_of(set), y = labels_of(set);
    values start = weights_of(model);
    uint64_t hash[3];
    for (int round = 0; round < 3; round++) {
        if (round < 2) must(nns_configure(model, "{\"optimizer\": \"adam\"}"), "configure");
        must(nns_set_weights(model, start.at, start.count), "set weights");
        must(nns_train_batch(model, &x, &y, NULL, NULL), "train batch");
        hash[round] = hash_of_weights(model);
    }
    check(hash[0] == hash[1], "configure: begins with a fresh optimiser", "another first step");
    check(hash[1] != hash[2], "train batch: without configure the optimiser goes on",
          "the state was lost");
    check_status("configure: NULL for the defaults", nns_configure(model, NULL), NNS_OK);
    free(start.at);
    nns_free(model);
}

static void check_preprocess(const samples *set) {
    nns_model *model = model_from("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": "
                                  "3}], \"loss\": \"softmax_cross_entropy\", \"preprocess\": "
                                  "\"standardize\"}");
    nns_data *data = labelled(set);
    nns_array x = features_of(set);
    float p[ROWS * CLASSES];
    check_status("predict: before any data were seen",
                 nns_predict(model, &x, NNS_PROBA, FLOATS(p, ROWS, CLASSES)), NNS_E_STATE);
    check_status("fit preprocess", nns_fit_preprocess(model, data), NNS_OK);
    check_status("predict: after fit preprocess", nns_predict(model, &x, NNS_PROBA, FLOATS(p, ROWS, CLASSES)),
                 NNS_OK);
    nns_data_free(data);
    nns_free(model);
}

void check_steps(void) {
    static samples set;
    fill_samples(&set);
    check_gradient_step(&set);
    check_online_learning(&set);
    check_configure(&set);
    check_preprocess(&set);
}
