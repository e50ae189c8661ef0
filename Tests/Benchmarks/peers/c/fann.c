// FANN 2.2 in float. Not the same arithmetic: one update a sample (incremental), or the whole batch
// where the workload has only that; sigmoid for ReLU, squared error and sigmoid outputs for
// cross-entropy, no Adam.
#include "protocol.h"

#include <fann.h>

typedef struct {
    struct fann *network;
    struct fann_train_data *all; // NULL: a sample at a time
    float *target;
} peer;

static void set_target(const workload *w, int row, float *target) {
    if (!w->yi) {
        target[0] = w->yf[row];
        return;
    }
    memset(target, 0, 4ul * w->dims[w->L]);
    target[w->yi[row]] = 1;
}

static struct fann_train_data *all_rows(const workload *w) {
    struct fann_train_data *data = fann_create_train(w->n, w->dims[0], w->dims[w->L]);
    for (int i = 0; i < w->n; i++) {
        memcpy(data->input[i], w->X + (size_t)i * w->dims[0], 4ul * w->dims[0]);
        set_target(w, i, data->output[i]);
    }
    return data;
}

static void learn(workload *w, int first, int count, void *user) {
    peer *p = user;
    for (int epoch = first; epoch < first + count; epoch++) {
        if (p->all) {
            fann_train_epoch(p->network, p->all);
            continue;
        }
        const int32_t *order = bench_order(w, epoch);
        for (int i = 0; i < w->n; i++) {
            set_target(w, order[i], p->target);
            fann_train(p->network, w->X + (size_t)order[i] * w->dims[0], p->target);
        }
    }
}

static void predict(workload *w, void *user, const float *x, int batch, float *y) {
    size_t outputs = w->dims[w->L];
    for (int i = 0; i < batch; i++)
        memcpy(y + i * outputs, fann_run(((peer *)user)->network, (float *)x + (size_t)i * w->dims[0]), 4 * outputs);
}

int main(int count, char **values) {
    workload *w = bench_open(count, values);
    if (w->check[0]) bench_skip("FANN has other losses");
    unsigned sizes[16];
    for (int i = 0; i <= w->L; i++) sizes[i] = w->dims[i];
    peer p = {.network = fann_create_standard_array(w->L + 1, sizes), .target = calloc(w->dims[w->L], 4)};
    fann_set_activation_function_hidden(p.network, w->act[0] == 't' ? FANN_SIGMOID_SYMMETRIC : FANN_SIGMOID);
    fann_set_activation_function_output(p.network, w->loss[0] == 'm' ? FANN_LINEAR : FANN_SIGMOID);
    fann_set_learning_rate(p.network, w->lr);
    if (w->kind[0] == 'i') {
        bench_predict(w, predict, &p);
        return 0;
    }
    fann_set_training_algorithm(p.network, w->rows ? FANN_TRAIN_INCREMENTAL : FANN_TRAIN_BATCH);
    if (!w->rows) p.all = all_rows(w);
    bench_train(w, learn, NULL, &p);
}
