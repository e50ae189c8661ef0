/* Calls on models: a loss of one's own, one model in the place of another, waiting. */
#include "calls.h"

/* Of the batch that some model keeps. */
static int64_t kept_rows = 1;

static int32_t forward_train(void) {
    nns_model *model = some_handle(MODEL);
    int64_t inputs, outputs, rows = some_rows();
    sizes_of(model, &inputs, &outputs);
    nns_array *x = array_for(rows, inputs, NUMBERS);
    results out = room((size_t)(rows * outputs) * 8);
    const nns_array *to = some_out(out, NNS_RAW, rows, outputs);
    snapshot before = weights_before(model);
    int32_t status = CALL(nns_forward_train(model, x, to));
    unless_ok(status, out);
    if (status) unchanged(model, before, "nns_forward_train failed and changed weights");
    else kept_rows = rows;
    return status;
}

static int32_t backward_of(nns_model *model) {
    int64_t inputs, outputs, count = 1, rows = chance(5) ? some_rows() : kept_rows;
    sizes_of(model, &inputs, &outputs);
    nns_param_count(model, &count);
    if (count > 10000 || chance(5)) count = (int64_t)below(40);
    int64_t said = chance(1) ? -count : count;
    nns_array *d_outputs = array_for(rows, outputs, NUMBERS);
    if (d_outputs && chance(50) && d_outputs->dtype != NNS_F32) d_outputs = array_for(rows, outputs, WEIGHTS);
    results gradient = room((size_t)count * sizeof(float)), d_inputs = room((size_t)(rows * inputs) * 8);
    const nns_array *to = chance(50) ? NULL : some_out(d_inputs, NNS_RAW, rows, inputs);
    float *values = chance(10) ? NULL : (float *)gradient.at;
    snapshot before = weights_before(model);
    int32_t status = CALL(nns_backward(model, d_outputs, values, said, to));
    unless_ok(status, gradient);
    unless_ok(status, d_inputs);
    unchanged(model, before, "nns_backward changed weights");
    if (status || !values || chance(70)) return status;
    before = weights_before(model);
    if (CALL(nns_apply_grad(model, values, said)))
        unchanged(model, before, "nns_apply_grad failed and changed weights");
    return status;
}

static int32_t backward(void) { return backward_of(some_handle(MODEL)); }

/* Both on one model, and again for the same batch. */
static int32_t own_loss(void) {
    nns_model *model = live_handle(MODEL);
    int64_t inputs, outputs;
    sizes_of(model, &inputs, &outputs);
    kept_rows = some_rows();
    results out = room((size_t)(kept_rows * outputs) * 8);
    nns_array to = NNS_ARRAY(NNS_F64, out.at, kept_rows, outputs);
    int32_t status = CALL(nns_forward_train(model, array_for(kept_rows, inputs, NUMBERS), &to));
    unless_ok(status, out);
    if (status) return status;
    status = backward_of(model);
    return chance(50) ? status : backward_of(model);
}

/* A copy that differs from its model, mostly in weights; NULL: none could be made. */
static nns_model *changed_copy(const nns_model *model) {
    nns_model *copy = NULL;
    if (CALL(nns_clone(model, &copy))) return NULL;
    int64_t count = 0;
    if (!nns_tensor_count(copy, NULL, &count) && count < 10000) {
        float *values = block((size_t)count * sizeof *values);
        for (int64_t at = 0; at < count; at++) values[at] = (float)below(100) / 64;
        CALL(nns_set_weights(copy, values, count));
    }
    if (chance(30)) CALL(nns_configure(copy, config_text()));
    if (chance(20)) CALL(nns_set_threshold(copy, 0.25));
    if (chance(20)) CALL(nns_set_note(copy, "a", chance(50) ? NULL : "of the copy"));
    return copy;
}

static double threshold_of(const nns_model *model) {
    double threshold = -1;
    return nns_get_threshold(model, &threshold) ? -1 : threshold;
}

static int32_t swap(void) {
    nns_model *model = some_handle(MODEL), *newer = NULL;
    if (chance(70)) newer = changed_copy(chance(90) ? model : some_handle(MODEL));
    if (newer) keep_handle(MODEL, newer);
    else newer = some_handle(MODEL);
    snapshot before = weights_before(model), wanted = weights_before(newer);
    double threshold = threshold_of(newer);
    int32_t status = CALL(nns_swap(model, newer));
    if (status) {
        unchanged(model, before, "nns_swap failed and changed weights");
        unchanged(newer, wanted, "nns_swap failed and changed newer's weights");
        return status;
    }
    unchanged(model, wanted, "nns_swap brought other weights than newer's");
    if (threshold_of(model) != threshold) finding("nns_swap brought another threshold than newer's");
    if (nns_cancel(newer) != NNS_E_STATE) finding("nns_swap left newer's handle");
    forget_handle(MODEL, newer);
    return status;
}

/* Nothing here waits for another thread: a call that waits for itself shows as one that is slow. */
static int32_t set_wait(void) {
    static const int32_t times[] = {0, 1, 2, 0, 1, -2, INT32_MIN};
    return CALL(nns_set_wait(some_handle(MODEL), times[below(7)]));
}

void calls_from_inside(nns_model *model) {
    nns_model *copy = NULL;
    float number = 0;
    nns_array one = NNS_ARRAY(NNS_F32, &number, 1, 1);
    nns_set_wait(model, (int32_t)below(3));
    if (nns_forward_train(model, &one, &one) == NNS_OK || nns_backward(model, &one, NULL, 0, NULL) == NNS_OK)
        finding("a training's callback changed its model");
    if (nns_clone(model, &copy)) return;
    if (nns_swap(model, copy) == NNS_OK || nns_swap(copy, model) == NNS_OK)
        finding("a training's callback swapped its model");
    nns_free(copy);
}

action change_actions[] = {
    {"nns_forward_train", 3, forward_train, 0, 0},
    {"nns_backward", 3, backward, 0, 0},
    {"forward and backward", 4, own_loss, 0, 0},
    {"nns_swap", 5, swap, 0, 0},
    {"nns_set_wait", 2, set_wait, 0, 0},
    {NULL, 0, NULL, 0, 0},
};
