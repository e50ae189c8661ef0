/* Importances, dependences, folds and cross-validations that cannot be. */
#include <math.h>

#include "badinput.h"

static const char small[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\"}";
static const char three_inputs[] =
    "{\"input\": 3, \"layers\": [{\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\"}";
static const char brief[] = "{\"epochs\": 1}";
static const nns_value one = {NNS_NUMBER, 0, 1, 0, NULL}, infinite = {NNS_NUMBER, 0, INFINITY, 0, NULL},
                       beyond = {NNS_NUMBER, 0, 1e300, 0, NULL}, missing = {NNS_MISSING, 0, 0, 0, NULL},
                       word = {NNS_TEXT, -1, 0, 0, "a"}, odd = {9, 0, 0, 0, NULL};

#define EXPLANATIONS(X)                                                                             \
    X(nns_importance, no_drop, S(NULL), "drop", (g.model, g.data, NULL, 1, 0, NULL, NULL, 4))       \
    X(nns_importance, no_data, S(NULL), NULL, (g.model, NULL, NULL, 1, 0, made.doubles, NULL, 4))   \
    X(nns_importance, no_model, S(NULL), NULL, (NULL, g.data, NULL, 1, 0, made.doubles, NULL, 4))   \
    X(nns_importance, count_3, S(SHAPE), "4", (g.model, g.data, NULL, 1, 0, made.doubles, NULL, 3)) \
    X(nns_importance, count_max, S(SHAPE), "4",                                                     \
      (g.model, g.data, NULL, 1, 0, made.doubles, NULL, INT64_MAX))                                 \
    X(nns_importance, repeats_0, S(ARGUMENT), "repeats",                                            \
      (g.model, g.data, NULL, 0, 0, made.doubles, made.doubles + 4, 4))                             \
    X(nns_importance, repeats_min, S(ARGUMENT), "repeats",                                          \
      (g.model, g.data, NULL, INT32_MIN, 0, made.doubles, NULL, 4))                                 \
    X(nns_importance, repeats_max, S(ARGUMENT), "repeats",                                          \
      (g.model, g.data, NULL, INT32_MAX, 0, made.doubles, NULL, 4))                                 \
    X(nns_importance, unknown_metric, S(ARGUMENT), "acuracy",                                       \
      (g.model, g.data, "acuracy", 1, 0, made.doubles, NULL, 4))                                    \
    X(nns_importance, metric_of_numbers, S(ARGUMENT), "mse",                                        \
      (g.model, g.data, "mse", 1, 0, made.doubles, NULL, 4))                                        \
    X(nns_importance, unfitted, S(STATE), NULL, (g.unfitted, g.data, NULL, 1, 0, made.doubles, NULL, 4)) \
    X(nns_importance, fractions_as_classes, S(DTYPE) | S(ARGUMENT) | S(SHAPE), NULL,                \
      (g.model, g.numbers, NULL, 1, 0, made.doubles, NULL, 4))                                      \
    X(nns_dependence, no_values, S(NULL), "values", (g.model, g.data, 0, NULL, 1, 0, made.doubles)) \
    X(nns_dependence, no_mean, S(NULL), "mean", (g.model, g.data, 0, &one, 1, 0, NULL))             \
    X(nns_dependence, points_0, S(SHAPE), "points", (g.model, g.data, 0, &one, 0, 0, made.doubles)) \
    X(nns_dependence, points_max, S(LIMIT), "points",                                               \
      (g.model, g.data, 0, &one, INT64_MAX, 0, made.doubles))                                       \
    X(nns_dependence, column_4, S(ARGUMENT), "column", (g.model, g.data, 4, &one, 1, 0, made.doubles)) \
    X(nns_dependence, column_min, S(ARGUMENT), "column",                                            \
      (g.model, g.data, INT64_MIN, &one, 1, 0, made.doubles))                                       \
    X(nns_dependence, output_3, S(ARGUMENT), "output", (g.model, g.data, 0, &one, 1, 3, made.doubles)) \
    X(nns_dependence, output_minus_1, S(ARGUMENT), "output",                                        \
      (g.model, g.data, 0, &one, 1, -1, made.doubles))                                              \
    X(nns_dependence, infinite, S(ARGUMENT), "inf", (g.model, g.data, 0, &infinite, 1, 0, made.doubles)) \
    X(nns_dependence, beyond_float, S(ARGUMENT), "1e+300", (g.model, g.data, 0, &beyond, 1, 0, made.doubles)) \
    X(nns_dependence, missing, S(ARGUMENT), "missing", (g.model, g.data, 0, &missing, 1, 0, made.doubles)) \
    X(nns_dependence, text, S(DTYPE), "\"a\"", (g.model, g.data, 0, &word, 1, 0, made.doubles))     \
    X(nns_dependence, type_9, S(DTYPE), "9", (g.model, g.data, 0, &odd, 1, 0, made.doubles))        \
    X(nns_dependence, unfitted, S(STATE), NULL, (g.unfitted, g.data, 0, &one, 1, 0, made.doubles))

static int32_t fold[ROWS];
static double folded[2 * 3];
static nns_array short_key;

#define OF(kind, folds, key) g.data, small, brief, kind, folds, key, 1
#define FOLDS(X)                                                                                    \
    X(nns_data_folds, no_fold, S(NULL), "fold", (g.data, NNS_SPLIT_RANDOM, 2, NULL, 1, NULL, ROWS)) \
    X(nns_data_folds, no_data, S(NULL), NULL, (NULL, NNS_SPLIT_RANDOM, 2, NULL, 1, fold, ROWS))     \
    X(nns_data_folds, kind_0, S(ARGUMENT), "kind", (g.data, 0, 2, NULL, 1, fold, ROWS))             \
    X(nns_data_folds, kind_5, S(ARGUMENT), "kind", (g.data, 5, 2, NULL, 1, fold, ROWS))             \
    X(nns_data_folds, folds_1, S(ARGUMENT), "folds", (g.data, NNS_SPLIT_RANDOM, 1, NULL, 1, fold, ROWS)) \
    X(nns_data_folds, folds_min, S(ARGUMENT), "folds",                                              \
      (g.data, NNS_SPLIT_TIME, INT32_MIN, NULL, 1, fold, ROWS))                                     \
    X(nns_data_folds, folds_max, S(ARGUMENT), "folds",                                              \
      (g.data, NNS_SPLIT_TIME, INT32_MAX, NULL, 1, fold, ROWS))                                     \
    X(nns_data_folds, a_fold_more_than_rows, S(ARGUMENT), "folds",                                  \
      (g.data, NNS_SPLIT_RANDOM, ROWS + 1, NULL, 1, fold, ROWS))                                    \
    X(nns_data_folds, a_fold_each_row_by_time, S(ARGUMENT), "folds",                                \
      (g.data, NNS_SPLIT_TIME, ROWS, NULL, 1, fold, ROWS))                                          \
    X(nns_data_folds, no_key, S(NULL), "key", (g.data, NNS_SPLIT_GROUP, 2, NULL, 1, fold, ROWS))    \
    X(nns_data_folds, too_few_keys, S(ARGUMENT), "2",                                               \
      (g.data, NNS_SPLIT_GROUP, 3, &g.truth, 1, fold, ROWS))                                        \
    X(nns_data_folds, short_key, S(SHAPE), "key", (g.data, NNS_SPLIT_TIME, 2, &short_key, 1, fold, ROWS)) \
    X(nns_data_folds, stratified_fractions, S(DTYPE), "NNS_SPLIT_RANDOM",                           \
      (g.numbers, NNS_SPLIT_STRATIFIED, 2, NULL, 1, fold, ROWS))                                    \
    X(nns_data_folds, count, S(SHAPE), "count", (g.data, NNS_SPLIT_RANDOM, 2, NULL, 1, fold, ROWS - 1)) \
    X(nns_cross_validate, no_values, S(NULL), "values",                                             \
      (OF(NNS_SPLIT_RANDOM, 2, NULL), NULL, NULL, 2, NULL, NULL, NULL))                             \
    X(nns_cross_validate, no_spec, S(NULL), "spec_json",                                            \
      (g.data, NULL, brief, NNS_SPLIT_RANDOM, 2, NULL, 1, NULL, folded, 2, NULL, NULL, NULL))       \
    X(nns_cross_validate, unknown_layer, S(ARGUMENT), "dence",                                      \
      (g.data, "{\"input\": 4, \"layers\": [\"dence\"]}", brief, NNS_SPLIT_RANDOM, 2, NULL, 1, NULL, \
       folded, 2, NULL, NULL, NULL))                                                                \
    X(nns_cross_validate, other_inputs, S(SHAPE), "4",                                              \
      (g.data, three_inputs, brief, NNS_SPLIT_RANDOM, 2, NULL, 1, NULL, folded, 2, NULL, NULL, NULL)) \
    X(nns_cross_validate, unknown_option, S(ARGUMENT), "epoch",                                     \
      (g.data, small, "{\"epoch\": 1}", NNS_SPLIT_RANDOM, 2, NULL, 1, NULL, folded, 2, NULL, NULL, NULL)) \
    X(nns_cross_validate, checkpoint, S(ARGUMENT), "checkpoint",                                    \
      (g.data, small, "{\"checkpoint\": {\"path\": \"x.safetensors\"}}", NNS_SPLIT_RANDOM, 2, NULL, 1, \
       NULL, folded, 2, NULL, NULL, NULL))                                                          \
    X(nns_cross_validate, no_metrics, S(ARGUMENT), "metric",                                        \
      (OF(NNS_SPLIT_RANDOM, 2, NULL), "[]", folded, 0, NULL, NULL, NULL))                           \
    X(nns_cross_validate, count, S(SHAPE), "count",                                                 \
      (OF(NNS_SPLIT_RANDOM, 2, NULL), "[\"loss\", \"accuracy\"]", folded, 2, NULL, NULL, NULL))     \
    X(nns_cross_validate, out_rows, S(SHAPE), "out",                                                \
      (OF(NNS_SPLIT_RANDOM, 2, NULL), NULL, folded, 2, OUT(NNS_F32, ROWS - 1, 3), NULL, NULL))      \
    X(nns_cross_validate, out_columns, S(SHAPE), "out",                                             \
      (OF(NNS_SPLIT_RANDOM, 2, NULL), NULL, folded, 2, OUT(NNS_F32, ROWS, 2), NULL, NULL))          \
    X(nns_cross_validate, out_integers, S(DTYPE), "out",                                            \
      (OF(NNS_SPLIT_RANDOM, 2, NULL), NULL, folded, 2, OUT(NNS_I32, ROWS, 3), NULL, NULL))          \
    X(nns_cross_validate, no_data, S(NULL), NULL,                                                   \
      (NULL, small, brief, NNS_SPLIT_RANDOM, 2, NULL, 1, NULL, folded, 2, NULL, NULL, NULL))

EXPLANATIONS(CALL)
FOLDS(CALL)

static const bad_case cases[] = {EXPLANATIONS(ROW) FOLDS(ROW)};

/* -------- Tables */

enum { PEOPLE = 40 };

static int32_t refuse(void *user, const nns_progress *told) {
    return told->fold == *(const int64_t *)user ? 7 : 0;
}

static void refuse_of_tables(void) {
    double age[PEOPLE];
    const char *city[PEOPLE];
    int64_t came[PEOPLE], second = 2;
    for (int row = 0; row < PEOPLE; row++) {
        age[row] = row % 7;
        city[row] = row % 3 ? "Wien" : "Graz";
        came[row] = row % 2;
    }
    const nns_column columns[] = {NNS_COLUMN("age", NNS_F64, age, 0), NNS_COLUMN("city", NNS_TEXT_PTR, city, 0),
                                  NNS_COLUMN("came", NNS_I64, came, 0)};
    nns_data *data = NULL, *plain = NULL;
    nns_model *model = NULL;
    must(nns_data_create_table(columns, 3, PEOPLE, "came", NULL, NULL, &data), "table");
    must(nns_data_create_table(columns, 2, PEOPLE, NULL, NULL, NULL, &plain), "table");
    must(nns_create_for(data, "{\"columns\": [{\"name\": \"city\", \"kind\": \"category\", \"unknown\": \"error\"}]}",
                        &model), "model of a table");
    must(nns_train(model, data, NULL, brief, NULL, NULL), "training");
    forget_results();
    judge("nns_importance", "without target", S(SHAPE), "target",
          nns_importance(model, plain, NULL, 1, 0, made.doubles, NULL, 2));
    judge("nns_importance", "arrays for a model of a table", S(STATE), "table",
          nns_importance(model, g.data, NULL, 1, 0, made.doubles, NULL, 2));
    judge("nns_dependence", "a text for a number", S(DTYPE), "\"age\"",
          nns_dependence(model, plain, 0, &word, 1, 0, made.doubles));
    judge("nns_dependence", "an unknown level that is an error", S(ARGUMENT), "\"city\"",
          nns_dependence(model, plain, 1, &word, 1, 0, made.doubles));
    judge("nns_dependence", "a type that is none", S(DTYPE), "value 0 of column \"city\"",
          nns_dependence(model, plain, 1, &odd, 1, 0, made.doubles));
    judge("nns_cross_validate", "without target", S(SHAPE), "target",
          nns_cross_validate(plain, NULL, brief, NNS_SPLIT_RANDOM, 2, NULL, 1, NULL, made.values, 2, NULL, NULL, NULL));
    judge("nns_cross_validate", "the callback ends the second fold", S(CALLBACK), "7",
          nns_cross_validate(data, NULL, brief, NNS_SPLIT_RANDOM, 3, NULL, 1, NULL, made.values, 3, NULL, refuse,
                             &second));
    nns_free(model);
    nns_data_free(data);
    nns_data_free(plain);
}

void refuse_explanations(void) {
    short_key = g.truth;
    short_key.rows = ROWS - 1;
    RUN(cases);
    refuse_of_tables();
}
