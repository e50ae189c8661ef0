/* The scaling of the features as numbers. */
#include "lifecycle.h"

#define SCALED(kind) \
    "{\"input\": 4, \"preprocess\": \"" kind "\", \"layers\": [{\"type\": \"dense\", \"units\": 3}], " \
    "\"loss\": \"softmax_cross_entropy\"}"

static void check_kind(const char *spec, const samples *set) {
    nns_data *data = labelled(set);
    nns_model *fitted = model_from(spec), *other = model_from(spec), *copy = NULL;
    double center[4] = {0}, scale[4] = {0}, back[8];
    float a[ROWS * 3], b[ROWS * 3];
    nns_array x = features_of(set);
    check_status("get scaling: before any data", nns_get_scaling(fitted, center, scale, 4),
                 NNS_E_STATE);
    must(nns_fit_preprocess(fitted, data), "fit preprocess");
    check_status("get scaling", nns_get_scaling(fitted, center, scale, 4), NNS_OK);
    check_status("set scaling: is as good as data", nns_set_scaling(other, center, scale, 4), NNS_OK);
    must(nns_predict(fitted, &x, NNS_RAW, FLOATS(a, ROWS, 3)), "predict");
    must(nns_predict(other, &x, NNS_RAW, FLOATS(b, ROWS, 3)), "predict");
    check_bytes("set scaling: predicts the same bytes", b, a, sizeof a);
    must(nns_clone(other, &copy), "clone");
    must(nns_get_scaling(copy, back, back + 4, 4), "get scaling");
    check_bytes("get scaling: center, also of a copy", back, center, sizeof center);
    check_bytes("get scaling: scale, also of a copy", back + 4, scale, sizeof scale);
    nns_data_free(data);
    nns_free(fitted);
    nns_free(other);
    nns_free(copy);
}

/* (x - center) * scale, by hand. */
static void check_formula(void) {
    nns_model *model = model_from("{\"input\": 2, \"preprocess\": \"standardize\", \"layers\": "
                                  "[{\"type\": \"dense\", \"units\": 1}], \"loss\": \"mse\"}");
    const float weights[] = {1, 10, 0}, x[] = {3, 1};
    const double center[] = {2, -1}, scale[] = {0.5, 4};
    float y = 0;
    must(nns_set_weights(model, weights, 3), "set weights");
    must(nns_set_scaling(model, center, scale, 2), "set scaling");
    must(nns_predict_one(model, x, 2, NNS_RAW, FLOATS(&y, 1, 1)), "predict one");
    check_near("set scaling: (x - center) * scale", y, (3 - 2) * 0.5 + 10 * (1 + 1) * 4, 0);
    nns_free(model);
}

void check_scaling(void) {
    static samples set;
    fill_samples(&set);
    check_kind(SCALED("standardize"), &set);
    check_kind(SCALED("minmax"), &set);
    check_formula();
}
