/* Descriptions of arrays that cannot be right, for every parameter that is an array. */
#include "badinput.h"

/* A call that hands over `a` as one parameter. */
typedef struct taker {
    const char *function, *parameter;
    int32_t (*call)(const nns_array *a);
} taker;

#define TAKERS(X)                                                                              \
    X(nns_data_create, x, (a, &g.y, NULL, NULL, &made.data))                                   \
    X(nns_data_create, y, (&g.x, a, NULL, NULL, &made.data))                                   \
    X(nns_data_create, weight, (&g.x, &g.y, a, NULL, &made.data))                              \
    X(nns_data_split, key, (g.data, NNS_SPLIT_TIME, 0.5, a, 1, &made.rest, &made.part))        \
    X(nns_data_targets, out, (g.data, a))                              \
    X(nns_train_batch, x, (g.model, a, &g.y, NULL, &made.value))                               \
    X(nns_train_batch, y, (g.model, &g.x, a, NULL, &made.value))                               \
    X(nns_train_batch, weight, (g.model, &g.x, &g.y, a, &made.value))                          \
    X(nns_loss_grad, x, (g.model, a, &g.y, NULL, &made.value, made.floats, 67, NULL))          \
    X(nns_loss_grad, y, (g.model, &g.x, a, NULL, &made.value, made.floats, 67, NULL))          \
    X(nns_loss_grad, weight, (g.model, &g.x, &g.y, a, &made.value, made.floats, 67, NULL))     \
    X(nns_forward_train, x, (g.model, a, OUT(NNS_F32, ROWS, CLASSES)))                         \
    X(nns_forward_train, out, (g.model, &g.x, a))                                              \
    X(nns_predict, x, (g.model, a, NNS_PROBA, OUT(NNS_F32, ROWS, CLASSES)))                    \
    X(nns_session_predict, x, (g.session, a, NNS_PROBA, OUT(NNS_F32, ROWS, CLASSES)))          \
    X(nns_predict, out, (g.model, &g.x, NNS_PROBA, a))                                         \
    X(nns_predict_one, out, (g.model, g.set.x, 4, NNS_PROBA, a))                               \
    X(nns_predict_data, out, (g.model, g.data, NNS_RAW, a))                                    \
    X(nns_session_predict, out, (g.session, &g.x, NNS_PROBA, a))                               \
    X(nns_metric, y_true, ("accuracy", a, &g.y, NULL, &made.value))                            \
    X(nns_metric, y_score, ("accuracy", &g.y, a, NULL, &made.value))                           \
    X(nns_metric, weight, ("accuracy", &g.y, &g.y, a, &made.value))                            \
    X(nns_curve, y_true,                                                                       \
      (NNS_CURVE_PR, a, &g.scores, NULL, made.values, made.values, made.values, 62, &points))  \
    X(nns_curve, y_score,                                                                      \
      (NNS_CURVE_PR, &g.truth, a, NULL, made.values, made.values, made.values, 62, &points))   \
    X(nns_curve, weight,                                                                       \
      (NNS_CURVE_PR, &g.truth, &g.scores, a, made.values, made.values, made.values, 62,        \
       &points))                                                                               \
    X(nns_confusion, y_true, (a, &g.y, NULL, 3, made.values, 9))                               \
    X(nns_confusion, y_pred, (&g.y, a, NULL, 3, made.values, 9))                               \
    X(nns_confusion, weight, (&g.y, &g.y, a, 3, made.values, 9))                               \
    X(nns_best_threshold, y_true, ("f1", a, &g.scores, NULL, &made.value, &made.values[0]))    \
    X(nns_best_threshold, y_score, ("f1", &g.truth, a, NULL, &made.value, &made.values[0]))    \
    X(nns_best_threshold, weight,                                                              \
      ("f1", &g.truth, &g.scores, a, &made.value, &made.values[0]))

#define TAKER_CALL(function, parameter, arguments) \
    static int32_t function##_##parameter(const nns_array *a) { return function arguments; }
#define TAKER_ROW(function, parameter, arguments) {#function, #parameter, function##_##parameter},

TAKERS(TAKER_CALL)

static const taker takers[] = {TAKERS(TAKER_ROW)};

#define FULL ((uint32_t)sizeof(nns_array))
#define HUGE INT64_C(4611686018427387904) /* 2^62 */

/* Real memory lies behind all of them: one element of any type. */
static const double zero[2] = {0, 0};

static const struct {
    const char *what;
    uint64_t statuses;
    nns_array array;
} faults[] = {
    {"struct_size 0", S(ARGUMENT), {0, NNS_F32, zero, 60, 1, 0, 0}},
    {"struct_size 4", S(ARGUMENT), {4, NNS_F32, zero, 60, 1, 0, 0}},
    {"dtype 0", S(DTYPE), {FULL, 0, zero, 60, 1, 0, 0}},
    {"dtype 7", S(DTYPE), {FULL, 7, zero, 60, 1, 0, 0}},
    {"dtype -1", S(DTYPE), {FULL, -1, zero, 60, 1, 0, 0}},
    {"dtype of 31 bits", S(DTYPE), {FULL, INT32_MAX, zero, 60, 1, 0, 0}},
    {"data NULL", S(NULL), {FULL, NNS_F32, NULL, 60, 1, 0, 0}},
    {"rows -1", S(SHAPE) | S(ARGUMENT), {FULL, NNS_F32, zero, -1, 1, 0, 0}},
    {"cols -1", S(SHAPE) | S(ARGUMENT), {FULL, NNS_F32, zero, 60, -1, 0, 0}},
    {"rows INT64_MIN", S(SHAPE) | S(ARGUMENT), {FULL, NNS_F32, zero, INT64_MIN, 1, 0, 0}},
    {"rows 0", S(SHAPE) | S(ARGUMENT), {FULL, NNS_F32, zero, 0, 4, 0, 0}},
    {"rows 0, data NULL", S(SHAPE) | S(ARGUMENT) | S(NULL), {FULL, NNS_F32, NULL, 0, 4, 0, 0}},
    {"cols 0", S(SHAPE) | S(ARGUMENT), {FULL, NNS_F32, zero, 60, 0, 0, 0}},
    {"rows 2^62", TOO_LARGE, {FULL, NNS_F32, zero, HUGE, 4, 0, 0}},
    {"rows 2^62, cols 1", TOO_LARGE, {FULL, NNS_F64, zero, HUGE, 1, 0, 0}},
    {"cols 2^62", TOO_LARGE, {FULL, NNS_F32, zero, 60, HUGE, 0, 0}},
    {"rows and cols 2^62", TOO_LARGE, {FULL, NNS_F32, zero, HUGE, HUGE, 0, 0}},
    {"rows and cols 2^32", TOO_LARGE,
     {FULL, NNS_U8, zero, INT64_C(4294967296), INT64_C(4294967296), 0, 0}},
    {"rows and cols INT64_MAX", TOO_LARGE, {FULL, NNS_F32, zero, INT64_MAX, INT64_MAX, 0, 0}},
    {"row_stride alone", S(ARGUMENT) | S(SHAPE), {FULL, NNS_F32, zero, 2, 4, 16, 0}},
    {"col_stride alone", S(ARGUMENT) | S(SHAPE), {FULL, NNS_F32, zero, 2, 4, 0, 4}},
    {"row_stride 2^62", TOO_LARGE, {FULL, NNS_F32, zero, 60, 4, HUGE, 4}},
    {"row_stride INT64_MIN", TOO_LARGE, {FULL, NNS_F32, zero, 60, 4, INT64_MIN, 4}},
    {"col_stride INT64_MAX", TOO_LARGE, {FULL, NNS_F32, zero, 60, 4, 16, INT64_MAX}},
    {"both strides -2^62", TOO_LARGE, {FULL, NNS_F32, zero, 60, 4, -HUGE, -HUGE}},
    {"7 rows of 5", S(SHAPE) | S(ARGUMENT), {FULL, NNS_F32, NULL, 7, 5, 0, 0}},
};

void refuse_arrays(void) {
    static const float some[35];
    char what[100];
    for (size_t at = 0; at < sizeof takers / sizeof *takers; at++)
        for (size_t fault = 0; fault < sizeof faults / sizeof *faults; fault++) {
            nns_array array = faults[fault].array;
            if (array.rows == 7) array.data = some;
            snprintf(what, sizeof what, "%s with %s", takers[at].parameter, faults[fault].what);
            forget_results();
            judge(takers[at].function, what, faults[fault].statuses, NULL,
                  takers[at].call(&array));
        }
}
