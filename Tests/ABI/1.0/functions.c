/* A client of 1.0 that calls every function of that header and checks the results. */
#include <math.h>

#include "check.h"

static float features[ROWS * FEATURES];
static int32_t labels[ROWS];
static int calls;

static int32_t on_progress(void *user, const nns_progress *progress) {
    CHECK(user == &calls && progress->struct_size >= sizeof(nns_progress));
    CHECK(progress->epoch >= 1 && progress->epoch <= progress->epochs && progress->epochs == 40);
    CHECK(progress->batch == progress->batches && progress->epoch_end == 1);
    CHECK(progress->loss > 0 && isnan(progress->val_loss) && progress->learning_rate > 0);
    CHECK(progress->seconds >= 0 && progress->batch_loss > 0 && progress->metric_count == 4);
    CHECK(!strcmp(progress->metric_names[0], "loss") && progress->metric_values[0] == progress->loss);
    return ++calls == 40 ? NNS_STOP : 0;
}

static void check_library(void) {
    char text[200];
    size_t need = 0;
    int32_t threads = 0;
    CHECK(!nns_build_info(text, sizeof text, &need) && need == strlen(text) + 1);
    CHECK(!nns_registry(NULL, 0, &need) && need > 1000);
    CHECK(!nns_set_threads(2) && !nns_get_threads(&threads) && threads == 2);
    CHECK(!nns_set_threads(1));
}

static void check_data(const nns_data *data) {
    nns_data *rest = NULL, *part = NULL;
    int64_t rows = 0, columns = 0, targets = 0, indices[ROWS];
    CHECK(!nns_data_size(data, &rows, &columns, &targets));
    CHECK(rows == ROWS && columns == FEATURES && targets == 1);
    CHECK(!nns_data_split(data, NNS_SPLIT_TIME, 0.25, NULL, 1, &rest, &part));
    CHECK(!nns_data_rows(part, indices, 15) && indices[0] == 45 && indices[14] == 59);
    nns_data_free(rest);
    nns_data_free(part);
    const int32_t kinds[] = {NNS_SPLIT_RANDOM, NNS_SPLIT_STRATIFIED};
    for (int at = 0; at < 2; at++) {
        CHECK(!nns_data_split(data, kinds[at], 0.5, NULL, 1, &rest, &part));
        nns_data_free(rest);
        nns_data_free(part);
    }
    nns_array key = NNS_ARRAY(NNS_I32, labels, ROWS, 1);
    CHECK(!nns_data_split(data, NNS_SPLIT_GROUP, 0.33, &key, 1, &rest, &part));
    CHECK(!nns_data_size(part, &rows, NULL, NULL) && rows == ROWS / CLASSES);
    nns_data_free(rest);
    nns_data_free(part);
}

static void check_training(nns_model *model, const nns_data *data) {
    static char history[20000];
    size_t need = 0;
    double values[2], value = 0;
    int64_t first = 0, last = 0;
    int32_t stopped = 0;
    CHECK(!nns_fit_preprocess(model, data));
    CHECK(nns_train(model, data, NULL, "{\"epochs\": 40, \"seed\": 3}", on_progress, &calls) == NNS_OK);
    CHECK(calls == 40);
    CHECK(!nns_history_info(model, &first, &last, NULL, &stopped) && first == 1 && last == 40);
    CHECK(stopped == NNS_STOPPED_CALLBACK && !nns_history_value(model, "loss", 40, &value) && value > 0);
    CHECK(!nns_train(model, data, data, "{\"epochs\": 60, \"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.03}}",
                     NULL, NULL));
    CHECK(!nns_evaluate(model, data, "[\"loss\", \"accuracy\"]", values, 2) && values[1] > 0.95);
    CHECK(!nns_history(model, history, sizeof history, &need) && strstr(history, "completed"));
    CHECK(!nns_cancel(model));
}

static void check_steps(nns_model *model) {
    nns_array x = NNS_ARRAY(NNS_F32, features, ROWS, FEATURES), y = NNS_ARRAY(NNS_I32, labels, ROWS, 1);
    float gradient[200];
    int64_t count = 0;
    double before = 0, loss = 0, after = 0;
    CHECK(!nns_param_count(model, &count) && count == 67);
    CHECK(!nns_configure(model, "{\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.01}}"));
    CHECK(!nns_loss_grad(model, &x, &y, NULL, &before, gradient, count, NULL));
    CHECK(!nns_apply_grad(model, gradient, count));
    float outputs[ROWS * CLASSES];
    const nns_array out = NNS_ARRAY(NNS_F32, outputs, ROWS, CLASSES);
    nns_model *newer = NULL;
    CHECK(!nns_forward_train(model, &x, &out) && !nns_backward(model, &out, gradient, count, NULL));
    CHECK(!nns_clone(model, &newer) && !nns_swap(model, newer) && nns_set_wait(newer, 0) == NNS_E_STATE);
    CHECK(!nns_configure(model, "{\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.01}}"));
    CHECK(!nns_train_batch(model, &x, &y, NULL, &loss) && loss < before);
    CHECK(!nns_loss_grad(model, &x, &y, NULL, &after, gradient, count, NULL) && after < loss);
}

static void check_predictions(const nns_model *model, const nns_data *data) {
    nns_array x = NNS_ARRAY(NNS_F32, features, ROWS, FEATURES);
    float all[ROWS * CLASSES], other[ROWS * CLASSES], one[CLASSES];
    int64_t classes[ROWS], inputs = 0, outputs = 0;
    const nns_array to_all = NNS_ARRAY(NNS_F32, all, ROWS, CLASSES), to_one = NNS_ARRAY(NNS_F32, one, 1, CLASSES),
                    to_other = NNS_ARRAY(NNS_F32, other, ROWS, CLASSES), to_classes = NNS_ARRAY(NNS_I64, classes, ROWS, 1);
    nns_session *session = NULL;
    CHECK(!nns_input_size(model, &inputs) && inputs == FEATURES);
    CHECK(!nns_output_size(model, &outputs) && outputs == CLASSES);
    CHECK(!nns_predict(model, &x, NNS_PROBA | NNS_ALLOW_NAN, &to_all));
    CHECK(fabsf(all[0] + all[1] + all[2] - 1) < 1e-5f);
    CHECK(!nns_predict_one(model, features, FEATURES, NNS_PROBA, &to_one));
    CHECK(!memcmp(one, all, sizeof one));
    CHECK(!nns_predict_data(model, data, NNS_PROBA, &to_other));
    CHECK(!memcmp(other, all, sizeof all));
    CHECK(!nns_session_create(model, ROWS, &session));
    CHECK(!nns_session_predict(session, &x, NNS_LABEL, &to_classes));
    nns_session_free(session);
    CHECK(classes[0] == 0 && classes[1] == 1 && classes[2] == 2);
}

static void check_metrics(void) {
    const int32_t truth[] = {0, 0, 1, 1};
    const double scores[] = {0.1, 0.6, 0.4, 0.9};
    nns_array y = NNS_ARRAY(NNS_I32, truth, 4, 1), s = NNS_ARRAY(NNS_F64, scores, 4, 1);
    double value = 0, threshold = 0, matrix[4], x[6], z[6], v[6];
    int64_t need = 0;
    CHECK(!nns_metric("roc_auc", &y, &s, NULL, &value) && value == 0.75);
    CHECK(!nns_curve(NNS_CURVE_ROC, &y, &s, NULL, x, z, v, 6, &need) && x[need - 1] == 1);
    CHECK(!nns_curve(NNS_CURVE_PR, &y, &s, NULL, x, z, v, 6, &need) && isnan(v[need - 1]));
    CHECK(!nns_curve(NNS_CURVE_CALIBRATION, &y, &s, NULL, NULL, NULL, NULL, 0, &need) && need > 0);
    CHECK(!nns_confusion(&y, &y, NULL, 2, matrix, 4) && matrix[0] == 2 && matrix[3] == 2);
    CHECK(!nns_best_threshold("accuracy", &y, &s, NULL, &threshold, &value) && value == 0.75);
}

static void check_weights(nns_model *model) {
    char name[40];
    float values[200], same[200];
    int64_t tensors = 0, count = 0, dims[4] = {0}, offset = 0;
    size_t need = 0, rank = 0;
    CHECK(!nns_tensor_count(model, &tensors, &count) && tensors == 4 && count == 67);
    CHECK(!nns_tensor(model, 1, name, sizeof name, &need, dims, 4, &rank, &offset));
    CHECK(!strcmp(name, "layers.0.bias") && rank == 1 && dims[0] == 8 && offset == 32);
    CHECK(!nns_get_weights(model, values, count) && !nns_set_weights(model, values, count));
    CHECK(!nns_get_weights(model, same, count) && !memcmp(same, values, (size_t)count * 4));
}

static void check_files(const nns_model *model, const char *path) {
    nns_limits limits = {(uint32_t)sizeof(nns_limits), 0, 0, 0, 67, 0, 0, 0};
    nns_model *loaded = NULL, *copy = NULL;
    nns_buffer *buffer = NULL;
    const void *bytes = NULL;
    size_t size = 0;
    CHECK(!nns_save(model, path, NNS_SAVE_WEIGHTS) && !nns_load(path, &limits, &loaded));
    CHECK(!nns_save_buffer(loaded, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &buffer));
    nns_free(loaded);
    CHECK(!nns_buffer_bytes(buffer, &bytes, &size) && size > 67 * sizeof(float));
    CHECK(!nns_load_buffer(bytes, size, NULL, &loaded) && !nns_clone(loaded, &copy));
    limits.max_parameters = 66;
    CHECK(nns_load(path, &limits, &loaded) == NNS_E_LIMIT);
    nns_buffer_free(buffer);
    nns_free(loaded);
    nns_free(copy);
    CHECK(!remove(path));
}

int main(void) {
    static const char spec[] =
        "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 8, \"activation\": \"relu\"}, "
        "{\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\", "
        "\"preprocess\": \"standardize\", \"seed\": 7}";
    const int64_t sizes[] = {4, 8, 3};
    nns_model *model = NULL, *plain = NULL;
    nns_data *data = NULL;
    char text[2000];
    size_t need = 0;
    fill(features, labels);
    nns_array x = NNS_ARRAY(NNS_F32, features, ROWS, FEATURES), y = NNS_ARRAY(NNS_I32, labels, ROWS, 1);
    check_library();
    CHECK(nns_set_wait(NULL, 0) == NNS_E_NULL);
    CHECK(nns_create("{", &model) == NNS_E_ARGUMENT && nns_last_error()[0] != 0);
    CHECK(nns_last_errno() == 0);
    CHECK(!nns_create(spec, &model) && !nns_data_create(&x, &y, NULL, "{\"allow_nan\": false}", &data));
    CHECK(!nns_describe(model, text, sizeof text, &need) && strstr(text, "standardize"));
    CHECK(!nns_create_mlp(sizes, 3, "tanh", "softmax_cross_entropy", 7, &plain));
    nns_free(plain);
    check_data(data);
    check_training(model, data);
    check_steps(model);
    check_predictions(model, data);
    check_metrics();
    check_weights(model);
    check_files(model, "client-of-1.0.safetensors");
    nns_data_free(data);
    nns_free(model);
    return finish();
}
