/* The calls that are tried with too little memory. */
#include "failing.h"

#include "../arrow.h"

static const char spec[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 5, \"activation\": \"relu\"}, "
    "\"batch_norm\", {\"type\": \"dropout\", \"rate\": 0.1}, {\"type\": \"dense\", \"units\": 3}], "
    "\"loss\": \"softmax_cross_entropy\", \"preprocess\": \"standardize\", \"classes\": [\"a\", "
    "\"b\", \"c\"]}";
static const char path[] = "memory.safetensors";

static samples set;
static nns_model *trained, *wide;
static nns_data *data;
static nns_buffer *file;

static struct {
    nns_model *model;
    nns_data *data, *part;
    nns_session *session;
    nns_buffer *buffer;
    double numbers[ROWS + 2][3];
    float out[ROWS * CLASSES];
} made, untouched;

void clear_results(void) {
    nns_free(made.model != untouched.model ? made.model : NULL);
    nns_data_free(made.data != untouched.data ? made.data : NULL);
    nns_data_free(made.part != untouched.part ? made.part : NULL);
    nns_session_free(made.session != untouched.session ? made.session : NULL);
    nns_buffer_free(made.buffer != untouched.buffer ? made.buffer : NULL);
    memcpy(&made, &untouched, sizeof made);
}

nns_model **made_model(void) { return &made.model; }
nns_session **made_session(void) { return &made.session; }
nns_buffer **made_buffer(void) { return &made.buffer; }
float *made_floats(void) { return made.out; }

int results_are_untouched(void) { return !memcmp(&made, &untouched, sizeof made); }

void prepare_attempts(void) {
    memset(&untouched, 0x5A, sizeof untouched);
    memcpy(&made, &untouched, sizeof made);
    fill_samples(&set);
    trained = model_from(spec);
    data = labelled(&set);
    must(nns_train(trained, data, NULL, "{\"epochs\": 2, \"metrics\": [\"accuracy\"]}", NULL, NULL),
         "train");
    must(nns_set_note(trained, "made", "for this test"), "set note");
    must(nns_save_buffer(trained, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &file), "save buffer");
    must(nns_save(trained, path, NNS_SAVE_WEIGHTS), "save");
    wide = model_from("{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 4000}, "
                      "{\"type\": \"dense\", \"units\": 3}], \"loss\": \"mse\"}");
}

void begin_attempt(fixture *with) {
    const void *bytes = NULL;
    size_t size = 0;
    must(nns_buffer_bytes(file, &bytes, &size), "buffer bytes");
    must(nns_load_buffer(bytes, size, NULL, &with->model), "load buffer");
    must(nns_session_create(with->model, ROWS, &with->session), "session");
    with->data = data;
    begin_table(with);
}

void end_attempt(fixture *with) {
    clear_results();
    nns_session_free(with->session);
    nns_free(with->model);
    nns_free(with->table);
}

static int32_t create(fixture *with) {
    (void)with;
    return nns_create(spec, &made.model);
}

static int32_t create_wrong(fixture *with) {
    (void)with;
    return nns_create("{\"input\": 4, \"layers\": [{\"type\": \"dence\"}], \"loss\": \"mse\"}",
                      &made.model);
}

static int32_t create_mlp(fixture *with) {
    static const int64_t sizes[] = {4, 8, 3};
    (void)with;
    return nns_create_mlp(sizes, 3, "tanh", NULL, 7, &made.model);
}

static int32_t copy(fixture *with) { return nns_clone(with->model, &made.model); }

static int32_t describe(fixture *with) {
    size_t need;
    return nns_describe(with->model, NULL, 0, &need);
}

static int32_t summary(fixture *with) {
    size_t need;
    return nns_summary(with->model, NULL, 0, &need);
}

static int32_t class_name(fixture *with) {
    size_t need;
    return nns_class_name(with->model, 2, NULL, 0, &need);
}

static int32_t set_threshold(fixture *with) { return nns_set_threshold(with->model, 0.25); }

static int32_t set_note(fixture *with) {
    return nns_set_note(with->model, "a note with a longer name", "and with a text of a line or so");
}

static int32_t get_note(fixture *with) {
    size_t need;
    return nns_get_note(with->model, "made", NULL, 0, &need);
}

static int32_t history(fixture *with) {
    size_t need;
    return nns_history(with->model, NULL, 0, &need);
}

static int32_t history_numbers(fixture *with) {
    int64_t first, last;
    int32_t status = nns_history_info(with->model, &first, &last, NULL, NULL);
    return status ? status : nns_history_value(with->model, "loss", 0, &made.numbers[0][0]);
}

static int32_t build_info(fixture *with) {
    size_t need;
    (void)with;
    return nns_build_info(NULL, 0, &need);
}

static int32_t registry(fixture *with) {
    size_t need;
    (void)with;
    return nns_registry(NULL, 0, &need);
}

static int32_t create_data(fixture *with) {
    nns_array x = features_of(&set), y = labels_of(&set), w = array_of(NNS_F32, set.targets, ROWS, 1);
    (void)with;
    return nns_data_create(&x, &y, &w, "{\"allow_nan\": true}", &made.data);
}

/* Many columns with long names, levels, numbers read from texts, and labels to copy. */
static int32_t create_table(fixture *with) {
    enum { COLUMNS = 300 };
    static char names[COLUMNS][1001];
    static const char *const texts[] = {"1.5", "NA", "2"}, *const labels[] = {"yes", "no", "yes"};
    static const uint8_t indices[] = {0, 2, 1};
    static const nns_column levels = NNS_COLUMN(NULL, NNS_TEXT_PTR, texts, 0);
    static nns_column columns[COLUMNS];
    (void)with;
    for (int at = 0; at < COLUMNS; at++) {
        memset(names[at], 'n', 1000);
        snprintf(names[at], 5, "%04d", at);
        names[at][4] = 'n';
        nns_column plain = NNS_COLUMN(names[at], NNS_TEXT_PTR, at == 0 ? labels : texts, 0);
        nns_column coded = NNS_COLUMN(names[at], NNS_U8, indices, 0);
        coded.levels = &levels;
        coded.level_count = 3;
        columns[at] = at % 2 ? coded : plain;
    }
    return nns_data_create_table(columns, COLUMNS, 3, names[0], NULL,
                                 "{\"missing_text\": [\"NA\"], \"parse_text\": true}", &made.data);
}

static arrow_source source;

/* Three chunks of texts and of times that have to be copied. */
static int32_t create_arrow(fixture *with) {
    static const int32_t ends[] = {0, 1, 2};
    static const int64_t seconds[] = {5, 6};
    static const void *text[] = {NULL, ends, "ab"}, *times[] = {NULL, seconds};
    (void)with;
    arrow_fill(&source, "u", 2, text, 3);
    source.columns = 2;
    source.chunks = 3;
    source.column[1].format = "tss:";
    source.column[1].name = "time";
    for (int at = 1; at < 6; at++) source.array[at] = source.array[0];
    for (int at = 1; at < 6; at += 2) {
        source.array[at].buffers = times;
        source.array[at].n_buffers = 2;
    }
    source.chunk[1] = source.chunk[2] = source.chunk[0];
    struct ArrowArrayStream stream = arrow_stream(&source);
    return nns_data_create_arrow(&stream, "y", NULL, NULL, &made.data);
}

static int32_t subset(fixture *with) {
    static const int64_t rows[] = {3, 3, 1};
    return nns_data_subset(with->data, rows, 3, &made.part);
}

static int32_t targets(fixture *with) {
    nns_array out = array_of(NNS_F64, made.numbers, ROWS, 1);
    return nns_data_targets(with->data, &out);
}

static int32_t set_scaling(fixture *with) {
    static const double ones[FEATURES] = {1, 1, 1, 1};
    return nns_set_scaling(with->model, ones, ones, FEATURES);
}

static int32_t split(fixture *with, int32_t kind) {
    nns_array key = array_of(NNS_F32, set.bits, ROWS, 1);
    int takes_key = kind == NNS_SPLIT_GROUP || kind == NNS_SPLIT_TIME;
    return nns_data_split(with->data, kind, 0.3, takes_key ? &key : NULL, 1, &made.data, &made.part);
}

static int32_t split_random(fixture *with) { return split(with, NNS_SPLIT_RANDOM); }
static int32_t split_stratified(fixture *with) { return split(with, NNS_SPLIT_STRATIFIED); }
static int32_t split_group(fixture *with) { return split(with, NNS_SPLIT_GROUP); }
static int32_t split_time(fixture *with) { return split(with, NNS_SPLIT_TIME); }

static int32_t train(fixture *with) {
    return nns_train(with->model, with->data, NULL,
                     "{\"epochs\": 2, \"metrics\": [\"accuracy\", \"f1\"], \"validation_fraction\": "
                     "0.3, \"stratify\": true, \"early_stopping\": {\"patience\": 1}, "
                     "\"class_weight\": \"balanced\", \"clip_norm\": 1}",
                     NULL, NULL);
}

static int32_t go_on(void *user, const nns_progress *told) {
    (void)user;
    return told->epoch == 2 ? NNS_STOP : 0;
}

static int32_t train_until_stopped(fixture *with) {
    return nns_train(with->model, with->data, NULL,
                     "{\"epochs\": 3, \"continue\": true, \"metrics\": [\"f1\"], "
                     "\"restore\": \"start\"}",
                     go_on, NULL);
}

static int32_t train_in_threads(fixture *with) {
    return nns_train(with->model, with->data, with->data, "{\"epochs\": 1, \"threads\": 3}", NULL,
                     NULL);
}

static int32_t train_search(fixture *with) {
    return nns_train(with->model, with->data, NULL,
                     "{\"epochs\": 1, \"batch_size\": 0, \"optimizer\": {\"type\": \"lbfgs\", "
                     "\"max_iterations\": 4, \"line_search\": \"strong_wolfe\"}}",
                     NULL, NULL);
}

static int32_t save_search(fixture *with) {
    int32_t status = train_search(with);
    if (status) return status;
    return nns_save_buffer(with->model, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &made.buffer);
}

static int32_t train_on(fixture *with) {
    return nns_train(with->model, with->data, NULL, "{\"epochs\": 1, \"continue\": true}", NULL,
                     NULL);
}

static int32_t train_wrong(fixture *with) {
    return nns_train(with->model, with->data, NULL, "{\"optimiser\": \"adam\"}", NULL, NULL);
}

static int32_t configure(fixture *with) {
    return nns_configure(with->model, "{\"optimizer\": \"nadam\", \"schedule\": \"cosine\"}");
}

static int32_t step(fixture *with) {
    nns_array x = features_of(&set), y = labels_of(&set);
    return nns_train_batch(with->model, &x, &y, NULL, &made.numbers[0][0]);
}

static int32_t gradient(fixture *with) {
    nns_array x = features_of(&set), y = labels_of(&set);
    int64_t count = 0;
    must(nns_param_count(with->model, &count), "param count");
    return nns_loss_grad(with->model, &x, &y, NULL, &made.numbers[0][0], made.out, count, NULL);
}

static int32_t own_loss(fixture *with) {
    static float gradient[ROWS * CLASSES];
    int64_t count = 0;
    nns_array x = features_of(&set);
    must(nns_param_count(with->model, &count), "param count");
    int32_t status = nns_forward_train(with->model, &x, FLOATS(made.out, ROWS, CLASSES));
    return status ? status
                  : nns_backward(with->model, FLOATS(made.out, ROWS, CLASSES), gradient, count, NULL);
}

static int32_t swap(fixture *with) {
    nns_model *newer = NULL;
    int32_t status = nns_clone(with->model, &newer);
    if (status) return status;
    status = nns_swap(with->model, newer);
    if (status) nns_free(newer);
    return status;
}

static int32_t apply(fixture *with) {
    static const float zeros[ROWS * CLASSES];
    int64_t count = 0;
    must(nns_param_count(with->model, &count), "param count");
    return nns_apply_grad(with->model, zeros, count);
}

static int32_t fit(fixture *with) { return nns_fit_preprocess(with->model, with->data); }

static int32_t evaluate(fixture *with) {
    return nns_evaluate(with->model, with->data, "[\"loss\", \"accuracy\", \"roc_auc\"]",
                        made.numbers[0], 3);
}

static int32_t importance(fixture *with) {
    return nns_importance(with->model, with->data, "{\"type\": \"f1\", \"average\": \"macro\"}", 2, 1,
                          made.numbers[0], made.numbers[2], FEATURES);
}

static int32_t dependence(fixture *with) {
    static const nns_value values[] = {{NNS_NUMBER, 0, 1.5, 0, NULL}, {NNS_INTEGER, 0, 0, 2, NULL}};
    return nns_dependence(with->model, with->data, 1, values, 2, 0, made.numbers[0]);
}

static int32_t cross_validate(fixture *with) {
    return nns_cross_validate(with->data, spec, "{\"epochs\": 1}", NNS_SPLIT_STRATIFIED, 3, NULL, 1,
                              "[\"loss\", \"accuracy\"]", made.numbers[0], 6,
                              FLOATS(made.out, ROWS, CLASSES), NULL, NULL);
}

static int32_t cross_validate_groups(fixture *with) {
    nns_array key = array_of(NNS_F32, set.bits, ROWS, 1);
    return nns_cross_validate(with->data, spec, "{\"epochs\": 1}", NNS_SPLIT_GROUP, 2, &key, 1, NULL,
                              made.numbers[0], 2, NULL, NULL, NULL);
}

static int32_t predict(fixture *with) {
    nns_array x = features_of(&set);
    return nns_predict(with->model, &x, NNS_PROBA, FLOATS(made.out, ROWS, CLASSES));
}

/* By lanes, two a thread. */
static int32_t predict_in_lanes(fixture *with) {
    enum { MANY = 12 * 128 + 1 };
    static float rows[MANY * FEATURES], out[MANY * 3];
    (void)with;
    nns_array x = array_of(NNS_F32, rows, MANY, FEATURES);
    must(nns_set_threads(6), "set threads");
    int32_t status = nns_predict(wide, &x, NNS_PROBA, FLOATS(out, MANY, 3));
    must(nns_set_threads(1), "set threads");
    return status;
}

static int32_t predict_one(fixture *with) {
    return nns_predict_one(with->model, set.x, FEATURES, NNS_RAW, FLOATS(made.out, 1, CLASSES));
}

static int32_t predict_data(fixture *with) {
    return nns_predict_data(with->model, with->data, NNS_PROBA, FLOATS(made.out, ROWS, CLASSES));
}

static int32_t session(fixture *with) {
    return nns_session_create(with->model, ROWS, &made.session);
}

static int32_t session_predict(fixture *with) {
    nns_array x = features_of(&set);
    return nns_session_predict(with->session, &x, NNS_PROBA, FLOATS(made.out, ROWS, CLASSES));
}

static int32_t save(fixture *with) { return nns_save(with->model, path, NNS_SAVE_TRAINING); }

static int32_t save_buffer(fixture *with) {
    return nns_save_buffer(with->model, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &made.buffer);
}

static int32_t load(fixture *with) {
    (void)with;
    return nns_load(path, NULL, &made.model);
}

static int32_t load_buffer(fixture *with) {
    const void *bytes = NULL;
    size_t size = 0;
    (void)with;
    must(nns_buffer_bytes(file, &bytes, &size), "buffer bytes");
    return nns_load_buffer(bytes, size, NULL, &made.model);
}

static int32_t metric(fixture *with) {
    nns_array y = array_of(NNS_I32, set.labels, ROWS, 1);
    (void)with;
    return nns_metric("{\"type\": \"f1\", \"average\": \"macro\"}", &y, &y, NULL, &made.numbers[0][0]);
}

static int32_t curve(fixture *with) {
    nns_array y = array_of(NNS_F32, set.bits, ROWS, 1), s = array_of(NNS_F32, set.targets, ROWS, 1);
    double *room = made.numbers[0];
    int64_t need;
    (void)with;
    return nns_curve(NNS_CURVE_ROC, &y, &s, NULL, room, room + ROWS + 2, room + 2 * (ROWS + 2),
                     ROWS + 2, &need);
}

static int32_t confusion(fixture *with) {
    nns_array y = labels_of(&set);
    (void)with;
    return nns_confusion(&y, &y, NULL, 3, made.numbers[0], 9);
}

static int32_t threshold(fixture *with) {
    nns_array y = array_of(NNS_F32, set.bits, ROWS, 1), s = array_of(NNS_F32, set.targets, ROWS, 1);
    (void)with;
    return nns_best_threshold("f1", &y, &s, NULL, &made.numbers[0][0], &made.numbers[0][1]);
}

static int32_t stale(fixture *with) {
    int64_t size;
    (void)with;
    return nns_input_size((const nns_model *)&set, &size);
}

const attempt attempts[] = {
    {"nns_create", create, NNS_OK, 0},
    {"nns_create, refused", create_wrong, NNS_E_ARGUMENT, 0},
    {"nns_create_mlp", create_mlp, NNS_OK, 0},
    {"nns_clone", copy, NNS_OK, 0},
    {"nns_describe", describe, NNS_OK, 0},
    {"nns_summary", summary, NNS_OK, 0},
    {"nns_class_name", class_name, NNS_OK, 0},
    {"nns_set_threshold, refused", set_threshold, NNS_E_ARGUMENT, 0},
    {"nns_set_note", set_note, NNS_OK, 0},
    {"nns_get_note", get_note, NNS_OK, 0},
    {"nns_history", history, NNS_OK, 0},
    {"nns_history_info, nns_history_value", history_numbers, NNS_OK, 0},
    {"nns_build_info", build_info, NNS_OK, 0},
    {"nns_registry", registry, NNS_OK, 0},
    {"nns_data_create", create_data, NNS_OK, 0},
    {"nns_data_split, random", split_random, NNS_OK, 0},
    {"nns_data_create_table", create_table, NNS_OK, 0},
    {"nns_data_create_arrow", create_arrow, NNS_OK, 0},
    {"nns_data_split, stratified", split_stratified, NNS_OK, 0},
    {"nns_data_split, group", split_group, NNS_OK, 0},
    {"nns_data_split, time", split_time, NNS_OK, 0},
    {"nns_data_subset", subset, NNS_OK, 0},
    {"nns_data_targets", targets, NNS_OK, 0},
    {"nns_set_scaling", set_scaling, NNS_OK, 0},
    {"nns_train", train, NNS_OK, 1},
    {"nns_train, stopped", train_until_stopped, NNS_OK, 1},
    {"nns_train with threads", train_in_threads, NNS_OK, 1},
    {"nns_train, lbfgs", train_search, NNS_OK, 1},
    {"nns_save_buffer, lbfgs", save_search, NNS_OK, 1},
    {"nns_train, continued", train_on, NNS_OK, 1},
    {"nns_train, refused", train_wrong, NNS_E_ARGUMENT, 0},
    {"nns_configure", configure, NNS_OK, 0},
    {"nns_train_batch", step, NNS_OK, 0},
    {"nns_loss_grad", gradient, NNS_OK, 0},
    {"nns_forward_train, nns_backward", own_loss, NNS_OK, 1},
    {"nns_swap", swap, NNS_OK, 0},
    {"nns_apply_grad", apply, NNS_OK, 0},
    {"nns_fit_preprocess", fit, NNS_OK, 0},
    {"nns_evaluate", evaluate, NNS_OK, 0},
    {"nns_importance", importance, NNS_OK, 0},
    {"nns_dependence", dependence, NNS_OK, 0},
    {"nns_cross_validate", cross_validate, NNS_OK, 0},
    {"nns_cross_validate, groups", cross_validate_groups, NNS_OK, 0},
    {"nns_predict", predict, NNS_OK, 0},
    {"nns_predict with threads", predict_in_lanes, NNS_OK, 0},
    {"nns_predict_one", predict_one, NNS_OK, 0},
    {"nns_predict_data", predict_data, NNS_OK, 0},
    {"nns_session_create", session, NNS_OK, 0},
    {"nns_session_predict", session_predict, NNS_OK, 0},
    {"nns_save", save, NNS_OK, 0},
    {"nns_save_buffer", save_buffer, NNS_OK, 0},
    {"nns_load", load, NNS_OK, 0},
    {"nns_load_buffer", load_buffer, NNS_OK, 0},
    {"nns_metric", metric, NNS_OK, 0},
    {"nns_curve", curve, NNS_OK, 0},
    {"nns_confusion", confusion, NNS_OK, 0},
    {"nns_best_threshold", threshold, NNS_OK, 0},
    {"a stale handle", stale, NNS_E_STATE, 0},
    {NULL, NULL, 0, 0},
};
