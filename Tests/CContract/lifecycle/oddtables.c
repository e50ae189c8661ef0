/* Tables that are small, empty of sense or large: what is learnt of them, or why it is refused. */
#include <float.h>
#include <math.h>

#include "lifecycle.h"

enum { MOST = 64 };

static double numbers[MOST], nans[MOST], ones[MOST], halves[MOST];
static int64_t few[MOST], many[MOST], spread[MOST];
static const char *texts[MOST], *digits[MOST], *same[MOST], *longs[MOST];
static uint8_t flags[MOST];
static char digit_texts[MOST][8], long_texts[MOST][5001];

static void fill(void) {
    static const char *const words[] = {"a", "b", "c"};
    uint32_t state = 9;
    for (int row = 0; row < MOST; row++) {
        numbers[row] = next_random(&state);
        nans[row] = NAN;
        ones[row] = 1;
        halves[row] = row % 2 ? 0.5 : 1.5;
        few[row] = 10 + row % 3;
        many[row] = 1000 - row;
        spread[row] = row % 2 ? INT64_MIN : INT64_MAX;
        texts[row] = words[row % 3];
        flags[row] = row % 2;
        same[row] = "x";
        snprintf(digit_texts[row], sizeof digit_texts[row], "%d", row % 5);
        digits[row] = digit_texts[row];
        memset(long_texts[row], 'a' + row % 2, 5000);
        longs[row] = long_texts[row];
    }
}

/* A fit of one column and a target. */
typedef struct fit {
    const char *name;
    int32_t dtype;
    const void *data;
    int32_t target_dtype;
    const void *target;
    int rows;
    const char *options;
    int32_t status;
    const char *fragment; /* of the sentence, or of the spec */
} fit;

#define QUICK "\"config\": {\"epochs\": 1}"
#define DEFAULT "{" QUICK "}"
#define X(options) "{\"columns\": [{\"name\": \"x\", " options "}], " QUICK "}"
#define TARGET(options) "{\"spec\": {\"target\": {" options "}}, " QUICK "}"

static const fit fits[] = {
    {"1 row", NNS_F64, numbers, NNS_F64, halves, 1, DEFAULT, NNS_E_ARGUMENT, "\"ignore\""},
    {"2 rows", NNS_F64, numbers, NNS_F64, halves, 2, DEFAULT, NNS_OK, "\"mse\""},
    {"5 rows", NNS_F64, numbers, NNS_F64, halves, 5, DEFAULT, NNS_OK, "\"mse\""},
    {"5 rows of 3 classes", NNS_F64, numbers, NNS_TEXT_PTR, texts, 5, DEFAULT, NNS_OK, "softmax"},
    {"2 rows of 2 classes", NNS_F64, numbers, NNS_TEXT_PTR, texts, 2, DEFAULT, NNS_OK, "binary_cross_entropy"},
    {"a column of NaN", NNS_F64, nans, NNS_F64, halves, MOST, DEFAULT, NNS_E_ARGUMENT, "\"ignore\""},
    {"a column of NaN, a number", NNS_F64, nans, NNS_F64, halves, MOST, X("\"kind\": \"number\""), NNS_OK, "\"has_missing\": true"},
    {"a constant column", NNS_F64, ones, NNS_F64, halves, MOST, DEFAULT, NNS_E_ARGUMENT, "\"ignore\""},
    {"a constant column, a number", NNS_F64, ones, NNS_F64, halves, MOST, X("\"kind\": \"number\""), NNS_OK, "\"bins\": [0]"},
    {"a constant text", NNS_TEXT_PTR, same, NNS_F64, halves, MOST, X("\"kind\": \"category\""), NNS_OK, "\"levels\": 1"},
    {"a constant target", NNS_F64, numbers, NNS_F64, ones, MOST, DEFAULT, NNS_OK, "\"mse\""},
    {"one class", NNS_F64, numbers, NNS_TEXT_PTR, same, MOST, DEFAULT, NNS_E_ARGUMENT, "one class"},
    {"integers, few", NNS_F64, numbers, NNS_I64, few, MOST, DEFAULT, NNS_OK, "[10, 11, 12]"},
    {"integers, few, as a number", NNS_F64, numbers, NNS_I64, few, MOST, TARGET("\"kind\": \"number\""), NNS_OK, "\"mse\""},
    {"integers, many", NNS_F64, numbers, NNS_I64, many, MOST, DEFAULT, NNS_OK, "\"mse\""},
    {"integers, many, as classes", NNS_F64, numbers, NNS_I64, many, MOST, TARGET("\"kind\": \"classes\""), NNS_OK, "[937, 938,"},
    {"the outermost integers", NNS_F64, numbers, NNS_I64, spread, MOST, DEFAULT, NNS_OK, "[-9223372036854775808,"},
    {"booleans", NNS_F64, numbers, NNS_BOOL, flags, MOST, DEFAULT, NNS_OK, "[false, true]"},
    {"booleans as a number", NNS_F64, numbers, NNS_BOOL, flags, MOST, TARGET("\"kind\": \"number\""), NNS_OK, "\"mse\""},
    {"texts as a number", NNS_F64, numbers, NNS_TEXT_PTR, texts, MOST, TARGET("\"kind\": \"number\""), NNS_E_ARGUMENT, "texts"},
    {"fractions as classes", NNS_F64, numbers, NNS_F64, halves, MOST, TARGET("\"kind\": \"classes\""), NNS_E_ARGUMENT, "fractions"},
    {"another kind of target", NNS_F64, numbers, NNS_F64, halves, MOST, TARGET("\"kind\": \"rank\""), NNS_E_ARGUMENT, "rank"},
    {"texts of digits", NNS_TEXT_PTR, digits, NNS_F64, halves, MOST, DEFAULT, NNS_OK, "\"category\""},
    {"texts of digits, said to be numbers", NNS_TEXT_PTR, digits, NNS_F64, halves, MOST, X("\"kind\": \"number\""), NNS_E_DTYPE, "\"0\""},
    {"integers, said to be a category", NNS_I64, few, NNS_F64, halves, MOST, X("\"kind\": \"category\", \"values\": \"integer\""), NNS_OK, "\"levels\": 3"},
    {"integers, said to be a category of no type", NNS_I64, few, NNS_F64, halves, MOST, X("\"kind\": \"category\""), NNS_OK, "\"levels\": 3"},
    {"integers, said to be texts", NNS_I64, few, NNS_F64, halves, MOST, X("\"kind\": \"category\", \"values\": \"text\""), NNS_E_DTYPE, "\"values\""},
    {"the outermost integers, a category", NNS_I64, spread, NNS_F64, halves, MOST, X("\"kind\": \"category\", \"values\": \"integer\""), NNS_OK, "\"levels\": 2"},
    {"the outermost dates", NNS_MICROS, spread, NNS_F64, halves, MOST, DEFAULT, NNS_OK, "\"trend\""},
    {"levels of 5,000 bytes", NNS_TEXT_PTR, longs, NNS_F64, halves, MOST, DEFAULT, NNS_E_LIMIT, "5000"},
    {"a missing value, refused", NNS_F64, nans, NNS_F64, halves, MOST, X("\"missing\": \"error\""), NNS_E_ARGUMENT, "missing"},
};

static void check_fit(const fit *row) {
    char name[120];
    nns_column columns[] = {NNS_COLUMN("x", row->dtype, row->data, 0), NNS_COLUMN("y", row->target_dtype, row->target, 0)};
    nns_model *model = NULL, *again = NULL;
    nns_buffer *buffer = NULL;
    const void *bytes;
    size_t size;
    snprintf(name, sizeof name, "fit: %s", row->name);
    int32_t status = nns_fit_table(columns, 2, row->rows, "y", row->options, NULL, NULL, &model);
    if (!check_status(name, status, row->status)) printf("# %s\n", nns_last_error());
    if (status) {
        check_contains(name, nns_last_error(), row->fragment);
        return;
    }
    char *spec = text_of(nns_describe, model);
    check_contains(name, spec, row->fragment);
    free(spec);
    float before[MOST * MOST] = {0}, after[MOST * MOST] = {1};
    int64_t outputs = 1;
    must(nns_output_size(model, &outputs), "output size");
    must(nns_predict_table(model, columns, 1, row->rows, NNS_PROBA, FLOATS(before, row->rows, outputs)), "predict");
    int wrong = 0;
    for (int at = 0; at < row->rows * outputs; at++) wrong += !isfinite(before[at]);
    snprintf(name, sizeof name, "fit: %s: finite predictions", row->name);
    check_integer(name, wrong, 0);
    must(nns_save_buffer(model, 0, &buffer), "save");
    must(nns_buffer_bytes(buffer, &bytes, &size), "bytes");
    snprintf(name, sizeof name, "fit: %s: saved and loaded", row->name);
    if (!check_status(name, nns_load_buffer(bytes, size, NULL, &again), NNS_OK)) printf("# %s\n", nns_last_error());
    else {
        must(nns_predict_table(again, columns, 1, row->rows, NNS_PROBA, FLOATS(after, row->rows, outputs)), "predict");
        check_bytes(name, after, before, (size_t)(row->rows * outputs) * sizeof(float));
    }
    nns_free(again);
    nns_buffer_free(buffer);
    nns_free(model);
}

/* Numbers whose differences and squares no double holds, and neighbours among doubles. */
static void check_numbers(void) {
    static const double kinds[][4] = {
        {-DBL_MAX, DBL_MAX, -1, 1}, {0, 5e-324, 1e-323, 1.5e-323}, {1e300, 1e301, 2e300, 1e-300},
        {1, 1 + DBL_EPSILON, 1 + 2 * DBL_EPSILON, 1 + 3 * DBL_EPSILON}, {1e39, -1e39, 3e38, 0},
    };
    static const char *const scalings[] = {"\"quantile\"", "\"robust\"", "\"standardize\"", "{\"type\": \"robust\", \"limit\": 0}"};
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (size_t scaling = 0; scaling < sizeof scalings / sizeof *scalings; scaling++) {
            double x[MOST];
            char options[300], name[100];
            for (int row = 0; row < MOST; row++) x[row] = kinds[kind][row % 4];
            snprintf(options, sizeof options,
                     "{\"spec\": {\"preprocess\": {\"type\": \"table\", \"numbers\": %s, \"embedding\": {\"type\": \"piecewise\", "
                     "\"edges\": {\"type\": \"target\", \"least_rows\": 1}}}}, " QUICK "}", scalings[scaling]);
            snprintf(name, sizeof name, "%g, %g, ... by %s", kinds[kind][0], kinds[kind][1], scalings[scaling]);
            fit row = {name, NNS_F64, x, NNS_F64, numbers, MOST, options, NNS_OK, "\"table\""};
            check_fit(&row);
        }
}

/* Whoever reads texts as numbers in the training does so for predictions, too: with a data set. */
static void check_parsed(void) {
    nns_column columns[] = {NNS_COLUMN("x", NNS_TEXT_PTR, digits, 0), NNS_COLUMN("y", NNS_F64, halves, 0)};
    static const char config[] = "{\"parse_text\": true}";
    nns_model *model = NULL;
    nns_data *data = NULL;
    float out[MOST];
    must(nns_fit_table(columns, 2, MOST, "y", "{\"table\": {\"parse_text\": true}, " QUICK "}", NULL, NULL, &model), "fit");
    char *spec = text_of(nns_describe, model);
    check_contains("texts of digits, read as numbers", spec, "\"number\"");
    free(spec);
    check_status("texts of digits where numbers were", nns_predict_table(model, columns, 1, MOST, NNS_PROBA, FLOATS(out, MOST, 1)), NNS_E_DTYPE);
    must(nns_data_create_table(columns, 1, MOST, NULL, NULL, config, &data), "table");
    check_status("texts of digits, read as numbers again", nns_predict_data(model, data, NNS_PROBA, FLOATS(out, MOST, 1)), NNS_OK);
    nns_data_free(data);
    nns_free(model);
}

/* A level ends where its bytes end; one with a 0 could not be told from others. */
static void check_zero_bytes(void) {
    static const int32_t ends[] = {0, 2, 5, 7, 10};
    nns_column columns[] = {NNS_COLUMN("x", NNS_TEXT_32, ends, 0), NNS_COLUMN("y", NNS_F64, halves, 0)};
    nns_model *model = NULL;
    nns_data *data = NULL;
    float out[4];
    columns[0].bytes = "abab\0abab\0";
    columns[0].size = 10;
    check_status("a level with a 0", nns_fit_table(columns, 2, 4, "y", DEFAULT, NULL, NULL, &model), NNS_E_ARGUMENT);
    check_contains("a level with a 0", nns_last_error(), "row 1: column \"x\"");
    check_status("a label with a 0", nns_data_create_table(columns, 1, 4, "x", NULL, NULL, &data), NNS_E_ARGUMENT);
    check_contains("a label with a 0", nns_last_error(), "without a 0");
    columns[0].bytes = "abcdeabcde";
    must(nns_fit_table(columns, 2, 4, "y", X("\"kind\": \"category\", \"unknown\": \"error\""), NULL, NULL, &model), "fit");
    columns[0].bytes = "ab\0cdabcde";
    check_status("a 0 in a text to predict for is an unknown level",
                 nns_predict_table(model, columns, 1, 4, NNS_PROBA, FLOATS(out, 4, 1)), NNS_E_ARGUMENT);
    check_contains("a 0 in a text to predict for", nns_last_error(), "unknown level");
    nns_free(model);
}

/* Texts that describe are left out, however long. */
static void check_descriptions(void) {
    static char all[MOST][5001];
    for (int row = 0; row < MOST; row++) {
        memset(all[row], 'd', 5000);
        all[row][0] = (char)('0' + row);
    }
    nns_column columns[] = {NNS_COLUMN("x", NNS_TEXT_FIXED, all, 5001), NNS_COLUMN("n", NNS_F64, numbers, 0), NNS_COLUMN("y", NNS_F64, halves, 0)};
    nns_model *model = NULL;
    columns[0].size = 5000;
    check_status("different texts of 5,000 bytes are left out",
                 nns_fit_table(columns, 3, MOST, "y", DEFAULT, NULL, NULL, &model), NNS_OK);
    nns_free(model);
}

/* Rows of a table that were not learnt from are as strange to a model as another table's. */
static void check_parts_of_one(void) {
    enum { ALL = 600 };
    static const char *const letters[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    static const char *x[ALL];
    static int32_t days[ALL];
    static double y[ALL];
    uint32_t state = 4;
    for (int row = 0; row < ALL; row++) {
        x[row] = letters[(int)(12 * next_random(&state))];
        days[row] = (int32_t)(5 * next_random(&state));
        y[row] = x[row][0] + days[row] + next_random(&state);
    }
    nns_column columns[] = {NNS_COLUMN("x", NNS_TEXT_PTR, x, 0), NNS_COLUMN("day", NNS_DAYS, days, 0), NNS_COLUMN("y", NNS_F64, y, 0)};
    nns_data *data = NULL, *rest = NULL, *part = NULL;
    nns_model *model = NULL;
    int64_t rows = 0, places[ALL];
    float here[ALL], there[ALL], picked[ALL];
    must(nns_data_create_table(columns, 3, ALL, "y", NULL, NULL, &data), "table");
    must(nns_data_split(data, NNS_SPLIT_RANDOM, 0.3, NULL, 1, &rest, &part), "split");
    must(nns_create_for(rest, NULL, &model), "create for");
    must(nns_train(model, rest, NULL, "{\"preset\": \"tabular\", \"epochs\": 2}", NULL, NULL), "train");
    must(nns_data_size(part, &rows, NULL, NULL), "size");
    must(nns_data_rows(part, places, rows), "rows");
    must(nns_predict_data(model, part, NNS_PROBA, FLOATS(here, rows, 1)), "predict data");
    must(nns_predict_table(model, columns, 2, ALL, NNS_PROBA, FLOATS(there, ALL, 1)), "predict table");
    for (int64_t row = 0; row < rows; row++) picked[row] = there[places[row]];
    check_bytes("rows of another part are predicted as those of another table", here, picked, (size_t)rows * sizeof *here);
    nns_free(model);
    nns_data_free(data);
    nns_data_free(rest);
    nns_data_free(part);
}

/* More levels than are kept: the most frequent. */
static void check_many_levels(void) {
    enum { ROWS_OF_LEVELS = 1000000 };
    int32_t *x = room_for(ROWS_OF_LEVELS * sizeof *x);
    float *y = room_for(ROWS_OF_LEVELS * sizeof *y);
    for (int row = 0; row < ROWS_OF_LEVELS; row++) x[row] = row * 7 % ROWS_OF_LEVELS, y[row] = (float)(row % 3);
    nns_column columns[] = {NNS_COLUMN("x", NNS_I32, x, 0), NNS_COLUMN("y", NNS_F32, y, 0)};
    nns_data *data = NULL;
    nns_model *model = NULL;
    int64_t codes = 0;
    must(nns_data_create_table(columns, 2, ROWS_OF_LEVELS, "y", NULL, NULL, &data), "table");
    static const struct {
        const char *spec;
        int64_t codes;
    } rows[] = {
        {"{\"columns\": [{\"name\": \"x\", \"kind\": \"category\", \"values\": \"integer\", \"max_levels\": 1000000}]}", 1000002},
        {"{\"columns\": [{\"name\": \"x\", \"kind\": \"category\", \"values\": \"integer\"}]}", 10002},
        {"{\"columns\": [{\"name\": \"x\", \"kind\": \"category\", \"values\": \"integer\", \"min_count\": 2}]}", 2},
    };
    for (int at = 0; at < 3; at++) {
        size_t need;
        must(nns_create_for(data, rows[at].spec, &model), "create for");
        must(nns_column_describe(model, 0, NULL, 0, &need, &codes), "describe column");
        check_integer(rows[at].spec, codes, rows[at].codes);
        nns_free(model);
    }
    nns_data_free(data);
    free(x);
    free(y);
}

void check_odd_tables(void) {
    fill();
    for (size_t at = 0; at < sizeof fits / sizeof *fits; at++) check_fit(&fits[at]);
    check_numbers();
    check_parsed();
    check_zero_bytes();
    check_descriptions();
    check_parts_of_one();
    check_many_levels();
}
