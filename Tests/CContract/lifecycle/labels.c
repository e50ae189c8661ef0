/* What people read: names of classes, the threshold between two of them, the table of layers. */
#include <math.h>

#include "lifecycle.h"

#define THREE "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 3}], \"loss\": " \
              "\"softmax_cross_entropy\", \"classes\": "
#define ONE "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 1}], \"loss\": " \
            "\"binary_cross_entropy\""

static const struct {
    const char *spec, *list; /* the list as nns_describe has it */
    int32_t type;
    int64_t count;
    const char *names[3];
} named[] = {
    {THREE "[\"a\", \"gr\xc3\xbc" "n\", \"\"]}", "[\"a\", \"gr\xc3\xbc" "n\", \"\"]", NNS_CLASS_TEXT, 3,
     {"a", "gr\xc3\xbc" "n", ""}},
    {THREE "[3, -5, 9223372036854775807]}", "[3, -5, 9223372036854775807]", NNS_CLASS_INTEGER, 3,
     {"3", "-5", "9223372036854775807"}},
    {THREE "[1.0, 1e3, 0]}", "[1, 1000, 0]", NNS_CLASS_INTEGER, 3, {"1", "1000", "0"}},
    {ONE ", \"classes\": [true, false]}", "[true, false]", NNS_CLASS_BOOL, 2, {"true", "false", NULL}},
    {ONE "}", NULL, NNS_CLASS_NONE, 0, {NULL, NULL, NULL}},
};

static void check_names(size_t at) {
    nns_model *model = model_from(named[at].spec);
    char *text = text_of(nns_describe, model), name[32];
    int64_t count = -1;
    int32_t type = -1;
    size_t need = 0;
    check_status("class count", nns_class_count(model, &count), NNS_OK);
    check_integer("class count: value", count, named[at].count);
    check_status("class type", nns_class_type(model, &type), NNS_OK);
    check_integer("class type: value", type, named[at].type);
    for (int64_t index = 0; index < count && index < 3; index++) {
        check_status("class name", nns_class_name(model, index, name, sizeof name, &need), NNS_OK);
        check_text("class name: value", name, named[at].names[index]);
        check_integer("class name: need", (int64_t)need, (int64_t)strlen(name) + 1);
    }
    if (named[at].list) check_contains("classes: kept in their type", text, named[at].list);
    free(text);
    nns_free(model);
}

static int64_t label_of(const nns_model *model, const float *row) {
    int64_t label = -1;
    must(nns_predict_one(model, row, 4, NNS_LABEL, LABELS(&label, 1, 1)), "predict one");
    return label;
}

static void check_threshold(void) {
    static const float row[] = {0.5f, -1, 2, 1};
    nns_model *model = model_from(ONE "}"), *copy = NULL, *loaded = NULL;
    nns_buffer *buffer = NULL;
    const void *bytes = NULL;
    size_t size = 0;
    float p = 0;
    double got = 0;
    check_status("get threshold", nns_get_threshold(model, &got), NNS_OK);
    check_near("get threshold: the default", got, 0.5, 0);
    must(nns_predict_one(model, row, 4, NNS_PROBA, FLOATS(&p, 1, 1)), "predict one");
    check_status("set threshold: below", nns_set_threshold(model, p - 0.01), NNS_OK);
    check_integer("set threshold: p above it is class 1", label_of(model, row), 1);
    check_status("set threshold: above", nns_set_threshold(model, p + 0.01), NNS_OK);
    check_integer("set threshold: p below it is class 0", label_of(model, row), 0);
    check_status("set threshold: 1", nns_set_threshold(model, 1), NNS_OK);
    check_status("set threshold", nns_set_threshold(model, 0.375), NNS_OK);
    must(nns_clone(model, &copy), "clone");
    must(nns_save_buffer(model, NNS_SAVE_WEIGHTS, &buffer), "save buffer");
    must(nns_buffer_bytes(buffer, &bytes, &size), "buffer bytes");
    must(nns_load_buffer(bytes, size, NULL, &loaded), "load buffer");
    nns_model *all[] = {model, copy, loaded};
    for (int at = 0; at < 3; at++) {
        char *text = text_of(nns_describe, all[at]);
        must(nns_get_threshold(all[at], &got), "get threshold");
        check_near("set threshold: also of a copy and of a file", got, 0.375, 0);
        check_contains("set threshold: described", text, "\"threshold\": 0.375");
        free(text);
        nns_free(all[at]);
    }
    nns_buffer_free(buffer);
}

static void check_summary(void) {
    static const char small[] = "   layer        output shape  parameters\n"
                                "   input        [4]                    0\n"
                                "0  dense, relu  [8]                   40\n"
                                "1  dense        [3]                   27\n"
                                "   total                              67\n"
                                "   trainable                          67";
    static const char large[] = "   layer        output shape  parameters\n"
                                "   input        [300]                  0\n"
                                "   standardize  [300]                  0\n"
                                "0  dense        [4]                1,204\n"
                                "1  batch_norm   [4]                   16\n"
                                "2  tanh         [4]                    0\n"
                                "   total                           1,220\n"
                                "   trainable                       1,212";
    nns_model *model = model_from(classifier), *other = model_from(
        "{\"input\": 300, \"preprocess\": \"standardize\", \"layers\": [{\"type\": \"dense\", "
        "\"units\": 4}, \"batch_norm\", \"tanh\"], \"loss\": \"mse\"}");
    char *text = text_of(nns_summary, model);
    check_text("summary", text, small);
    free(text);
    text = text_of(nns_summary, other);
    check_text("summary: scaling, statistics, thousands", text, large);
    free(text);
    nns_free(model);
    nns_free(other);
}

static void check_features(void) {
    static const char *const names[] = {"age", "gr\xc3\xb6\xc3\x9f" "e", "", "age "};
    nns_model *model = model_from("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 1}], "
                                  "\"loss\": \"mse\", \"features\": [\"age\", \"gr\xc3\xb6\xc3\x9f"
                                  "e\", \"\", \"age \"]}"), *copy = NULL;
    char name[32], *text = text_of(nns_describe, model);
    size_t need = 0;
    check_contains("features: described", text, "\"features\": [\"age\", ");
    must(nns_clone(model, &copy), "clone");
    for (int64_t index = 0; index < 4; index++) {
        check_status("feature name", nns_feature_name(copy, index, name, sizeof name, &need), NNS_OK);
        check_text("feature name: value", name, names[index]);
    }
    free(text);
    nns_free(model);
    nns_free(copy);
}

/* Labels that are no indices: the first training names the classes. */
static const struct {
    int32_t dtype;
    const void *values;
    const char *list;
    int64_t labels[3];
} learnt[] = {
    {NNS_I32, (const int32_t[]){10, 20, 30}, "[10, 20, 30]", {10, 20, 30}},
    {NNS_I64, (const int64_t[]){7, -2, INT64_C(1) << 40}, "[-2, 7, 1099511627776]", {7, -2, INT64_C(1) << 40}},
    {NNS_U8, (const uint8_t[]){1, 2, 3}, "[1, 2, 3]", {1, 2, 3}},
    {NNS_F64, (const double[]){3, 16777217, 16777216}, "[3, 16777216, 16777217]", {3, 16777217, 16777216}},
    {NNS_F32, (const float[]){0, 1, 2}, NULL, {0, 1, 2}},
};

static const size_t sizes_of[] = {0, sizeof(float), sizeof(double), 1, sizeof(int32_t), sizeof(int64_t), 1};

static void check_learnt(size_t at) {
    enum { LABELLED = 60 };
    static float x[LABELLED][4];
    static char y[LABELLED * sizeof(double)];
    size_t size = sizes_of[learnt[at].dtype];
    for (int row = 0; row < LABELLED; row++) {
        for (int column = 0; column < 4; column++) x[row][column] = column == row % 3 ? 2.0f : 0.1f;
        memcpy(y + row * size, (const char *)learnt[at].values + row % 3 * size, size);
    }
    nns_model *model = model_from("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 3}], "
                                  "\"loss\": \"softmax_cross_entropy\"}");
    nns_array rows = array_of(NNS_F32, x, LABELLED, 4), labels = array_of(learnt[at].dtype, y, LABELLED, 1);
    nns_data *data = NULL;
    must(nns_data_create(&rows, &labels, NULL, NULL, &data), "data");
    const char *config = "{\"epochs\": 40, \"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.1}}";
    check_status("labels are learnt: train", nns_train(model, data, data, config, NULL, NULL), NNS_OK);
    char *text = text_of(nns_describe, model);
    if (learnt[at].list) check_contains("labels are learnt: classes", text, learnt[at].list);
    else check(!strstr(text, "classes"), "indices name no classes", "%s", text);
    free(text);
    for (int row = 0; row < 3; row++)
        check_integer("labels are learnt: predicted", label_of(model, x[row]), learnt[at].labels[row]);
    double accuracy = 0;
    must(nns_evaluate(model, data, "[\"accuracy\"]", &accuracy, 1), "evaluate");
    check_near("labels are learnt: evaluated", accuracy, 1, 0);
    check_status("labels are learnt: a step", nns_train_batch(model, &rows, &labels, NULL, NULL), NNS_OK);
    int32_t narrow = 0;
    check_status("labels are learnt: 32 bits where they suffice",
                 nns_predict_one(model, x[0], 4, NNS_LABEL, &(nns_array)NNS_ARRAY(NNS_I32, &narrow, 1, 1)),
                 learnt[at].labels[2] > INT32_MAX ? NNS_E_DTYPE : NNS_OK);
    nns_data_free(data);
    nns_free(model);
}

/* A row with NaN has no class. */
static void check_no_label(const char *spec, int columns) {
    float row[] = {1, NAN, 0, 0};
    int64_t got[3] = {5, 5, 5};
    nns_model *model = model_from(spec);
    must(nns_predict_one(model, row, 4, NNS_LABEL | NNS_ALLOW_NAN, LABELS(got, 1, columns)), "predict NaN");
    for (int column = 0; column < columns; column++)
        check_integer("a row with NaN has no label", got[column], NNS_NO_LABEL);
    nns_free(model);
}

static void check_set_classes(void) {
    nns_model *model = model_from(THREE "[5, 6, 7]}");
    int32_t type = -1;
    must(nns_set_classes(model, "[\"a\", \"b\", \"c\"]"), "set classes");
    must(nns_class_type(model, &type), "class type");
    check_integer("set classes: texts", type, NNS_CLASS_TEXT);
    must(nns_set_classes(model, NULL), "set classes back");
    must(nns_class_type(model, &type), "class type");
    check_integer("set classes: NULL takes the spec's", type, NNS_CLASS_INTEGER);
    nns_free(model);
}

void check_labels(void) {
    check_features();
    for (size_t at = 0; at < sizeof named / sizeof *named; at++) check_names(at);
    check_threshold();
    check_summary();
    for (size_t at = 0; at < sizeof learnt / sizeof *learnt; at++) check_learnt(at);
    check_no_label(THREE "[1, 2, 3]}", 1);
    check_no_label(ONE "}", 1);
    check_no_label("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 4, \"activation\": \"relu\"}, "
                   "{\"type\": \"dense\", \"units\": 3}], \"loss\": \"binary_cross_entropy\"}", 3);
    check_set_classes();
}
