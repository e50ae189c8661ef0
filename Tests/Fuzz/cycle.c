/* A model file's whole life, in buffers: load, predict, train, predict, save, load again. */
#include "fuzz.h"

enum { ROWS = 4, MOST_VALUES = 1 << 16 };

/* The config whose optimiser has the slots that a file names; the first that fits. */
static const struct { const char *slot, *config; } optimizers[] = {
    {"max_exp_avg_sq", "{\"epochs\": 1, \"continue\": true, \"optimizer\": {\"type\": \"adam\", \"amsgrad\": true}}"},
    {"exp_avg", "{\"epochs\": 2, \"continue\": true, \"batch_size\": 2, \"optimizer\": \"adam\", \"schedule\": {\"type\": \"reduce_on_plateau\", \"metric\": \"loss\"}}"},
    {"acc_delta", "{\"epochs\": 1, \"continue\": true, \"optimizer\": \"adadelta\"}"},
    {"grad_avg", "{\"epochs\": 1, \"continue\": true, \"optimizer\": {\"type\": \"rmsprop\", \"momentum\": 0.5, \"centered\": true}}"},
    {"square_avg", "{\"epochs\": 1, \"continue\": true, \"optimizer\": \"rmsprop\"}"},
    {"step_size", "{\"epochs\": 1, \"continue\": true, \"optimizer\": \"rprop\"}"},
    {"momentum_buffer", "{\"epochs\": 1, \"continue\": true, \"optimizer\": {\"type\": \"sgd\", \"momentum\": 0.9}}"},
    {".sum", "{\"epochs\": 1, \"continue\": true, \"optimizer\": \"adagrad\"}"},
    {"", "{\"epochs\": 1, \"continue\": true, \"batch_size\": 0, \"optimizer\": {\"type\": \"lbfgs\", \"max_iterations\": 2}}"},
};

static const char *config_for(const uint8_t *bytes, size_t size)
{
    int index = 0;
    for (;; index++) {
        const char *slot = optimizers[index].slot;
        size_t length = strlen(slot);
        for (size_t place = 0; place + length <= size; place++)
            if (!memcmp(bytes + place, slot, length)) return optimizers[index].config;
    }
}

typedef struct batch { nns_array x, y; } batch;

/* Rows of small numbers, and targets with a single 1 a row, which every loss takes. */
static batch make_batch(int64_t inputs, int64_t outputs)
{
    static float features[MOST_VALUES], targets[MOST_VALUES];
    for (int64_t place = 0; place < ROWS * inputs; place++)
        features[place] = (float)(place * 7 % 11) / 4 - 1;
    memset(targets, 0, sizeof(float) * (size_t)(ROWS * outputs));
    for (int64_t row = 0; row < ROWS; row++) targets[row * outputs + row % outputs] = 1;
    batch made = {NNS_ARRAY(NNS_F32, features, ROWS, inputs), NNS_ARRAY(NNS_F32, targets, ROWS, outputs)};
    return made;
}

static void predict(const nns_model *model, const batch *rows)
{
    static float out[2 * MOST_VALUES];
    static int64_t labels[MOST_VALUES];
    int64_t outputs = 1;
    nns_output_size(model, &outputs);
    nns_array values = NNS_ARRAY(NNS_F32, out, ROWS, outputs), one = NNS_ARRAY(NNS_F64, out, 1, outputs);
    nns_array classes = NNS_ARRAY(NNS_I64, labels, ROWS, 1), bits = NNS_ARRAY(NNS_I32, labels, ROWS, outputs);
    nns_predict(model, &rows->x, NNS_PROBA, &values);
    nns_predict(model, &rows->x, NNS_RAW, &values);
    nns_predict(model, &rows->x, NNS_LABEL, &classes);
    nns_predict(model, &rows->x, NNS_LABEL, &bits);
    nns_predict_one(model, rows->x.data, rows->x.cols, NNS_PROBA, &one);
}

static void train(nns_model *model, const batch *rows, const char *config)
{
    nns_data *data = NULL;
    double loss;
    EXPECT(nns_data_create(&rows->x, &rows->y, NULL, NULL, &data) == NNS_OK);
    nns_train(model, data, NULL, config, NULL, NULL);
    nns_train_batch(model, &rows->x, &rows->y, NULL, &loss);
    nns_data_free(data);
}

static nns_buffer *saved(const nns_model *model, const void **bytes, size_t *size)
{
    nns_buffer *buffer = NULL;
    EXPECT(nns_save_buffer(model, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &buffer) == NNS_OK);
    EXPECT(nns_buffer_bytes(buffer, bytes, size) == NNS_OK);
    return buffer;
}

/* The library reads the file it wrote, and writes the same bytes again. */
static void save_and_load(const nns_model *model)
{
    const void *first, *second;
    size_t first_size, second_size;
    nns_model *twin = NULL;
    nns_buffer *written = saved(model, &first, &first_size);
    EXPECT(nns_load_buffer(first, first_size, NULL, &twin) == NNS_OK);
    nns_buffer *again = saved(twin, &second, &second_size);
    EXPECT(first_size == second_size && !memcmp(first, second, first_size));
    nns_buffer_free(again);
    nns_free(twin);
    nns_buffer_free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    nns_model *model = NULL;
    int64_t inputs, outputs;
    if (size > MOST_FILE) return -1;
    int32_t status = nns_load_buffer(bytes, size, NULL, &model);
    count_input("cycle", status == NNS_OK);
    if (status != NNS_OK) return 0;
    EXPECT(nns_input_size(model, &inputs) == NNS_OK && nns_output_size(model, &outputs) == NNS_OK);
    /* A file without parameters may name sizes of millions: loading it is enough. */
    if (inputs * ROWS <= MOST_VALUES && outputs * ROWS <= MOST_VALUES) {
        batch rows = make_batch(inputs, outputs);
        /* As it came or as training left it: both would cost a third of the executions. */
        if (size / 4 % 4 == 0) save_and_load(model);
        predict(model, &rows);
        train(model, &rows, config_for(bytes, size));
        predict(model, &rows);
        if (size / 4 % 4) save_and_load(model);
    }
    nns_free(model);
    return 0;
}
