/* BUSY or wait: readers without a pause do not keep a change out, nor changes the readers. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "manners.h"

enum { READERS = 8 };

static samples set;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* What one thread did: calls that ran, calls that were refused, others, and the longest call. */
typedef struct worker {
    pthread_t thread;
    nns_model *model;
    double end, longest;
    int64_t done, busy, wrong;
} worker;

static void count(worker *self, int32_t status, double began) {
    double took = now() - began;
    if (took > self->longest) self->longest = took;
    self->done += status == NNS_OK;
    self->busy += status == NNS_E_BUSY;
    self->wrong += status != NNS_OK && status != NNS_E_BUSY;
}

static void *predict_on(void *user) {
    worker *self = user;
    float out[CLASSES] = {0};
    nns_array to = array_of(NNS_F32, out, 1, CLASSES);
    for (double began = now(); began < self->end; began = now())
        count(self, nns_predict_one(self->model, set.x, FEATURES, NNS_PROBA, &to), began);
    return NULL;
}

static void *train_on(void *user) {
    worker *self = user;
    nns_array x = features_of(&set), y = labels_of(&set);
    for (double began = now(); began < self->end; began = now())
        count(self, nns_train_batch(self->model, &x, &y, NULL, NULL), began);
    return NULL;
}

/* Eight readers and a trainer, none with a pause. */
static void run_together(const char *mode, int32_t wait, double seconds) {
    worker readers[READERS], trainer = {0};
    int64_t least = INT64_MAX, predictions = 0, refused = 0, wrong = 0;
    double longest = 0;
    char name[100];
    nns_model *model = model_from(classifier);
    must(nns_set_wait(model, wait), "set wait");
    trainer.model = model;
    trainer.end = now() + seconds;
    for (int at = 0; at < READERS; at++) readers[at] = trainer;
    for (int at = 0; at < READERS; at++)
        pthread_create(&readers[at].thread, NULL, predict_on, &readers[at]);
    pthread_create(&trainer.thread, NULL, train_on, &trainer);
    pthread_join(trainer.thread, NULL);
    for (int at = 0; at < READERS; at++) {
        pthread_join(readers[at].thread, NULL);
        if (readers[at].done < least) least = readers[at].done;
        if (readers[at].longest > longest) longest = readers[at].longest;
        predictions += readers[at].done;
        refused += readers[at].busy;
        wrong += readers[at].wrong;
    }
    printf("starving, %s, %.1f s: %lld steps (%lld refused, longest %.1f ms), %lld predictions "
           "(%lld refused, longest %.1f ms, least of a reader %lld)\n",
           mode, seconds, (long long)trainer.done, (long long)trainer.busy, 1e3 * trainer.longest,
           (long long)predictions, (long long)refused, 1e3 * longest, (long long)least);
    snprintf(name, sizeof name, "starving: %s, no other status than OK and BUSY", mode);
    check_integer(name, wrong + trainer.wrong, 0);
    if (wait) {
        check_integer("starving: who waits is not refused", refused + trainer.busy, 0);
        check(trainer.done > 10 * seconds, "starving: eight readers do not keep the trainer out",
              "%lld steps", (long long)trainer.done);
        check(least > 10 * seconds, "starving: the trainer does not keep a reader out",
              "%lld predictions", (long long)least);
    }
    nns_free(model);
}

typedef struct guest {
    nns_model *model;
    nns_data *data;
    pthread_t other;
    int32_t inside, outside, predicted;
    double waited;
    int calls;
} guest;

/* In another thread, while a training stands still. */
static void *come_in(void *user) {
    guest *self = user;
    float out[CLASSES] = {0};
    nns_array to = array_of(NNS_F32, out, 1, CLASSES);
    double began = now();
    self->outside = nns_predict_one(self->model, set.x, FEATURES, NNS_PROBA, &to);
    self->waited = now() - began;
    return NULL;
}

static int32_t call_inside(void *user, const nns_progress *told) {
    guest *self = user;
    float out[CLASSES] = {0};
    nns_array to = array_of(NNS_F32, out, 1, CLASSES);
    (void)told;
    if (self->calls++) return 0;
    self->inside = nns_train(self->model, self->data, NULL, NULL, NULL, NULL);
    self->predicted = nns_predict_one(self->model, set.x, FEATURES, NNS_PROBA, &to);
    pthread_create(&self->other, NULL, come_in, self);
    struct timespec moment = {0, 200000000};
    nanosleep(&moment, NULL);
    return 0;
}

static void run_guest(guest *self, int32_t wait) {
    guest fresh = {model_from(classifier), labelled(&set), pthread_self(), -1, -1, -1, 0, 0};
    *self = fresh;
    must(nns_set_wait(self->model, wait), "set wait");
    must(nns_train(self->model, self->data, NULL, "{\"epochs\": 3}", call_inside, self), "train");
    pthread_join(self->other, NULL);
    nns_data_free(self->data);
    nns_free(self->model);
}

static void check_times(void) {
    guest self;
    run_guest(&self, -1);
    check_status("wait: for ever, another thread's prediction comes to its turn", self.outside, NNS_OK);
    check(self.waited > 0.1, "wait: it waited for the training", "%g s", self.waited);
    check_status("wait: a training from its own callback does not wait for itself", self.inside,
                 NNS_E_BUSY);
    check_status("wait: a prediction from the callback runs at once", self.predicted, NNS_OK);
    run_guest(&self, 20);
    check_status("wait: 20 ms are not enough", self.outside, NNS_E_BUSY);
    check(self.waited >= 0.02 && self.waited < 0.19, "wait: it waited for 20 ms", "%g s",
          self.waited);
    run_guest(&self, 0);
    check_status("wait: 0 is BUSY at once", self.outside, NNS_E_BUSY);
}

/* STARVING_SECONDS: for a figure. */
void check_waiting(void) {
    const char *given = getenv("STARVING_SECONDS");
    double seconds = given ? atof(given) : 1;
    fill_samples(&set);
    run_together("BUSY", 0, seconds);
    run_together("waiting", -1, seconds);
    check_times();
}
