/* Calls on models: what they tell of themselves in numbers and names. */
#include "calls.h"

static int32_t history(void) {
    static const char *const names[] = {
        "loss",    "val_loss",   "epoch", "learning_rate", "seconds", "accuracy",
        "stopped", "best_epoch", "",      "\xff",          "val_"};
    const nns_model *model = some_handle(MODEL);
    int64_t first = 7, last = 7, best = 7;
    int32_t stopped = -1;
    int32_t status = CALL(nns_history_info(model, chance(20) ? NULL : &first, &last, &best, &stopped));
    if (status) {
        if (first != 7 || last != 7 || best != 7 || stopped != -1)
            finding("a call that failed wrote a result");
    } else if (stopped < NNS_STOPPED_NONE || stopped > NNS_STOPPED_CONVERGED || last < 0 || best < 0) {
        finding("a history that cannot be");
    }
    results value = room(sizeof(double));
    int64_t epoch = chance(5) ? (int64_t)draw() : chance(50) ? last : (int64_t)below(5) - 1;
    const char *name = chance(2) ? NULL : names[below(chance(80) ? 6 : 11)];
    status = CALL(nns_history_value(model, name, epoch, chance(2) ? NULL : (double *)value.at));
    unless_ok(status, value);
    return status;
}

static int32_t counts(void) {
    const nns_model *model = some_handle(MODEL);
    results count = room(sizeof(int64_t)), type = room(sizeof(int32_t));
    int32_t status;
    switch (below(3)) {
    case 0: status = CALL(nns_class_count(model, chance(2) ? NULL : (int64_t *)count.at)); break;
    case 1: status = CALL(nns_note_count(model, chance(2) ? NULL : (int64_t *)count.at)); break;
    default:
        status = CALL(nns_class_type(model, chance(2) ? NULL : (int32_t *)type.at));
        if (!status && (unsigned)*(int32_t *)type.at > NNS_CLASS_BOOL)
            finding("a type of names that nobody knows");
    }
    unless_ok(status, count);
    unless_ok(status, type);
    return status;
}

static int32_t feature_name(void) {
    results buffer = room(chance(20) ? 0 : below(8)), need = room(sizeof(size_t));
    int64_t index = chance(3) ? (int64_t)draw() : (int64_t)below(5) - 1;
    char *text = chance(3) ? NULL : (char *)buffer.at;
    int32_t status = CALL(nns_feature_name(some_handle(MODEL), index, text, buffer.size,
                                           chance(10) ? NULL : (size_t *)need.at));
    unless_ok(status, buffer);
    return status;
}

action told_actions[] = {
    {"nns_history_info, _value", 3, history, 0, 0},
    {"counts", 2, counts, 0, 0},
    {"nns_feature_name", 1, feature_name, 0, 0},
    {NULL, 0, NULL, 0, 0},
};
