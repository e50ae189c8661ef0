/* The calls on models of tables that are tried with too little memory. */
#include <math.h>

#include "failing.h"

enum { SMALL = 24, WIDE = 40, LONG = 4200 };

static double ages[SMALL], targets[SMALL];
static const char *cities[SMALL], *labels[SMALL];
static int32_t days[SMALL], later[SMALL];
static nns_column small[6]; /* age, city, day, later, y: a label, z: a number */
static nns_model *model;
static nns_session *session;
static nns_buffer *file;
static nns_data *small_data, *wide_data, *long_data;
static nns_column wide[WIDE + 1];
static char names[WIDE + 1][1001];
static double numbers[LONG], values_of_long[LONG];

static const char tiny[] = "{\"config\": {\"epochs\": 1, \"batch_size\": 0}, \"spec\": {\"layers\": [{\"type\": \"table\", "
                           "\"units\": 2}, {\"type\": \"dense\", \"units\": 1}]}}";

static void fill_small(void) {
    static const char *const texts[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", NULL};
    for (int row = 0; row < SMALL; row++) {
        ages[row] = row % 7 ? row : NAN;
        targets[row] = 0.5 * row;
        days[row] = 40 * row;
        later[row] = 41 * row;
        cities[row] = texts[row % 12];
        labels[row] = row % 5 < 2 ? "no" : "yes";
    }
    const nns_column all[] = {
        NNS_COLUMN("age", NNS_F64, ages, 0),   NNS_COLUMN("city", NNS_TEXT_PTR, cities, 0),
        NNS_COLUMN("day", NNS_DAYS, days, 0),  NNS_COLUMN("later", NNS_DAYS, later, 0),
        NNS_COLUMN("y", NNS_TEXT_PTR, labels, 0), NNS_COLUMN("z", NNS_F64, targets, 0),
    };
    memcpy(small, all, sizeof all);
}

/* Long names, and every kind of column. */
static void fill_wide(void) {
    for (int at = 0; at <= WIDE; at++) {
        memset(names[at], 'n', 1000);
        snprintf(names[at], 5, "%04d", at);
        names[at][4] = 'n';
        wide[at] = small[at == WIDE ? 5 : at % 5];
        wide[at].name = names[at];
    }
}

void prepare_tables(void) {
    uint32_t state = 3;
    fill_small();
    fill_wide();
    for (int row = 0; row < LONG; row++) numbers[row] = next_random(&state), values_of_long[row] = next_random(&state);
    nns_column two[] = {NNS_COLUMN("x", NNS_F64, numbers, 0), NNS_COLUMN("y", NNS_F64, values_of_long, 0)};
    must(nns_data_create_table(small, 5, SMALL, "y", NULL, NULL, &small_data), "table");
    must(nns_data_create_table(wide, WIDE + 1, SMALL, names[WIDE], NULL, NULL, &wide_data), "wide table");
    must(nns_data_create_table(two, 2, LONG, "y", NULL, NULL, &long_data), "long table");
    /* What is made at the first use, and kept, comes before the tries. */
    must(nns_create_for(small_data, NULL, &model), "create for");
    nns_free(model);
    must(nns_fit_table(small, 5, SMALL, "y", tiny, NULL, NULL, &model), "fit");
    must(nns_session_create(model, 1, &session), "session");
    must(nns_save_buffer(model, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &file), "save");
}

void begin_table(fixture *with) {
    const void *bytes = NULL;
    size_t size = 0;
    must(nns_buffer_bytes(file, &bytes, &size), "buffer bytes");
    must(nns_load_buffer(bytes, size, NULL, &with->table), "load buffer");
}

static int32_t create_for(fixture *with) {
    (void)with;
    return nns_create_for(small_data, "{\"preset\": \"tabular\"}", made_model());
}

static int32_t create_for_wide(fixture *with) {
    (void)with;
    return nns_create_for(wide_data, NULL, made_model());
}

/* As many knots and bins as there may be. */
static int32_t create_for_long(fixture *with) {
    (void)with;
    return nns_create_for(long_data,
                          "{\"preprocess\": {\"type\": \"table\", \"numbers\": [{\"type\": \"quantile\", \"n_quantiles\": 4096}, "
                          "{\"type\": \"quantile\", \"n_quantiles\": 4095}, \"robust\", \"standardize\"], \"embedding\": "
                          "{\"type\": \"piecewise\", \"bins\": 4096, \"edges\": \"quantiles\"}}}",
                          made_model());
}

static int32_t create_for_wrong(fixture *with) {
    (void)with;
    return nns_create_for(wide_data, "{\"columns\": [{\"name\": \"nobody\"}]}", made_model());
}

static int32_t fit(fixture *with) {
    (void)with;
    return nns_fit_table(small, 5, SMALL, "y", tiny, NULL, NULL, made_model());
}

static int32_t predict(fixture *with) {
    (void)with;
    return nns_predict_table(model, small, 4, SMALL, NNS_PROBA, FLOATS(made_floats(), SMALL, 1));
}

/* The sentence lists names. */
static int32_t predict_wrong(fixture *with) {
    (void)with;
    return nns_predict_table(model, wide, WIDE, SMALL, NNS_PROBA, FLOATS(made_floats(), SMALL, 1));
}

static int32_t predict_values(fixture *with) {
    const nns_value row[] = {{NNS_NUMBER, 0, 3, 0, NULL}, {NNS_TEXT, -1, 0, 0, "b"},
                             {NNS_INTEGER, 0, 0, INT64_C(86400000000), NULL}, {NNS_MISSING, 0, 0, 0, NULL}};
    (void)with;
    return nns_session_predict_values(session, row, 4, NNS_PROBA, FLOATS(made_floats(), 1, 1));
}

static int32_t new_session(fixture *with) {
    (void)with;
    return nns_session_create(model, 3, made_session());
}

static int32_t describe(fixture *with) {
    size_t need;
    (void)with;
    return nns_column_describe(model, 3, NULL, 0, &need, NULL);
}

static int32_t level(fixture *with) {
    char text[8];
    (void)with;
    return nns_level(model, 1, 4, text, sizeof text, NULL);
}

static int32_t level_code(fixture *with) {
    int64_t code;
    (void)with;
    return nns_level_code(model, 1, "c", -1, &code);
}

static int32_t save(fixture *with) {
    (void)with;
    return nns_save_buffer(model, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, made_buffer());
}

static int32_t load(fixture *with) {
    const void *bytes = NULL;
    size_t size = 0;
    (void)with;
    must(nns_buffer_bytes(file, &bytes, &size), "buffer bytes");
    return nns_load_buffer(bytes, size, NULL, made_model());
}

static int32_t copy(fixture *with) {
    (void)with;
    return nns_clone(model, made_model());
}

static int32_t evaluate(fixture *with) {
    double values[2];
    (void)with;
    return nns_evaluate(model, small_data, "[\"loss\", \"accuracy\"]", values, 2);
}

static int32_t calibrate(fixture *with) { return nns_calibrate(with->table, small_data); }

static int32_t train(fixture *with) {
    return nns_train(with->table, small_data, NULL, "{\"epochs\": 1, \"validation_fraction\": 0.3}", NULL, NULL);
}

static int32_t importance(fixture *with) {
    double drop[4];
    (void)with;
    return nns_importance(model, small_data, "accuracy", 2, 1, drop, NULL, 4);
}

static int32_t dependence(fixture *with) {
    const nns_value values[] = {{NNS_TEXT, -1, 0, 0, "b"}, {NNS_MISSING, 0, 0, 0, NULL}};
    double mean[2];
    (void)with;
    return nns_dependence(model, small_data, 1, values, 2, 0, mean);
}

static int32_t cross_validate(fixture *with) {
    double values[2];
    (void)with;
    return nns_cross_validate(small_data, NULL, "{\"epochs\": 1, \"batch_size\": 0}", NNS_SPLIT_STRATIFIED, 2, NULL, 1,
                              NULL, values, 2, FLOATS(made_floats(), SMALL, 1), NULL, NULL);
}

static int32_t cross_validate_wide(fixture *with) {
    double values[2];
    (void)with;
    return nns_cross_validate(wide_data, NULL, "{\"epochs\": 1, \"batch_size\": 0}", NNS_SPLIT_TIME, 2, NULL, 1, NULL,
                              values, 2, NULL, NULL, NULL);
}

const attempt table_attempts[] = {
    {"nns_create_for", create_for, NNS_OK, 0},
    {"nns_create_for, 40 columns", create_for_wide, NNS_OK, 0},
    {"nns_create_for, 4,096 knots", create_for_long, NNS_OK, 0},
    {"nns_create_for, refused", create_for_wrong, NNS_E_ARGUMENT, 0},
    {"nns_fit_table", fit, NNS_OK, 0},
    {"nns_predict_table", predict, NNS_OK, 0},
    {"nns_predict_table, refused", predict_wrong, NNS_E_ARGUMENT, 0},
    {"nns_session_create, of a table", new_session, NNS_OK, 0},
    {"nns_session_predict_values", predict_values, NNS_OK, 0},
    {"nns_column_describe", describe, NNS_OK, 0},
    {"nns_level", level, NNS_OK, 0},
    {"nns_level_code", level_code, NNS_OK, 0},
    {"nns_save_buffer, of a table", save, NNS_OK, 0},
    {"nns_load_buffer, of a table", load, NNS_OK, 0},
    {"nns_clone, of a table", copy, NNS_OK, 0},
    {"nns_evaluate, of a table", evaluate, NNS_OK, 0},
    {"nns_importance, of a table", importance, NNS_OK, 0},
    {"nns_dependence, of a table", dependence, NNS_OK, 0},
    {"nns_cross_validate, of a table", cross_validate, NNS_OK, 0},
    {"nns_cross_validate, 40 columns", cross_validate_wide, NNS_OK, 0},
    {"nns_calibrate", calibrate, NNS_OK, 1},
    {"nns_train, of a table", train, NNS_OK, 1},
    {NULL, NULL, 0, 0},
};
