/* The history as numbers: while it grows, and afterwards. */
#include <math.h>

#include "lifecycle.h"

enum { EPOCHS = 6, COLUMNS = 7 };

static const char config[] =
    "{\"epochs\": 6, \"metrics\": [\"accuracy\"], \"batch_size\": 16, \"progress\": \"batch\", "
    "\"early_stopping\": {\"patience\": 50}}";
static const char *const columns[COLUMNS] = {"loss",          "accuracy", "val_loss", "val_accuracy",
                                             "learning_rate", "seconds",  "samples_per_second"};

typedef struct told {
    int ends, without, wrong;
    double values[EPOCHS][COLUMNS], batch_loss, sum;
} told;

static int32_t remember(void *user, const nns_progress *progress) {
    told *all = user;
    if (!progress->epoch_end) {
        all->without += progress->metric_count == 0;
        all->batch_loss = progress->batch_loss;
        /* The batches have 16, 16, 16 and 12 rows. */
        all->sum += progress->batch_loss * (progress->batch == 4 ? 12 : 16);
        all->wrong += fabs(progress->loss - all->sum / (progress->batch == 4 ? 60 : 16 * progress->batch)) > 1e-12;
        return 0;
    }
    all->wrong += progress->metric_count != COLUMNS || progress->batch_loss != all->batch_loss;
    for (int at = 0; at < COLUMNS && at < progress->metric_count; at++) {
        all->wrong += strcmp(progress->metric_names[at], columns[at]) != 0;
        all->values[progress->epoch - 1][at] = progress->metric_values[at];
    }
    all->sum = 0;
    all->ends++;
    return 0;
}

static void check_values(const nns_model *model, const told *all) {
    int wrong = 0;
    double value = -1, last = -2;
    for (int epoch = 1; epoch <= EPOCHS; epoch++)
        for (int at = 0; at < COLUMNS; at++) {
            must(nns_history_value(model, columns[at], epoch, &value), columns[at]);
            wrong += value != all->values[epoch - 1][at];
        }
    check_integer("history value: every number that progress told", wrong, 0);
    must(nns_history_value(model, "epoch", 3, &value), "the epoch itself");
    check_near("history value: \"epoch\" is its number", value, 3, 0);
    must(nns_history_value(model, "val_loss", EPOCHS, &last), "the last value");
    check_status("history value: 0 is the last epoch",
                 nns_history_value(model, "val_loss", 0, &value), NNS_OK);
    check_near("history value: 0 is the last epoch's value", value, last, 0);
}

static void check_info(const nns_model *model, int64_t first, int64_t last, int64_t best,
                       int32_t stopped, const char *name) {
    int64_t found[3] = {-1, -1, -1};
    int32_t how = -1;
    check_status(name, nns_history_info(model, found, found + 1, found + 2, &how), NNS_OK);
    check(found[0] == first && found[1] == last && found[2] == best && how == stopped, name,
          "first %d, last %d, best %d, stopped %d", (int)found[0], (int)found[1], (int)found[2],
          (int)how);
}

static int32_t stop_or_fail(void *user, const nns_progress *progress) {
    (void)progress;
    return *(int32_t *)user;
}

static int32_t cancel_it(void *user, const nns_progress *progress) {
    (void)progress;
    return nns_cancel(user);
}

static int32_t look_inside(void *user, const nns_progress *progress) {
    check_info(user, 1, progress->epoch, 0, NNS_STOPPED_RUNNING, "history info: while it runs");
    return 0;
}

static void check_endings(const nns_data *data) {
    nns_model *model = model_from(classifier);
    int32_t answer = NNS_STOP;
    const char *wild = "{\"epochs\": 50, \"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 1e6}}";
    check_info(model, 1, 0, 0, NNS_STOPPED_NONE, "history info: never trained");
    must(nns_train(model, data, NULL, "{\"epochs\": 1}", look_inside, model), "train");
    check_info(model, 1, 1, 0, NNS_STOPPED_COMPLETED, "history info: completed");
    must(nns_train(model, data, NULL, "{\"epochs\": 2, \"continue\": true}", NULL, NULL), "go on");
    check_info(model, 2, 3, 0, NNS_STOPPED_COMPLETED, "history info: continued");
    must(nns_train(model, data, NULL, NULL, stop_or_fail, &answer), "stop");
    check_info(model, 1, 1, 0, NNS_STOPPED_CALLBACK, "history info: stopped by the callback");
    answer = 7;
    check_status("history info: a callback that fails",
                 nns_train(model, data, NULL, NULL, stop_or_fail, &answer), NNS_E_CALLBACK);
    check_info(model, 1, 1, 0, NNS_STOPPED_CALLBACK, "history info: failed by the callback");
    check_status("history info: cancelled", nns_train(model, data, NULL, NULL, cancel_it, model),
                 NNS_E_CANCELLED);
    check_info(model, 1, 1, 0, NNS_STOPPED_CANCELLED, "history info: cancelled");
    check_status("history info: diverged", nns_train(model, data, NULL, wild, NULL, NULL),
                 NNS_E_DIVERGED);
    int32_t how = -1;
    must(nns_history_info(model, NULL, NULL, NULL, &how), "history info");
    check_integer("history info: diverged; pointers may be NULL", how, NNS_STOPPED_DIVERGED);
    must(nns_train(model, data, data,
                   "{\"epochs\": 9, \"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0}, "
                   "\"early_stopping\": {\"patience\": 2}}",
                   NULL, NULL),
         "train with patience");
    check_info(model, 1, 3, 1, NNS_STOPPED_EARLY, "history info: early stopping");
    nns_free(model);
}

void check_histories(void) {
    static samples set;
    static told all;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    nns_model *model = model_from(classifier);
    must(nns_train(model, data, data, config, remember, &all), "train");
    check_integer("progress: the names and values of the history", all.wrong, 0);
    check_integer("progress: at the end of each epoch", all.ends, EPOCHS);
    check_integer("progress: none after a batch", all.without, 4 * EPOCHS);
    check_values(model, &all);
    check_endings(data);
    nns_free(model);
    nns_data_free(data);
}
