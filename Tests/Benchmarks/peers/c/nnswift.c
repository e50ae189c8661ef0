// nnswift through its C API. The library shuffles by itself; for the check it is given the rows in
// the order asked for. Variants: default, dense (does not use the zeros of the data); for
// predictions default (a session), predict (nns_predict), one (nns_predict_one).
#include "protocol.h"

#include "nnswift.h"

// Where predictions go. Older libraries take memory and its bytes: ab.py compiles this file with
// the header of each library.
#ifdef NNS_VERSION_MAJOR
#define OUTPUT(y, rows, columns) &(nns_array)NNS_ARRAY(NNS_F32, y, rows, columns)
#else
#define OUTPUT(y, rows, columns) y, 4ul * (rows) * (columns)
#endif

typedef struct {
    nns_model *model;
    nns_data *data;
    nns_session *session;
    int uses_zeros;
} peer;

static void check(int32_t status) {
    if (status != NNS_OK) bench_fail("nnswift:", nns_last_error());
}

static const char *loss_name(const workload *w) {
    return w->loss[0] == 's' ? "softmax_cross_entropy" : w->loss[0] == 'b' ? "binary_cross_entropy" : "mse";
}

// The library has [outputs x inputs] where the files have [inputs x outputs].
static void turn(const workload *w, const float *from, float *to, int is_ours) {
    for (int l = 0; l < w->L; l++) {
        size_t inputs = w->dims[l], outputs = w->dims[l + 1];
        for (size_t i = 0; i < inputs; i++)
            for (size_t o = 0; o < outputs; o++) {
                size_t theirs = i * outputs + o, ours = o * inputs + i;
                to[is_ours ? theirs : ours] = from[is_ours ? ours : theirs];
            }
        memcpy(to + inputs * outputs, from + inputs * outputs, 4 * outputs);
        from += inputs * outputs + outputs;
        to += inputs * outputs + outputs;
    }
}

static nns_model *make_model(const workload *w) {
    char spec[2048];
    int at = snprintf(spec, sizeof spec, "{\"input\": %d, \"loss\": \"%s\", \"layers\": [", w->dims[0], loss_name(w));
    for (int l = 0; l < w->L; l++)
        at += snprintf(spec + at, sizeof spec - at, "%s{\"type\": \"dense\", \"units\": %d, \"activation\": \"%s\"}",
                       l ? ", " : "", w->dims[l + 1], l < w->L - 1 ? w->act : "identity");
    snprintf(spec + at, sizeof spec - at, "]}");
    nns_model *model = NULL;
    check(nns_create(spec, &model));
    float *weights = malloc(4 * w->ninit);
    turn(w, w->init, weights, 0);
    check(nns_set_weights(model, weights, (int64_t)w->ninit));
    free(weights);
    return model;
}

static nns_data *make_data(const workload *w, const float *features, const void *targets) {
    nns_array x = NNS_ARRAY(NNS_F32, features, w->n, w->dims[0]);
    nns_array y = NNS_ARRAY(w->yi ? NNS_I32 : NNS_F32, targets, w->n, 1);
    nns_data *data = NULL;
    check(nns_data_create(&x, &y, NULL, NULL, &data));
    return data;
}

static int32_t train(const workload *w, const peer *p, const nns_data *data, int epochs, int seed, int is_shuffled) {
    char config[512];
    // Trainings of several epochs begin anew each time, with a fresh optimiser.
    int is_continued = seed > 0;
    snprintf(config, sizeof config,
             "{\"epochs\": %d, \"batch_size\": %d, \"shuffle\": %s, \"seed\": %d, \"threads\": %d, \"continue\": %s,"
             " %s\"optimizer\": {\"type\": \"%s\", \"learning_rate\": %.9g}}",
             epochs, w->batch, is_shuffled ? "true" : "false", seed, w->threads, is_continued ? "true" : "false",
             p->uses_zeros ? "" : "\"sparse\": false, ", w->opt, w->lr);
    return nns_train(p->model, data, NULL, config, NULL, NULL);
}

static void learn(workload *w, int first, int count, void *user) {
    peer *p = user;
    check(train(w, p, p->data, count, first, w->rows != NULL));
}

static void learn_in_order(workload *w, int first, int count, void *user) {
    peer *p = user;
    size_t inputs = w->dims[0];
    float *features = malloc(4 * inputs * w->n);
    int32_t *targets = malloc(4ul * w->n);
    const int32_t *from = w->yi ? w->yi : (const int32_t *)w->yf;
    for (int epoch = first; epoch < first + count; epoch++) {
        const int32_t *order = bench_order(w, epoch);
        for (int i = 0; i < w->n; i++) {
            int row = order ? order[i] : i;
            memcpy(features + i * inputs, w->X + row * inputs, 4 * inputs);
            targets[i] = from[row];
        }
        nns_data *data = make_data(w, features, targets);
        check(train(w, p, data, 1, epoch, 0));
        nns_data_free(data);
    }
    free(features);
    free(targets);
}

static void weights(workload *w, void *user, float *values) {
    float *ours = malloc(4 * w->ninit);
    check(nns_get_weights(((peer *)user)->model, ours, (int64_t)w->ninit));
    turn(w, ours, values, 1);
    free(ours);
}

static void predict(workload *w, void *user, const float *x, int batch, float *y) {
    nns_array rows = NNS_ARRAY(NNS_F32, x, batch, w->dims[0]);
    check(nns_session_predict(((peer *)user)->session, &rows, NNS_PROBA, OUTPUT(y, batch, w->dims[w->L])));
}

static void predict_by_model(workload *w, void *user, const float *x, int batch, float *y) {
    nns_array rows = NNS_ARRAY(NNS_F32, x, batch, w->dims[0]);
    check(nns_predict(((peer *)user)->model, &rows, NNS_PROBA, OUTPUT(y, batch, w->dims[w->L])));
}

static void predict_one(workload *w, void *user, const float *x, int batch, float *y) {
    (void)batch;
    check(nns_predict_one(((peer *)user)->model, x, w->dims[0], NNS_PROBA, OUTPUT(y, 1, w->dims[w->L])));
}

static bench_call chosen_call(const workload *w) {
    if (!strcmp(w->variant, "one") && w->batch == 1) return predict_one;
    return strcmp(w->variant, "predict") ? predict : predict_by_model;
}

// A library that does not know the key has no use of zeros to switch off.
static int knows_sparse(const workload *w) {
    nns_model *model = make_model(w);
    int32_t status = nns_configure(model, "{\"sparse\": false}");
    nns_free(model);
    return status == NNS_OK;
}

int main(int count, char **values) {
    workload *w = bench_open(count, values);
    peer p = {.model = make_model(w), .uses_zeros = strcmp(w->variant, "dense") != 0};
    if (!p.uses_zeros && !knows_sparse(w)) bench_skip("this build has no config key sparse");
    if (w->kind[0] == 'i') {
        check(nns_set_threads((int32_t)w->threads));
        check(nns_session_create(p.model, w->batch, &p.session));
        bench_predict(w, chosen_call(w), &p);
        return 0;
    }
    p.data = make_data(w, w->X, w->yi ? (const void *)w->yi : w->yf);
    bench_train(w, w->check[0] ? learn_in_order : learn, weights, &p);
}
