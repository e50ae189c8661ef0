/* Calls on tables, and on models of tables. */
#include "calls.h"

enum { MOST_COLUMNS = 6 };

static const char *const names[] = {"a", "b", "c", "d", "e", "f", "\xff", "", NULL};

static const char *some_text(void) {
    static const char *const texts[] = {"x", "y", "z", "3", "2024-02-29", "2024-02-29T24:00:60.5-23:59", "", "caf\xC3\xA9", "NA"};
    return chance(1) ? "\xff" : texts[below(chance(60) ? 3 : 9)];
}

static int64_t some_integer(void) { return chance(3) ? (int64_t)draw() >> below(64) : (int64_t)below(5); }

/* Values of a type in a block of the exact size. */
static const void *values_of(int32_t dtype, int64_t rows) {
    static const int8_t sizes[32] = {[NNS_F32] = 4, [NNS_F64] = 8, [NNS_U8] = 1, [NNS_I32] = 4, [NNS_I64] = 8, [NNS_BOOL] = 1,
                                     [NNS_U64] = 8, [NNS_TEXT_PTR] = 8, [NNS_DAYS] = 4, [NNS_MICROS] = 8};
    int size = sizes[dtype];
    unsigned char *all = block((size_t)(rows * size));
    int is_odd = chance(10);
    for (int64_t row = 0; row < rows; row++) {
        int64_t integer = dtype == NNS_BOOL ? (int64_t)below(2) : is_odd ? some_integer() : (int64_t)below(5);
        double number = is_odd ? odd_number() : (double)below(1000) / 100;
        float narrow = (float)number;
        const char *text = chance(3) ? NULL : some_text();
        const void *from = dtype == NNS_F64 ? (void *)&number : dtype == NNS_F32 ? (void *)&narrow : dtype == NNS_TEXT_PTR ? (void *)&text : (void *)&integer;
        memcpy(all + row * size, from, (size_t)size);
    }
    return all;
}

/* Columns a, b, c ... of types that the place has mostly. */
static nns_column *some_columns(int64_t *count, int64_t rows) {
    static const int32_t usual[] = {NNS_F64, NNS_TEXT_PTR, NNS_DAYS, NNS_I32, NNS_BOOL, NNS_MICROS};
    static const int32_t all[] = {NNS_F32, NNS_F64, NNS_U8, NNS_I32, NNS_I64, NNS_BOOL, NNS_U64, NNS_TEXT_PTR, NNS_DAYS, NNS_MICROS};
    *count = chance(80) ? 3 + (int64_t)below(4) : 1 + (int64_t)below(MOST_COLUMNS);
    nns_column *columns = block((size_t)*count * sizeof *columns);
    for (int64_t at = 0; at < *count; at++) {
        int32_t dtype = chance(92) ? usual[at] : all[below(10)];
        nns_column column = NNS_COLUMN(chance(98) ? names[at] : names[below(9)], dtype, values_of(dtype, rows), 0);
        if (chance(1)) column.struct_size = (uint32_t)below(100);
        if (chance(1)) column.dtype = (int32_t)below(40), column.data = NULL;
        if (chance(10)) {
            unsigned char *bits = block((size_t)(rows + 7) / 8);
            for (int64_t byte = 0; byte < (rows + 7) / 8; byte++) bits[byte] = (unsigned char)draw();
            column.valid = bits;
        }
        columns[at] = column;
    }
    return columns;
}

static const char *some_target(int64_t count) {
    static const char *const odd[] = {"#0", "#99", "z", "", "#-1", "#"};
    return chance(95) ? names[below((uint64_t)count)] : odd[below(6)];
}

static const char *table_config(void) {
    static const char *const configs[] = {"{\"parse_text\": true}", "{\"missing_text\": [\"\", \"NA\", \"x\"]}", "{\"allow_infinite\": true}", "[]", "{\"missing_text\": 3}"};
    return chance(60) ? NULL : configs[below(chance(90) ? 3 : 5)];
}

static int32_t create_table(void) {
    int64_t rows = some_rows(), count;
    nns_column *columns = some_columns(&count, rows);
    results made = room(sizeof(nns_data *));
    const char *target = chance(10) ? NULL : some_target(count);
    const char *weight = chance(85) ? NULL : some_target(count), *config = table_config();
    int32_t status = CALL(nns_data_create_table(columns, count, rows, target, weight, config, (nns_data **)made.at));
    return kept(DATA, status, made);
}

#define LAYERS "\"layers\": [{\"type\": \"table\", \"units\": 3, \"one_hot_up_to\": 2, \"category_size\": 2}, {\"type\": \"dense\", \"units\": 1}]"

static const char *table_spec(void) {
    static const char *const specs[] = {
        "{\"preset\": \"tabular\"}",
        "{" LAYERS "}",
        "{" LAYERS ", \"target\": {\"kind\": \"number\"}, \"preprocess\": {\"type\": \"table\", \"numbers\": \"robust\", \"embedding\": {\"type\": \"piecewise\", \"bins\": 3, \"edges\": \"quantiles\"}}}",
        "{\"columns\": [{\"name\": \"b\", \"kind\": \"category\", \"max_levels\": 2, \"unknown\": \"error\"}, {\"name\": \"d\", \"kind\": \"category\", \"values\": \"integer\", \"min_count\": 2}]}",
        "{\"columns\": [{\"name\": \"f\", \"kind\": \"date\", \"parts\": [\"hour\", \"trend\"], \"since\": [\"c\"]}], \"preprocess\": {\"type\": \"table\", \"embedding\": \"none\"}}",
        "{\"columns\": [{\"name\": \"a\", \"missing\": \"error\"}], \"calibration\": \"temperature\"}",
        "{\"target\": {\"kind\": \"classes\"}, \"columns\": [{\"name\": \"c\", \"kind\": \"ignore\"}]}",
        "{\"columns\": \"all\"}", "{", "[]", "{\"preset\": \"image\"}",
    };
    return chance(15) ? NULL : specs[below(chance(90) ? 7 : 11)];
}

static int32_t create_for(void) {
    results made = room(sizeof(nns_model *));
    int32_t status = CALL(nns_create_for(some_handle(DATA), table_spec(), (nns_model **)made.at));
    return kept(MODEL, status, made);
}

/* A value of a column's own type, mostly. */
static nns_value value_for(int32_t dtype) {
    nns_value value = {NNS_MISSING, -1, chance(70) ? (double)below(9) : odd_number(), some_integer(), some_text()};
    if (chance(10)) return value;
    value.type = dtype == NNS_F64 ? NNS_NUMBER : dtype == NNS_TEXT_PTR ? NNS_TEXT : NNS_INTEGER;
    if (dtype == NNS_BOOL) value.integer &= 1;
    if (dtype == NNS_TEXT_PTR && chance(10)) value.type = NNS_CODE, value.integer &= 1;
    return value;
}

/* What a fitted model predicts for the columns it learnt from, and row by row. */
static void use_model(nns_model *model, const nns_column *columns, int64_t count, int64_t rows) {
    int64_t inputs, outputs, own = 0;
    sizes_of(model, &inputs, &outputs);
    results all = room((size_t)(rows * outputs) * 4);
    nns_array to_all = NNS_ARRAY(NNS_F32, all.at, rows, outputs);
    nns_session *session = NULL;
    if (CALL(nns_predict_table(model, columns, count, rows, NNS_PROBA, &to_all))) finding("a table that was learnt is not predicted");
    if (CALL(nns_session_create(model, 1, &session)) || CALL(nns_column_count(model, &own))) finding("a model that was fitted has no session");
    nns_value *row = block((size_t)own * sizeof *row);
    for (int call = 0; call < 4; call++) {
        for (int64_t at = 0; at < own; at++) row[at] = value_for(columns[below((uint64_t)count)].dtype);
        char name[8];
        for (int64_t at = 0; at < own && chance(90); at++)
            for (int64_t column = 0; column < count; column++)
                if (!nns_column_name(model, at, name, sizeof name, NULL) && columns[column].name && !strcmp(name, columns[column].name)) row[at] = value_for(columns[column].dtype);
        results one = room((size_t)outputs * 4);
        nns_array to_one = NNS_ARRAY(NNS_F32, one.at, 1, outputs);
        int32_t status = CALL(nns_session_predict_values(session, row, own, NNS_PROBA, &to_one));
        unless_ok(status, one);
    }
    nns_session_free(session);
}

static int32_t fit_table(void) {
    static const char *const options[] = {
        "{\"config\": {\"epochs\": 1}}", "{\"config\": {\"epochs\": 2, \"batch_size\": 4}, \"spec\": {" LAYERS "}}",
        "{\"config\": {\"epochs\": 1}, \"columns\": [{\"name\": \"b\", \"kind\": \"category\", \"unknown\": \"missing\"}], \"seed\": 3}",
        "{\"config\": {\"epochs\": 0}}", "{\"table\": {\"parse_text\": true}, \"config\": {\"epochs\": 1}}", "{\"epochs\": 3}", "[",
    };
    int64_t rows = some_rows(), count;
    nns_column *columns = some_columns(&count, rows);
    results made = room(sizeof(nns_model *));
    const char *config = options[below(chance(90) ? 3 : 7)];
    int32_t status = CALL(nns_fit_table(columns, chance(2) ? (int64_t)draw() : count, rows, some_target(count), config,
                                        NULL, NULL, (nns_model **)made.at));
    if (!status && !strstr(config, "parse_text")) use_model(*(nns_model **)made.at, columns, count, rows);
    return kept(MODEL, status, made);
}

static int32_t predict_table(void) {
    nns_model *model = some_handle(MODEL);
    int64_t rows = some_rows(), count, inputs = 1, outputs = 1;
    sizes_of(model, &inputs, &outputs);
    nns_column *columns = some_columns(&count, rows);
    int32_t kind = chance(5) ? (int32_t)below(9) : 1 + (int32_t)below(3);
    int64_t width = kind == NNS_LABEL ? 1 : outputs;
    results out = room((size_t)(rows * width) * 8);
    int32_t status = CALL(nns_predict_table(model, columns, count, rows, kind, some_out(out, kind, rows, width)));
    unless_ok(status, out);
    return status;
}

static int32_t predict_values(void) {
    nns_session *session = some_handle(SESSION);
    nns_model *model = live_handle(MODEL);
    int64_t count = 3, inputs = 1, outputs = 1;
    if (model) nns_column_count(model, &count);
    sizes_of(model, &inputs, &outputs);
    if (chance(5)) count = (int64_t)below(8);
    nns_value *values = block((size_t)count * sizeof *values);
    for (int64_t at = 0; at < count; at++) {
        const char *text = chance(5) ? NULL : some_text();
        nns_value value = {chance(1) ? (int32_t)draw() : (int32_t)below(5), -1, chance(70) ? (double)below(9) : odd_number(), some_integer(), text};
        if (text && chance(20)) value.bytes = (int32_t)below(strlen(text) + 1);
        values[at] = value;
    }
    int32_t kind = chance(5) ? (int32_t)below(9) : 1 + (int32_t)below(3);
    int64_t width = kind == NNS_LABEL ? 1 : outputs;
    results out = room((size_t)width * 8), counts = room((size_t)count * 8);
    int32_t status = CALL(nns_session_predict_values(session, values, count, kind, some_out(out, kind, 1, width)));
    unless_ok(status, out);
    int32_t told = CALL(nns_session_counts(session, (int64_t *)counts.at, NULL, NULL, count));
    unless_ok(told, counts);
    return status;
}

static int32_t columns_told(void) {
    nns_model *model = some_handle(MODEL);
    size_t capacity = chance(20) ? 0 : below(600), *need = block(sizeof *need);
    results buffer = room(capacity), number = room(sizeof(int64_t));
    int64_t column = chance(3) ? (int64_t)draw() : (int64_t)below(4);
    char *text = (char *)buffer.at;
    int32_t status;
    switch (below(5)) {
    case 0: status = CALL(nns_column_count(model, (int64_t *)number.at)); break;
    case 1: status = CALL(nns_column_name(model, column, text, capacity, need)); break;
    case 2: status = CALL(nns_column_describe(model, column, text, capacity, need, (int64_t *)number.at)); break;
    case 3: status = CALL(nns_level(model, column, some_integer(), text, capacity, need)); break;
    default: status = CALL(nns_level_code(model, column, some_text(), -1, (int64_t *)number.at));
    }
    unless_ok(status, buffer);
    unless_ok(status, number);
    return status;
}

static int32_t calibrate(void) { return CALL(nns_calibrate(some_handle(MODEL), some_handle(DATA))); }

action table_actions[] = {
    {"nns_data_create_table", 6, create_table, 0, 0},
    {"nns_create_for", 6, create_for, 0, 0},
    {"nns_fit_table", 4, fit_table, 0, 0},
    {"nns_predict_table", 5, predict_table, 0, 0},
    {"nns_session_predict_values", 5, predict_values, 0, 0},
    {"nns_column_..., nns_level", 4, columns_told, 0, 0},
    {"nns_calibrate", 2, calibrate, 0, 0},
    {NULL, 0, NULL, 0, 0},
};
