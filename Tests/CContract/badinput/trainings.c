/* Configs that are fine by themselves and do not fit the model or the data; divergence. */
#include <math.h>

#include "badinput.h"

static nns_data *single; /* one row */

static int32_t train(const char *text) {
    return nns_train(g.model, g.data, NULL, json(text), NULL, NULL);
}
static int32_t train_validated(const char *text) {
    return nns_train(g.model, g.data, g.data, json(text), NULL, NULL);
}
static int32_t train_regressor(const char *text) {
    return nns_train(g.regressor, g.numbers, NULL, json(text), NULL, NULL);
}
static int32_t train_single(const char *text) {
    return nns_train(g.model, single, NULL, json(text), NULL, NULL);
}
static int32_t train_normed(const char *text) {
    return nns_train(g.normed, g.data, NULL, json(text), NULL, NULL);
}
static int32_t train_normed_single(const char *text) {
    return nns_train(g.normed, single, NULL, json(text), NULL, NULL);
}
static int32_t step_normed_single(const char *text) {
    nns_array x = array_of(NNS_F32, g.set.x, 1, FEATURES),
              y = array_of(NNS_I32, g.set.labels, 1, 1);
    (void)text;
    return nns_train_batch(g.normed, &x, &y, NULL, &made.value);
}
static int32_t gradient_normed_single(const char *text) {
    nns_array x = array_of(NNS_F32, g.set.x, 1, FEATURES),
              y = array_of(NNS_I32, g.set.labels, 1, 1);
    int64_t count = 0;
    (void)text;
    must(nns_param_count(g.normed, &count), "param count");
    return nns_loss_grad(g.normed, &x, &y, NULL, &made.value, made.floats, count, NULL);
}
static int32_t mixed_data(const char *text) {
    return nns_train(g.model, g.numbers, NULL, json(text), NULL, NULL);
}
static int32_t mixed_validation(const char *text) {
    return nns_train(g.model, g.data, g.numbers, json(text), NULL, NULL);
}
static int32_t lbfgs_gradient(const char *text) {
    nns_model *copy = NULL;
    must(nns_clone(g.model, &copy), "clone");
    must(nns_configure(copy, json(text)), "configure");
    int32_t status = nns_apply_grad(copy, g.weight, 67);
    nns_free(copy);
    return status;
}

#define TRAIN(what, statuses, fragment, perform, text) \
    {"nns_train", what, statuses, fragment, perform, text},

static const bad_case trainings[] = {
    TRAIN("class_weight with a regression", S(ARGUMENT), "class_weight", train_regressor,
          "{'class_weight': 'balanced'}")
    TRAIN("class_weight list with a regression", S(ARGUMENT), "class_weight", train_regressor,
          "{'class_weight': [1]}")
    TRAIN("two class_weights for three classes", S(ARGUMENT), "class_weight", train,
          "{'class_weight': [1, 2]}")
    TRAIN("early stopping without validation", S(ARGUMENT), "val_loss", train,
          "{'early_stopping': {}}")
    TRAIN("early stopping on an unrecorded metric", S(ARGUMENT), "accuracy", train_validated,
          "{'early_stopping': {'metric': 'val_accuracy'}}")
    TRAIN("early stopping on an unknown metric", S(ARGUMENT), "val_loss", train_validated,
          "{'early_stopping': {'metric': 'val_los'}}")
    TRAIN("reduce_on_plateau without validation", S(ARGUMENT), "val_loss", train,
          "{'schedule': 'reduce_on_plateau'}")
    TRAIN("validation twice", S(ARGUMENT), "validation_fraction", train_validated,
          "{'validation_fraction': 0.5}")
    TRAIN("stratify without validation_fraction", S(ARGUMENT), "stratify", train,
          "{'stratify': true}")
    TRAIN("stratify a regression", S(ARGUMENT) | S(DTYPE), "strat", train_regressor,
          "{'validation_fraction': 0.5, 'stratify': true}")
    TRAIN("validation_fraction of one row", S(SHAPE) | S(ARGUMENT), "2", train_single,
          "{'validation_fraction': 0.5}")
    TRAIN("a metric of regressions for classes", S(ARGUMENT), "r2", train, "{'metrics': ['r2']}")
    TRAIN("a metric of classes for a regression", S(ARGUMENT), "roc_auc", train_regressor,
          "{'metrics': ['roc_auc']}")
    TRAIN("lbfgs with mini-batches", S(ARGUMENT), "lbfgs", train,
          "{'optimizer': 'lbfgs', 'batch_size': 16}")
    TRAIN("lbfgs with clipping", S(ARGUMENT), "lbfgs", train,
          "{'optimizer': 'lbfgs', 'batch_size': 0, 'clip_norm': 1}")
    TRAIN("batch_norm with batches of one row", S(SHAPE), "batch_norm", train_normed,
          "{'batch_size': 1}")
    TRAIN("batch_norm with one row of data", S(SHAPE), "batch_norm", train_normed_single, "{}")
    TRAIN("drop_last that drops all", S(SHAPE) | S(ARGUMENT), "drop_last", train,
          "{'batch_size': 100, 'drop_last': true}")
    TRAIN("targets of a regression for classes", S(DTYPE) | S(SHAPE), NULL, mixed_data, "{}")
    TRAIN("validation targets of a regression for classes", S(DTYPE) | S(SHAPE), NULL,
          mixed_validation, "{}")
    {"nns_train_batch", "batch_norm with one row", S(SHAPE), "batch_norm", step_normed_single, ""},
    {"nns_loss_grad", "batch_norm with one row", S(SHAPE), "batch_norm", gradient_normed_single,
     ""},
    {"nns_apply_grad", "lbfgs takes no gradient", S(ARGUMENT), "lbfgs", lbfgs_gradient,
     "{'optimizer': 'lbfgs', 'batch_size': 0}"},
};

void refuse_trainings(void) {
    nns_array x = array_of(NNS_F32, g.set.x, 1, FEATURES),
              y = array_of(NNS_I32, g.set.labels, 1, 1);
    single = data_from(x, y);
    uint64_t regressor_before = hash_of_weights(g.regressor), normed = hash_of_weights(g.normed);
    RUN(trainings);
    check(hash_of_weights(g.regressor) == regressor_before && hash_of_weights(g.normed) == normed,
          "refused trainings leave the weights", "weights changed");
    nns_data_free(single);
}

static void check_finite(const char *name, const nns_model *model) {
    values weights = weights_of(model);
    int64_t finite = 0;
    for (int64_t at = 0; at < weights.count; at++) finite += isfinite(weights.at[at]) != 0;
    check_integer(name, finite, weights.count);
    free(weights.at);
}

static void diverge(const char *what, const char *spec, const nns_data *data, const char *config) {
    char name[200];
    nns_model *model = model_from(spec);
    float out[CLASSES];
    forget_results();
    judge("nns_train", what, S(DIVERGED), "epoch",
          nns_train(model, data, NULL, json(config), NULL, NULL));
    snprintf(name, sizeof name, "divergence, %s: the text names the batch", what);
    check_contains(name, nns_last_error(), "batch");
    snprintf(name, sizeof name, "divergence, %s: finite weights", what);
    check_finite(name, model);
    char *history = text_of(nns_history, model);
    snprintf(name, sizeof name, "divergence, %s: the history says so", what);
    check_contains(name, history, "\"diverged\"");
    free(history);
    snprintf(name, sizeof name, "divergence, %s: the model still predicts", what);
    int64_t outputs = 0;
    must(nns_output_size(model, &outputs), "output size");
    check_status(name, nns_predict_one(model, g.set.x, FEATURES, NNS_PROBA, FLOATS(out, 1, outputs)),
                 NNS_OK);
    nns_free(model);
}

void refuse_divergence(void) {
    diverge("learning_rate 1e30", regressor, g.numbers,
            "{'epochs': 50, 'optimizer': {'type': 'sgd', 'learning_rate': 1e30}}");
    diverge("learning_rate 1e38 with momentum", classifier, g.data,
            "{'epochs': 500, 'optimizer': {'type': 'sgd', 'learning_rate': 1e38, 'momentum': "
            "0.99}}");
    diverge("adam with learning_rate 1e38", regressor, g.numbers,
            "{'epochs': 50, 'optimizer': {'type': 'adam', 'learning_rate': 1e38}}");
    float targets[ROWS];
    for (int row = 0; row < ROWS; row++) targets[row] = 3e38f;
    nns_data *far = data_from(g.x, array_of(NNS_F32, targets, ROWS, 1));
    diverge("targets near the largest float",
            json("{'input': 4, 'layers': [{'type': 'dense', 'units': 1}], 'loss': 'mse'}"), far,
            "{'epochs': 5, 'optimizer': {'type': 'sgd', 'learning_rate': 1}}");
    nns_data_free(far);
}
