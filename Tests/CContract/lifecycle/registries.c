/* Every name that JSON knows can be reached from C: each builds, trains and stays finite. */
#include <math.h>

#include "lifecycle.h"

/* Every member is tried with its example. These are forms that the examples do not have. */

static const char *const layers[] = {
    "\"gelu\"",
    "\"relu\"",
    "\"prelu\"",
    "{\"type\": \"batch_norm\", \"affine\": false}",
    "{\"type\": \"layer_norm\", \"affine\": false}",
    "{\"type\": \"rms_norm\", \"affine\": false}",
    "{\"type\": \"residual\", \"layers\": [\"tanh\"], \"shortcut\": [\"layer_norm\"]}",
};

static const char *const scalings[] = {"[\"robust\", \"clip\"]"};

static const char *const optimizers[] = {
    "{\"type\": \"sgd\", \"learning_rate\": 0.01, \"momentum\": 0.9, \"nesterov\": true}",
    "{\"type\": \"sgd\", \"learning_rate\": 0.01, \"momentum\": 0.9, \"dampening\": 0.1}",
    "{\"type\": \"adam\", \"beta1\": 0.8, \"beta2\": 0.99, \"eps\": 1e-7, \"amsgrad\": true}",
    "{\"type\": \"adamw\", \"weight_decay\": 0.1, \"decay_bias\": false}",
    "{\"type\": \"rmsprop\", \"alpha\": 0.9, \"momentum\": 0.5, \"centered\": true}",
    "{\"type\": \"lion\", \"beta1\": 0.8, \"weight_decay\": 0.1}",
    "{\"type\": \"adam\", \"l1\": 0.001, \"weight_decay\": 0.01}",
};

static const char *const schedules[] = {
    "{\"type\": \"constant\", \"warmup_steps\": 3}",
    "{\"type\": \"exponential\", \"gamma\": 0.9, \"per\": \"step\"}",
    "{\"type\": \"cosine\", \"epochs\": 3, \"minimum\": 1e-5, \"restarts\": true}",
    "{\"type\": \"reduce_on_plateau\", \"metric\": \"loss\", \"factor\": 0.5, \"patience\": 1}",
};

static const char *const class_metrics[] = {
    "\"loss\"", "\"accuracy\"", "\"balanced_accuracy\"", "{\"type\": \"top_k\", \"k\": 2}",
    "{\"type\": \"precision\", \"average\": \"macro\"}",
    "{\"type\": \"recall\", \"average\": \"micro\"}",
    "{\"type\": \"f1\", \"average\": \"weighted\"}",
    "{\"type\": \"f_beta\", \"beta\": 2, \"average\": \"macro\"}",
    "{\"type\": \"roc_auc\", \"average\": \"macro\"}",
    "{\"type\": \"pr_auc\", \"average\": \"macro\"}", "\"log_loss\"", "\"brier\"", "\"matthews\"",
    "\"expected_calibration_error\"",
    "\"kappa\"",
};

static const char *const value_metrics[] = {
    "\"loss\"", "\"mse\"", "\"rmse\"", "\"mae\"", "\"median_ae\"", "\"r2\"", "\"mape\"",
    "{\"type\": \"pinball\", \"q\": 0.9}", "\"coverage\"",
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

/* Behind the bracket that `open` begins: of a list, an object or a text. */
static const char *behind(const char *open) {
    int depth = 0;
    do {
        if (*open == '"')
            for (open++; *open != '"'; open++) open += *open == '\\';
        depth += (*open == '[' || *open == '{') - (*open == ']' || *open == '}');
        open++;
    } while (depth > 0 && *open);
    return open;
}

typedef void checker(const char *format, const char *const *list, size_t count,
                     const nns_data *data);

/* Puts the example of each member that nns_registry lists under `role` in place of %s. */
static void check_members(const char *role, checker *check_each, const char *format,
                          const nns_data *data) {
    static char text[1 << 16];
    size_t need = 0, count = 0;
    char key[40];
    must(nns_registry(text, sizeof text, &need), "nns_registry");
    snprintf(key, sizeof key, "\"%s\": [", role);
    const char *member = strstr(text, key);
    for (member = member ? member + strlen(key) : ""; *member == '{'; count++) {
        const char *end = behind(member), *start = strstr(member, "\"example\": ");
        if (!start) break;
        start += strlen("\"example\": ");
        char example[400];
        snprintf(example, sizeof example, "%.*s", (int)(behind(start) - start), start);
        check_each(format, (const char *const[]){example}, 1, data);
        member = *end == ',' ? end + 2 : end;
    }
    check(count > 1, "registry: its members are found", "%s has %d", role, (int)count);
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
    const char *with_layer = "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 5}, %s, "
                             "{\"type\": \"dense\", \"units\": 3}], \"loss\": "
                             "\"softmax_cross_entropy\"}";
    const char *with_init = "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 3, "
                            "\"init\": %s}], \"loss\": \"softmax_cross_entropy\"}";
    const char *with_scaling = "{\"input\": 4, \"preprocess\": %s, \"layers\": [{\"type\": "
                               "\"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\"}";
    const char *with_schedule = "{\"epochs\": 4, \"schedule\": %s}";
    check_members("layer", check_specs, with_layer, classes);
    check_specs(with_layer, layers, COUNT(layers), classes);
    check_members("init", check_specs, with_init, classes);
    check_members("preprocess", check_specs, with_scaling, classes);
    check_specs(with_scaling, scalings, COUNT(scalings), classes);
    check_losses(&set, classes);
    /* lbfgs wants whole batches. */
    check_members("optimizer", check_configs,
                  "{\"epochs\": 2, \"batch_size\": 0, \"optimizer\": %s}", classes);
    check_configs("{\"epochs\": 2, \"optimizer\": %s, \"clip_norm\": 5, \"clip_value\": 2}",
                  optimizers, COUNT(optimizers), classes);
    check_members("schedule", check_configs, with_schedule, classes);
    check_configs(with_schedule, schedules, COUNT(schedules), classes);
    check_metrics(classifier, class_metrics, COUNT(class_metrics), classes);
    check_metrics(regressor, value_metrics, COUNT(value_metrics), numbers);
    nns_data_free(classes);
    nns_data_free(numbers);
}
