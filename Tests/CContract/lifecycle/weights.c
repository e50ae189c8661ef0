/* Tensors, their names and values. */
#include "lifecycle.h"

static const char spec[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 5, \"activation\": \"relu\"}, "
    "\"batch_norm\", {\"type\": \"dense\", \"units\": 2, \"bias\": false}], \"loss\": \"mse\"}";

/* Trainable ones first, then the running statistics. */
static const struct {
    const char *name;
    size_t rank;
    int64_t dims[2];
} expected[] = {
    {"layers.0.weight", 2, {5, 4}},      {"layers.0.bias", 1, {5, 0}},
    {"layers.1.weight", 1, {5, 0}},      {"layers.1.bias", 1, {5, 0}},
    {"layers.2.weight", 2, {2, 5}},      {"layers.1.running_mean", 1, {5, 0}},
    {"layers.1.running_var", 1, {5, 0}},
};
enum { TENSORS = sizeof expected / sizeof *expected };

static void check_tensors(const nns_model *model) {
    int64_t tensors = 0, values = 0, trainable = 0, next = 0;
    must(nns_tensor_count(model, &tensors, &values), "tensor count");
    must(nns_param_count(model, &trainable), "param count");
    check_status("tensor count: each pointer may be NULL", nns_tensor_count(model, NULL, NULL),
                 NNS_OK);
    check_integer("tensor count: tensors", tensors, TENSORS);
    check_integer("tensor count: values", values, 20 + 5 + 5 + 5 + 10 + 5 + 5);
    check_integer("param count: without running statistics", trainable, values - 10);
    for (int64_t index = 0; index < TENSORS && index < tensors; index++) {
        char name[64] = "";
        int64_t dims[4] = {-1, -1, -1, -1}, offset = -1, size = 1;
        size_t need = 0, rank = 0;
        must(nns_tensor(model, index, name, sizeof name, &need, dims, 4, &rank, &offset), "tensor");
        check_text("tensor: name", name, expected[index].name);
        check_integer("tensor: need", (int64_t)need, (int64_t)strlen(name) + 1);
        check_integer("tensor: rank", (int64_t)rank, (int64_t)expected[index].rank);
        for (size_t at = 0; at < expected[index].rank; at++) {
            check_integer("tensor: dims", dims[at], expected[index].dims[at]);
            size *= dims[at];
        }
        check_integer("tensor: no more dims than rank", dims[expected[index].rank], -1);
        check_integer("tensor: begins where the one before ends", offset, next);
        next += size;
    }
    check_status("tensor: dims, rank, offset may be NULL",
                 nns_tensor(model, 0, NULL, 0, &(size_t){0}, NULL, 0, NULL, NULL), NNS_OK);
}

static void check_values(nns_model *model) {
    values before = weights_of(model);
    nns_model *copy = NULL;
    must(nns_clone(model, &copy), "clone");
    for (int64_t at = 0; at < before.count; at++) before.at[at] = 0.5f + 0.01f * (float)at;
    check_status("set weights", nns_set_weights(copy, before.at, before.count), NNS_OK);
    values after = weights_of(copy);
    check_bytes("get weights: what was set", after.at, before.at,
                (size_t)before.count * sizeof(float));
    check(!same_weights(model, copy), "set weights: the original stays", "it changed, too");
    free(before.at);
    free(after.at);
    nns_free(copy);
}

/* y = W x + b, written by hand. */
static void check_order(void) {
    nns_model *model = model_from(
        "{\"input\": 2, \"layers\": [{\"type\": \"dense\", \"units\": 2}], \"loss\": \"mse\"}");
    const float weights[] = {1, 2, 3, 4, 10, 20}; /* rows of W, then b */
    const float x[] = {5, 7};
    const float y[] = {1 * 5 + 2 * 7 + 10, 3 * 5 + 4 * 7 + 20};
    float got[2];
    must(nns_set_weights(model, weights, 6), "set weights");
    must(nns_predict_one(model, x, 2, NNS_RAW, FLOATS(got, 1, 2)), "predict one");
    check_bytes("set weights: rows are outputs, as in PyTorch", got, y, sizeof y);
    nns_free(model);
}

void check_weights(void) {
    nns_model *model = model_from(spec);
    check_tensors(model);
    check_values(model);
    check_order();
    nns_free(model);
}
