/* Counts, kinds, flags, indices, sizes of buffers, networks that no memory holds. */
#include <math.h>

#include "badinput.h"

#define HUGE INT64_C(4611686018427387904) /* 2^62 */

static const int64_t plain[] = {4, 8, 3}, no_units[] = {4, 0, 3}, minus[] = {4, -1, 3},
                     no_input[] = {0, 8, 3}, huge_units[] = {4, HUGE, 3},
                     huge_input[] = {HUGE, 8, 3}, both_huge[] = {16777216, 16777216, 3};

#define LIBRARY(X)                                                                               \
    X(nns_build_info, small_buffer, S(ARGUMENT), "capacity", (made.text, 3, &need))              \
    X(nns_registry, small_buffer, S(ARGUMENT), "capacity", (made.text, 3, &need))                \
    X(nns_set_threads, minus_1, S(ARGUMENT), "-1", (-1))                                         \
    X(nns_set_threads, t257, S(ARGUMENT), "256", (257))                                          \
    X(nns_set_threads, t100000, S(ARGUMENT), "100000", (100000))                                 \
    X(nns_set_threads, int32_min, S(ARGUMENT), "256", (INT32_MIN))                               \
    X(nns_create_mlp, one_size, S(ARGUMENT), "count", (plain, 1, NULL, NULL, 1, &made.model))    \
    X(nns_create_mlp, no_size, S(ARGUMENT), "count", (plain, 0, NULL, NULL, 1, &made.model))     \
    X(nns_create_mlp, minus_1_sizes, S(ARGUMENT), "count", (plain, -1, NULL, NULL, 1, &made.model)) \
    X(nns_create_mlp, huge_count, TOO_LARGE, "count", (plain, HUGE, NULL, NULL, 1, &made.model)) \
    X(nns_create_mlp, count_int64_min, S(ARGUMENT), "count",                                     \
      (plain, INT64_MIN, NULL, NULL, 1, &made.model))                                            \
    X(nns_create_mlp, no_units, S(ARGUMENT), "units", (no_units, 3, NULL, NULL, 1, &made.model)) \
    X(nns_create_mlp, minus_1_units, S(ARGUMENT), "units", (minus, 3, NULL, NULL, 1, &made.model)) \
    X(nns_create_mlp, no_input, S(ARGUMENT), "input", (no_input, 3, NULL, NULL, 1, &made.model)) \
    X(nns_create_mlp, huge_units, TOO_LARGE, NULL, (huge_units, 3, NULL, NULL, 1, &made.model))  \
    X(nns_create_mlp, huge_input, TOO_LARGE, NULL, (huge_input, 3, NULL, NULL, 1, &made.model))  \
    X(nns_create_mlp, huge_layer, TOO_LARGE, NULL, (both_huge, 3, NULL, NULL, 1, &made.model))   \
    X(nns_create_mlp, unknown_activation, S(ARGUMENT), "relu",                                   \
      (plain, 3, "reul", NULL, 1, &made.model))                                                  \
    X(nns_create_mlp, unknown_loss, S(ARGUMENT), "softmax_cross_entropy",                        \
      (plain, 3, NULL, "cross_entropy", 1, &made.model))                                         \
    X(nns_create_mlp, empty_activation, S(ARGUMENT), NULL,                                       \
      (plain, 3, "", NULL, 1, &made.model))                                                      \
    X(nns_create_mlp, activation_not_utf8, S(ARGUMENT), NULL,                                    \
      (plain, 3, "\xff\xfe", NULL, 1, &made.model))                                              \
    X(nns_describe, small_buffer, S(ARGUMENT), "capacity", (g.model, made.text, 3, &need))       \
    X(nns_swap, itself, S(ARGUMENT), "another model", (g.model, g.model))                        \
    X(nns_swap, another_spec, S(SHAPE), "spec", (g.model, g.normed))                             \
    X(nns_backward, no_batch, S(STATE), "nns_forward_train",                                     \
      (g.model, &g.scores, made.floats, 67, NULL))                                         \
    X(nns_forward_train, before_any_data, S(STATE), "preprocess",                                \
      (g.unfitted, &g.x, OUT(NNS_F32, ROWS, CLASSES)))                                           \
    X(nns_forward_train, fewer_columns, S(SHAPE), "x 3", (g.model, &g.x, OUT(NNS_F32, ROWS, 2))) \
    X(nns_forward_train, into_integers, S(DTYPE), "NNS_F64",                                     \
      (g.model, &g.x, OUT(NNS_I32, ROWS, CLASSES)))                                              \
    X(nns_set_wait, minus_2, S(ARGUMENT), "milliseconds", (g.model, -2))                         \
    X(nns_set_wait, least, S(ARGUMENT), "milliseconds", (g.model, INT32_MIN))                    \
    X(nns_history, small_buffer, S(ARGUMENT), "capacity", (g.model, made.text, 3, &need))        \
    X(nns_history_value, no_such_column, S(ARGUMENT), "samples_per_second",                      \
      (g.model, "los", 1, &made.value))                                                          \
    X(nns_history_value, empty_name, S(ARGUMENT), "name", (g.model, "", 1, &made.value))         \
    X(nns_history_value, epoch_6_of_5, S(ARGUMENT), "1...5", (g.model, "loss", 6, &made.value))  \
    X(nns_history_value, epoch_minus_1, S(ARGUMENT), "epoch", (g.model, "loss", -1, &made.value)) \
    X(nns_history_value, epoch_huge, S(ARGUMENT), "epoch", (g.model, "loss", HUGE, &made.value)) \
    X(nns_history_value, never_trained, S(ARGUMENT), "name", (g.unfitted, "loss", 1, &made.value)) \
    X(nns_history_value, no_epoch, S(ARGUMENT), "train", (g.unfitted, "epoch", 0, &made.value))

static float keys[ROWS], two_keys[ROWS * 2];

#define SPLIT(X, what, statuses, fragment, kind, fraction, key) \
    X(nns_data_split, what, statuses, fragment,                 \
      (g.data, kind, fraction, key, 1, &made.rest, &made.part))
#define KEYS(rows) (&(const nns_array)NNS_ARRAY(NNS_F32, keys, rows, 1))
#define TWO_KEYS (&(const nns_array)NNS_ARRAY(NNS_F32, two_keys, ROWS, 2))

#define DATA(X)                                                                                \
    SPLIT(X, kind_0, S(ARGUMENT), "kind", 0, 0.5, NULL)                                        \
    SPLIT(X, kind_5, S(ARGUMENT), "kind", 5, 0.5, NULL)                                        \
    SPLIT(X, kind_minus_1, S(ARGUMENT), "kind", -1, 0.5, NULL)                                 \
    SPLIT(X, fraction_0, S(ARGUMENT), "fraction", NNS_SPLIT_RANDOM, 0, NULL)                   \
    SPLIT(X, fraction_1, S(ARGUMENT), "fraction", NNS_SPLIT_RANDOM, 1, NULL)                   \
    SPLIT(X, fraction_2, S(ARGUMENT), "fraction", NNS_SPLIT_STRATIFIED, 2, NULL)               \
    SPLIT(X, fraction_minus, S(ARGUMENT), "fraction", NNS_SPLIT_TIME, -0.5, NULL)              \
    SPLIT(X, fraction_nan, S(ARGUMENT), "fraction", NNS_SPLIT_RANDOM, NAN, NULL)               \
    SPLIT(X, fraction_infinite, S(ARGUMENT), "fraction", NNS_SPLIT_RANDOM, INFINITY, NULL)     \
    SPLIT(X, one_group_only, S(ARGUMENT), "group", NNS_SPLIT_GROUP, 0.5, KEYS(ROWS))           \
    SPLIT(X, fewer_keys, S(SHAPE), "key", NNS_SPLIT_GROUP, 0.5, KEYS(ROWS - 1))                \
    SPLIT(X, two_columns_of_keys, S(SHAPE), "key", NNS_SPLIT_TIME, 0.5, TWO_KEYS)              \
    X(nns_data_split, stratified_numbers, S(DTYPE) | S(ARGUMENT), "class",                     \
      (g.numbers, NNS_SPLIT_STRATIFIED, 0.5, NULL, 1, &made.rest, &made.part))                 \
    X(nns_data_rows, fewer, S(SHAPE), "60", (g.data, made.integers, ROWS - 1))                 \
    X(nns_data_rows, more, S(SHAPE), "60", (g.data, made.integers, ROWS + 1))                  \
    X(nns_data_rows, minus_1, S(SHAPE), "60", (g.data, made.integers, -1))                     \
    X(nns_data_rows, huge, S(SHAPE), "60", (g.data, made.integers, HUGE))

#define PREDICT(X, what, statuses, fragment, model, kind, dtype, more_rows, cols)              \
    X(nns_predict, what, statuses, fragment,                                                   \
      (model, &g.x, kind, OUT(dtype, ROWS + more_rows, cols)))                                 \
    X(nns_predict_one, what, statuses, fragment,                                               \
      (model, g.set.x, 4, kind, OUT(dtype, 1 + more_rows, cols)))                              \
    X(nns_predict_data, what, statuses, fragment,                                              \
      (model, g.data, kind, OUT(dtype, ROWS + more_rows, cols)))

/* Elements on each other, at 2 x 3 strides of F32. */
#define LAID(row, column) (&(const nns_array){sizeof(nns_array), NNS_F32, made.floats, 2, 3, row, column})
#define OVERLAP(X, what, row, column)                                                          \
    X(nns_predict, what, S(ARGUMENT), "each other", (g.model, ROWS_OF(2), NNS_PROBA, LAID(row, column)))
#define ROWS_OF(count) (&(const nns_array)NNS_ARRAY(NNS_F32, g.set.x, count, FEATURES))
#define SESSION(X, what, statuses, fragment, rows, kind, dtype, cols) \
    X(nns_session_predict, what, statuses, fragment,                  \
      (g.session, ROWS_OF(rows), kind, OUT(dtype, 8, cols)))

#define PREDICTION(X)                                                                            \
    PREDICT(X, kind_0, S(ARGUMENT), "kind", g.model, 0, NNS_F32, 0, 3)                           \
    PREDICT(X, kind_4, S(ARGUMENT), "kind", g.model, 4, NNS_F32, 0, 3)                           \
    PREDICT(X, kind_minus_1, S(ARGUMENT), "kind", g.model, -1, NNS_F32, 0, 3)                    \
    PREDICT(X, unknown_flag, S(ARGUMENT), "kind", g.model, NNS_PROBA | 0x200, NNS_F32, 0, 3)     \
    PREDICT(X, flag_alone, S(ARGUMENT), "kind", g.model, NNS_ALLOW_NAN, NNS_F32, 0, 3)           \
    PREDICT(X, labels_of_a_regression, S(ARGUMENT), NULL, g.regressor, NNS_LABEL, NNS_I64, 0, 1) \
    PREDICT(X, a_row_less, S(SHAPE), "out must have", g.model, NNS_PROBA, NNS_F32, -1, 3)        \
    PREDICT(X, a_row_more, S(SHAPE), "out must have", g.model, NNS_RAW, NNS_F64, 1, 3)           \
    PREDICT(X, a_column_less, S(SHAPE), "x 3", g.model, NNS_PROBA, NNS_F32, 0, 2)                \
    PREDICT(X, a_column_more, S(SHAPE), "x 3", g.model, NNS_PROBA, NNS_F64, 0, 4)                \
    PREDICT(X, labels_with_columns, S(SHAPE), "x 1", g.model, NNS_LABEL, NNS_I32, 0, 3)          \
    PREDICT(X, labels_as_floats, S(DTYPE), "NNS_I64", g.model, NNS_LABEL, NNS_F32, 0, 1)         \
    PREDICT(X, labels_as_bytes, S(DTYPE), "U8", g.model, NNS_LABEL, NNS_U8, 0, 1)                \
    PREDICT(X, proba_as_integers, S(DTYPE), "NNS_F64", g.model, NNS_PROBA, NNS_I32, 0, 3)        \
    PREDICT(X, raw_as_bool, S(DTYPE), "BOOL", g.model, NNS_RAW, NNS_BOOL, 0, 3)                  \
    PREDICT(X, before_any_data, S(STATE), "preprocess", g.unfitted, NNS_PROBA, NNS_F32, 0, 3)    \
    OVERLAP(X, rows_that_overlap, 8, 4)                                                          \
    OVERLAP(X, columns_that_overlap, 12, 2)                                                      \
    OVERLAP(X, columns_that_overlap_rows, 4, 4)                                                  \
    X(nns_predict_one, three_features, S(SHAPE), "4",                                            \
      (g.model, g.set.x, 3, NNS_PROBA, OUT(NNS_F32, 1, 3)))                                      \
    X(nns_predict_one, minus_1_features, S(SHAPE), "4",                                          \
      (g.model, g.set.x, -1, NNS_PROBA, OUT(NNS_F32, 1, 3)))                                     \
    X(nns_predict_one, huge_count, S(SHAPE), "4",                                                \
      (g.model, g.set.x, HUGE, NNS_PROBA, OUT(NNS_F32, 1, 3)))                                   \
    X(nns_session_create, no_rows, S(ARGUMENT), "max_rows", (g.model, 0, &made.session))         \
    X(nns_session_create, minus_1_rows, S(ARGUMENT), "max_rows", (g.model, -1, &made.session))   \
    X(nns_session_create, huge_rows, S(ARGUMENT) | S(LIMIT) | S(MEMORY), NULL,                   \
      (g.model, HUGE, &made.session))                                                            \
    X(nns_session_create, largest_rows, S(ARGUMENT) | S(LIMIT) | S(MEMORY), NULL,                \
      (g.model, INT64_MAX, &made.session))                                                       \
    SESSION(X, more_than_max_rows, S(SHAPE) | S(ARGUMENT), "8", 9, NNS_PROBA, NNS_F32, 3)        \
    SESSION(X, kind_0, S(ARGUMENT), "kind", 8, 0, NNS_F32, 3)                                    \
    SESSION(X, unknown_flag, S(ARGUMENT), "kind", 8, 0x401, NNS_F32, 3)                          \
    SESSION(X, other_rows, S(SHAPE), "out must have 7 x 3", 7, NNS_PROBA, NNS_F32, 3)            \
    SESSION(X, other_columns, S(SHAPE), "x 1", 8, NNS_LABEL, NNS_I64, 3)                         \
    SESSION(X, labels_as_floats, S(DTYPE), "NNS_I32", 8, NNS_LABEL, NNS_F32, 1)

static float not_finite[67];

#define WEIGHTS(X)                                                                               \
    X(nns_tensor, index_minus_1, S(ARGUMENT), "index",                                           \
      (g.model, -1, made.text, 100, &need, made.integers, 4, NULL, NULL))                            \
    X(nns_tensor, index_behind_the_last, S(ARGUMENT), "index",                                   \
      (g.model, 4, made.text, 100, &need, made.integers, 4, NULL, NULL))                             \
    X(nns_tensor, index_int64_max, S(ARGUMENT), "index",                                         \
      (g.model, INT64_MAX, made.text, 100, &need, made.integers, 4, NULL, NULL))                     \
    X(nns_tensor, small_buffer, S(ARGUMENT), "capacity",                                         \
      (g.model, 0, made.text, 3, &need, made.integers, 4, NULL, NULL))                           \
    X(nns_tensor, one_dim_of_two, S(ARGUMENT), "dims_capacity",                                  \
      (g.model, 0, made.text, 100, &need, made.integers, 1, NULL, NULL))                         \
    X(nns_get_weights, fewer, S(SHAPE), "67", (g.model, made.floats, 66))                        \
    X(nns_get_weights, more, S(SHAPE), "67", (g.model, made.floats, 68))                         \
    X(nns_get_weights, minus_1, S(SHAPE), "67", (g.model, made.floats, -1))                      \
    X(nns_get_weights, huge, S(SHAPE), "67", (g.model, made.floats, HUGE))                       \
    X(nns_set_weights, fewer, S(SHAPE), "67", (g.model, g.weight, 66))                           \
    X(nns_set_weights, minus_1, S(SHAPE), "67", (g.model, g.weight, -1))                         \
    X(nns_set_weights, huge, S(SHAPE), "67", (g.model, g.weight, HUGE))                          \
    X(nns_set_weights, a_nan, S(ARGUMENT), "finite", (g.model, not_finite, 67))                  \
    X(nns_loss_grad, count_66, S(SHAPE), "67",                                                   \
      (g.model, &g.x, &g.y, NULL, &made.value, made.floats, 66, NULL))                           \
    X(nns_loss_grad, count_huge, S(SHAPE), "67",                                                 \
      (g.model, &g.x, &g.y, NULL, &made.value, made.floats, HUGE, NULL))                         \
    X(nns_apply_grad, count_66, S(SHAPE), "67", (g.model, not_finite, 66))                       \
    X(nns_apply_grad, count_minus_1, S(SHAPE), "67", (g.model, not_finite, -1))                  \
    X(nns_apply_grad, a_nan, S(DIVERGED) | S(ARGUMENT), "finite", (g.model, not_finite, 67))     \
    X(nns_evaluate, no_count, S(SHAPE) | S(ARGUMENT), "count",                                   \
      (g.model, g.data, NULL, &made.value, 0))                                                   \
    X(nns_evaluate, count_2_for_1, S(SHAPE) | S(ARGUMENT), "count",                              \
      (g.model, g.data, NULL, made.values, 2))                                                   \
    X(nns_evaluate, count_minus_1, S(SHAPE) | S(ARGUMENT), "count",                              \
      (g.model, g.data, NULL, made.values, -1))                                                  \
    X(nns_evaluate, count_huge, S(SHAPE) | S(ARGUMENT), "count",                                 \
      (g.model, g.data, NULL, made.values, HUGE))                                                \
    X(nns_evaluate, before_any_data, S(STATE), "preprocess",                                     \
      (g.unfitted, g.data, NULL, made.values, 1))                                                \
    X(nns_train_batch, before_any_data, S(STATE), "preprocess",                                  \
      (g.unfitted, &g.x, &g.y, NULL, made.values))

LIBRARY(CALL)
DATA(CALL)
PREDICTION(CALL)
WEIGHTS(CALL)

static const bad_case sizes[] = {LIBRARY(ROW) DATA(ROW) PREDICTION(ROW) WEIGHTS(ROW)};

/* A running variance below 0 would make every prediction NaN. */
static void refuse_negative_variance(void) {
    values weights = weights_of(g.normed);
    weights.at[weights.count - 1] = -1;
    forget_results();
    judge("nns_set_weights", "a negative running variance", S(ARGUMENT), "running_var",
          nns_set_weights(g.normed, weights.at, weights.count));
    free(weights.at);
}

static void refuse_one_row(void) {
    nns_data *single = data_from(*ROWS_OF(1), array_of(NNS_I32, g.set.labels, 1, 1));
    forget_results();
    judge("nns_data_split", "one row", S(SHAPE) | S(ARGUMENT), "2",
          nns_data_split(single, NNS_SPLIT_RANDOM, 0.5, NULL, 1, &made.rest, &made.part));
    nns_data_free(single);
}

void refuse_sizes(void) {
    not_finite[66] = NAN;
    RUN(sizes);
    refuse_negative_variance();
    refuse_one_row();
}
