/* nns_cancel: from the callback, from another thread, from a signal handler, without a training. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "lifecycle.h"

static const char endless[] = "{\"epochs\": 1000000000}";

static int32_t cancel_inside(void *user, const nns_progress *told) {
    if (told->epoch == 2) must(nns_cancel(user), "cancel inside a callback");
    return 0;
}

static nns_model *handled_model;

static void cancel_on_signal(int number) {
    (void)number;
    nns_cancel(handled_model);
}

static int32_t raise_inside(void *user, const nns_progress *told) {
    (void)user;
    if (told->epoch == 2) raise(SIGUSR1);
    return 0;
}

typedef struct other_thread {
    nns_model *model;
    int has_begun; /* atomic */
} other_thread;

static int32_t count_epochs(void *user, const nns_progress *told) {
    (void)told;
    __atomic_store_n(&((other_thread *)user)->has_begun, 1, __ATOMIC_RELEASE);
    return 0;
}

static void *cancel_outside(void *user) {
    other_thread *shared = user;
    while (!__atomic_load_n(&shared->has_begun, __ATOMIC_ACQUIRE)) sched_yield();
    nns_cancel(shared->model);
    return NULL;
}

static void check_from_thread(nns_model *model, const nns_data *data) {
    other_thread shared = {model, 0};
    pthread_t thread;
    if (pthread_create(&thread, NULL, cancel_outside, &shared)) return;
    check_status("cancel: from another thread",
                 nns_train(model, data, NULL, endless, count_epochs, &shared), NNS_E_CANCELLED);
    pthread_join(thread, NULL);
}

static void check_from_signal(nns_model *model, const nns_data *data) {
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = cancel_on_signal;
    handled_model = model;
    sigaction(SIGUSR1, &action, &before);
    check_status("cancel: from a signal handler",
                 nns_train(model, data, NULL, endless, raise_inside, NULL), NNS_E_CANCELLED);
    sigaction(SIGUSR1, &before, NULL);
}

void check_cancelling(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    nns_model *model = model_from(classifier);
    uint64_t before = hash_of_weights(model);
    check_status("cancel: from the callback",
                 nns_train(model, data, NULL, endless, cancel_inside, model), NNS_E_CANCELLED);
    check(hash_of_weights(model) != before, "cancel: the weights learnt so far are kept",
          "weights are the first ones");
    char *history = text_of(nns_history, model);
    check_contains("cancel: the history says so", history, "\"stopped\": \"cancelled\"");
    check_contains("cancel: the history is kept", history, "\"epoch\": [1, 2");
    free(history);
    check_from_thread(model, data);
    check_from_signal(model, data);
    check_status("cancel: without a training", nns_cancel(model), NNS_OK);
    check_status("cancel: an earlier one does not stop the next training",
                 nns_train(model, data, NULL, "{\"epochs\": 2}", NULL, NULL), NNS_OK);
    nns_free(model);
    nns_data_free(data);
}
