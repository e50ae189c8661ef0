/* A loss of one's own, and new weights under readers. */
#include <math.h>

#include "lifecycle.h"

static const char deep[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 6, \"activation\": \"tanh\"}, "
    "\"layer_norm\", {\"type\": \"dense\", \"units\": 2}], \"loss\": \"mse\", \"seed\": 5}";

/* mse by hand: 2 (z - t) / (rows * outputs). */
static void check_gradient(const samples *set) {
    nns_model *model = model_from(regressor);
    nns_array x = features_of(set), t = array_of(NNS_F32, set->targets, ROWS, 1);
    int64_t count = 0;
    double loss = 0, weight = 0;
    float expected[100], got[100], z[ROWS];
    double d[ROWS], own = 0;
    must(nns_param_count(model, &count), "param count");
    must(nns_loss_grad(model, &x, &t, NULL, &loss, expected, count, &weight), "loss grad");
    check_near("loss grad: the weight of 60 rows", weight, ROWS, 0);
    check_status("forward train", nns_forward_train(model, &x, FLOATS(z, ROWS, 1)), NNS_OK);
    for (int row = 0; row < ROWS; row++) {
        d[row] = 2 * ((double)z[row] - set->targets[row]) / ROWS;
        own += ((double)z[row] - set->targets[row]) * ((double)z[row] - set->targets[row]) / ROWS;
    }
    nns_array d_outputs = array_of(NNS_F64, d, ROWS, 1);
    check_near("forward train: the loss from its outputs", own, loss, 1e-5 * loss);
    check_status("backward", nns_backward(model, &d_outputs, got, count, NULL), NNS_OK);
    float farthest = 0;
    for (int64_t at = 0; at < count; at++) {
        float error = fabsf(got[at] - expected[at]) / (1 + fabsf(expected[at]));
        if (error > farthest) farthest = error;
    }
    check(farthest < 1e-6f, "backward: the gradient of loss grad", "off by %g", (double)farthest);
    float again[100];
    must(nns_backward(model, &d_outputs, again, count, NULL), "backward again");
    check_bytes("backward: again for the same batch", again, got, (size_t)count * sizeof(float));
    check_status("apply grad after backward", nns_apply_grad(model, got, count), NNS_OK);
    check_status("backward: the batch is gone when the model has changed",
                 nns_backward(model, &d_outputs, got, count, NULL), NNS_E_STATE);
    nns_free(model);
}

static double weighted_sum(nns_model *model, const float *row, const double *d) {
    float out[2];
    must(nns_predict_one(model, row, FEATURES, NNS_RAW, FLOATS(out, 1, 2)), "predict one");
    return d[0] * out[0] + d[1] * out[1];
}

/* Against central differences of predictions. */
static void check_inputs(const samples *set) {
    enum { FEW = 5 };
    nns_model *model = model_from(deep);
    nns_array x = array_of(NNS_F32, set->x, FEW, FEATURES);
    double z[FEW * 2], d[FEW * 2], d_inputs[FEW * FEATURES], worst = 0;
    nns_array out = array_of(NNS_F64, z, FEW, 2), d_outputs = array_of(NNS_F64, d, FEW, 2),
              inputs = array_of(NNS_F64, d_inputs, FEW, FEATURES);
    for (int at = 0; at < FEW * 2; at++) d[at] = at % 3 - 0.75;
    must(nns_forward_train(model, &x, &out), "forward train");
    check_status("backward: of the inputs alone",
                 nns_backward(model, &d_outputs, NULL, 0, &inputs), NNS_OK);
    for (int row = 0; row < FEW; row++)
        for (int column = 0; column < FEATURES; column++) {
            float left[FEATURES], right[FEATURES];
            memcpy(left, set->x + row * FEATURES, sizeof left);
            memcpy(right, left, sizeof left);
            left[column] -= 0.01f;
            right[column] += 0.01f;
            double slope = (weighted_sum(model, right, d + 2 * row) - weighted_sum(model, left, d + 2 * row)) /
                           ((double)right[column] - left[column]);
            double error = fabs(slope - d_inputs[row * FEATURES + column]) / (1 + fabs(slope));
            if (error > worst) worst = error;
        }
    check(worst < 2e-3, "backward: d_inputs against central differences", "off by %g", worst);
    nns_array small = array_of(NNS_F64, d_inputs, FEW - 1, FEATURES), wide = array_of(NNS_F64, d, FEW, 1);
    check_status("backward: d_inputs of other rows",
                 nns_backward(model, &d_outputs, NULL, 0, &small), NNS_E_SHAPE);
    check_status("backward: d_outputs of other columns",
                 nns_backward(model, &wide, NULL, 0, &inputs), NNS_E_SHAPE);
    d[3] = NAN;
    check_status("backward: d_outputs that are not finite",
                 nns_backward(model, &d_outputs, NULL, 0, &inputs), NNS_E_ARGUMENT);
    nns_free(model);
}

static void check_statistics(const samples *set) {
    nns_model *model = model_from("{\"input\": 4, \"layers\": [\"batch_norm\", {\"type\": \"dense\", "
                                  "\"units\": 3}], \"loss\": \"softmax_cross_entropy\"}");
    nns_array x = features_of(set);
    float z[ROWS * CLASSES];
    uint64_t before = hash_of_weights(model);
    must(nns_forward_train(model, &x, FLOATS(z, ROWS, CLASSES)), "forward train");
    check(hash_of_weights(model) != before, "forward train: running statistics follow", "none did");
    x.rows = 1;
    check_status("forward train: batch_norm with one row",
                 nns_forward_train(model, &x, FLOATS(z, 1, CLASSES)), NNS_E_SHAPE);
    nns_free(model);
}

void check_own_loss(void) {
    static samples set;
    fill_samples(&set);
    check_gradient(&set);
    check_inputs(&set);
    check_statistics(&set);
}

void check_swap(void) {
    static samples set;
    fill_samples(&set);
    nns_model *model = model_from(classifier), *newer = NULL, *other = NULL;
    nns_data *data = labelled(&set);
    nns_session *session = NULL;
    nns_array x = features_of(&set), y = labels_of(&set);
    float p[ROWS * CLASSES], expected[ROWS * CLASSES];
    must(nns_session_create(model, ROWS, &session), "session");
    must(nns_clone(model, &newer), "clone");
    must(nns_train(newer, data, NULL, "{\"epochs\": 3}", NULL, NULL), "train the clone");
    must(nns_predict(newer, &x, NNS_PROBA, FLOATS(expected, ROWS, CLASSES)), "predict");
    char *history = text_of(nns_history, newer);
    nns_buffer *buffer = NULL;
    must(nns_save_buffer(newer, NNS_SAVE_TRAINING, &buffer), "save");
    check_status("swap", nns_swap(model, newer), NNS_OK);
    check_status("swap: newer is used up", nns_predict(newer, &x, NNS_PROBA, FLOATS(p, ROWS, CLASSES)),
                 NNS_E_STATE);
    must(nns_session_predict(session, &x, NNS_PROBA, FLOATS(p, ROWS, CLASSES)), "session predict");
    check_bytes("swap: a session predicts as newer did", p, expected, sizeof p);
    char *now = text_of(nns_history, model);
    check_text("swap: the history of newer", now, history);
    /* The optimiser goes on as newer's would have. */
    const void *bytes = NULL;
    size_t size = 0;
    must(nns_buffer_bytes(buffer, &bytes, &size), "bytes");
    must(nns_load_buffer(bytes, size, NULL, &other), "load");
    must(nns_train(other, data, NULL, "{\"epochs\": 1, \"continue\": true}", NULL, NULL), "go on");
    must(nns_train(model, data, NULL, "{\"epochs\": 1, \"continue\": true}", NULL, NULL), "go on");
    check(same_weights(model, other), "swap: the optimiser of newer goes on", "weights differ");
    check_status("swap: steps work", nns_train_batch(model, &x, &y, NULL, NULL), NNS_OK);
    free(history);
    free(now);
    nns_free(other);
    other = model_from(regressor);
    uint64_t hash = hash_of_weights(model);
    check_status("swap: another architecture", nns_swap(model, other), NNS_E_SHAPE);
    check(hash_of_weights(model) == hash, "swap: refused, nothing is changed", "other weights");
    check_status("swap: refused, newer stays", nns_train_batch(other, &x, &y, NULL, NULL), NNS_OK);
    nns_buffer_free(buffer);
    nns_session_free(session);
    nns_data_free(data);
    nns_free(other);
    nns_free(model);
}
