/* Calls on models: make, change, read, predict, free. */
#include "calls.h"

static int32_t create(void) {
    results made = room(sizeof(nns_model *));
    const char *spec = spec_text();
    int32_t status = CALL(nns_create(spec, chance(1) ? NULL : (nns_model **)made.at));
    return kept(MODEL, status, made);
}

static int32_t create_mlp(void) {
    static const char *const names[] = {"relu", "tanh", "mse", "binary_cross_entropy", "reluu", ""};
    int64_t count = (int64_t)below(5), *sizes = block((size_t)count * sizeof *sizes);
    for (int64_t at = 0; at < count; at++)
        sizes[at] = chance(4) ? (int64_t)draw() >> below(64) : 1 + (int64_t)below(4);
    /* Memory for few values, which may be said to be many: such calls are only refused. */
    for (int64_t at = 0; at < count; at++)
        if (sizes[at] > 1000 && sizes[at] < INT64_C(1) << 40) sizes[at] = INT64_C(1) << 40;
    results made = room(sizeof(nns_model *));
    const char *activation = chance(50) ? NULL : names[below(6)];
    const char *loss = chance(60) ? NULL : names[below(6)];
    int64_t said = chance(2) ? (int64_t)draw() >> 62 : count;
    if (said > count) said = count;
    int32_t status = CALL(nns_create_mlp(chance(1) ? NULL : sizes, said, activation, loss, draw(),
                                         (nns_model **)made.at));
    return kept(MODEL, status, made);
}

static int32_t copy(void) {
    results made = room(sizeof(nns_model *));
    int32_t status = CALL(nns_clone(some_handle(MODEL), (nns_model **)made.at));
    return kept(MODEL, status, made);
}

static int32_t let_go(void) { LET_GO(MODEL, nns_model, nns_free); }

static int32_t sizes(void) {
    results out = room(sizeof(int64_t));
    const nns_model *model = some_handle(MODEL);
    int64_t *target = chance(2) ? NULL : (int64_t *)out.at;
    int32_t status;
    switch (below(4)) {
    case 0: status = CALL(nns_input_size(model, target)); break;
    case 1: status = CALL(nns_output_size(model, target)); break;
    case 2: status = CALL(nns_tensor_count(model, target, NULL)); break;
    default: status = CALL(nns_param_count(model, target));
    }
    unless_ok(status, out);
    return status;
}

static const char *some_name(void) {
    static const char *const names[] = {"a", "build", "", "\xff", "gr\303\274\303\237e", "x-\"\n"};
    return chance(2) ? NULL : names[below(6)];
}

static int32_t texts(void) {
    nns_model *model = some_handle(MODEL);
    size_t capacity = chance(20) ? 0 : below(chance(50) ? 3000 : 60);
    results buffer = room(capacity);
    size_t *need = chance(10) ? NULL : block(sizeof *need);
    char *text = chance(3) ? NULL : (char *)buffer.at;
    int32_t status;
    switch (below(10)) {
    case 6: status = CALL(nns_get_note(model, some_name(), text, capacity, need)); break;
    case 7: status = CALL(nns_note_name(model, (int64_t)below(4) - 1, text, capacity, need)); break;
    case 8: status = CALL(nns_set_note(model, some_name(), chance(30) ? NULL : some_name())); break;
    case 4: status = CALL(nns_summary(model, text, capacity, need)); break;
    case 5: status = CALL(nns_class_name(model, (int64_t)below(4) - 1, text, capacity, need)); break;
    case 0: status = CALL(nns_describe(model, text, capacity, need)); break;
    case 1: status = CALL(nns_history(model, text, capacity, need)); break;
    case 2: status = CALL(nns_build_info(text, capacity, need)); break;
    case 9: status = CALL(nns_registry(text, capacity, need)); break;
    default:
        status = CALL(nns_tensor(model, (int64_t)below(8) - 1, text, capacity, need,
                                 chance(50) ? NULL : block(4 * sizeof(int64_t)), below(5), NULL, NULL));
    }
    unless_ok(status, buffer);
    return status;
}

static int32_t configure(void) {
    nns_model *model = some_handle(MODEL);
    snapshot before = weights_before(model);
    const char *config = config_text();
    int32_t status = CALL(nns_configure(model, config));
    unchanged(model, before, "nns_configure changed weights");
    return status;
}

static int countdown;

static int32_t progress(void *user, const nns_progress *told) {
    nns_model *model = user;
    float values[64];
    if (told->epoch < 1 || told->batch < 1) finding("progress from before the beginning");
    if (chance(3)) nns_cancel(model);
    if (chance(10)) nns_get_weights(model, values, (int64_t)below(64));
    if (chance(5)) nns_configure(model, NULL);
    if (chance(5)) nns_history(model, NULL, 0, NULL);
    if (chance(5)) calls_from_inside(model);
    return countdown-- == 0 ? 7 : 0;
}

static int32_t train(void) {
    nns_model *model = some_handle(MODEL);
    const nns_data *data = some_handle(DATA), *valid = chance(80) ? NULL : some_handle(DATA);
    const char *config = config_text();
    countdown = (int)below(40);
    return CALL(nns_train(model, data, valid, config, chance(60) ? NULL : progress, model));
}

void sizes_of(const nns_model *model, int64_t *inputs, int64_t *outputs) {
    *inputs = *outputs = 3;
    if (nns_input_size(model, inputs) || nns_output_size(model, outputs)) return;
    if (*inputs > 64) *inputs = 64;
    if (*outputs > 64) *outputs = 64;
}

static int32_t train_batch(void) {
    nns_model *model = some_handle(MODEL);
    int64_t inputs, outputs, rows = some_rows();
    sizes_of(model, &inputs, &outputs);
    enum content sort = chance(60) ? CLASSES : chance(50) ? BITS : NUMBERS;
    nns_array *x = array_for(rows, inputs, NUMBERS), *y = array_for(rows, chance(60) ? 1 : outputs, sort),
              *w = chance(80) ? NULL : array_for(rows, 1, WEIGHTS);
    results loss = room(sizeof(double));
    snapshot before = weights_before(model);
    int32_t status = CALL(nns_train_batch(model, x, y, w, (double *)loss.at));
    unless_ok(status, loss);
    if (status) unchanged(model, before, "nns_train_batch failed and changed weights");
    return status;
}

static int32_t gradient(void) {
    nns_model *model = some_handle(MODEL);
    int64_t inputs, outputs, rows = some_rows(), count = 1;
    sizes_of(model, &inputs, &outputs);
    nns_param_count(model, &count);
    if (chance(5)) count = (int64_t)below(40);
    nns_array *x = array_for(rows, inputs, NUMBERS),
              *y = array_for(rows, chance(60) ? 1 : outputs, chance(60) ? CLASSES : NUMBERS);
    results loss = room(sizeof(double)), values = room((size_t)count * sizeof(float));
    snapshot before = weights_before(model);
    int32_t status = CALL(nns_loss_grad(model, x, y, NULL, (double *)loss.at, (float *)values.at, count, NULL));
    unless_ok(status, loss);
    unless_ok(status, values);
    unchanged(model, before, "nns_loss_grad changed weights");
    if (status || chance(50)) return status;
    int32_t applied = CALL(nns_apply_grad(model, (float *)values.at, count));
    if (applied) unchanged(model, before, "nns_apply_grad failed and changed weights");
    return status;
}

static int32_t weights(void) {
    nns_model *model = some_handle(MODEL);
    int64_t count = 1;
    nns_tensor_count(model, NULL, &count);
    if (chance(10)) count = (int64_t)below(40);
    results values = room((size_t)count * sizeof(float));
    int32_t status = CALL(nns_get_weights(model, (float *)values.at, count));
    unless_ok(status, values);
    if (status) return status;
    snapshot before = weights_before(model);
    if (chance(30) && count) ((float *)values.at)[below((uint64_t)count)] = (float)odd_number();
    status = CALL(nns_set_weights(model, (float *)values.at, chance(5) ? count + 1 : count));
    if (status) unchanged(model, before, "nns_set_weights failed and changed weights");
    return status;
}

static int32_t fit_preprocess(void) {
    return CALL(nns_fit_preprocess(some_handle(MODEL), some_handle(DATA)));
}

static int32_t scaling(void) {
    nns_model *model = some_handle(MODEL);
    int64_t count = 3;
    nns_input_size(model, &count);
    if (count > 64 || chance(5)) count = (int64_t)below(64);
    results center = room((size_t)count * sizeof(double)), scale = room(center.size);
    int32_t status = CALL(nns_get_scaling(model, (double *)center.at, (double *)scale.at, count));
    unless_ok(status, center);
    unless_ok(status, scale);
    if (chance(50)) return status;
    for (int64_t at = 0; at < count; at++) {
        ((double *)center.at)[at] = odd_number();
        ((double *)scale.at)[at] = chance(90) ? 0.5 : odd_number();
    }
    return CALL(nns_set_scaling(model, (double *)center.at, (double *)scale.at, count));
}

static int32_t threshold(void) {
    nns_model *model = some_handle(MODEL);
    results value = room(sizeof(double));
    int32_t status = CALL(nns_get_threshold(model, (double *)value.at));
    unless_ok(status, value);
    return chance(50) ? status : CALL(nns_set_threshold(model, chance(50) ? 0.25 : odd_number()));
}

static int32_t evaluate(void) {
    nns_model *model = some_handle(MODEL);
    int count;
    const char *metrics = metrics_text(&count);
    results values = room((size_t)(count ? count : 1) * sizeof(double));
    snapshot before = weights_before(model);
    int32_t status = CALL(nns_evaluate(model, some_handle(DATA), metrics, (double *)values.at,
                                       metrics ? count : 1));
    unless_ok(status, values);
    unchanged(model, before, "nns_evaluate changed weights");
    return status;
}

static int32_t cancel(void) { return CALL(nns_cancel(some_handle(MODEL))); }

static int32_t some_kind(void) {
    return chance(2) ? (int32_t)draw()
                     : (int32_t)(1 + below(3)) | (chance(30) ? NNS_ALLOW_NAN : 0);
}

const nns_array *some_out(results out, int32_t kind, int64_t rows, int64_t columns) {
    static const int32_t values[] = {NNS_F32, NNS_F64}, labels[] = {NNS_I64, NNS_I32};
    nns_array *to = block(sizeof *to);
    int is_label = (kind & 3) == NNS_LABEL;
    nns_array made = NNS_ARRAY(is_label ? labels[below(2)] : values[below(2)], out.at, rows,
                               is_label && chance(60) ? 1 : columns);
    if (chance(3)) made.dtype = (int32_t)below(9) - 1;
    if (chance(3)) made.data = NULL;
    if (chance(3)) made.cols = made.cols > 1 ? made.cols - 1 : 0;
    if (chance(10)) {
        /* By columns: within the same memory. */
        made.row_stride = made.dtype == NNS_F32 || made.dtype == NNS_I32 ? 4 : 8;
        made.col_stride = made.row_stride * rows;
    }
    if (chance(3)) made.row_stride = made.col_stride = 1;
    *to = made;
    return chance(2) ? NULL : to;
}

static int32_t predict(void) {
    nns_model *model = some_handle(MODEL);
    int64_t inputs, outputs, rows = some_rows();
    sizes_of(model, &inputs, &outputs);
    results out = room((size_t)(rows * outputs) * 8);
    int32_t kind = some_kind();
    nns_array *x = array_for(rows, inputs, NUMBERS);
    const nns_data *data = some_handle(DATA);
    snapshot before = weights_before(model);
    int32_t status;
    switch (below(3)) {
    case 0: status = CALL(nns_predict(model, x, kind, some_out(out, kind, rows, outputs))); break;
    case 1: status = CALL(nns_predict_data(model, data, kind, some_out(out, kind, rows, outputs))); break;
    default: {
        float *row = block((size_t)inputs * sizeof *row);
        for (int64_t at = 0; at < inputs; at++) row[at] = (float)odd_number();
        status = CALL(nns_predict_one(model, row, inputs, kind, some_out(out, kind, 1, outputs)));
    }
    }
    unless_ok(status, out);
    unchanged(model, before, "a prediction changed weights");
    return status;
}

static int32_t session_create(void) {
    results made = room(sizeof(nns_session *));
    int64_t rows = chance(5) ? (int64_t)(draw() >> (chance(50) ? 0 : 34)) : some_rows();
    if (rows > 2000 && rows < INT64_C(1) << 31) rows = 2000;
    int32_t status = CALL(nns_session_create(some_handle(MODEL), rows, (nns_session **)made.at));
    return kept(SESSION, status, made);
}

static int32_t session_predict(void) {
    int64_t inputs, outputs, rows = some_rows();
    sizes_of(live_handle(MODEL), &inputs, &outputs);
    results out = room((size_t)(rows * outputs) * 8);
    nns_array *x = array_for(rows, inputs, NUMBERS);
    int32_t kind = some_kind();
    int32_t status = CALL(
        nns_session_predict(some_handle(SESSION), x, kind, some_out(out, kind, rows, outputs)));
    unless_ok(status, out);
    return status;
}

static int32_t session_free(void) { LET_GO(SESSION, nns_session, nns_session_free); }

static int32_t settings(void) {
    int32_t before = 0;
    if (nns_abi_version() != NNS_ABI_VERSION || strcmp(nns_version(), NNS_VERSION_TEXT))
        finding("another version than the header's");
    if (CALL(nns_get_threads(&before)) || before < 0 || before > 256) finding("threads out of range");
    int32_t status = CALL(nns_set_threads(chance(10) ? (int32_t)draw() : 1));
    if (status == NNS_OK) nns_set_threads(1);
    return status;
}

action model_actions[] = {
    {"nns_create", 14, create, 0, 0},
    {"nns_create_mlp", 6, create_mlp, 0, 0},
    {"nns_clone", 3, copy, 0, 0},
    {"nns_free", 4, let_go, 0, 0},
    {"sizes", 4, sizes, 0, 0},
    {"texts", 5, texts, 0, 0},
    {"nns_configure", 5, configure, 0, 0},
    {"nns_train", 12, train, 0, 0},
    {"nns_train_batch", 8, train_batch, 0, 0},
    {"nns_loss_grad", 5, gradient, 0, 0},
    {"weights", 4, weights, 0, 0},
    {"nns_fit_preprocess", 2, fit_preprocess, 0, 0},
    {"scaling", 3, scaling, 0, 0},
    {"threshold", 2, threshold, 0, 0},
    {"nns_evaluate", 6, evaluate, 0, 0},
    {"nns_cancel", 2, cancel, 0, 0},
    {"predictions", 12, predict, 0, 0},
    {"nns_session_create", 3, session_create, 0, 0},
    {"nns_session_predict", 4, session_predict, 0, 0},
    {"nns_session_free", 2, session_free, 0, 0},
    {"settings", 1, settings, 0, 0},
    {NULL, 0, NULL, 0, 0},
};
