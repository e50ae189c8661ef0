/* Names, notes, scaling, subsets: what a host asks of a model beside predictions. */
#include <math.h>

#include "badinput.h"

#define NAME(X, what, fragment, model, index) \
    X(nns_class_name, what, S(ARGUMENT), fragment, (model, index, made.text, 100, &need))

#define NAMES(X)                                                                              \
    X(nns_summary, small_buffer, S(ARGUMENT), "capacity", (g.model, made.text, 3, &need))     \
    NAME(X, without_names, "classes", g.model, 0)                                             \
    NAME(X, index_minus_1, "index", g.named, -1)                                              \
    X(nns_feature_name, without_names, S(ARGUMENT), "features", (g.model, 0, made.text, 100, &need)) \
    X(nns_feature_name, index_minus_1, S(ARGUMENT), "index", (g.named, -1, made.text, 100, &need)) \
    X(nns_feature_name, index_4_of_4, S(ARGUMENT), "index", (g.named, 4, made.text, 100, &need)) \
    X(nns_feature_name, index_int64_max, S(ARGUMENT), "index",                                \
      (g.named, INT64_MAX, made.text, 100, &need))                                            \
    X(nns_feature_name, small_buffer, S(ARGUMENT), "capacity", (g.named, 1, made.text, 1, &need)) \
    NAME(X, index_2_of_2, "index", g.named, 2)                                                \
    NAME(X, index_int64_max, "index", g.named, INT64_MAX)                                     \
    NAME(X, index_int64_min, "index", g.named, INT64_MIN)                                     \
    X(nns_class_name, small_buffer, S(ARGUMENT), "capacity", (g.named, 1, made.text, 3, &need)) \
    X(nns_set_classes, one_name, S(ARGUMENT), "2 names", (g.named, "[1]"))                    \
    X(nns_set_classes, mixed, S(ARGUMENT), "classes", (g.named, "[1, \"a\"]"))                \
    X(nns_set_classes, twice, S(ARGUMENT), "twice", (g.named, "[1, 1]"))                      \
    X(nns_set_classes, not_json, S(ARGUMENT), "classes_json", (g.named, "yes, no"))           \
    X(nns_set_classes, of_a_regression, S(ARGUMENT), "classification", (g.regressor, "[1, 2]")) \
    X(nns_set_threshold, minus, S(ARGUMENT), "threshold", (g.named, -0.1))                    \
    X(nns_set_threshold, above_1, S(ARGUMENT), "threshold", (g.named, 1.5))                   \
    X(nns_set_threshold, a_nan, S(ARGUMENT), "threshold", (g.named, NAN))                     \
    X(nns_set_threshold, infinite, S(ARGUMENT), "threshold", (g.named, INFINITY))             \
    X(nns_set_threshold, of_several_classes, S(ARGUMENT), "binary_cross_entropy", (g.model, 0.5)) \
    X(nns_set_threshold, of_a_regression, S(ARGUMENT), "binary_cross_entropy", (g.regressor, 0.5))

#define NOTES(X)                                                                              \
    X(nns_set_note, no_name, S(ARGUMENT), "name", (g.model, "", "text"))                      \
    X(nns_set_note, name_of_129_bytes, S(ARGUMENT), "name", (g.model, long_name, "text"))     \
    X(nns_set_note, name_not_utf8, S(ARGUMENT), "UTF-8", (g.model, "\xff", "text"))           \
    X(nns_set_note, text_not_utf8, S(ARGUMENT), "UTF-8", (g.model, "name", "a\xc3"))          \
    X(nns_set_note, a_surrogate, S(ARGUMENT), "UTF-8", (g.model, "name", "\xed\xa0\x80"))    \
    X(nns_get_note, no_such, S(ARGUMENT), "note", (g.named, "b", made.text, 100, &need))      \
    X(nns_get_note, none_at_all, S(ARGUMENT), "note", (g.model, "a", made.text, 100, &need))  \
    X(nns_get_note, not_utf8, S(ARGUMENT), "UTF-8", (g.named, "\xff", made.text, 100, &need)) \
    X(nns_get_note, small_buffer, S(ARGUMENT), "capacity", (g.named, "a", made.text, 3, &need)) \
    X(nns_note_name, minus_1, S(ARGUMENT), "index", (g.named, -1, made.text, 100, &need))     \
    X(nns_note_name, behind_the_last, S(ARGUMENT), "index", (g.named, 1, made.text, 100, &need)) \
    X(nns_note_name, int64_max, S(ARGUMENT), "index",                                         \
      (g.named, INT64_MAX, made.text, 100, &need))                                            \
    X(nns_note_name, small_buffer, S(ARGUMENT), "capacity", (g.named, 0, made.text, 1, &need))

#define INTO(dtype, rows, cols) (&(nns_array)NNS_ARRAY(dtype, made.values, rows, cols))
#define SUBSET(X, what, fragment, index)  \
    X(nns_data_subset, what, S(ARGUMENT), fragment, \
      (g.data, (const int64_t[]){3, index}, 2, &made.part))

#define DATA(X)                                                                               \
    X(nns_data_targets, fewer, S(SHAPE), "60", (g.data, INTO(NNS_F64, ROWS - 1, 1)))           \
    X(nns_data_targets, two_columns, S(SHAPE), "60", (g.data, INTO(NNS_F64, ROWS, 2)))         \
    X(nns_data_targets, bytes, S(DTYPE), "I32", (g.data, INTO(NNS_U8, ROWS, 1)))               \
    X(nns_data_targets, numbers_as_integers, S(DTYPE), "F32", (g.numbers, INTO(NNS_I64, ROWS, 1))) \
    SUBSET(X, minus_1, "indices", -1)                                                         \
    SUBSET(X, row_60_of_60, "indices", ROWS)                                                  \
    SUBSET(X, int64_max, "indices", INT64_MAX)                                                \
    SUBSET(X, int64_min, "indices", INT64_MIN)                                                \
    X(nns_data_subset, no_rows, S(SHAPE), "count", (g.data, made.integers, 0, &made.part))    \
    X(nns_data_subset, minus_1_rows, S(SHAPE), "count", (g.data, made.integers, -1, &made.part)) \
    X(nns_data_subset, int64_max_rows, S(LIMIT), "count",                                     \
      (g.data, made.integers, INT64_MAX, &made.part))

static double ones[4] = {1, 1, 1, 1}, bad[4] = {1, 1, 1, 0};

#define GET(X, what, statuses, fragment, model, count) \
    X(nns_get_scaling, what, statuses, fragment, (model, made.doubles, made.doubles + 4, count))
#define SET(X, what, statuses, fragment, model, center, scale, count) \
    X(nns_set_scaling, what, statuses, fragment, (model, center, scale, count))

#define SCALING(X)                                                                            \
    GET(X, without_preprocess, S(ARGUMENT), "preprocess", g.model, 4)                         \
    GET(X, before_any_data, S(STATE), "preprocess", g.unfitted, 4)                            \
    GET(X, count_3, S(SHAPE), "4", g.scaled, 3)                                               \
    GET(X, count_minus_1, S(SHAPE), "4", g.scaled, -1)                                        \
    GET(X, count_huge, S(SHAPE), "4", g.scaled, INT64_MAX)                                    \
    SET(X, without_preprocess, S(ARGUMENT), "preprocess", g.model, ones, ones, 4)             \
    SET(X, count_3, S(SHAPE), "4", g.scaled, ones, ones, 3)                                   \
    SET(X, count_minus_1, S(SHAPE), "4", g.scaled, ones, ones, -1)                            \
    SET(X, count_huge, S(SHAPE), "4", g.scaled, ones, ones, INT64_MAX)                        \
    SET(X, scale_0, S(ARGUMENT), "scale", g.unfitted, ones, bad, 4)                           \
    SET(X, center_infinite, S(ARGUMENT), "center", g.unfitted, infinite, ones, 4)             \
    SET(X, scale_infinite, S(ARGUMENT), "scale", g.unfitted, ones, infinite, 4)               \
    SET(X, scale_negative, S(ARGUMENT), "scale", g.unfitted, ones, minus, 4)

static double infinite[4] = {1, 1, 1, INFINITY}, minus[4] = {1, 1, -1, 1};

static char long_name[130];

DATA(CALL)
SCALING(CALL)

NAMES(CALL)
NOTES(CALL)

static const bad_case inspections[] = {NAMES(ROW) NOTES(ROW) DATA(ROW) SCALING(ROW)};

void refuse_inspections(void) {
    memset(long_name, 'n', sizeof long_name - 1);
    RUN(inspections);
}
