/* Models of tables: an array of structures is learnt, predicted, saved and loaded. */
#include <math.h>

#include "lifecycle.h"

enum { PEOPLE = 400, COLUMNS = 6 };

typedef struct person {
    double age;
    const char *city; /* NULL is missing */
    const char *result;
    float weight;
    int32_t visits, since; /* days since 1970 */
    uint8_t smokes;
} person;

static person people[PEOPLE];

static void fill_people(void) {
    static const char *const cities[] = {"Bern", "Chur", "Z\xC3\xBCrich", NULL};
    uint32_t state = 5;
    for (int row = 0; row < PEOPLE; row++) {
        person *one = &people[row];
        one->age = 20 + 50 * next_random(&state);
        one->city = cities[(int)(4 * next_random(&state))];
        one->smokes = next_random(&state) > 0.7f;
        one->visits = (int32_t)(30 * next_random(&state));
        one->since = 16000 + (int32_t)(1000 * next_random(&state));
        one->weight = 1 + next_random(&state);
        one->result = one->age + (one->city ? 10 : 0) + 20 * one->smokes > 55 ? "yes" : "no";
        if (row % 7 == 0) one->age = NAN;
    }
}

#define MEMBER(text, dtype, member) NNS_COLUMN(text, dtype, &people[0].member, sizeof(person))

/* All columns, the target last. */
static void columns_of(nns_column columns[COLUMNS + 1]) {
    const nns_column all[] = {
        MEMBER("age", NNS_F64, age),       MEMBER("city", NNS_TEXT_PTR, city),
        MEMBER("smokes", NNS_BOOL, smokes), MEMBER("visits", NNS_I32, visits),
        MEMBER("since", NNS_DAYS, since),  MEMBER("weight", NNS_F32, weight),
        MEMBER("result", NNS_TEXT_PTR, result),
    };
    memcpy(columns, all, sizeof all);
}

static nns_model *fitted(const char *target, const char *options) {
    nns_column columns[COLUMNS + 1];
    nns_model *model = NULL;
    columns_of(columns);
    must(nns_fit_table(columns, COLUMNS + 1, PEOPLE, target, options, NULL, NULL, &model), "fit table");
    return model;
}

static const char quick[] = "{\"config\": {\"epochs\": 2}, \"seed\": 3}";

static float first[PEOPLE];

static void predict_all(const nns_model *model, float out[PEOPLE]) {
    nns_column columns[COLUMNS + 1];
    columns_of(columns);
    must(nns_predict_table(model, columns, COLUMNS, PEOPLE, NNS_PROBA, FLOATS(out, PEOPLE, 1)), "predict table");
}

static void values_of(const person *one, nns_value values[COLUMNS]) {
    memset(values, 0, COLUMNS * sizeof *values);
    values[0] = (nns_value){NNS_NUMBER, 0, one->age, 0, NULL};
    values[1] = (nns_value){NNS_TEXT, -1, 0, 0, one->city};
    values[2] = (nns_value){NNS_INTEGER, 0, 0, one->smokes, NULL};
    values[3] = (nns_value){NNS_NUMBER, 0, one->visits, 0, NULL};
    values[4] = (nns_value){NNS_INTEGER, 0, 0, one->since * INT64_C(86400000000), NULL};
    values[5] = (nns_value){NNS_NUMBER, 0, one->weight, 0, NULL};
}

static void check_raw_values(const nns_model *model) {
    nns_session *session = NULL;
    int differ = 0, missing_ages = 0, missing_cities = 0;
    must(nns_session_create(model, 1, &session), "session");
    for (int row = 0; row < PEOPLE; row++) {
        nns_value values[COLUMNS];
        float out = -1;
        values_of(&people[row], values);
        if (row % 2 && people[row].city) {
            values[1].type = NNS_CODE;
            must(nns_level_code(model, 1, people[row].city, -1, &values[1].integer), "level code");
        }
        must(nns_session_predict_values(session, values, COLUMNS, NNS_PROBA, FLOATS(&out, 1, 1)),
             "predict values");
        differ += memcmp(&out, &first[row], sizeof out) != 0;
        missing_ages += isnan(people[row].age);
        missing_cities += !people[row].city;
    }
    check_integer("raw values predict as the table does, bit for bit", differ, 0);
    int64_t unknown[COLUMNS], missing[COLUMNS], clipped[COLUMNS];
    must(nns_session_counts(session, unknown, missing, clipped, COLUMNS), "counts");
    check_integer("counts: missing numbers", missing[0], missing_ages);
    check_integer("counts: missing texts", missing[1], missing_cities);
    int64_t others = unknown[0] + unknown[1] + clipped[0] + clipped[3] + clipped[4] + missing[2];
    check_integer("counts: nothing else", others, 0);
    nns_session_free(session);
}

static void check_extremes(const nns_model *model) {
    nns_session *session = NULL;
    must(nns_session_create(model, 1, &session), "session");
    static const double numbers[] = {1e308, -1e308, INFINITY, -INFINITY, 5e-324, 1e39};
    static const int64_t dates[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, -1, 0};
    int not_finite = 0;
    for (int at = 0; at < 6; at++) {
        for (int date = 0; date < 5; date++) {
            nns_value values[COLUMNS];
            float out = NAN;
            values_of(&people[1], values);
            values[0].number = values[5].number = numbers[at];
            values[4].integer = dates[date];
            must(nns_session_predict_values(session, values, COLUMNS, NNS_PROBA, FLOATS(&out, 1, 1)), "extremes");
            not_finite += !(out >= 0 && out <= 1);
        }
    }
    check_integer("the largest numbers and dates give finite predictions", not_finite, 0);
    int64_t clipped[COLUMNS];
    must(nns_session_counts(session, NULL, NULL, clipped, COLUMNS), "counts");
    check_integer("counts: numbers beyond those of the training", clipped[0], 30);
    nns_session_free(session);
}

static void check_saved(const nns_model *model) {
    nns_buffer *buffer = NULL, *again = NULL;
    nns_model *loaded = NULL;
    const void *bytes, *twice;
    size_t size, size_again;
    float out[PEOPLE];
    must(nns_save_buffer(model, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &buffer), "save");
    must(nns_buffer_bytes(buffer, &bytes, &size), "bytes");
    if (!check_status("a model of a table is loaded", nns_load_buffer(bytes, size, NULL, &loaded), NNS_OK))
        printf("# %s\n", nns_last_error());
    predict_all(loaded, out);
    check_bytes("a loaded model of a table predicts the same", out, first, sizeof first);
    must(nns_save_buffer(loaded, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &again), "save again");
    must(nns_buffer_bytes(again, &twice, &size_again), "bytes");
    check(size == size_again && !memcmp(bytes, twice, size), "saved, loaded, saved: the same bytes", "%zu and %zu",
          size, size_again);
    /* Behind the length, in the first line of every file. */
    check(strstr((const char *)bytes + 8, "\"nnswift.version\": \"2\"") != NULL, "a file with columns has version 2", "another one");
    nns_model *twin = NULL;
    must(nns_clone(loaded, &twin), "clone");
    predict_all(twin, out);
    check_bytes("a clone of a model of a table predicts the same", out, first, sizeof first);
    nns_free(twin);
    nns_free(loaded);
    nns_buffer_free(buffer);
    nns_buffer_free(again);
}

/* Columns are found by their names. */
static void check_names(const nns_model *model) {
    nns_column columns[COLUMNS + 1], other[COLUMNS + 2];
    float out[PEOPLE];
    columns_of(columns);
    for (int at = 0; at <= COLUMNS; at++) other[at] = columns[COLUMNS - at];
    other[COLUMNS + 1] = columns[3];
    other[COLUMNS + 1].name = "of no use";
    must(nns_predict_table(model, other, COLUMNS + 2, PEOPLE, NNS_PROBA, FLOATS(out, PEOPLE, 1)), "reordered");
    check_bytes("columns in another order, and one more", out, first, sizeof first);
    for (int at = 0; at < COLUMNS; at++) columns[at].name = NULL;
    must(nns_predict_table(model, columns, COLUMNS, PEOPLE, NNS_PROBA, FLOATS(out, PEOPLE, 1)), "by position");
    check_bytes("columns without names, by position", out, first, sizeof first);
    check_status("a column less without names",
                 nns_predict_table(model, columns, COLUMNS - 1, PEOPLE, NNS_PROBA, FLOATS(out, PEOPLE, 1)), NNS_E_SHAPE);
    columns_of(columns);
    columns[1].name = "town";
    check_status("a renamed column",
                 nns_predict_table(model, columns, COLUMNS, PEOPLE, NNS_PROBA, FLOATS(out, PEOPLE, 1)), NNS_E_ARGUMENT);
    check_contains("a renamed column is named", nns_last_error(), "\"city\"");
}

/* 3, "3" and 3.0 are different. */
static void check_types(const nns_model *model) {
    static const char *const texts[] = {"3"};
    static const double numbers[] = {3};
    static const int64_t integers[] = {3};
    nns_column columns[COLUMNS + 1];
    float out;
    columns_of(columns);
    columns[0] = (nns_column)NNS_COLUMN("age", NNS_TEXT_PTR, texts, 0);
    check_status("a text where numbers were", nns_predict_table(model, columns, COLUMNS, 1, NNS_PROBA, FLOATS(&out, 1, 1)),
                 NNS_E_DTYPE);
    check_contains("a text where numbers were", nns_last_error(), "\"age\"");
    columns_of(columns);
    columns[1] = (nns_column)NNS_COLUMN("city", NNS_I64, integers, 0);
    check_status("an integer where texts were",
                 nns_predict_table(model, columns, COLUMNS, 1, NNS_PROBA, FLOATS(&out, 1, 1)), NNS_E_DTYPE);
    columns[1] = (nns_column)NNS_COLUMN("city", NNS_F64, numbers, 0);
    check_status("a number where texts were",
                 nns_predict_table(model, columns, COLUMNS, 1, NNS_PROBA, FLOATS(&out, 1, 1)), NNS_E_DTYPE);
}

static void check_levels(const nns_model *model) {
    char text[16];
    int64_t codes = 0, code = -1;
    size_t need = 0;
    must(nns_column_describe(model, 1, NULL, 0, &need, &codes), "describe column");
    check_integer("levels of a category, with other and missing", codes, 5);
    for (int64_t at = 2; at < codes; at++) {
        must(nns_level(model, 1, at, text, sizeof text, NULL), "level");
        must(nns_level_code(model, 1, text, -1, &code), "level code");
        check_integer(text, code, at);
    }
    must(nns_level_code(model, 1, "Z\xC3\xBCrich.", 7, &code), "level code");
    check_integer("a level by its bytes", code, 4);
    must(nns_level_code(model, 1, "Basel", -1, &code), "level code");
    check_integer("a level that there is not", code, 0);
    must(nns_column_count(model, &codes), "column count");
    check_integer("columns of the model", codes, COLUMNS);
    must(nns_column_name(model, 4, text, sizeof text, NULL), "column name");
    check_text("the name of a column", text, "since");
}

/* What "unknown" and "missing" say. */
static void check_refusals(void) {
    static const char *const cities[] = {"Basel", NULL};
    static const struct {
        const char *options, *fragment;
        int32_t statuses[2];
    } rows[] = {
        {"{\"columns\": [{\"name\": \"city\", \"kind\": \"category\", \"unknown\": \"other\"}], ", "", {NNS_OK, NNS_OK}},
        {"{\"columns\": [{\"name\": \"city\", \"kind\": \"category\", \"unknown\": \"missing\"}], ", "", {NNS_OK, NNS_OK}},
        {"{\"columns\": [{\"name\": \"city\", \"kind\": \"category\", \"unknown\": \"error\"}], ", "\"Basel\"", {NNS_E_ARGUMENT, NNS_OK}},
        {"{\"columns\": [{\"name\": \"city\", \"kind\": \"category\", \"min_count\": 50, \"max_levels\": 1}], ", "", {NNS_OK, NNS_OK}},
    };
    for (size_t at = 0; at < sizeof rows / sizeof *rows; at++) {
        char options[300];
        nns_column columns[COLUMNS + 1];
        float out;
        snprintf(options, sizeof options, "%s%s", rows[at].options, quick + 1);
        nns_model *model = fitted("result", options);
        for (int city = 0; city < 2; city++) {
            columns_of(columns);
            columns[1] = (nns_column)NNS_COLUMN("city", NNS_TEXT_PTR, &cities[city], 0);
            check_status(rows[at].options, nns_predict_table(model, columns, COLUMNS, 1, NNS_PROBA, FLOATS(&out, 1, 1)),
                         rows[at].statuses[city]);
            if (rows[at].statuses[city]) check_contains(rows[at].options, nns_last_error(), rows[at].fragment);
        }
        nns_free(model);
    }
}

void check_table_models(void) {
    fill_people();
    nns_model *model = fitted("result", quick);
    predict_all(model, first);
    check_raw_values(model);
    check_extremes(model);
    check_saved(model);
    check_names(model);
    check_types(model);
    check_levels(model);
    check_refusals();
    nns_free(model);
}
