/* Who judges the outcome of a row. */
#include "badinput.h"

static results untouched;

void forget_results(void) {
    memset(&untouched, 0x5A, sizeof untouched);
    memcpy(&made, &untouched, sizeof made);
}

/* "NNS_E_SHAPE or NNS_E_ARGUMENT" */
static const char *names_of(uint64_t statuses) {
    static char text[300];
    text[0] = 0;
    for (int32_t status = 0; status < 64; status++) {
        if (!(statuses >> status & 1)) continue;
        if (*text) strcat(text, " or ");
        strcat(text, nns_status_name(status));
    }
    return text;
}

static int contains(uint64_t statuses, int32_t status) {
    return status >= 0 && status < 64 && (statuses >> status & 1);
}

int judge(const char *function, const char *what, uint64_t statuses, const char *fragment,
          int32_t status) {
    char name[300];
    const char *message = status ? nns_last_error() : "";
    snprintf(name, sizeof name, "%s %s", function, what);
    if (!contains(statuses, status))
        return check(0, name, "expected %s, got %s (%s)", names_of(statuses),
                     nns_status_name(status), message);
    if (!contains(documented(function), status))
        return check(0, name, "%s is not among the statuses that nnswift.h lists for it (%s)",
                     nns_status_name(status), message);
    if (status == NNS_OK) return check(1, name, " ");
    if (memcmp(&made, &untouched, sizeof made))
        return check(0, name, "expected untouched results with %s, something was written",
                     nns_status_name(status));
    return check(strlen(message) >= 10 && (!fragment || strstr(message, fragment)), name,
                 "expected a sentence with \"%s\", got \"%s\"", fragment ? fragment : "",
                 message);
}

void run_cases(const bad_case *cases, size_t count) {
    for (const bad_case *row = cases; row < cases + count; row++) {
        forget_results();
        judge(row->function, row->what, row->statuses, row->fragment, row->perform(row->text));
    }
}

/* As in nnswift.h, function by function. */
static const struct {
    const char *function;
    uint64_t statuses;
} lists[] = {
    {"nns_build_info", S(NULL) | S(ARGUMENT)},
    {"nns_registry", S(NULL) | S(ARGUMENT) | S(MEMORY)},
    {"nns_set_threads", S(ARGUMENT)},
    {"nns_get_threads", S(NULL)},
    {"nns_create", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(LIMIT) | S(MEMORY)},
    {"nns_create_mlp", S(NULL) | S(ARGUMENT) | S(LIMIT) | S(MEMORY)},
    {"nns_clone", S(NULL) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_free", 0},
    {"nns_set_wait", S(NULL) | S(ARGUMENT) | S(STATE)},
    {"nns_swap", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_input_size", S(NULL) | S(STATE)},
    {"nns_output_size", S(NULL) | S(STATE)},
    {"nns_param_count", S(NULL) | S(STATE)},
    {"nns_describe", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY)},
    {"nns_summary", S(NULL) | S(ARGUMENT) | S(STATE)},
    {"nns_feature_name", S(NULL) | S(ARGUMENT) | S(STATE)},
    {"nns_class_count", S(NULL) | S(STATE) | S(BUSY)},
    {"nns_class_type", S(NULL) | S(STATE) | S(BUSY)},
    {"nns_class_name", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY)},
    {"nns_get_threshold", S(NULL) | S(STATE) | S(BUSY)},
    {"nns_set_threshold", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY)},
    {"nns_set_classes", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_set_note", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY) | S(LIMIT) | S(MEMORY)},
    {"nns_get_note", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY)},
    {"nns_note_count", S(NULL) | S(STATE) | S(BUSY)},
    {"nns_note_name", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY)},
    {"nns_data_create", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(MEMORY)},
    {"nns_data_create_table", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(LIMIT) | S(MEMORY)},
    {"nns_data_create_arrow", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(LIMIT) | S(MEMORY) | S(IO)},
    {"nns_data_split", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(MEMORY)},
    {"nns_data_size", S(NULL) | S(STATE)},
    {"nns_data_rows", S(NULL) | S(SHAPE) | S(STATE)},
    {"nns_data_targets", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE)},
    {"nns_data_subset", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(STATE) | S(LIMIT) | S(MEMORY)},
    {"nns_data_folds", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(MEMORY)},
    {"nns_importance",
     S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(LIMIT) | S(MEMORY)},
    {"nns_dependence",
     S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(LIMIT) | S(MEMORY)},
    {"nns_cross_validate", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(LIMIT) |
                               S(MEMORY) | S(DIVERGED) | S(CALLBACK)},
    {"nns_data_free", 0},
    {"nns_create_for", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(LIMIT) | S(MEMORY)},
    {"nns_fit_table", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(LIMIT) | S(MEMORY) |
                          S(IO) | S(DIVERGED) | S(CANCELLED) | S(CALLBACK)},
    {"nns_predict_table", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(LIMIT) | S(MEMORY)},
    {"nns_session_predict_values", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY)},
    {"nns_session_counts", S(NULL) | S(SHAPE) | S(STATE) | S(BUSY)},
    {"nns_column_count", S(NULL) | S(STATE)},
    {"nns_column_name", S(NULL) | S(ARGUMENT) | S(STATE)},
    {"nns_column_describe", S(NULL) | S(ARGUMENT) | S(STATE) | S(MEMORY)},
    {"nns_level", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY)},
    {"nns_level_code", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY)},
    {"nns_calibrate", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_get_scaling", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(STATE) | S(BUSY)},
    {"nns_set_scaling", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_train", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(MEMORY) |
                      S(DIVERGED) | S(CANCELLED) | S(CALLBACK)},
    {"nns_configure", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_train_batch", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) |
                            S(MEMORY) | S(DIVERGED)},
    {"nns_fit_preprocess", S(NULL) | S(ARGUMENT) | S(DTYPE) | S(SHAPE) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_loss_grad", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) |
                          S(MEMORY) | S(DIVERGED)},
    {"nns_forward_train", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) |
                              S(LIMIT) | S(MEMORY) | S(DIVERGED)},
    {"nns_backward", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(MEMORY) |
                         S(DIVERGED)},
    {"nns_apply_grad", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(STATE) | S(BUSY) | S(MEMORY) |
                           S(DIVERGED)},
    {"nns_evaluate", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_history", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY)},
    {"nns_history_info", S(NULL) | S(STATE) | S(BUSY)},
    {"nns_history_value", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY)},
    {"nns_cancel", S(NULL) | S(STATE)},
    {"nns_predict", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_predict_one",
     S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_predict_data",
     S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_session_create", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY) | S(LIMIT) | S(MEMORY)},
    {"nns_session_predict", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(STATE) | S(BUSY)},
    {"nns_session_free", 0},
    {"nns_metric", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(MEMORY)},
    {"nns_curve", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(MEMORY)},
    {"nns_confusion", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(MEMORY)},
    {"nns_best_threshold", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(DTYPE) | S(MEMORY)},
    {"nns_save", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY) | S(MEMORY) | S(IO)},
    {"nns_load", S(NULL) | S(ARGUMENT) | S(MEMORY) | S(IO) | S(FORMAT) | S(VERSION) |
                     S(CHECKSUM) | S(LIMIT)},
    {"nns_save_buffer", S(NULL) | S(ARGUMENT) | S(STATE) | S(BUSY) | S(MEMORY)},
    {"nns_load_buffer", S(NULL) | S(ARGUMENT) | S(MEMORY) | S(FORMAT) | S(VERSION) | S(CHECKSUM) |
                            S(LIMIT)},
    {"nns_buffer_bytes", S(NULL) | S(STATE)},
    {"nns_buffer_free", 0},
    {"nns_tensor_count", S(NULL) | S(STATE)},
    {"nns_tensor", S(NULL) | S(ARGUMENT) | S(STATE)},
    {"nns_get_weights", S(NULL) | S(SHAPE) | S(STATE) | S(BUSY)},
    {"nns_set_weights", S(NULL) | S(ARGUMENT) | S(SHAPE) | S(STATE) | S(BUSY)},
};

uint64_t documented(const char *function) {
    for (size_t at = 0; at < sizeof lists / sizeof *lists; at++)
        if (!strcmp(lists[at].function, function)) return lists[at].statuses | FINE;
    return 0;
}
