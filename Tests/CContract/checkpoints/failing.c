/* A disk that fails at any moment of a save: full, broken, without second names. */
#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "checkpoints.h"

enum { EPOCHS = 6 };

static const int errors[CALLS] = {EMFILE, ENOSPC, EIO, ENOSPC, EROFS};

static int32_t train(nns_model *model, int epochs, const char *more) {
    char members[400];
    snprintf(members, sizeof members,
             ", \"batch_size\": 16, \"validation_fraction\": 0.3, \"early_stopping\": {\"patience\": 2, "
             "\"min_delta\": 0.01}, \"schedule\": \"cosine\"%s",
             more);
    return train_samples(model, epochs, members);
}

static const char keeping[] = ", \"checkpoint\": {\"path\": \"disk/run\", \"keep\": 3}";
static const char again[] =
    ", \"continue\": true, \"checkpoint\": {\"path\": \"disk/run\", \"keep\": 3}";

/* nns_save fails at its n-th call, for every n of every kind: the old file stays, nothing else. */
void check_failing_calls(void) {
    nns_model *old = model_from(classifier), *model = model_from(network);
    for (call which = 0; which < CALLS; which++) {
        for (int number = 0; number < 10; number++) {
            reset_disk();
            must(nns_save(old, "disk/run", NNS_SAVE_WEIGHTS), "save");
            uint64_t before = hash_of_file("disk/run");
            fail_from(which, number, errors[which]);
            int32_t status = nns_save(model, "disk/run", NNS_SAVE_WEIGHTS);
            if (calls_seen(which) <= number) break;
            fail_none();
            /* The folder's fsync comes when the new file is in place. */
            if (which == CALL_FSYNC && number == 1) {
                check_status("nns_save: some folders cannot be synced", status, NNS_OK);
                continue;
            }
            check_status(call_names[which], status, NNS_E_IO);
            check_contains(call_names[which], nns_last_error(), "an older file is unchanged");
            check(hash_of_file("disk/run") == before, "nns_save fails: the old file stays",
                  "%s %d", call_names[which], number);
            check_integer("nns_save fails: nothing is left", count_files(""), 1);
        }
    }
    fail_none();
    nns_free(old);
    nns_free(model);
}

/* After a failure: the model learnt up to there, every file loads, the newest is the one before. */
static void check_kept(nns_model *model, const char *kind, int number) {
    char *history = text_of(nns_history, model);
    check_contains("a checkpoint fails: the text", nns_last_error(), "weights and history are kept");
    check(strstr(history, "\"stopped\": \"checkpoint\"") || strstr(history, "\"completed\"") ||
              strstr(history, "\"early_stopping\""),
          "a checkpoint fails: the history", "%s", history);
    free(history);
    check_integer("a checkpoint fails: no temporary file", count_files(".tmp"), 0);
    int newest = epoch_of("disk/run");
    for (int older = 1; older < 3; older++) {
        char path[20];
        snprintf(path, sizeof path, "disk/run.%d", older);
        int epoch = epoch_of(path);
        check(epoch >= 0 && epoch <= newest, "a checkpoint fails: older ones are whole",
              "%s holds epoch %d, %s %d", path, epoch, kind, number);
    }
}

static void check_one_failure(call which, int number, const nns_model *whole, int *reached) {
    nns_model *model = model_from(network);
    reset_disk();
    fail_from(which, number, errors[which]);
    int32_t status = train(model, EPOCHS, keeping);
    *reached = calls_seen(which) > number;
    fail_none();
    if (status == NNS_OK) {
        /* A folder that cannot be synced: the file is. */
        check(!*reached || which == CALL_FSYNC, "a checkpoint fails: a status", "%s %d",
              call_names[which], number);
    } else if (check_status(call_names[which], status, NNS_E_IO)) {
        char *history = text_of(nns_history, model);
        int epochs = 0;
        for (char *at = strchr(history, '['); *at && *at != ']'; at++) epochs += *at == ',';
        epochs += strncmp(strchr(history, '['), "[]", 2) != 0;
        int is_over = strstr(history, "\"checkpoint\"") == NULL;
        free(history);
        if (strstr(nns_last_error(), "nothing was trained")) {
            check_integer("a checkpoint cannot be made: no epoch", epochs, 0);
        } else {
            check_kept(model, call_names[which], number);
            /* With room on the disk the training goes on as if nothing had been. */
            if (!is_over) must(train(model, EPOCHS - epochs, again), "again");
            check(same_weights(model, whole), "a checkpoint fails: going on", "%s %d: weights differ",
                  call_names[which], number);
        }
    }
    nns_free(model);
}

/* Without second names a rename keeps the older file, and a failing one gives it its name back. */
static void check_without_links(const nns_model *whole) {
    nns_model *model = model_from(network);
    reset_disk();
    fail_from(CALL_LINK, 0, EPERM);
    must(train(model, EPOCHS, keeping), "train without links");
    check(same_weights(model, whole), "without links: the same training", "weights differ");
    check(calls_seen(CALL_LINK) > 1 && epoch_of("disk/run.1") == epoch_of("disk/run") - 1,
          "without links: older ones are kept", "%d", epoch_of("disk/run.1"));
    nns_free(model);
}

void check_failing_training(void) {
    nns_model *whole = model_from(network);
    must(train(whole, EPOCHS, ""), "whole");
    for (call which = 0; which < CALLS; which++) {
        int reached = 1;
        for (int number = 0; reached && number < 60; number++)
            check_one_failure(which, number, whole, &reached);
    }
    check_without_links(whole);
    reset_disk();
    nns_free(whole);
}
