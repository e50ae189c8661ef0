/* Every name that JSON knows can be reached from C: each builds, trains and stays finite. */
#include <math.h>

#include "lifecycle.h"

static const char *const layers[] = {
    "\"identity\"",
    "{\"type\": \"relu\", \"straight_through\": true}",
    "{\"type\": \"leaky_relu\", \"slope\": 0.1}",
    "{\"type\": \"elu\", \"alpha\": 0.5}",
    "\"selu\"",
    "\"gelu\"",
    "{\"type\": \"gelu\", \"approximate\": \"tanh\"}",
    "\"silu\"",
    "\"sigmoid\"",
    "\"tanh\"",
    "{\"type\": \"softplus\", \"beta\": 2, \"threshold\": 30}",
    "\"hard_sigmoid\"",
    "\"softmax\"",
    "\"log_softmax\"",
    "\"relu6\"",
    "{\"type\": \"hard_tanh\", \"min\": -0.5, \"max\": 2}",
    "{\"type\": \"celu\", \"alpha\": 0.5}",
    "\"mish\"",
    "\"hard_swish\"",
    "\"log_sigmoid\"",
    "\"tanh_shrink\"",
    "\"softsign\"",
    "\"prelu\"",
    "{\"type\": \"prelu\", \"shared\": false, \"slope\": 0.5}",
    "{\"type\": \"dropout\", \"rate\": 0.25}",
    "{\"type\": \"batch_norm\", \"momentum\": 0.2, \"eps\": 0.001}",
    "{\"type\": \"batch_norm\", \"affine\": false}",
    "{\"type\": \"layer_norm\", \"eps\": 0.001}",
    "{\"type\": \"layer_norm\", \"affine\": false}",
    "{\"type\": \"rms_norm\", \"eps\": 0.001}",
    "{\"type\": \"rms_norm\", \"affine\": false}",
    "{\"type\": \"residual\", \"layers\": [\"tanh\"], \"shortcut\": [\"layer_norm\"]}",
};

static const char *const initialisers[] = {
    "\"zeros\"",
    "{\"type\": \"constant\", \"value\": 0.5}",
    "{\"type\": \"uniform\", \"low\": -0.5, \"high\": 0.25}",
    "{\"type\": \"normal\", \"mean\": 0.1, \"std\": 0.2}",
    "{\"type\": \"normal_l2\", \"std\": 0.1}",
    "\"glorot_uniform\"",
    "\"glorot_normal\"",
    "\"he_uniform\"",
    "\"he_normal\"",
    "\"lecun_uniform\"",
    "\"lecun_normal\"",
    "{\"type\": \"orthogonal\", \"gain\": 1.5}",
    "\"pytorch\"",
};

static const char *const scalings[] = {
    "\"none\"",
    "\"standardize\"",
    "\"minmax\"",
    "{\"type\": \"scale\", \"factor\": 0.0625}",
    "\"robust\"",
    "{\"type\": \"quantile_normal\", \"n_quantiles\": 8}",
    "{\"type\": \"clip\", \"limit\": 2}",
    "[\"robust\", \"clip\"]",
};

static const char *const optimizers[] = {
    "{\"type\": \"sgd\", \"learning_rate\": 0.01, \"momentum\": 0.9, \"nesterov\": true}",
    "{\"type\": \"sgd\", \"learning_rate\": 0.01, \"momentum\": 0.9, \"dampening\": 0.1}",
    "{\"type\": \"adam\", \"beta1\": 0.8, \"beta2\": 0.99, \"eps\": 1e-7, \"amsgrad\": true}",
    "{\"type\": \"adamw\", \"weight_decay\": 0.1, \"decay_bias\": false}",
    "\"nadam\"",
    "{\"type\": \"rmsprop\", \"alpha\": 0.9, \"momentum\": 0.5, \"centered\": true}",
    "\"adagrad\"",
    "{\"type\": \"adadelta\", \"rho\": 0.8}",
    "{\"type\": \"rprop\", \"learning_rate\": 0.001}",
    "{\"type\": \"lion\", \"beta1\": 0.8, \"weight_decay\": 0.1}",
    "{\"type\": \"adam\", \"l1\": 0.001, \"weight_decay\": 0.01}",
};

static const char *const schedules[] = {
    "{\"type\": \"constant\", \"warmup_steps\": 3}",
    "{\"type\": \"step\", \"every\": 1, \"gamma\": 0.5}",
    "{\"type\": \"multi_step\", \"at\": [1, 3], \"gamma\": 0.5}",
    "{\"type\": \"exponential\", \"gamma\": 0.9, \"per\": \"step\"}",
    "{\"type\": \"cosine\", \"epochs\": 3, \"minimum\": 1e-5, \"restarts\": true}",
    "{\"type\": \"one_cycle\", \"maximum\": 0.05}",
    "{\"type\": \"reduce_on_plateau\", \"metric\": \"loss\", \"factor\": 0.5, \"patience\": 1}",
    "{\"type\": \"polynomial\", \"power\": 2}",
};

static const char *const class_metrics[] = {
    "\"loss\"", "\"accuracy\"", "\"balanced_accuracy\"", "{\"type\": \"top_k\", \"k\": 2}",
    "{\"type\": \"precision\", \"average\": \"macro\"}",
    "{\"type\": \"recall\", \"average\": \"micro\"}",
    "{\"type\": \"f1\", \"average\": \"weighted\"}",
    "{\"type\": \"f_beta\", \"beta\": 2, \"average\": \"macro\"}",
    "{\"type\": \"roc_auc\", \"average\": \"macro\"}",
    "{\"type\": \"pr_auc\", \"average\": \"macro\"}", "\"log_loss\"", "\"brier\"", "\"matthews\"",
    "\"kappa\"",
};

static const char *const value_metrics[] = {
    "\"loss\"", "\"mse\"", "\"rmse\"", "\"mae\"", "\"median_ae\"", "\"r2\"", "\"mape\"",
    "{\"type\": \"pinball\", \"q\": 0.9}",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static void check_trains(const char *what, const char *spec, const nns_data *data,
                         const char *config) {
    char name[400];
    snprintf(name, sizeof name, "registry: %s", what);
    nns_model *model = NULL;
    int32_t status = nns_create(spec, &model);
    if (status == NNS_OK) status = nns_train(model, data, NULL, config, NULL, NULL);
    if (check_status(name, status, NNS_OK)) {
        values weights = weights_of(model);
        int64_t finite = 0;
        for (int64_t at = 0; at < weights.count; at++) finite += isfinite(weights.at[at]) != 0;
        if (finite != weights.count) check(0, name, "weights that are not finite after training");
        free(weights.at);
    }
    nns_free(model);
}

/* Puts each text of a list in place of %s in a spec. */
static void check_specs(const char *format, const char *const *list, size_t count,
                        const nns_data *data) {
    for (size_t at = 0; at < count; at++) {
        char spec[600];
        snprintf(spec, sizeof spec, format, list[at]);
        check_trains(list[at], spec, data, "{\"epochs\": 2}");
    }
}

/* Puts each text of a list in place of %s in a config. */
static void check_configs(const char *format, const char *const *list, size_t count,
                          const nns_data *data) {
    for (size_t at = 0; at < count; at++) {
        char config[600];
        snprintf(config, sizeof config, format, list[at]);
        check_trains(list[at], classifier, data, config);
    }
}

static void check_losses(const samples *set, const nns_data *classes) {
    nns_data *numbers = valued(set);
    nns_data *bits = data_from(features_of(set), array_of(NNS_F32, set->bits, ROWS, 1));
    check_specs("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 1}], \"loss\": %s}",
                (const char *const[]){"\"mse\"", "\"mae\"", "{\"type\": \"huber\", \"delta\": 0.5}",
                                      "{\"type\": \"quantile\", \"q\": 0.9}", "\"poisson\""},
                5, numbers);
    check_specs("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 1}], \"loss\": %s}",
                (const char *const[]){"{\"type\": \"binary_cross_entropy\", \"pos_weight\": 2, "
                                      "\"label_smoothing\": 0.1}"},
                1, bits);
    check_specs("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 3}], \"loss\": %s}",
                (const char *const[]){"{\"type\": \"softmax_cross_entropy\", \"label_smoothing\": "
                                      "0.1}"},
                1, classes);
    nns_data_free(numbers);
    nns_data_free(bits);
}

static void check_metrics(const char *spec, const char *const *list, size_t count,
                          const nns_data *data) {
    nns_model *model = model_from(spec);
    for (size_t at = 0; at < count; at++) {
        char name[200], text[200];
        double value = NAN;
        snprintf(name, sizeof name, "registry: metric %s", list[at]);
        snprintf(text, sizeof text, "[%s]", list[at]);
        if (check_status(name, nns_evaluate(model, data, text, &value, 1), NNS_OK))
            check(isfinite(value), name, "expected a finite value, got %g", value);
    }
    nns_free(model);
}

void check_registries(void) {
    static samples set;
    fill_samples(&set);
    nns_data *classes = labelled(&set), *numbers = valued(&set);
    check_specs("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 5}, %s, "
                "{\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\"}",
                layers, COUNT(layers), classes);
    check_specs("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 3, \"init\": %s}], "
                "\"loss\": \"softmax_cross_entropy\"}",
                initialisers, COUNT(initialisers), classes);
    check_specs("{\"input\": 4, \"preprocess\": %s, \"layers\": [{\"type\": \"dense\", "
                "\"units\": 3}], \"loss\": \"softmax_cross_entropy\"}",
                scalings, COUNT(scalings), classes);
    check_losses(&set, classes);
    check_configs("{\"epochs\": 2, \"optimizer\": %s, \"clip_norm\": 5, \"clip_value\": 2}",
                  optimizers, COUNT(optimizers), classes);
    check_configs("{\"epochs\": 2, \"batch_size\": 0, \"optimizer\": %s}",
                  (const char *const[]){"{\"type\": \"lbfgs\", \"history\": 5, "
                                        "\"max_iterations\": 4, \"line_search\": "
                                        "\"strong_wolfe\"}"},
                  1, classes);
    check_configs("{\"epochs\": 4, \"schedule\": %s}", schedules, COUNT(schedules), classes);
    check_metrics(classifier, class_metrics, COUNT(class_metrics), classes);
    check_metrics(regressor, value_metrics, COUNT(value_metrics), numbers);
    nns_data_free(classes);
    nns_data_free(numbers);
}
