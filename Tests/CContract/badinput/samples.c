/* Features, targets and weights whose values or shapes do not fit. */
#include <math.h>

#include "badinput.h"

enum { N = 6 };

static float x[N * 4], wide[N * 5], weight[N], y32[N * 3];
static double x64[N * 4];
static int32_t labels[N], pairs[N * 2];
static int64_t labels64[N];

static const nns_array rows6 = NNS_ARRAY(NNS_F32, x, N, 4), rows5 = NNS_ARRAY(NNS_F32, x, N - 1, 4),
                       doubles = NNS_ARRAY(NNS_F64, x64, N, 4),
                       cols5 = NNS_ARRAY(NNS_F32, wide, N, 5),
                       classes = NNS_ARRAY(NNS_I32, labels, N, 1),
                       classes64 = NNS_ARRAY(NNS_I64, labels64, N, 1),
                       classes5 = NNS_ARRAY(NNS_I32, labels, N - 1, 1),
                       two = NNS_ARRAY(NNS_I32, pairs, N, 2), w6 = NNS_ARRAY(NNS_F32, weight, N, 1),
                       w5 = NNS_ARRAY(NNS_F32, weight, N - 1, 1),
                       w2 = NNS_ARRAY(NNS_F32, y32, N, 2), one = NNS_ARRAY(NNS_F32, y32, N, 1),
                       soft = NNS_ARRAY(NNS_F32, y32, N, 3),
                       one64 = NNS_ARRAY(NNS_F64, x64, N, 1);

static void reset(void) {
    for (int at = 0; at < N * 5; at++) wide[at] = 0.1f * (float)at;
    for (int at = 0; at < N * 4; at++) x64[at] = x[at] = 0.1f * (float)at;
    for (int at = 0; at < N * 3; at++) y32[at] = at % 3 == 0;
    for (int row = 0; row < N; row++) {
        labels64[row] = labels[row] = row % 3;
        weight[row] = 1;
    }
}

/* A whole chain: data set, training, and the first refusal on the way. */
static int32_t create(const nns_array *features, const nns_array *targets,
                      const nns_array *weights) {
    return nns_data_create(features, targets, weights, NULL, &made.data);
}

static nns_data *built(const nns_array *features, const nns_array *targets) {
    return data_from(*features, *targets);
}

static int32_t train(nns_model *model, const nns_array *features, const nns_array *targets) {
    nns_data *data = built(features, targets);
    int32_t status = nns_train(model, data, NULL, "{\"epochs\": 1}", NULL, NULL);
    nns_data_free(data);
    return status;
}

static int32_t validate(nns_model *model, const nns_array *features, const nns_array *targets) {
    nns_data *data = built(features, targets);
    int32_t status = nns_train(model, g.data, data, "{\"epochs\": 1}", NULL, NULL);
    nns_data_free(data);
    return status;
}

static int32_t evaluate(nns_model *model, const nns_array *features, const nns_array *targets) {
    nns_data *data = built(features, targets);
    int32_t status = nns_evaluate(model, data, NULL, &made.value, 1);
    nns_data_free(data);
    return status;
}

static int32_t step(nns_model *model, const nns_array *features, const nns_array *targets) {
    return nns_train_batch(model, features, targets, NULL, &made.value);
}

static int32_t gradient(nns_model *model, const nns_array *features, const nns_array *targets) {
    int64_t count = 0;
    must(nns_param_count(model, &count), "param count");
    return nns_loss_grad(model, features, targets, NULL, &made.value, made.floats, count, NULL);
}

/* Samples that a model refuses, in every function. */
static const struct {
    const char *function;
    int32_t (*use)(nns_model *, const nns_array *, const nns_array *);
} ways[] = {
    {"nns_train", train},           {"nns_train", validate},     {"nns_evaluate", evaluate},
    {"nns_train_batch", step}, {"nns_loss_grad", gradient},
};

static void refuse(const char *what, uint64_t statuses, const char *fragment, nns_model *model,
                   const nns_array *features, const nns_array *targets) {
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        if (model != g.model && ways[way].use == validate) continue;
        forget_results();
        judge(ways[way].function, what, statuses, fragment,
              ways[way].use(model, features, targets));
    }
    reset();
}

static void refuse_labels(void) {
    labels[3] = 3;
    refuse("a class index beyond the outputs", S(ARGUMENT), "3", g.model, &rows6, &classes);
    labels[3] = -1;
    refuse("a negative class index", S(ARGUMENT), "-1", g.model, &rows6, &classes);
    labels64[3] = INT64_C(1) << 40;
    refuse("a class index of 41 bits", S(ARGUMENT) | S(DTYPE), NULL, g.model, &rows6, &classes64);
    labels64[3] = INT64_C(4294967296);
    refuse("a class index that is 0 in 32 bits", S(ARGUMENT) | S(DTYPE), NULL, g.model, &rows6,
           &classes64);
    y32[2] = 0.5f;
    refuse("fractions as class indices", S(DTYPE), "whole", g.model, &rows6, &one);
    refuse("two columns of targets for three outputs", S(SHAPE), "3", g.model, &rows6, &two);
    refuse("five features for four", S(SHAPE), "4", g.model, &cols5, &classes);
    y32[4] = -0.5f;
    refuse("a negative share of a class", S(ARGUMENT), "-0.5", g.model, &rows6, &soft);
    refuse("three targets for one output", S(SHAPE), "1", g.regressor, &rows6, &soft);
}

static void refuse_targets(void) {
    nns_model *binary = model_from(json("{'input': 4, 'layers': [{'type': 'dense', 'units': 1}], "
                                        "'loss': 'binary_cross_entropy'}"));
    nns_model *poisson = model_from(
        json("{'input': 4, 'layers': [{'type': 'dense', 'units': 1}], 'loss': 'poisson'}"));
    y32[2] = 2;
    refuse("a binary target of 2", S(ARGUMENT), "2", binary, &rows6, &one);
    y32[2] = -0.25f;
    refuse("a binary target below 0", S(ARGUMENT), "-0.25", binary, &rows6, &one);
    y32[2] = -1;
    refuse("a negative count", S(ARGUMENT), "-1", poisson, &rows6, &one);
    refuse("three binary targets for one output", S(SHAPE), "1", binary, &rows6, &soft);
    nns_free(binary);
    nns_free(poisson);
}

static void refuse_value(const char *what, double value, const char *fragment) {
    static const struct {
        const char *function;
        int32_t (*use)(nns_model *, const nns_array *, const nns_array *);
    } direct[] = {{"nns_train_batch", step}, {"nns_loss_grad", gradient}};
    char name[100];
    x64[9] = value;
    snprintf(name, sizeof name, "%s in x", what);
    forget_results();
    judge("nns_data_create", name, S(ARGUMENT), fragment, create(&doubles, &classes, NULL));
    for (int way = 0; way < 2; way++) {
        forget_results();
        judge(direct[way].function, name, S(ARGUMENT), fragment,
              direct[way].use(g.model, &doubles, &classes));
    }
    forget_results();
    judge("nns_predict", name, S(ARGUMENT), fragment,
          nns_predict(g.model, &doubles, NNS_PROBA, OUT(NNS_F32, N, CLASSES)));
    forget_results();
    judge("nns_session_predict", name, S(ARGUMENT), fragment,
          nns_session_predict(g.session, &doubles, NNS_PROBA, OUT(NNS_F32, N, CLASSES)));
    reset();
    x64[1] = value;
    snprintf(name, sizeof name, "%s in y", what);
    forget_results();
    judge("nns_data_create", name, S(ARGUMENT), "y", create(&rows6, &one64, NULL));
    forget_results();
    judge("nns_train_batch", name, S(ARGUMENT), "y", step(g.regressor, &rows6, &one64));
    reset();
}

static void refuse_weight(const char *what, float value, const char *fragment) {
    char name[100];
    snprintf(name, sizeof name, "%s as weight", what);
    weight[2] = value;
    forget_results();
    judge("nns_data_create", name, S(ARGUMENT), fragment, create(&rows6, &classes, &w6));
    forget_results();
    judge("nns_train_batch", name, S(ARGUMENT), fragment,
          nns_train_batch(g.model, &rows6, &classes, &w6, &made.value));
    forget_results();
    judge("nns_metric", name, S(ARGUMENT), fragment,
          nns_metric("accuracy", &classes, &classes, &w6, &made.value));
    reset();
}

#define SHAPES(X)                                                                               \
    X(nns_data_create, more_rows_in_x, S(SHAPE), "6", (&rows6, &classes5, NULL, NULL, &made.data)) \
    X(nns_data_create, more_rows_in_y, S(SHAPE), "6", (&rows5, &classes, NULL, NULL, &made.data))  \
    X(nns_data_create, fewer_weights, S(SHAPE), "weight",                                       \
      (&rows6, &classes, &w5, NULL, &made.data))                                                \
    X(nns_data_create, two_columns_of_weights, S(SHAPE), "weight",                              \
      (&rows6, &classes, &w2, NULL, &made.data))                                                \
    X(nns_train_batch, more_rows_in_x, S(SHAPE), "6",                                           \
      (g.model, &rows6, &classes5, NULL, &made.value))                                          \
    X(nns_train_batch, fewer_weights, S(SHAPE), "weight",                                       \
      (g.model, &rows6, &classes, &w5, &made.value))                                            \
    X(nns_loss_grad, more_rows_in_y, S(SHAPE), "6",                                             \
      (g.model, &rows5, &classes, NULL, &made.value, made.floats, 67, NULL))                    \
    X(nns_predict, five_features, S(SHAPE), "5",                                                \
      (g.model, &cols5, NNS_PROBA, OUT(NNS_F32, N, CLASSES)))                                   \
    X(nns_session_predict, five_features, S(SHAPE), "5",                                        \
      (g.session, &cols5, NNS_PROBA, OUT(NNS_F32, N, CLASSES)))                                 \
    X(nns_metric, more_rows_in_y_true, S(SHAPE), "6",                                           \
      ("accuracy", &classes, &classes5, NULL, &made.value))                                     \
    X(nns_metric, fewer_weights, S(SHAPE), "weight",                                            \
      ("accuracy", &classes, &classes, &w5, &made.value))                                       \
    X(nns_confusion, fewer_rows_in_y_pred, S(SHAPE), "6",                                       \
      (&classes, &classes5, NULL, 3, made.values, 9))                                           \
    X(nns_best_threshold, fewer_scores, S(SHAPE), NULL,                                         \
      ("f1", &g.truth, &w5, NULL, &made.value, NULL))

SHAPES(CALL)
static const bad_case shapes[] = {SHAPES(ROW)};

/* Samples that are accepted on request. */
static void allow(void) {
    nns_model *copy = NULL;
    float out[N * 3];
    x[9] = NAN;
    x[10] = INFINITY;
    must(nns_clone(g.model, &copy), "clone");
    check_status("NNS_ALLOW_NAN lets NaN features through",
                 nns_predict(copy, &rows6, NNS_PROBA | NNS_ALLOW_NAN, FLOATS(out, N, 3)), NNS_OK);
    check(isfinite(out[0]) && isnan(out[2 * 3]), "NNS_ALLOW_NAN: NaN in its row only",
          "row 0 gives %g, row 2 gives %g", (double)out[0], (double)out[2 * 3]);
    check_status("NNS_ALLOW_NAN with labels",
                 nns_predict(copy, &rows6, NNS_LABEL | NNS_ALLOW_NAN, LABELS(made.integers, N, 1)),
                 NNS_OK);
    must(nns_configure(copy, "{\"allow_nan\": true, \"optimizer\": \"sgd\"}"), "configure");
    values before = weights_of(copy), after;
    check_status("allow_nan: a NaN loss is DIVERGED",
                 nns_train_batch(copy, &rows6, &classes, NULL, NULL), NNS_E_DIVERGED);
    after = weights_of(copy);
    check_bytes("allow_nan: a NaN loss changes no weight", after.at, before.at,
                (size_t)before.count * sizeof(float));
    free(before.at);
    free(after.at);
    nns_free(copy);
    reset();
}

void refuse_samples(void) {
    reset();
    RUN(shapes);
    refuse_labels();
    refuse_targets();
    refuse_value("NaN", NAN, "x");
    refuse_value("infinity", INFINITY, "x");
    refuse_value("-infinity", -INFINITY, "x");
    refuse_value("1e300", 1e300, "x");
    refuse_weight("a negative number", -1, "-1");
    refuse_weight("NaN", NAN, "weight");
    refuse_weight("infinity", INFINITY, "weight");
    memset(weight, 0, sizeof weight);
    forget_results();
    judge("nns_data_create", "all weights 0", S(ARGUMENT), "weight",
          create(&rows6, &classes, &w6));
    memset(weight, 0, sizeof weight);
    forget_results();
    judge("nns_train_batch", "all weights 0", S(ARGUMENT), "weight",
          nns_train_batch(g.model, &rows6, &classes, &w6, &made.value));
    reset();
    allow();
}
