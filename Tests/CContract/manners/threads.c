/* Threads that share a model, threads that do not, and a child process. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manners.h"

enum { TOGETHER = 4, APART = 8, CALLS = 300 };

static samples set;

typedef struct reader {
    pthread_t thread;
    const nns_model *model;
    nns_session *session; /* shared by all: serves one at a time */
    uint64_t expected;
    int wrong, busy;
} reader;

static void *read_often(void *user) {
    reader *self = user;
    nns_array x = features_of(&set);
    float out[ROWS * CLASSES];
    for (int call = 0; call < CALLS; call++) {
        memset(out, 0, sizeof out);
        int32_t status = nns_predict(self->model, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES));
        self->wrong += status != NNS_OK || hash_of(out, sizeof out) != self->expected;
        memset(out, 0, sizeof out);
        status = nns_session_predict(self->session, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES));
        self->busy += status == NNS_E_BUSY;
        self->wrong += status != NNS_E_BUSY &&
                       (status != NNS_OK || hash_of(out, sizeof out) != self->expected);
    }
    return NULL;
}

void check_predicting_together(void) {
    fill_samples(&set);
    nns_model *model = model_from(classifier);
    nns_session *session = NULL;
    nns_array x = features_of(&set);
    float out[ROWS * CLASSES];
    reader readers[TOGETHER];
    int wrong = 0, busy = 0;
    must(nns_predict(model, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES)), "predict");
    must(nns_session_create(model, ROWS, &session), "session");
    for (int at = 0; at < TOGETHER; at++) {
        reader fresh = {pthread_self(), model, session, hash_of(out, sizeof out), 0, 0};
        readers[at] = fresh;
    }
    for (int at = 0; at < TOGETHER; at++)
        pthread_create(&readers[at].thread, NULL, read_often, &readers[at]);
    for (int at = 0; at < TOGETHER; at++) {
        pthread_join(readers[at].thread, NULL);
        wrong += readers[at].wrong;
        busy += readers[at].busy;
    }
    check_integer("threads: predictions on one model are all equal, or BUSY in a session", wrong,
                  0);
    check(busy < TOGETHER * CALLS, "threads: a shared session serves one at a time",
          "it never served");
    nns_session_free(session);
    nns_free(model);
}

typedef struct trainer {
    pthread_t thread;
    int number, threads;
    uint64_t hash;
} trainer;

static void *train_own(void *user) {
    trainer *self = user;
    char config[100];
    snprintf(config, sizeof config, "{\"epochs\": 30, \"batch_size\": 16, \"seed\": %d, "
             "\"threads\": %d}", self->number % 2, self->threads);
    nns_model *model = model_from(classifier);
    nns_data *data = labelled(&set);
    must(nns_train(model, data, NULL, config, NULL, NULL), config);
    self->hash = hash_of_weights(model);
    nns_data_free(data);
    nns_free(model);
    return NULL;
}

void check_training_apart(void) {
    trainer trainers[APART], alone[2];
    fill_samples(&set);
    for (int at = 0; at < 2; at++) {
        trainer fresh = {pthread_self(), at, 1, 0};
        alone[at] = fresh;
        train_own(&alone[at]);
    }
    for (int at = 0; at < APART; at++) {
        trainer fresh = {pthread_self(), at, 1 + at / 4, 0};
        trainers[at] = fresh;
    }
    for (int at = 0; at < APART; at++)
        pthread_create(&trainers[at].thread, NULL, train_own, &trainers[at]);
    int wrong = 0;
    for (int at = 0; at < APART; at++) {
        pthread_join(trainers[at].thread, NULL);
        wrong += trainers[at].hash != alone[at % 2].hash;
    }
    check_integer("threads: 8 models trained at a time are as trained alone", wrong, 0);
}

typedef struct visitor {
    nns_model *model;
    nns_session *session;
    nns_data *data;
    int is_done;
    int32_t predict, session_predict, train, clone, weights, sizes;
} visitor;

/* In a thread that is not the training's. */
static void *visit(void *user) {
    visitor *self = user;
    nns_array x = features_of(&set);
    nns_model *copy = NULL;
    float out[ROWS * CLASSES];
    int64_t size = 0;
    self->predict = nns_predict(self->model, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES));
    self->session_predict = nns_session_predict(self->session, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES));
    self->train = nns_train(self->model, self->data, NULL, NULL, NULL, NULL);
    self->clone = nns_clone(self->model, &copy);
    self->weights = nns_get_weights(self->model, out, 67);
    self->sizes = nns_input_size(self->model, &size);
    return NULL;
}

static int32_t let_visit(void *user, const nns_progress *told) {
    visitor *self = user;
    pthread_t thread;
    (void)told;
    if (self->is_done++ || pthread_create(&thread, NULL, visit, self)) return 0;
    pthread_join(thread, NULL);
    return 0;
}

void check_busy(void) {
    fill_samples(&set);
    visitor guest = {model_from(classifier), NULL, labelled(&set), 0, -1, -1, -1, -1, -1, -1};
    must(nns_session_create(guest.model, ROWS, &guest.session), "session");
    must(nns_train(guest.model, guest.data, NULL, "{\"epochs\": 2}", let_visit, &guest), "train");
    check_status("busy: predict from another thread", guest.predict, NNS_E_BUSY);
    check_status("busy: session predict from another thread", guest.session_predict, NNS_E_BUSY);
    check_status("busy: train from another thread", guest.train, NNS_E_BUSY);
    check_status("busy: clone from another thread", guest.clone, NNS_E_BUSY);
    check_status("busy: get weights from another thread", guest.weights, NNS_E_BUSY);
    check_status("busy: sizes can always be asked", guest.sizes, NNS_OK);
    nns_session_free(guest.session);
    nns_free(guest.model);
    nns_data_free(guest.data);
}

/* Whether a child gets the parent's result; it is killed should it wait for lost threads. */
static void check_child(const char *name, int threads) {
    trainer parent = {pthread_self(), 0, threads, 0}, child = parent;
    train_own(&parent);
    fflush(stdout);
    pid_t id = fork();
    if (id == 0) {
        alarm(30);
        train_own(&child);
        _exit(child.hash == parent.hash ? 0 : 1);
    }
    int state = -1;
    waitpid(id, &state, 0);
    check(id > 0 && WIFEXITED(state) && WEXITSTATUS(state) == 0, name,
          "the child ended with state %d", state);
    train_own(&child);
    check(child.hash == parent.hash, name, "the parent gets another result after fork");
}

void check_fork(void) {
    fill_samples(&set);
    check_child("fork: the child goes on with one thread", 1);
    check_child("fork: the child goes on with two threads", 2);
}
