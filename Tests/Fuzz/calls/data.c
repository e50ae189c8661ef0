/* Calls on data sets, metrics and files. */
#include "calls.h"

static int32_t create(void) {
    int64_t rows = some_rows(), inputs = 3, outputs = 3;
    nns_model *model = live_handle(MODEL);
    if (model && chance(80)) {
        nns_input_size(model, &inputs);
        nns_output_size(model, &outputs);
        if (inputs > 64) inputs = 64;
        if (outputs > 64) outputs = 64;
    }
    enum content sort = chance(60) ? CLASSES : chance(50) ? BITS : NUMBERS;
    nns_array *x = array_for(rows, inputs, NUMBERS), *y = array_for(rows, chance(70) ? 1 : outputs, sort),
              *w = chance(80) ? NULL : array_for(rows, 1, WEIGHTS);
    results made = room(sizeof(nns_data *));
    int32_t status = CALL(nns_data_create(x, y, w, data_config_text(), (nns_data **)made.at));
    return kept(DATA, status, made);
}

static int32_t split(void) {
    nns_data *data = some_handle(DATA);
    int64_t rows = 1;
    nns_data_size(data, &rows, NULL, NULL);
    nns_array *key = chance(50) ? NULL : array_for(rows, 1, chance(50) ? CLASSES : NUMBERS);
    results rest = room(sizeof(nns_data *)), part = room(sizeof(nns_data *));
    int32_t status = CALL(nns_data_split(data, (int32_t)below(6), chance(80) ? 0.3 : odd_number(), key,
                                         draw(), (nns_data **)rest.at, (nns_data **)part.at));
    unless_ok(status, rest);
    unless_ok(status, part);
    if (status) return status;
    keep_handle(DATA, *(nns_data **)rest.at);
    keep_handle(DATA, *(nns_data **)part.at);
    return status;
}

static int32_t sizes(void) {
    const nns_data *data = some_handle(DATA);
    int64_t rows = 0;
    int32_t status = CALL(nns_data_size(data, &rows, NULL, NULL));
    if (status) return status;
    if (chance(5)) rows += (int64_t)below(3) - 1;
    results indices = room((size_t)rows * sizeof(int64_t));
    status = CALL(nns_data_rows(data, (int64_t *)indices.at, rows));
    unless_ok(status, indices);
    return status;
}

static int32_t subset(void) {
    const nns_data *data = some_handle(DATA);
    int64_t rows = 1, count = (int64_t)below(6), *indices = block((size_t)count * sizeof *indices);
    nns_data_size(data, &rows, NULL, NULL);
    for (int64_t at = 0; at < count; at++)
        indices[at] = chance(3) ? (int64_t)draw() : (int64_t)below((uint64_t)rows + (chance(3) ? 1 : 0));
    results made = room(sizeof(nns_data *));
    int32_t status = CALL(nns_data_subset(data, indices, count, (nns_data **)made.at));
    return kept(DATA, status, made);
}

static int32_t targets(void) {
    const nns_data *data = some_handle(DATA);
    int64_t rows = 1, columns = 1;
    nns_data_size(data, &rows, NULL, &columns);
    nns_array *out = array_for(rows + (chance(5) ? 1 : 0), columns, NUMBERS);
    return CALL(nns_data_targets(data, out));
}

static int32_t let_go(void) { LET_GO(DATA, nns_data, nns_data_free); }

action data_actions[] = {
    {"nns_data_create", 14, create, 0, 0},
    {"nns_data_split", 4, split, 0, 0},
    {"nns_data_size, _rows", 2, sizes, 0, 0},
    {"nns_data_subset", 2, subset, 0, 0},
    {"nns_data_targets", 2, targets, 0, 0},
    {"nns_data_free", 2, let_go, 0, 0},
    {NULL, 0, NULL, 0, 0},
};

static nns_array *truth, *scores, *weight;

static void draw_samples(void) {
    int64_t rows = some_rows();
    static const enum content sorts[] = {BITS, CLASSES, NUMBERS};
    enum content sort = sorts[below(3)];
    truth = array_for(rows, chance(90) ? 1 : 3, sort);
    scores = array_for(rows, chance(75) ? 1 : 3, chance(60) ? sort : sorts[below(3)]);
    weight = chance(80) ? NULL : array_for(rows, 1, WEIGHTS);
}

static int32_t metric(void) {
    results value = room(sizeof(double));
    draw_samples();
    int32_t status = CALL(nns_metric(metric_text(), truth, scores, weight, (double *)value.at));
    unless_ok(status, value);
    return status;
}

static int32_t curve(void) {
    size_t capacity = chance(20) ? 0 : below(50);
    results x = room(capacity * sizeof(double)), y = room(x.size), z = room(x.size);
    int64_t need = 0;
    draw_samples();
    int32_t status =
        CALL(nns_curve(chance(4) ? (int32_t)below(5) : 1 + (int32_t)below(3), truth, scores, weight, (double *)x.at, (double *)y.at,
                       (double *)z.at, (int64_t)capacity, chance(3) ? NULL : &need));
    unless_ok(status, x);
    unless_ok(status, y);
    unless_ok(status, z);
    return status;
}

static int32_t confusion(void) {
    int64_t classes = chance(5) ? (int64_t)draw() : 1 + (int64_t)below(4), count = 9;
    if (classes > 0 && classes < 100) count = classes * classes;
    results matrix = room((size_t)count * sizeof(double));
    draw_samples();
    int32_t status =
        CALL(nns_confusion(truth, scores, weight, classes, (double *)matrix.at, count));
    unless_ok(status, matrix);
    return status;
}

static int32_t threshold(void) {
    results best = room(sizeof(double)), value = room(sizeof(double));
    draw_samples();
    int32_t status = CALL(nns_best_threshold(metric_text(), truth, scores, weight,
                                             (double *)best.at, (double *)value.at));
    unless_ok(status, best);
    unless_ok(status, value);
    return status;
}

action metric_actions[] = {
    {"nns_metric", 5, metric, 0, 0},
    {"nns_curve", 3, curve, 0, 0},
    {"nns_confusion", 2, confusion, 0, 0},
    {"nns_best_threshold", 2, threshold, 0, 0},
    {NULL, 0, NULL, 0, 0},
};

static int32_t save(void) {
    results made = room(sizeof(nns_buffer *));
    int32_t flags = chance(5) ? (int32_t)draw() : (int32_t)below(4);
    int32_t status = CALL(nns_save_buffer(some_handle(MODEL), flags, (nns_buffer **)made.at));
    return kept(BUFFER, status, made);
}

static const nns_limits *some_limits(void) {
    if (chance(70)) return NULL;
    nns_limits *limits = block(sizeof *limits);
    memset(limits, 0, sizeof *limits);
    limits->struct_size = (uint32_t)(chance(80) ? sizeof *limits : below(64));
    /* A block may be smaller than it says only where the library reads no further than it knows. */
    if (limits->struct_size > sizeof *limits) limits->struct_size = sizeof *limits;
    int64_t *fields[] = {&limits->max_file_bytes, &limits->max_header_bytes, &limits->max_parameters,
                         &limits->max_layers, &limits->max_note_bytes};
    *fields[below(5)] = chance(30) ? (int64_t)draw() : (int64_t)below(2000);
    return limits;
}

static int32_t load(void) {
    const void *bytes = NULL;
    size_t size = 0;
    int32_t status = CALL(nns_buffer_bytes(some_handle(BUFFER), &bytes, &size));
    if (status) return status;
    unsigned char *copy = block(size);
    memcpy(copy, bytes, size);
    if (chance(30) && size) copy[below(size)] ^= (unsigned char)(1 << below(8));
    if (chance(10)) size = below(size + 1);
    results made = room(sizeof(nns_model *));
    status = CALL(nns_load_buffer(copy, size, some_limits(), (nns_model **)made.at));
    return kept(MODEL, status, made);
}

static int32_t let_buffer_go(void) { LET_GO(BUFFER, nns_buffer, nns_buffer_free); }

/* Nothing is written: no such folder. */
static int32_t on_disk(void) {
    static const char *const paths[] = {"", "/", "missing/folder/model", "missing/\xff\xfe", "/dev/null/x",
                                        NULL};
    const char *path = paths[below(6)];
    if (chance(50)) return CALL(nns_save(some_handle(MODEL), path, (int32_t)below(4)));
    results made = room(sizeof(nns_model *));
    int32_t status = CALL(nns_load(path, some_limits(), (nns_model **)made.at));
    unless_ok(status, made);
    return status;
}

action file_actions[] = {
    {"nns_save_buffer", 5, save, 0, 0},
    {"nns_load_buffer", 6, load, 0, 0},
    {"nns_buffer_free", 2, let_buffer_go, 0, 0},
    {"nns_save, nns_load", 1, on_disk, 0, 0},
    {NULL, 0, NULL, 0, 0},
};
