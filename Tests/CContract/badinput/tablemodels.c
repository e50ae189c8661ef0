/* Models of tables: calls and JSON that do not fit. */
#include <math.h>

#include "badinput.h"

enum { COUNT = 24, COLUMNS = 3 };

static double ages[COUNT], targets[COUNT];
static const char *cities[COUNT], *labels[COUNT];
static int32_t days[COUNT];
static nns_column columns[COLUMNS + 1]; /* age, city, day, y: a label */
static nns_data *labelled_rows, *valued_rows, *without;
static nns_model *model; /* a classifier of age, city and day */
static nns_session *session;
static nns_value row_values[COLUMNS];
static const float floats[4];
static const nns_array one_row = NNS_ARRAY(NNS_F32, floats, 1, 4);

static void prepare(void) {
    static const char *const names[] = {"a", "b", "c"};
    for (int row = 0; row < COUNT; row++) {
        ages[row] = row;
        targets[row] = 0.5 * row;
        days[row] = 40 * row;
        cities[row] = names[row % 3];
        labels[row] = row % 5 < 2 ? "no" : "yes";
    }
    const nns_column all[] = {
        NNS_COLUMN("age", NNS_F64, ages, 0),
        NNS_COLUMN("city", NNS_TEXT_PTR, cities, 0),
        NNS_COLUMN("day", NNS_DAYS, days, 0),
        NNS_COLUMN("y", NNS_TEXT_PTR, labels, 0),
    };
    memcpy(columns, all, sizeof all);
    must(nns_data_create_table(columns, COLUMNS + 1, COUNT, "y", NULL, NULL, &labelled_rows), "table");
    must(nns_data_create_table(columns, COLUMNS, COUNT, NULL, NULL, NULL, &without), "table without target");
    columns[COLUMNS] = (nns_column)NNS_COLUMN("y", NNS_F64, targets, 0);
    must(nns_data_create_table(columns, COLUMNS + 1, COUNT, "y", NULL, NULL, &valued_rows), "table of numbers");
    columns[COLUMNS] = all[COLUMNS];
    must(nns_fit_table(columns, COLUMNS + 1, COUNT, "y", "{\"config\": {\"epochs\": 1}}", NULL, NULL, &model), "fit");
    must(nns_session_create(model, 1, &session), "session");
    row_values[0] = (nns_value){NNS_NUMBER, 0, 3, 0, NULL};
    row_values[1] = (nns_value){NNS_TEXT, -1, 0, 0, "a"};
    row_values[2] = (nns_value){NNS_TEXT, -1, 0, 0, "1970-02-03"};
}

#define ONE OUT(NNS_F32, 1, 1)
#define ALL OUT(NNS_F32, COUNT, 1)

#define CALLS(X)                                                                                     \
    X(nns_create_for, no_data, S(NULL), "data", (NULL, NULL, &made.model))                            \
    X(nns_create_for, no_model, S(NULL), "model", (labelled_rows, NULL, NULL))                        \
    X(nns_create_for, arrays, S(STATE), "arrays", (g.data, NULL, &made.model))                        \
    X(nns_create_for, no_target, S(STATE), "target", (without, NULL, &made.model))                    \
    X(nns_fit_table, no_columns, S(NULL), "columns", (NULL, 4, COUNT, "y", NULL, NULL, NULL, &made.model)) \
    X(nns_fit_table, no_target, S(NULL), "target", (columns, 4, COUNT, NULL, NULL, NULL, NULL, &made.model)) \
    X(nns_fit_table, no_model, S(NULL), "model", (columns, 4, COUNT, "y", NULL, NULL, NULL, NULL))    \
    X(nns_fit_table, count_0, S(SHAPE), "count", (columns, 0, COUNT, "y", NULL, NULL, NULL, &made.model)) \
    X(nns_fit_table, count_2_62, S(LIMIT), "count", (columns, INT64_C(1) << 62, COUNT, "y", NULL, NULL, NULL, &made.model)) \
    X(nns_fit_table, rows_0, S(SHAPE), "rows", (columns, 4, 0, "y", NULL, NULL, NULL, &made.model))   \
    X(nns_fit_table, rows_2_62, S(LIMIT), "rows", (columns, 4, INT64_C(1) << 62, "y", NULL, NULL, NULL, &made.model)) \
    X(nns_fit_table, target_unknown, S(ARGUMENT), "\"z\"", (columns, 4, COUNT, "z", NULL, NULL, NULL, &made.model)) \
    X(nns_fit_table, target_only, S(ARGUMENT), "nothing to learn", (columns + 3, 1, COUNT, "y", NULL, NULL, NULL, &made.model)) \
    X(nns_fit_table, target_dates, S(DTYPE), "dates", (columns, 4, COUNT, "day", NULL, NULL, NULL, &made.model)) \
    X(nns_predict_table, no_model, S(NULL), "model", (NULL, columns, 3, COUNT, NNS_PROBA, ALL))       \
    X(nns_predict_table, no_columns, S(NULL), "columns", (model, NULL, 3, COUNT, NNS_PROBA, ALL))     \
    X(nns_predict_table, no_out, S(NULL), "out", (model, columns, 3, COUNT, NNS_PROBA, NULL))         \
    X(nns_predict_table, of_arrays, S(STATE), "arrays", (g.model, columns, 3, COUNT, NNS_PROBA, OUT(NNS_F32, COUNT, CLASSES))) \
    X(nns_predict_table, count_minus_1, S(SHAPE), "count", (model, columns, -1, COUNT, NNS_PROBA, ALL)) \
    X(nns_predict_table, count_2_62, S(LIMIT), "count", (model, columns, INT64_C(1) << 62, COUNT, NNS_PROBA, ALL)) \
    X(nns_predict_table, rows_2_62, S(LIMIT), "rows", (model, columns, 3, INT64_C(1) << 62, NNS_PROBA, ALL)) \
    X(nns_predict_table, a_column_less, S(ARGUMENT), "\"day\"", (model, columns, 2, COUNT, NNS_PROBA, ALL)) \
    X(nns_predict_table, kind_99, S(ARGUMENT), "kind", (model, columns, 3, COUNT, 99, ALL))           \
    X(nns_predict_table, rows_of_out, S(SHAPE), "out", (model, columns, 3, COUNT, NNS_PROBA, ONE))    \
    X(nns_predict_table, columns_of_out, S(SHAPE), "out", (model, columns, 3, COUNT, NNS_PROBA, OUT(NNS_F32, COUNT, 2))) \
    X(nns_predict_table, dtype_of_out, S(DTYPE), "out", (model, columns, 3, COUNT, NNS_PROBA, OUT(NNS_I32, COUNT, 1))) \
    X(nns_session_predict_values, no_session, S(NULL), "NULL", (NULL, row_values, 3, NNS_PROBA, ONE))     \
    X(nns_session_predict_values, no_values, S(NULL), "values", (session, NULL, 3, NNS_PROBA, ONE))   \
    X(nns_session_predict_values, no_out, S(NULL), "out", (session, row_values, 3, NNS_PROBA, NULL))      \
    X(nns_session_predict_values, of_arrays, S(STATE), "arrays", (g.session, row_values, 3, NNS_PROBA, ONE)) \
    X(nns_session_predict_values, count_2, S(SHAPE), "3", (session, row_values, 2, NNS_PROBA, ONE))       \
    X(nns_session_predict_values, count_2_62, S(SHAPE), "3", (session, row_values, INT64_C(1) << 62, NNS_PROBA, ONE)) \
    X(nns_session_predict_values, two_rows, S(SHAPE), "out", (session, row_values, 3, NNS_PROBA, OUT(NNS_F32, 2, 1))) \
    X(nns_session_predict_values, kind_0, S(ARGUMENT), "kind", (session, row_values, 3, 0, ONE))          \
    X(nns_session_counts, no_session, S(NULL), "NULL", (NULL, made.integers, NULL, NULL, 3))          \
    X(nns_session_counts, of_arrays, S(STATE), "arrays", (g.session, made.integers, NULL, NULL, 3))   \
    X(nns_session_counts, count_4, S(SHAPE), "3", (session, made.integers, NULL, NULL, 4))            \
    X(nns_session_counts, nothing, FINE, "", (session, NULL, NULL, NULL, 3))                          \
    X(nns_column_count, no_count, S(NULL), "count", (model, NULL))                                    \
    X(nns_column_name, index_minus_1, S(ARGUMENT), "index", (model, -1, made.text, 9, &need))         \
    X(nns_column_name, index_3, S(ARGUMENT), "0..<3", (model, 3, made.text, 9, &need))                \
    X(nns_column_name, index_2_62, S(ARGUMENT), "index", (model, INT64_C(1) << 62, made.text, 9, &need)) \
    X(nns_column_name, too_small, S(ARGUMENT), "4 bytes", (model, 0, made.text, 3, &need))            \
    X(nns_column_name, of_arrays, S(ARGUMENT), "arrays", (g.model, 0, made.text, 9, &need))           \
    X(nns_column_name, no_buffer, S(NULL), "buffer", (model, 0, NULL, 9, &need))                      \
    X(nns_column_name, nothing, S(NULL), "need", (model, 0, NULL, 0, NULL))                           \
    X(nns_column_describe, index_3, S(ARGUMENT), "0..<3", (model, 3, made.text, 9, &need, NULL))      \
    X(nns_column_describe, too_small, S(ARGUMENT), "capacity", (model, 0, made.text, 3, &need, &made.number)) \
    X(nns_column_describe, of_arrays, S(ARGUMENT), "arrays", (g.model, 0, made.text, 9, &need, NULL)) \
    X(nns_level, column_3, S(ARGUMENT), "0..<3", (model, 3, 0, made.text, 9, &need))                  \
    X(nns_level, no_category, S(ARGUMENT), "no levels", (model, 0, 0, made.text, 9, &need))           \
    X(nns_level, code_minus_1, S(ARGUMENT), "code", (model, 1, -1, made.text, 9, &need))              \
    X(nns_level, code_5, S(ARGUMENT), "0..<5", (model, 1, 5, made.text, 9, &need))                    \
    X(nns_level, code_2_62, S(ARGUMENT), "code", (model, 1, INT64_C(1) << 62, made.text, 9, &need))   \
    X(nns_level, too_small, S(ARGUMENT), "2 bytes", (model, 1, 2, made.text, 1, &need))               \
    X(nns_level, of_arrays, S(ARGUMENT), "arrays", (g.model, 0, 0, made.text, 9, &need))              \
    X(nns_level_code, no_text, S(NULL), "text", (model, 1, NULL, -1, &made.number))                   \
    X(nns_level_code, no_code, S(NULL), "code", (model, 1, "a", -1, NULL))                            \
    X(nns_level_code, no_category, S(ARGUMENT), "no levels", (model, 0, "a", -1, &made.number))       \
    X(nns_level_code, column_minus_1, S(ARGUMENT), "index", (model, -1, "a", -1, &made.number))       \
    X(nns_level_code, longer_than_any, FINE, "", (model, 1, "a and more", 10, &made.number))          \
    X(nns_calibrate, no_model, S(NULL), "NULL", (NULL, labelled_rows))                                \
    X(nns_calibrate, no_data, S(NULL), "NULL", (model, NULL))                                         \
    X(nns_calibrate, no_target, S(STATE), "target", (model, without))                                 \
    X(nns_calibrate, arrays, S(STATE), "table", (model, g.data))                                      \
    X(nns_calibrate, none, S(ARGUMENT), "calibration", (g.model, g.data))                             \
    X(nns_calibrate, numbers, S(ARGUMENT), "y must be 0 or 1", (model, valued_rows))                  \
    X(nns_predict, a_model_of_a_table, S(STATE), "table", (model, &g.x, NNS_PROBA, OUT(NNS_F32, ROWS, 1))) \
    X(nns_train, a_model_of_a_table, S(STATE), "table", (model, g.data, NULL, NULL, NULL, NULL))      \
    X(nns_train, a_table_for_arrays, S(STATE), "arrays", (g.model, labelled_rows, NULL, NULL, NULL, NULL)) \
    X(nns_session_predict, a_model_of_a_table, S(STATE), "table", (session, &one_row, NNS_PROBA, ONE))

/* A value that does not fit, at a place. */
#define VALUES(X)                                                                                    \
    X(type_5, S(DTYPE), "got 5", 0, {5, 0, 0, 0, NULL})                                               \
    X(type_min, S(DTYPE), "\"city\"", 1, {INT32_MIN, 0, 0, 0, NULL})                                  \
    X(text_of_a_number, S(DTYPE), "\"age\"", 0, {NNS_TEXT, -1, 0, 0, "3"})                            \
    X(code_of_a_number, S(DTYPE), "\"age\"", 0, {NNS_CODE, 0, 0, 3, NULL})                            \
    X(number_of_a_category, S(DTYPE), "\"city\"", 1, {NNS_NUMBER, 0, 3, 0, NULL})                     \
    X(integer_of_a_category, S(DTYPE), "\"city\"", 1, {NNS_INTEGER, 0, 0, 3, NULL})                   \
    X(code_5, S(ARGUMENT), "0...4", 1, {NNS_CODE, 0, 0, 5, NULL})                                     \
    X(code_minus_1, S(ARGUMENT), "0...4", 1, {NNS_CODE, 0, 0, -1, NULL})                              \
    X(code_2_62, S(ARGUMENT), "0...4", 1, {NNS_CODE, 0, 0, INT64_C(1) << 62, NULL})                   \
    X(number_of_a_date, S(DTYPE), "\"day\"", 2, {NNS_NUMBER, 0, 3, 0, NULL})                          \
    X(text_of_no_date, S(DTYPE), "\"day\"", 2, {NNS_TEXT, -1, 0, 0, "tomorrow"})                      \
    X(a_date_cut, S(DTYPE), "\"day\"", 2, {NNS_TEXT, 9, 0, 0, "1970-02-03"})                          \
    X(no_text, FINE, "", 1, {NNS_TEXT, -1, 0, 0, NULL})                                               \
    X(no_utf8, FINE, "", 1, {NNS_TEXT, -1, 0, 0, "caf\xE9"})                                          \
    X(date_min, FINE, "", 2, {NNS_INTEGER, 0, 0, INT64_MIN, NULL})                                    \
    X(date_max, FINE, "", 2, {NNS_INTEGER, 0, 0, INT64_MAX, NULL})                                    \
    X(infinite, FINE, "", 0, {NNS_NUMBER, 0, INFINITY, 0, NULL})                                      \
    X(largest, FINE, "", 0, {NNS_NUMBER, 0, 1e308, 0, NULL})

#define VALUE_CALL(what, statuses, fragment, place, ...)                                             \
    static int32_t value_##what(const char *text) {                                                  \
        nns_value row[COLUMNS];                                                                      \
        (void)text;                                                                                  \
        memcpy(row, row_values, sizeof row);                                                             \
        row[place] = (nns_value)__VA_ARGS__;                                                         \
        return nns_session_predict_values(session, row, COLUMNS, NNS_PROBA, ONE);                    \
    }
#define VALUE_ROW(what, statuses, fragment, place, ...) \
    {"nns_session_predict_values", #what, statuses, fragment, value_##what, NULL},

CALLS(CALL)
VALUES(VALUE_CALL)

static int32_t create_for(const char *text) { return nns_create_for(labelled_rows, json(text), &made.model); }
static int32_t create_number(const char *text) { return nns_create_for(valued_rows, json(text), &made.model); }
static int32_t fit(const char *text) {
    return nns_fit_table(columns, COLUMNS + 1, COUNT, "y", json(text), NULL, NULL, &made.model);
}

#define SPEC(what, fragment, text) {"nns_create_for", what, S(ARGUMENT), fragment, create_for, text},
#define COLUMN(what, fragment, text) SPEC(what, fragment, "{'columns': [" text "]}")
#define AGE(what, fragment, text) COLUMN(what, fragment, "{'name': 'age', " text "}")
#define CITY(what, fragment, text) COLUMN(what, fragment, "{'name': 'city', 'kind': 'category', " text "}")
#define DAY(what, fragment, text) COLUMN(what, fragment, "{'name': 'day', 'kind': 'date', " text "}")
#define PREPROCESS(what, fragment, text) SPEC(what, fragment, "{'preprocess': {'type': 'table', " text "}}")
#define FIT(what, fragment, text) {"nns_fit_table", what, S(ARGUMENT), fragment, fit, text},

static const bad_case cases[] = {
    CALLS(ROW) VALUES(VALUE_ROW)
    SPEC("a list", "object", "[]")
    SPEC("no JSON", "spec_json", "{")
    SPEC("another preset", "tabular", "{'preset': 'images'}")
    SPEC("an unknown option", "column", "{'column': []}")
    SPEC("columns: a number", "columns", "{'columns': 3}")
    SPEC("columns: a word", "columns", "{'columns': 'all'}")
    COLUMN("a text", "columns[0]", "'age'")
    COLUMN("no name", "name", "{'kind': 'number'}")
    COLUMN("an empty name", "name", "{'name': ''}")
    COLUMN("a name with a 0", "name", "{'name': 'a\\u0000'}")
    COLUMN("a name that there is not", "\"agee\"", "{'name': 'agee'}")
    COLUMN("the target", "\"y\"", "{'name': 'y'}")
    COLUMN("a name twice", "twice", "{'name': 'age'}, {'name': 'age'}")
    AGE("an unknown kind", "numeric", "'kind': 'numeric'")
    AGE("a kind that is a number", "kind", "'kind': 3")
    AGE("levels of a number", "max_levels", "'max_levels': 3")
    AGE("parts of a number", "parts", "'parts': ['year']")
    AGE("an unknown option of a column", "scale", "'scale': 1")
    AGE("missing: level", "level", "'missing': 'level'")
    AGE("bins of two", "bins", "'has_missing': false, 'bins': [1, 2]")
    AGE("bins of 4,097", "bins", "'has_missing': false, 'bins': [4097]")
    CITY("missing: median", "median", "'missing': 'median'")
    CITY("unknown: ignore", "unknown", "'unknown': 'ignore'")
    CITY("values: float", "values", "'values': 'float'")
    CITY("min_count 0", "min_count", "'min_count': 0")
    CITY("min_count 2^62", "min_count", "'min_count': 4611686018427387904")
    CITY("max_levels 0", "max_levels", "'max_levels': 0")
    CITY("max_levels 1,000,001", "max_levels", "'max_levels': 1000001")
    CITY("max_levels 1.5", "max_levels", "'max_levels': 1.5")
    DAY("parts: a word", "parts", "'parts': 'year'")
    DAY("parts: an unknown one", "parts", "'parts': ['century']")
    DAY("parts: one twice", "parts", "'parts': ['year', 'year']")
    DAY("since: a word", "since", "'since': 'age'")
    DAY("since: no date", "\"age\"", "'since': ['age']")
    DAY("since: itself", "\"day\"", "'since': ['day']")
    SPEC("another preprocess", "preprocess", "{'preprocess': 'standardize'}")
    PREPROCESS("an unknown scaling", "numbers", "'numbers': 'log'")
    PREPROCESS("no scaling", "numbers", "'numbers': []")
    PREPROCESS("five scalings", "numbers", "'numbers': ['robust', 'robust', 'robust', 'robust', 'robust']")
    PREPROCESS("n_quantiles 1", "n_quantiles", "'numbers': {'type': 'quantile', 'n_quantiles': 1}")
    PREPROCESS("n_quantiles 2^62", "n_quantiles", "'numbers': {'type': 'quantile', 'n_quantiles': 4611686018427387904}")
    PREPROCESS("a negative limit", "limit", "'numbers': {'type': 'robust', 'limit': -1}")
    PREPROCESS("an unknown embedding", "embedding", "'embedding': 'fourier'")
    PREPROCESS("0 bins", "bins", "'embedding': {'type': 'piecewise', 'bins': 0}")
    PREPROCESS("4,097 bins", "bins", "'embedding': {'type': 'piecewise', 'bins': 4097}")
    PREPROCESS("unknown edges", "edges", "'embedding': {'type': 'piecewise', 'edges': 'equal'}")
    PREPROCESS("an unknown option of preprocess", "scalings", "'scalings': 1")
    SPEC("target: a word", "target", "{'target': 'classes'}")
    SPEC("target: another kind", "rank", "{'target': {'kind': 'rank'}}")
    SPEC("target: an unknown option", "scales", "{'target': {'scales': 1}}")
    SPEC("target: texts as a number", "texts", "{'target': {'kind': 'number'}}")
    SPEC("target: classes are scaled", "target", "{'target': {'scale': 'standardize'}}")
    SPEC("calibration: platt", "calibration", "{'calibration': 'platt'}")
    SPEC("classes too few", "classes", "{'classes': ['no']}")
    SPEC("a loss of numbers", "classification", "{'loss': 'mse'}")
    SPEC("another first layer", "layers[0]", "{'layers': [{'type': 'dense', 'units': 1}]}")
    SPEC("table: units 0", "units", "{'layers': [{'type': 'table', 'units': 0}]}")
    SPEC("table: category_size 5,000", "category_size", "{'layers': [{'type': 'table', 'units': 1, 'category_size': 5000}]}")
    SPEC("two inputs", "input", "{'input': 3}")
    {"nns_create_for", "calibration of a number", S(ARGUMENT), "calibration", create_number, "{'calibration': 'temperature'}"},
    {"nns_create_for", "classes of fractions", S(ARGUMENT), "fractions", create_number, "{'target': {'kind': 'classes'}}"},
    FIT("a list", "options", "[]")
    FIT("an unknown option", "epochs", "{'epochs': 3}")
    FIT("columns: a number", "columns", "{'columns': 3}")
    FIT("config: a list", "config", "{'config': []}")
    FIT("config: epochs 0", "epochs", "{'config': {'epochs': 0}}")
    FIT("spec: a list", "spec", "{'spec': []}")
    FIT("table: a list", "table", "{'table': []}")
    FIT("table: an unknown option", "missing", "{'table': {'missing': []}}")
    FIT("seed -1", "seed", "{'seed': -1}")
};

static int32_t stop(void *user, const nns_progress *told) {
    (void)user, (void)told;
    return 1;
}

/* A training that the callback ends leaves no model. */
static void refuse_callback(void) {
    forget_results();
    judge("nns_fit_table", "the callback ends it", S(CALLBACK), "callback",
          nns_fit_table(columns, COLUMNS + 1, COUNT, "y", NULL, stop, NULL, &made.model));
}

void refuse_table_models(void) {
    prepare();
    RUN(cases);
    refuse_callback();
    nns_session_free(session);
    nns_free(model);
    nns_data_free(labelled_rows);
    nns_data_free(valued_rows);
    nns_data_free(without);
}
