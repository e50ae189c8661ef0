/* A client of 1.0 that asks a model for its names and its table, and sets what a host may set. */
#include "check.h"

static void check_names(void) {
    nns_model *model = NULL;
    char text[2000];
    size_t need = 0;
    int64_t count = 0;
    int32_t type = 0;
    double threshold = 0;
    CHECK(!nns_create("{\"input\": 2, \"layers\": [{\"type\": \"dense\", \"units\": 1}], \"loss\": "
                      "\"binary_cross_entropy\", \"classes\": [4, 7], \"features\": [\"a\", \"b\"]}", &model));
    CHECK(!nns_feature_name(model, 1, text, sizeof text, &need) && !strcmp(text, "b") && need == 2);
    CHECK(!nns_class_count(model, &count) && count == 2);
    CHECK(!nns_class_type(model, &type) && type == NNS_CLASS_INTEGER);
    CHECK(!nns_class_name(model, 1, text, sizeof text, &need) && !strcmp(text, "7") && need == 2);
    CHECK(!nns_set_classes(model, "[\"no\", \"yes\"]") && !nns_class_type(model, &type) && type == NNS_CLASS_TEXT);
    CHECK(!nns_set_threshold(model, 0.25) && !nns_get_threshold(model, &threshold) && threshold == 0.25);
    CHECK(!nns_summary(model, text, sizeof text, &need) && strstr(text, "dense") && need == strlen(text) + 1);
    nns_free(model);
}

static void check_notes(void) {
    nns_model *model = NULL;
    char text[20];
    size_t need = 0;
    int64_t count = 0;
    const int64_t sizes[] = {FEATURES, CLASSES};
    CHECK(!nns_create_mlp(sizes, 2, NULL, NULL, 7, &model));
    CHECK(!nns_set_note(model, "build", "4711") && !nns_note_count(model, &count) && count == 1);
    CHECK(!nns_note_name(model, 0, text, sizeof text, &need) && !strcmp(text, "build"));
    CHECK(!nns_get_note(model, "build", text, sizeof text, &need) && !strcmp(text, "4711"));
    CHECK(!nns_set_note(model, "build", NULL) && !nns_note_count(model, &count) && count == 0);
    nns_free(model);
}

static void check_parts(void) {
    static float features[ROWS * FEATURES];
    static int32_t labels[ROWS];
    const int64_t rows[] = {5, 4, 5};
    int32_t out[3] = {-1, -1, -1};
    nns_data *data = NULL, *subset = NULL;
    fill(features, labels);
    nns_array x = NNS_ARRAY(NNS_F32, features, ROWS, FEATURES), y = NNS_ARRAY(NNS_I32, labels, ROWS, 1);
    nns_array targets = NNS_ARRAY(NNS_I32, out, 3, 1);
    CHECK(!nns_data_create(&x, &y, NULL, NULL, &data) && !nns_data_subset(data, rows, 3, &subset));
    CHECK(!nns_data_targets(subset, &targets) && out[0] == 2 && out[1] == 1 && out[2] == 2);
    nns_data_free(subset);
    nns_data_free(data);
}

static void check_scaling(void) {
    nns_model *model = NULL;
    const double center[] = {1, 2}, scale[] = {0.5, 4};
    double a[2], b[2];
    CHECK(!nns_create("{\"input\": 2, \"preprocess\": \"standardize\", \"layers\": [{\"type\": \"dense\", "
                      "\"units\": 1}], \"loss\": \"mse\"}", &model));
    CHECK(nns_get_scaling(model, a, b, 2) == NNS_E_STATE);
    CHECK(!nns_set_scaling(model, center, scale, 2) && !nns_get_scaling(model, a, b, 2));
    CHECK(!memcmp(a, center, sizeof a) && !memcmp(b, scale, sizeof b));
    nns_free(model);
}

int main(void) {
    check_names();
    check_notes();
    check_parts();
    check_scaling();
    return finish();
}
