/* The trainings: between them every kind of state that a checkpoint must carry. */
#include "kills.h"

enum { SAMPLES = 96, INPUTS = 24, CONFIG = 1000 };

static const char spec[] =
    "{\"input\": 24, \"layers\": [{\"type\": \"dense\", \"units\": 320}, \"batch_norm\", \"relu\", "
    "{\"type\": \"dropout\", \"rate\": 0.3}, {\"type\": \"dense\", \"units\": 320, \"activation\": "
    "\"tanh\"}, {\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\", "
    "\"preprocess\": \"standardize\", \"seed\": 5}";

const task tasks[TASKS] = {
    {"adam, cosine, early stopping", 24,
     "\"schedule\": \"cosine\", \"validation_fraction\": 0.25, \"early_stopping\": {\"patience\": "
     "20}",
     1},
    {"nadam, one_cycle", 24,
     "\"optimizer\": \"nadam\", \"schedule\": {\"type\": \"one_cycle\", \"maximum\": 0.01}", 2},
    {"sgd, plateau, stops early", 60,
     "\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.3, \"momentum\": 0.9}, "
     "\"validation_fraction\": 0.25, \"schedule\": {\"type\": \"reduce_on_plateau\", \"patience\": "
     "2, \"factor\": 0.5}, \"early_stopping\": {\"patience\": 12, \"min_delta\": 0.02}",
     3},
    {"rmsprop, steps with a warm-up", 24,
     "\"optimizer\": {\"type\": \"rmsprop\", \"momentum\": 0.5, \"centered\": true}, \"schedule\": "
     "{\"type\": \"step\", \"every\": 20, \"per\": \"step\", \"warmup_steps\": 10}, \"metrics\": "
     "[\"accuracy\"]",
     3},
};

static nns_data *some_data(void) {
    static float x[SAMPLES * INPUTS];
    static int32_t y[SAMPLES];
    uint32_t random = 11;
    for (int row = 0; row < SAMPLES; row++) {
        y[row] = row % 3;
        for (int column = 0; column < INPUTS; column++)
            x[row * INPUTS + column] =
                2 * next_random(&random) + 0.5f * (column % 3 == y[row]) - 1;
    }
    return data_from(array_of(NNS_F32, x, SAMPLES, INPUTS), array_of(NNS_I32, y, SAMPLES, 1));
}

static int32_t train(nns_model *model, const task *task, int epochs, const char *more) {
    char config[CONFIG];
    snprintf(config, sizeof config, "{\"epochs\": %d, \"seed\": 3, %s%s}", epochs, task->config,
             more);
    nns_data *data = some_data();
    int32_t status = nns_train(model, data, NULL, config, NULL, NULL);
    nns_data_free(data);
    return status;
}

nns_model *train_whole(const task *task) {
    nns_model *model = model_from(spec);
    must(train(model, task, task->epochs, ""), task->name);
    return model;
}

/* How to resume: the epochs that the history does not have yet; none when it says it is over. */
static int epochs_left(const nns_model *model, const task *task) {
    char *history = text_of(nns_history, model);
    int last = 0;
    for (char *at = history; *at && *at != ']'; at++)
        if (at > history && (at[-1] == ' ' || at[-1] == '[')) last = atoi(at);
    int is_running = strstr(history, "\"stopped\": \"running\"") != NULL;
    free(history);
    return is_running ? task->epochs - last : 0;
}

int train_to_the_end(const task *task) {
    char more[200];
    snprintf(more, sizeof more,
             ", \"continue\": true, \"checkpoint\": {\"path\": \"kills.d/run\", \"keep\": %d}",
             task->keep);
    nns_model *model = NULL;
    int32_t status = nns_load("kills.d/run", NULL, &model);
    int epochs = status == NNS_OK ? epochs_left(model, task) : task->epochs;
    /* Nothing there yet is a training from the beginning; anything else is a fault. */
    if (status == NNS_E_IO) model = model_from(spec);
    else if (status != NNS_OK) return 2;
    if (epochs > 0 && train(model, task, epochs, more) != NNS_OK) return 3;
    return nns_save(model, "kills.d/final", NNS_SAVE_WEIGHTS) == NNS_OK ? 0 : 4;
}
