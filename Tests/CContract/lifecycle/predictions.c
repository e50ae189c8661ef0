/* What predict gives for every loss and kind; layouts of features; sessions. */
#include <math.h>

#include "lifecycle.h"

static const float few[] = {0.5f, -1.0f, 2.0f, 0.25f, 1.5f, 0.0f, -0.75f, 1.0f};
enum { FEW = 2 };

static nns_model *model_of(int outputs, const char *loss) {
    char spec[300];
    snprintf(spec, sizeof spec,
             "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": %d}], \"loss\": %s, "
             "\"seed\": 3}",
             outputs, loss);
    return model_from(spec);
}

typedef struct outcome {
    float raw[FEW * 3], proba[FEW * 3];
    int64_t labels[FEW * 3];
    int32_t label_status;
} outcome;

static outcome predict(nns_model *model, int outputs, int label_columns) {
    outcome got;
    memset(&got, 0, sizeof got);
    nns_array x = array_of(NNS_F32, few, FEW, 4);
    must(nns_predict(model, &x, NNS_RAW, FLOATS(got.raw, FEW, outputs)), "predict raw");
    must(nns_predict(model, &x, NNS_PROBA, FLOATS(got.proba, FEW, outputs)), "predict proba");
    got.label_status = nns_predict(model, &x, NNS_LABEL, LABELS(got.labels, FEW, label_columns));
    return got;
}

static void check_softmax(void) {
    nns_model *model = model_of(3, "\"softmax_cross_entropy\"");
    outcome got = predict(model, 3, 1);
    check_status("predict: softmax_cross_entropy has labels", got.label_status, NNS_OK);
    for (int row = 0; row < FEW; row++) {
        double sum = 0, best = -1e9;
        int64_t argument = 0;
        for (int label = 0; label < 3; label++) {
            double raw = got.raw[row * 3 + label];
            sum += exp(raw);
            if (raw > best) best = raw, argument = label;
        }
        for (int label = 0; label < 3; label++)
            check_near("predict: softmax_cross_entropy PROBA is softmax of RAW",
                       got.proba[row * 3 + label], exp(got.raw[row * 3 + label]) / sum, 1e-6);
        check_integer("predict: softmax_cross_entropy LABEL is the largest", got.labels[row],
                      argument);
    }
    nns_free(model);
}

static void check_binary(int outputs) {
    nns_model *model = model_of(outputs, "\"binary_cross_entropy\", \"threshold\": 0.4");
    outcome got = predict(model, outputs, outputs);
    check_status("predict: binary_cross_entropy has labels", got.label_status, NNS_OK);
    for (int at = 0; at < FEW * outputs; at++) {
        check_near("predict: binary_cross_entropy PROBA is sigmoid of RAW", got.proba[at],
                   1 / (1 + exp(-got.raw[at])), 1e-6);
        check_integer("predict: binary_cross_entropy LABEL is PROBA >= threshold", got.labels[at],
                      got.proba[at] >= 0.4f);
    }
    nns_free(model);
}

static void check_values(const char *loss, int outputs, int is_log) {
    nns_model *model = model_of(outputs, loss);
    outcome got = predict(model, outputs, outputs);
    char name[100];
    snprintf(name, sizeof name, "predict: %s has no labels", loss);
    check_status(name, got.label_status, NNS_E_ARGUMENT);
    snprintf(name, sizeof name, "predict: %s PROBA from RAW", loss);
    for (int at = 0; at < FEW * outputs; at++) {
        double expected = is_log ? exp(got.raw[at]) : got.raw[at];
        check_near(name, got.proba[at], expected, is_log ? 1e-5 * expected : 0);
    }
    nns_free(model);
}

static void check_other_ways(void) {
    static samples set;
    fill_samples(&set);
    nns_model *model = model_from(classifier);
    nns_data *data = labelled(&set), *rest = NULL, *part = NULL;
    nns_array x = features_of(&set);
    float all[ROWS * CLASSES], one[CLASSES], some[ROWS * CLASSES];
    int64_t rows = 0, at[ROWS];
    must(nns_predict(model, &x, NNS_PROBA, FLOATS(all, ROWS, CLASSES)), "predict");
    must(nns_predict_data(model, data, NNS_PROBA, FLOATS(some, ROWS, CLASSES)), "predict data");
    check_bytes("predict data: as predict", some, all, sizeof all);
    must(nns_predict_one(model, set.x + 8, 4, NNS_PROBA, FLOATS(one, 1, CLASSES)), "predict one");
    for (int label = 0; label < CLASSES; label++)
        check_near("predict one: as the row in predict", one[label], all[2 * CLASSES + label],
                   1e-6);
    must(nns_data_split(data, NNS_SPLIT_RANDOM, 0.3, NULL, 5, &rest, &part), "split");
    must(nns_data_size(part, &rows, NULL, NULL), "size");
    must(nns_data_rows(part, at, rows), "rows");
    must(nns_predict_data(model, part, NNS_PROBA, FLOATS(some, rows, CLASSES)), "predict data of a part");
    int in_order = 1;
    for (int64_t row = 0; row < rows; row++)
        for (int label = 0; label < CLASSES; label++)
            in_order &= fabsf(some[row * CLASSES + label] - all[at[row] * CLASSES + label]) < 1e-6f;
    check(in_order, "predict data: in the order of data rows", "another order");
    nns_data_free(rest);
    nns_data_free(part);
    nns_data_free(data);
    nns_free(model);
}

void check_predictions(void) {
    check_softmax();
    check_binary(1);
    check_binary(3);
    check_values("\"mse\"", 2, 0);
    check_values("\"mae\"", 1, 0);
    check_values("\"huber\"", 1, 0);
    check_values("{\"type\": \"quantile\", \"q\": [0.1, 0.5, 0.9]}", 3, 0);
    check_values("\"poisson\"", 2, 1);
    check_other_ways();
}

/* The same small whole numbers in every dtype. */
typedef struct layouts {
    float f32[ROWS * FEATURES], across[ROWS * FEATURES], reversed[ROWS * FEATURES];
    double f64[ROWS * FEATURES], wide[ROWS * FEATURES * 3];
    uint8_t u8[ROWS * FEATURES], boolean[ROWS * FEATURES];
    int32_t i32[ROWS * FEATURES];
    int64_t i64[ROWS * FEATURES];
} layouts;

static void fill_layouts(layouts *all, int largest) {
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < FEATURES; column++) {
            int at = row * FEATURES + column;
            int value = (row * 5 + column * 3) % (largest + 1);
            all->f32[at] = (float)value;
            all->across[column * ROWS + row] = (float)value;
            all->reversed[ROWS * FEATURES - 1 - at] = (float)value;
            all->f64[at] = value;
            all->wide[at * 3] = value;
            all->u8[at] = (uint8_t)value;
            all->boolean[at] = (uint8_t)(value * 77);
            all->i32[at] = value;
            all->i64[at] = value;
        }
}

static void check_layout(const char *name, nns_array x, const layouts *all) {
    nns_model *model = model_from(classifier);
    nns_array dense = array_of(NNS_F32, all->f32, ROWS, FEATURES);
    float expected[ROWS * CLASSES], got[ROWS * CLASSES] = {0};
    must(nns_predict(model, &dense, NNS_RAW, FLOATS(expected, ROWS, CLASSES)), "predict dense");
    if (check_status(name, nns_predict(model, &x, NNS_RAW, FLOATS(got, ROWS, CLASSES)), NNS_OK))
        check_bytes(name, got, expected, sizeof expected);
    nns_free(model);
}

static nns_array strided(int32_t dtype, const void *data, int64_t row_stride, int64_t col_stride) {
    nns_array x = array_of(dtype, data, ROWS, FEATURES);
    x.row_stride = row_stride;
    x.col_stride = col_stride;
    return x;
}

void check_layouts(void) {
    static layouts all;
    fill_layouts(&all, 200);
    check_layout("features as F64", array_of(NNS_F64, all.f64, ROWS, FEATURES), &all);
    check_layout("features as U8", array_of(NNS_U8, all.u8, ROWS, FEATURES), &all);
    check_layout("features as I32", array_of(NNS_I32, all.i32, ROWS, FEATURES), &all);
    check_layout("features as I64", array_of(NNS_I64, all.i64, ROWS, FEATURES), &all);
    check_layout("features column by column", strided(NNS_F32, all.across, 4, 4 * ROWS), &all);
    check_layout("features with gaps", strided(NNS_F64, all.wide, 24 * FEATURES, 24), &all);
    check_layout("features with negative strides",
                 strided(NNS_F32, all.reversed + ROWS * FEATURES - 1, -4 * FEATURES, -4), &all);
    fill_layouts(&all, 1);
    check_layout("features as BOOL: nonzero is 1", array_of(NNS_BOOL, all.boolean, ROWS, FEATURES),
                 &all);
}

/* Every type and stride of results has the numbers of dense floats. */
static void check_results(const char *name, nns_array out, const void *data, int64_t at_row,
                          int64_t at_col) {
    static samples set;
    fill_samples(&set);
    nns_model *model = model_from(classifier);
    nns_array x = features_of(&set);
    int is_label = out.dtype == NNS_I64 || out.dtype == NNS_I32, wrong = 0;
    int columns = is_label ? 1 : CLASSES;
    float expected[ROWS * CLASSES];
    int64_t labels[ROWS];
    must(nns_predict(model, &x, NNS_PROBA, FLOATS(expected, ROWS, CLASSES)), "predict");
    must(nns_predict(model, &x, NNS_LABEL, LABELS(labels, ROWS, 1)), "predict labels");
    check_status(name, nns_predict(model, &x, is_label ? NNS_LABEL : NNS_PROBA, &out), NNS_OK);
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < columns; column++) {
            const char *place = (const char *)data + row * at_row + column * at_col;
            float f32 = expected[row * CLASSES + column];
            double f64 = f32;
            int32_t i32 = (int32_t)labels[row];
            const void *right = out.dtype == NNS_F32   ? (const void *)&f32
                                : out.dtype == NNS_F64 ? (const void *)&f64
                                : out.dtype == NNS_I32 ? (const void *)&i32
                                                       : (const void *)&labels[row];
            wrong += memcmp(place, right, out.dtype == NNS_F32 || out.dtype == NNS_I32 ? 4 : 8) != 0;
        }
    check_integer(name, wrong, 0);
    nns_free(model);
}

static nns_array into(int32_t dtype, const void *data, int columns, int64_t row, int64_t column) {
    nns_array out = array_of(dtype, data, ROWS, columns);
    out.row_stride = row;
    out.col_stride = column;
    return out;
}

void check_outputs(void) {
    static double room[ROWS * CLASSES * 4];
    char *bytes = (char *)room, *last = bytes + (ROWS - 1) * 12 + 8;
    check_results("results as F64", into(NNS_F64, room, 3, 0, 0), room, 24, 8);
    check_results("results column by column", into(NNS_F32, room, 3, 4, 4 * ROWS), room, 4, 4 * ROWS);
    check_results("results in a wider table", into(NNS_F64, room, 3, 64, 8), room, 64, 8);
    check_results("results with a gap in each row", into(NNS_F32, room, 3, 32, 8), room, 32, 8);
    check_results("results backwards", into(NNS_F32, last, 3, -12, -4), last, -12, -4);
    check_results("results that are not aligned", into(NNS_F64, bytes + 1, 3, 25, 8), bytes + 1, 25, 8);
    check_results("labels as I64", into(NNS_I64, room, 1, 0, 0), room, 8, 8);
    check_results("labels as I32", into(NNS_I32, room, 1, 0, 0), room, 4, 4);
    check_results("labels in a wider table", into(NNS_I32, room, 1, 40, 4), room, 40, 4);
}

void check_sessions(void) {
    static samples set;
    fill_samples(&set);
    nns_model *model = model_from(classifier);
    nns_session *session = NULL;
    float expected[ROWS * CLASSES], got[ROWS * CLASSES];
    int64_t labels[ROWS], expected_labels[ROWS];
    check_status("session create", nns_session_create(model, ROWS, &session), NNS_OK);
    for (int64_t rows = 1; rows <= ROWS; rows += 59) {
        nns_array x = array_of(NNS_F32, set.x, rows, FEATURES);
        must(nns_predict(model, &x, NNS_PROBA, FLOATS(expected, rows, CLASSES)), "predict");
        check_status("session predict",
                     nns_session_predict(session, &x, NNS_PROBA, FLOATS(got, rows, CLASSES)),
                     NNS_OK);
        check_bytes("session predict: as predict", got, expected, (size_t)(rows * CLASSES) * sizeof(float));
    }
    nns_array x = features_of(&set);
    must(nns_predict(model, &x, NNS_LABEL, LABELS(expected_labels, ROWS, 1)), "predict labels");
    must(nns_session_predict(session, &x, NNS_LABEL, LABELS(labels, ROWS, 1)), "session labels");
    check_bytes("session predict: labels as predict", labels, expected_labels, sizeof labels);
    nns_free(model);
    check_status("session: keeps its model",
                 nns_session_predict(session, &x, NNS_LABEL, LABELS(labels, ROWS, 1)), NNS_OK);
    nns_session_free(session);
    check_status("session free: the freed handle is refused",
                 nns_session_predict(session, &x, NNS_LABEL, LABELS(labels, ROWS, 1)), NNS_E_STATE);
}
