/* NULL, freed, foreign and invented handles, for every parameter that is a handle. */
#include "badinput.h"

typedef enum kind { MODEL, DATA, SESSION, BUFFER, KINDS } kind;

/* A call that hands over `handle` as one parameter. */
typedef struct taker {
    const char *function, *parameter;
    kind kind;
    int32_t (*call)(void *handle);
} taker;

static const int64_t positions[1];
static const double one[1] = {1};
static const nns_column column = NNS_COLUMN("x", NNS_F64, one, 0);
static const nns_value value = {NNS_NUMBER, 0, 1, 0, NULL};
static nns_array labels_out = NNS_ARRAY(NNS_F64, made.values, ROWS, 1);

#define TAKERS(X)                                                                              \
    X(nns_clone, model, MODEL, (handle, &made.model))                                          \
    X(nns_input_size, model, MODEL, (handle, &made.number))                                    \
    X(nns_output_size, model, MODEL, (handle, &made.number))                                   \
    X(nns_param_count, model, MODEL, (handle, &made.number))                                   \
    X(nns_describe, model, MODEL, (handle, made.text, sizeof made.text, &need))                \
    X(nns_summary, model, MODEL, (handle, made.text, sizeof made.text, &need))                 \
    X(nns_feature_name, model, MODEL, (handle, 0, made.text, sizeof made.text, &need))         \
    X(nns_class_count, model, MODEL, (handle, &made.number))                                   \
    X(nns_class_type, model, MODEL, (handle, &made.threads))                                   \
    X(nns_class_name, model, MODEL, (handle, 0, made.text, sizeof made.text, &need))           \
    X(nns_get_threshold, model, MODEL, (handle, &made.value))                                  \
    X(nns_set_threshold, model, MODEL, (handle, 0.5))                                          \
    X(nns_set_classes, model, MODEL, (handle, NULL))                                           \
    X(nns_set_note, model, MODEL, (handle, "a", "b"))                                          \
    X(nns_get_note, model, MODEL, (handle, "a", made.text, sizeof made.text, &need))           \
    X(nns_note_count, model, MODEL, (handle, &made.number))                                    \
    X(nns_note_name, model, MODEL, (handle, 0, made.text, sizeof made.text, &need))            \
    X(nns_data_split, data, DATA,                                                              \
      (handle, NNS_SPLIT_RANDOM, 0.5, NULL, 1, &made.rest, &made.part))                        \
    X(nns_data_size, data, DATA, (handle, &made.number, NULL, NULL))                           \
    X(nns_data_rows, data, DATA, (handle, made.integers, ROWS))                                \
    X(nns_data_targets, data, DATA, (handle, &labels_out))                                     \
    X(nns_data_subset, data, DATA, (handle, positions, 1, &made.part))                         \
    X(nns_get_scaling, model, MODEL, (handle, made.doubles, made.doubles + 4, 4))              \
    X(nns_set_scaling, model, MODEL, (handle, made.doubles, made.doubles, 4))                  \
    X(nns_train, model, MODEL, (handle, g.data, NULL, NULL, NULL, NULL))                       \
    X(nns_train, train, DATA, (g.model, handle, NULL, NULL, NULL, NULL))                       \
    X(nns_configure, model, MODEL, (handle, NULL))                                             \
    X(nns_train_batch, model, MODEL, (handle, &g.x, &g.y, NULL, &made.value))                  \
    X(nns_fit_preprocess, model, MODEL, (handle, g.data))                                      \
    X(nns_fit_preprocess, data, DATA, (g.model, handle))                                       \
    X(nns_loss_grad, model, MODEL, (handle, &g.x, &g.y, NULL, &made.value, made.floats, 67, NULL))   \
    X(nns_apply_grad, model, MODEL, (handle, g.weight, 67))                                    \
    X(nns_evaluate, model, MODEL, (handle, g.data, NULL, &made.value, 1))                      \
    X(nns_evaluate, data, DATA, (g.model, handle, NULL, &made.value, 1))                       \
    X(nns_set_wait, model, MODEL, (handle, 10))                                                \
    X(nns_swap, model, MODEL, (handle, g.model))                                               \
    X(nns_swap, newer, MODEL, (g.model, handle))                                               \
    X(nns_forward_train, model, MODEL, (handle, &g.x, OUT(NNS_F32, ROWS, CLASSES)))            \
    X(nns_backward, model, MODEL, (handle, &g.scores, made.floats, 67, NULL))            \
    X(nns_history, model, MODEL, (handle, made.text, sizeof made.text, &need))                 \
    X(nns_history_info, model, MODEL, (handle, &made.number, NULL, NULL, &made.threads))       \
    X(nns_history_value, model, MODEL, (handle, "loss", 1, &made.value))                       \
    X(nns_cancel, model, MODEL, (handle))                                                      \
    X(nns_predict, model, MODEL, (handle, &g.x, NNS_PROBA, OUT(NNS_F32, ROWS, CLASSES)))      \
    X(nns_predict_one, model, MODEL,                                                           \
      (handle, g.set.x, 4, NNS_PROBA, OUT(NNS_F32, 1, CLASSES)))                               \
    X(nns_predict_data, model, MODEL,                                                          \
      (handle, g.data, NNS_PROBA, OUT(NNS_F32, ROWS, CLASSES)))                                \
    X(nns_predict_data, data, DATA,                                                            \
      (g.model, handle, NNS_PROBA, OUT(NNS_F32, ROWS, CLASSES)))                               \
    X(nns_session_create, model, MODEL, (handle, 8, &made.session))                            \
    X(nns_session_predict, session, SESSION,                                                   \
      (handle, &g.x, NNS_PROBA, OUT(NNS_F32, ROWS, CLASSES)))                                  \
    X(nns_create_for, data, DATA, (handle, NULL, &made.model))                                 \
    X(nns_predict_table, model, MODEL,                                                         \
      (handle, &column, 1, 1, NNS_PROBA, OUT(NNS_F32, 1, CLASSES)))                            \
    X(nns_session_predict_values, session, SESSION,                                            \
      (handle, &value, 1, NNS_PROBA, OUT(NNS_F32, 1, CLASSES)))                                \
    X(nns_session_counts, session, SESSION, (handle, made.integers, NULL, NULL, 1))            \
    X(nns_column_count, model, MODEL, (handle, &made.number))                                  \
    X(nns_column_name, model, MODEL, (handle, 0, made.text, sizeof made.text, &need))          \
    X(nns_column_describe, model, MODEL,                                                       \
      (handle, 0, made.text, sizeof made.text, &need, &made.number))                           \
    X(nns_level, model, MODEL, (handle, 0, 0, made.text, sizeof made.text, &need))             \
    X(nns_level_code, model, MODEL, (handle, 0, "a", -1, &made.number))                        \
    X(nns_calibrate, model, MODEL, (handle, g.data))                                           \
    X(nns_save, model, MODEL, (handle, "refused.safetensors", 0))                              \
    X(nns_save_buffer, model, MODEL, (handle, 0, &made.buffer))                                \
    X(nns_buffer_bytes, buffer, BUFFER, (handle, &made.bytes, &made.size))                     \
    X(nns_tensor_count, model, MODEL, (handle, &made.number, NULL))                            \
    X(nns_tensor, model, MODEL,                                                                \
      (handle, 0, made.text, sizeof made.text, &need, made.integers, 4, NULL, NULL))                       \
    X(nns_get_weights, model, MODEL, (handle, made.floats, 67))                                \
    X(nns_set_weights, model, MODEL, (handle, g.weight, 67))

#define TAKER_CALL(function, parameter, kind, arguments) \
    static int32_t function##_##parameter(void *handle) { return function arguments; }
#define TAKER_ROW(function, parameter, kind, arguments) \
    {#function, #parameter, kind, function##_##parameter},

TAKERS(TAKER_CALL)

static int32_t nns_train_valid(void *handle) {
    return nns_train(g.model, g.data, handle, NULL, NULL, NULL);
}

static const taker takers[] = {TAKERS(TAKER_ROW){"nns_train", "valid", DATA, nns_train_valid}};

typedef struct impostor {
    const char *what;
    kind kind; /* of the handle; KINDS: of none */
    void *handle;
} impostor;

static int on_stack(impostor *list, void *address) {
    const impostor made_up[] = {
        {"freed", MODEL, model_from(regressor)},
        {"freed", DATA, labelled(&g.set)},
        {"freed", SESSION, NULL},
        {"freed", BUFFER, NULL},
        {"a model", MODEL, g.model},
        {"a data set", DATA, g.data},
        {"a session", SESSION, g.session},
        {"a buffer", BUFFER, g.buffer},
        {"the number 1", KINDS, (void *)(uintptr_t)1},
        {"the number 0xdeadbeef", KINDS, (void *)(uintptr_t)0xdeadbeef},
        {"the largest number", KINDS, (void *)UINTPTR_MAX},
        {"the address of a variable", KINDS, address},
        {"the address of a model's handle", KINDS, &g.model},
        {"a model's handle plus 1", KINDS, (char *)g.model + 1},
        {"a model's handle minus 1", KINDS, (char *)g.model - 1},
    };
    memcpy(list, made_up, sizeof made_up);
    return (int)(sizeof made_up / sizeof *made_up);
}

static void free_first_four(impostor *list) {
    nns_session *session = NULL;
    nns_buffer *buffer = NULL;
    must(nns_session_create(g.model, 1, &session), "preparation: a session to free");
    must(nns_save_buffer(g.model, 0, &buffer), "preparation: a buffer to free");
    list[SESSION].handle = session;
    list[BUFFER].handle = buffer;
    nns_free(list[MODEL].handle);
    nns_data_free(list[DATA].handle);
    nns_session_free(session);
    nns_buffer_free(buffer);
}

static void refuse_all(const taker *taker, const impostor *list, int count) {
    char what[100];
    for (int at = 0; at < count; at++) {
        int is_freed = at < KINDS;
        if (list[at].kind == taker->kind && !is_freed) continue;
        snprintf(what, sizeof what, "%s is %s%s", taker->parameter, list[at].what,
                 is_freed ? (list[at].kind == taker->kind ? ", once right" : ", of any kind") : "");
        forget_results();
        judge(taker->function, what, S(STATE), "handle", taker->call(list[at].handle));
    }
}

/* Freeing a foreign or freed handle does nothing. */
static void free_all(const impostor *list, int count) {
    for (int at = 0; at < count; at++) {
        if (list[at].kind != MODEL || at < KINDS) nns_free(list[at].handle);
        if (list[at].kind != DATA || at < KINDS) nns_data_free(list[at].handle);
        if (list[at].kind != SESSION || at < KINDS) nns_session_free(list[at].handle);
        if (list[at].kind != BUFFER || at < KINDS) nns_buffer_free(list[at].handle);
    }
    float out[CLASSES];
    int64_t rows = 0;
    nns_array one = array_of(NNS_F32, g.set.x, 1, FEATURES);
    check_status("nns_free of other kinds leaves a data set",
                 nns_data_size(g.data, &rows, NULL, NULL), NNS_OK);
    check_status("nns_data_free of other kinds leaves a session",
                 nns_session_predict(g.session, &one, NNS_PROBA, FLOATS(out, 1, CLASSES)), NNS_OK);
    check_status("nns_session_free of other kinds leaves a buffer",
                 nns_buffer_bytes(g.buffer, &g.bytes, &g.size), NNS_OK);
    check_status("nns_buffer_free of other kinds leaves a model", nns_input_size(g.model, &rows),
                 NNS_OK);
}

/* A slot that is used again does not bring an old handle back to life. */
static void check_reuse(void) {
    nns_model *old = model_from(regressor);
    int64_t size = 0;
    nns_free(old);
    for (int round = 0; round < 100; round++) {
        nns_model *young = model_from(regressor);
        if (nns_input_size(old, &size) != NNS_E_STATE || young == old) {
            check(0, "a freed handle stays freed", "it came back in round %d", round);
            return;
        }
        nns_free(young);
    }
    check(1, "a freed handle stays freed", " ");
}

void refuse_handles(void) {
    impostor list[20];
    int variable = 0, count = on_stack(list, &variable);
    free_first_four(list);
    for (size_t at = 0; at < sizeof takers / sizeof *takers; at++) {
        int may_be_null = !strcmp(takers[at].parameter, "valid");
        char what[100];
        if (!may_be_null) {
            snprintf(what, sizeof what, "%s is NULL", takers[at].parameter);
            forget_results();
            judge(takers[at].function, what, S(NULL), "NULL", takers[at].call(NULL));
        }
        refuse_all(&takers[at], list, count);
    }
    free_all(list, count);
    check_reuse();
}
