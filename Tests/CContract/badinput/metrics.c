/* Metrics, curves, confusion matrices and thresholds that are not defined. */
#include <math.h>

#include "badinput.h"

#define HUGE INT64_C(4611686018427387904) /* 2^62 */

static int32_t three[ROWS], negative[ROWS], none[ROWS];
static float nan_scores[ROWS], beyond[ROWS], soft[ROWS * 3], numbers[ROWS];

#define AS(dtype, data, cols) (&(const nns_array)NNS_ARRAY(dtype, data, ROWS, cols))
#define THREE AS(NNS_I32, three, 1)
#define NEGATIVE AS(NNS_I32, negative, 1)
#define NONE AS(NNS_I32, none, 1)
#define SOFT AS(NNS_F32, soft, 3)
#define NUMBERS AS(NNS_F32, numbers, 1)

#define METRICS(X)                                                                               \
    X(nns_metric, roc_auc_of_labels, S(ARGUMENT), NULL,                                          \
      ("roc_auc", THREE, THREE, NULL, &made.value))                                              \
    X(nns_metric, r2_of_classes, S(ARGUMENT) | S(SHAPE), "r2",                                   \
      ("r2", THREE, SOFT, NULL, &made.value))                                                    \
    X(nns_metric, accuracy_of_numbers, S(ARGUMENT) | S(DTYPE), NULL,                             \
      ("accuracy", NUMBERS, NUMBERS, NULL, &made.value))                                         \
    X(nns_metric, truth_beyond_the_scores, S(ARGUMENT), "2",                                     \
      ("accuracy", AS(NNS_I32, g.index, 1), AS(NNS_F32, soft, 2), NULL, &made.value))            \
    X(nns_metric, nan_scores, S(ARGUMENT), "finite",                                             \
      ("roc_auc", &g.truth, AS(NNS_F32, nan_scores, 1), NULL, &made.value))                      \
    X(nns_metric, nan_values, S(ARGUMENT), "finite",                                             \
      ("mse", AS(NNS_F32, nan_scores, 1), NUMBERS, NULL, &made.value))                           \
    X(nns_metric, log_loss_beyond_1, S(ARGUMENT), "log_loss",                                    \
      ("log_loss", &g.truth, AS(NNS_F32, beyond, 1), NULL, &made.value))                         \
    X(nns_metric, brier_beyond_1, S(ARGUMENT), "brier",                                          \
      ("brier", &g.truth, AS(NNS_F32, beyond, 1), NULL, &made.value))                            \
    X(nns_metric, roc_auc_truth_of_2, S(ARGUMENT), "0 or 1",                                     \
      ("roc_auc", THREE, &g.scores, NULL, &made.value))                                          \
    X(nns_metric, two_columns_for_three, S(SHAPE), NULL,                                         \
      ("mse", AS(NNS_F32, soft, 2), SOFT, NULL, &made.value))                                    \
    X(nns_metric, truth_of_three_columns_for_one, S(SHAPE), NULL,                                \
      ("mse", SOFT, NUMBERS, NULL, &made.value))

#define ROC NNS_CURVE_ROC
#define XYZ made.values, made.values + ROWS, made.values + 2 * ROWS

#define CURVES(X)                                                                                \
    X(nns_curve, kind_0, S(ARGUMENT), "curve", (0, &g.truth, &g.scores, NULL, XYZ, 60, &points)) \
    X(nns_curve, kind_4, S(ARGUMENT), "curve", (4, &g.truth, &g.scores, NULL, XYZ, 60, &points)) \
    X(nns_curve, capacity_minus_1, S(ARGUMENT), "capacity",                                      \
      (ROC, &g.truth, &g.scores, NULL, XYZ, -1, &points))                                        \
    X(nns_curve, capacity_1, S(ARGUMENT), "capacity",                                            \
      (ROC, &g.truth, &g.scores, NULL, XYZ, 1, &points))                                         \
    X(nns_curve, truth_of_2, S(ARGUMENT), "0 or 1", (ROC, THREE, &g.scores, NULL, XYZ, 60, &points)) \
    X(nns_curve, nan_scores, S(ARGUMENT), "finite",                                              \
      (ROC, &g.truth, AS(NNS_F32, nan_scores, 1), NULL, XYZ, 60, &points))                       \
    X(nns_curve, three_columns, S(SHAPE), NULL, (ROC, &g.truth, SOFT, NULL, XYZ, 60, &points))   \
    X(nns_curve, calibration_beyond_1, S(ARGUMENT), "calibration",                               \
      (NNS_CURVE_CALIBRATION, &g.truth, AS(NNS_F32, beyond, 1), NULL, XYZ, 60, &points))         \
    X(nns_confusion, no_classes, S(ARGUMENT), "classes", (THREE, THREE, NULL, 0, made.values, 0)) \
    X(nns_confusion, minus_1_classes, S(ARGUMENT), "classes",                                    \
      (THREE, THREE, NULL, -1, made.values, 1))                                                  \
    X(nns_confusion, huge_classes, TOO_LARGE, "classes", (THREE, THREE, NULL, HUGE, made.values, 9)) \
    X(nns_confusion, classes_whose_square_wraps, TOO_LARGE, "classes",                           \
      (THREE, THREE, NULL, INT64_C(4294967296), made.values, 0))                                 \
    X(nns_confusion, count_8_for_3, S(SHAPE) | S(ARGUMENT), "9",                                 \
      (THREE, THREE, NULL, 3, made.values, 8))                                                   \
    X(nns_confusion, a_label_beyond, S(ARGUMENT), NULL, (THREE, THREE, NULL, 2, made.values, 4)) \
    X(nns_confusion, a_negative_label, S(ARGUMENT), "-1",                                        \
      (NEGATIVE, THREE, NULL, 3, made.values, 9))                                                \
    X(nns_confusion, three_scores_for_two_classes, S(SHAPE) | S(ARGUMENT), NULL,                 \
      (AS(NNS_I32, g.bits, 1), SOFT, NULL, 2, made.values, 4))                                   \
    X(nns_confusion, truth_of_three_columns, S(SHAPE) | S(ARGUMENT) | S(DTYPE), NULL,            \
      (SOFT, THREE, NULL, 3, made.values, 9))                                                    \
    X(nns_best_threshold, truth_of_2, S(ARGUMENT), "0 or 1",                                     \
      ("f1", THREE, &g.scores, NULL, &made.value, NULL))                                         \
    X(nns_best_threshold, nan_scores, S(ARGUMENT), "finite",                                     \
      ("f1", &g.truth, AS(NNS_F32, nan_scores, 1), NULL, &made.value, NULL))                     \
    X(nns_best_threshold, three_columns, S(SHAPE), "one column each",                            \
      ("f1", &g.truth, SOFT, NULL, &made.value, NULL))

/* One class only: no curve of rates, and yet no crash; either answer will do. */
#define OPEN(X)                                                                                  \
    X(nns_curve, roc_of_one_class, FINE | S(ARGUMENT), NULL,                                     \
      (ROC, NONE, &g.scores, NULL, XYZ, 60, &points))                                            \
    X(nns_curve, pr_of_one_class, FINE | S(ARGUMENT), NULL,                                      \
      (NNS_CURVE_PR, AS(NNS_I32, g.ones, 1), &g.scores, NULL, XYZ, 60, &points))                 \
    X(nns_best_threshold, of_one_class, FINE | S(ARGUMENT), NULL,                                \
      ("f1", NONE, &g.scores, NULL, &made.value, NULL))                                          \
    X(nns_metric, roc_auc_of_one_class, FINE | S(ARGUMENT), NULL,                                \
      ("roc_auc", NONE, &g.scores, NULL, &made.value))                                           \
    X(nns_metric, precision_of_one_class, FINE, NULL,                                            \
      ("precision", NONE, NONE, NULL, &made.value))                                              \
    X(nns_metric, r2_of_a_constant, FINE, NULL, ("r2", NUMBERS, NUMBERS, NULL, &made.value))

METRICS(CALL)
CURVES(CALL)
OPEN(CALL)

static const bad_case metrics[] = {METRICS(ROW) CURVES(ROW) OPEN(ROW)};

void refuse_metrics(void) {
    for (int row = 0; row < ROWS; row++) {
        three[row] = row % 3;
        negative[row] = row == 7 ? -1 : row % 3;
        nan_scores[row] = row == 7 ? NAN : 0.5f;
        beyond[row] = row == 7 ? 1.5f : 0.5f;
        numbers[row] = 0.25f;
    }
    for (int at = 0; at < ROWS * 3; at++) soft[at] = 1.0f / 3;
    RUN(metrics);
    forget_results();
    check_status("nns_curve: capacity 0 asks",
                 nns_curve(ROC, &g.truth, &g.scores, NULL, NULL, NULL, NULL, 0, &points), NNS_OK);
    check(points >= 2 && points <= ROWS + 2, "nns_curve: at most rows + 2 points", "%lld points",
          (long long)points);
}
