/* A training that is interrupted after any epoch and resumed from its checkpoint ends as one that
 * was never interrupted: the same weights bit for bit, the same history. */
#include "checkpoints.h"

const char network[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 72}, \"batch_norm\", \"relu\", "
    "{\"type\": \"dropout\", \"rate\": 0.2}, {\"type\": \"dense\", \"units\": 72, \"activation\": "
    "\"tanh\"}, {\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\", "
    "\"seed\": 2, \"preprocess\": \"standardize\"}";

enum { EPOCHS = 6 };

static const char *const configs[] = {
    "\"schedule\": \"cosine\", \"validation_fraction\": 0.2, \"early_stopping\": {}",
    "\"optimizer\": {\"type\": \"adam\", \"amsgrad\": true}, \"schedule\": \"polynomial\"",
    "\"optimizer\": \"adamw\", \"schedule\": {\"type\": \"cosine\", \"per\": \"step\"}",
    "\"optimizer\": \"nadam\", \"schedule\": {\"type\": \"one_cycle\", \"maximum\": 0.02}",
    "\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.05}, \"schedule\": {\"type\": "
    "\"step\", \"every\": 5, \"per\": \"step\", \"warmup_steps\": 7}",
    "\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.1, \"momentum\": 0.9, \"nesterov\": "
    "true, \"l1\": 0.001}, \"schedule\": {\"type\": \"reduce_on_plateau\", \"metric\": \"loss\", "
    "\"patience\": 0, \"threshold\": 0.5, \"cooldown\": 1}",
    "\"optimizer\": {\"type\": \"rmsprop\", \"momentum\": 0.5, \"centered\": true}, \"schedule\": "
    "{\"type\": \"exponential\", \"gamma\": 0.8}, \"clip_norm\": 0.5",
    "\"optimizer\": \"adagrad\", \"class_weight\": \"balanced\", \"clip_value\": 0.1",
    "\"optimizer\": {\"type\": \"adadelta\", \"weight_decay\": 0.01}, \"drop_last\": true",
    "\"optimizer\": \"rprop\", \"batch_size\": 0",
    "\"optimizer\": {\"type\": \"lion\", \"learning_rate\": 0.001}",
    "\"optimizer\": {\"type\": \"lbfgs\", \"max_iterations\": 3, \"history\": 7}, \"batch_size\": 0",
    "\"optimizer\": {\"type\": \"lbfgs\", \"max_iterations\": 4, \"line_search\": "
    "\"strong_wolfe\"}, \"batch_size\": 0",
    /* These end before the last epoch; the best weights are not the last ones. */
    "\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.9, \"momentum\": 0.9}, \"metrics\": "
    "[\"accuracy\"], \"validation_fraction\": 0.3, \"early_stopping\": {\"metric\": "
    "\"val_accuracy\", \"patience\": 3}",
    "\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.9, \"momentum\": 0.9}, "
    "\"early_stopping\": {\"metric\": \"loss\", \"min_delta\": 0.6, \"patience\": 3, "
    "\"restore_best\": false}",
};

static int32_t stop_at(void *user, const nns_progress *progress) {
    return progress->epoch == *(int *)user;
}

static int32_t train(nns_model *model, const nns_data *data, const char *more, int epochs,
                     const char *continues, int stop) {
    char config[700];
    snprintf(config, sizeof config,
             "{\"epochs\": %d, \"batch_size\": 16, \"seed\": 9, \"checkpoint\": {\"path\": "
             "\"disk/run\"}%s, %s}",
             epochs, continues, more);
    /* A key that stands twice is refused; the last one is then the config's own. */
    if (strstr(more, "batch_size")) {
        char *twice = strstr(config, "\"batch_size\": 16, ");
        memmove(twice, twice + 18, strlen(twice + 18) + 1);
    }
    return nns_train(model, data, NULL, config, stop_at, &stop);
}

/* What of a history does not depend on the clock. */
static char *lasting(const nns_model *model) {
    char *history = text_of(nns_history, model);
    char *from = strstr(history, ", \"seconds\""), *to = strstr(history, ", \"stopped\"");
    if (from && to) memmove(from, to, strlen(to) + 1);
    return history;
}

static int last_epoch(const nns_model *model) {
    char *history = text_of(nns_history, model);
    int last = 0;
    for (char *at = history + strlen("{\"epoch\": ["); *at && *at != ']'; at++)
        if (at[-1] == ' ' || at[-1] == '[') last = atoi(at);
    free(history);
    return last;
}

static void check_interruption(const nns_data *data, const char *more, const nns_model *whole,
                               int at) {
    nns_model *model = model_from(network);
    reset_disk();
    check_status("resuming: a callback ends it", train(model, data, more, EPOCHS, "", at),
                 NNS_E_CALLBACK);
    nns_free(model);
    model = load_whole("disk/run");
    if (!model) return;
    check_integer("resuming: the checkpoint's epoch", last_epoch(model), at);
    must(train(model, data, more, EPOCHS - at, ", \"continue\": true", 0), more);
    check(same_weights(model, whole), "resuming: the same weights", "after epoch %d of %s", at,
          more);
    char *got = lasting(model), *expected = lasting(whole);
    check_text("resuming: the same history", got, expected);
    free(got);
    free(expected);
    nns_model *last = load_whole("disk/run");
    check(last && same_weights(last, whole), "resuming: the last checkpoint is the whole training",
          "after epoch %d of %s", at, more);
    check_integer("resuming: one file", count_files(""), 1);
    nns_free(last);
    nns_free(model);
}

void check_resuming(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    for (size_t at = 0; at < sizeof configs / sizeof *configs; at++) {
        nns_model *whole = model_from(network);
        reset_disk();
        must(train(whole, data, configs[at], EPOCHS, "", 0), configs[at]);
        int last = last_epoch(whole);
        int early = strstr(configs[at], "patience\": 3") != NULL;
        check(early ? last < EPOCHS && last > 3 : last == EPOCHS, "resuming: the epochs wanted",
              "%d of %s", last, configs[at]);
        for (int stop = 1; stop < last; stop++)
            check_interruption(data, configs[at], whole, stop);
        nns_free(whole);
    }
    nns_data_free(data);
}
