/* Many threads at once, each with its own idea; cancelling from where it is hardest; forking at
 * work. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manners.h"

enum { READERS = 8, MAKERS = 4, ROUNDS = 40 };

static samples set;
static nns_model *shared;
static uint64_t expected;
static int wrong; /* atomic */

static void miss(int is_wrong) {
    if (is_wrong) __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

static void *predict_often(void *user) {
    nns_array x = features_of(&set);
    float out[ROWS * CLASSES];
    (void)user;
    for (int call = 0; call < 10 * ROUNDS; call++) {
        int32_t status = call % 2 ? nns_predict_one(shared, set.x, FEATURES, NNS_PROBA, FLOATS(out, 1, CLASSES))
                                  : nns_predict(shared, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES));
        miss(status != NNS_OK || (call % 2 == 0 && hash_of(out, sizeof out) != expected));
    }
    return NULL;
}

/* Makes, clones, trains, saves, loads and frees models of its own. */
static void *live_often(void *user) {
    nns_data *data = labelled(&set);
    (void)user;
    for (int round = 0; round < ROUNDS; round++) {
        nns_model *own = NULL, *copy = NULL, *loaded = NULL;
        nns_buffer *buffer = NULL;
        const void *bytes = NULL;
        size_t size = 0;
        miss(nns_create(classifier, &own) != NNS_OK || nns_clone(shared, &copy) != NNS_OK);
        miss(nns_train(own, data, NULL, "{\"epochs\": 1, \"threads\": 2}", NULL, NULL) != NNS_OK);
        miss(nns_save_buffer(copy, 0, &buffer) || nns_buffer_bytes(buffer, &bytes, &size) ||
             nns_load_buffer(bytes, size, NULL, &loaded));
        miss(nns_create("{\"input\": 0}", &own) != NNS_E_ARGUMENT || !*nns_last_error());
        nns_buffer_free(buffer);
        nns_free(own);
        miss(nns_predict_one(own, set.x, FEATURES, NNS_PROBA, NULL) == NNS_OK);
        nns_free(copy);
        nns_free(loaded);
    }
    nns_data_free(data);
    return NULL;
}

/* A call that changes the shared model finds it read, or finds it idle; it never breaks a
 * reader. */
static void *disturb_often(void *user) {
    int busy = 0;
    (void)user;
    for (int call = 0; call < 20 * ROUNDS; call++) {
        int32_t status = nns_configure(shared, NULL);
        busy += status == NNS_E_BUSY;
        miss(status != NNS_OK && status != NNS_E_BUSY);
        sched_yield();
    }
    return NULL;
}

/* Reads that collide with a change are refused, and made again. */
static void *predict_stubbornly(void *user) {
    nns_array x = features_of(&set);
    float out[ROWS * CLASSES];
    (void)user;
    for (int call = 0; call < 5 * ROUNDS; call++) {
        int32_t status;
        while ((status = nns_predict(shared, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES))) == NNS_E_BUSY) sched_yield();
        miss(status != NNS_OK || hash_of(out, sizeof out) != expected);
    }
    return NULL;
}

static void run_together(void *(*first)(void *), int firsts, void *(*second)(void *), int seconds) {
    pthread_t threads[READERS + MAKERS];
    for (int at = 0; at < firsts + seconds; at++)
        pthread_create(&threads[at], NULL, at < firsts ? first : second, NULL);
    for (int at = 0; at < firsts + seconds; at++) pthread_join(threads[at], NULL);
}

void check_mixed_threads(void) {
    nns_array x = features_of(&set);
    float out[ROWS * CLASSES];
    fill_samples(&set);
    x = features_of(&set);
    shared = model_from(classifier);
    must(nns_predict(shared, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES)), "predict");
    expected = hash_of(out, sizeof out);
    run_together(predict_often, READERS, live_often, MAKERS);
    check_integer("threads: 8 predict while 4 make, train, clone, save and free", wrong, 0);
    run_together(predict_stubbornly, 4, disturb_often, 1);
    check_integer("threads: changing a model that others read is BUSY or done", wrong, 0);
    nns_free(shared);
}

static void *cancel_soon(void *model) {
    for (int time = 0; time < 200; time++) {
        usleep(2000);
        nns_cancel(model);
    }
    return NULL;
}

/* One step of lbfgs that would take minutes: cancelled within it. */
void check_cancel_in_search(void) {
    fill_samples(&set);
    nns_model *model = model_from(regressor);
    nns_data *data = valued(&set);
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_soon, model);
    int32_t status = nns_train(model, data, NULL,
                               "{\"epochs\": 100000, \"batch_size\": 0, \"optimizer\": {\"type\": "
                               "\"lbfgs\", \"max_iterations\": 100000, \"learning_rate\": 1e-4}}",
                               NULL, NULL);
    pthread_join(thread, NULL);
    check_status("cancel: within a search of lbfgs", status, NNS_E_CANCELLED);
    nns_free(model);
    nns_data_free(data);
}

static nns_model *victim; /* atomic */

static void cancel_victim(int number) {
    (void)number;
    nns_cancel(__atomic_load_n(&victim, __ATOMIC_RELAXED));
    nns_cancel(NULL);
    nns_cancel((const nns_model *)&victim);
}

static int is_over; /* atomic */

static void *replace_victim(void *user) {
    (void)user;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
        nns_model *next = model_from(classifier);
        nns_free(__atomic_exchange_n(&victim, next, __ATOMIC_RELAXED));
    }
    return NULL;
}

/* Signals that cancel come all the time, into whatever this thread does, while another thread frees
 * and makes the model they name. */
void check_cancel_while_freed(void) {
    struct sigaction action, before;
    struct itimerval often = {{0, 300}, {0, 300}}, never = {{0, 0}, {0, 0}};
    pthread_t thread;
    memset(&action, 0, sizeof action);
    action.sa_handler = cancel_victim;
    action.sa_flags = SA_RESTART;
    __atomic_store_n(&victim, model_from(classifier), __ATOMIC_RELAXED);
    is_over = 0;
    sigaction(SIGALRM, &action, &before);
    pthread_create(&thread, NULL, replace_victim, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    uint64_t first = use_everything("mixed.safetensors"), other = first;
    for (int round = 0; round < 20 && other == first; round++) other = use_everything("mixed.safetensors");
    setitimer(ITIMER_REAL, &never, NULL);
    __atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    sigaction(SIGALRM, &before, NULL);
    check(first == other, "cancel: by signals, of a model that another thread frees", "results differ");
    nns_free(victim);
}

static uint64_t train_alone(int threads) {
    char config[80];
    snprintf(config, sizeof config, "{\"epochs\": 5, \"threads\": %d}", threads);
    nns_model *model = model_from(classifier);
    nns_data *data = labelled(&set);
    must(nns_train(model, data, NULL, config, NULL, NULL), config);
    uint64_t hash = hash_of_weights(model);
    nns_data_free(data);
    nns_free(model);
    return hash;
}

typedef struct background {
    nns_model *model;
    nns_data *data;
    int has_begun; /* atomic */
    int32_t status;
} background;

static int32_t begun(void *user, const nns_progress *told) {
    (void)told;
    __atomic_store_n(&((background *)user)->has_begun, 1, __ATOMIC_RELEASE);
    return 0;
}

static void *train_behind(void *user) {
    background *self = user;
    self->status = nns_train(self->model, self->data, NULL, "{\"epochs\": 100000000, \"threads\": 2}",
                             begun, self);
    return NULL;
}

/* What a child sees: the model that its lost thread was training is busy for ever; all else
 * works. */
static int child_works(const background *parent, uint64_t alone) {
    nns_array x = features_of(&set);
    float out[ROWS * CLASSES];
    /* However long calls may wait: that training never ends here. */
    if (nns_set_wait(parent->model, -1)) return 0;
    int32_t status = nns_predict(parent->model, &x, NNS_PROBA, FLOATS(out, ROWS, CLASSES));
    if (status != NNS_E_BUSY || !strstr(nns_last_error(), "forked")) return 0;
    if (nns_train(parent->model, parent->data, NULL, NULL, NULL, NULL) != NNS_E_BUSY) return 0;
    if (train_alone(1) != alone || train_alone(2) != alone) return 0;
    nns_free(parent->model);
    nns_data_free(parent->data);
    return train_alone(1) == alone;
}

void check_fork_during_training(void) {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
    /* It knows no new threads in the child of a process with threads: now and then one stands
     * still. */
    printf("skipped: fork during a training under ThreadSanitizer\n");
    return;
#endif
#endif
    fill_samples(&set);
    uint64_t alone = train_alone(1);
    background work = {model_from(classifier), labelled(&set), 0, -1};
    pthread_t thread;
    int bad = 0;
    pthread_create(&thread, NULL, train_behind, &work);
    while (!__atomic_load_n(&work.has_begun, __ATOMIC_ACQUIRE)) sched_yield();
    fflush(stdout);
    for (int child = 0; child < 20; child++) {
        pid_t id = fork();
        if (id == 0) {
            alarm(30);
            _exit(child_works(&work, alone) ? 0 : 1);
        }
        int state = -1;
        waitpid(id, &state, 0);
        bad += state != 0;
    }
    nns_cancel(work.model);
    pthread_join(thread, NULL);
    check_integer("fork: 20 children during a training predict and train", bad, 0);
    check_status("fork: the parent's training goes on", work.status, NNS_E_CANCELLED);
    nns_free(work.model);
    nns_data_free(work.data);
}

static int32_t fork_inside(void *user, const nns_progress *told) {
    if (told->epoch == 3) *(pid_t *)user = fork();
    return 0;
}

/* Forked inside a callback, parent and child both finish the training, to the same weights. */
void check_fork_in_callback(void) {
    fill_samples(&set);
    uint64_t alone = train_alone(2);
    pid_t id = -1;
    fflush(stdout);
    nns_model *model = model_from(classifier);
    nns_data *data = labelled(&set);
    int32_t status = nns_train(model, data, NULL, "{\"epochs\": 5, \"threads\": 2}", fork_inside, &id);
    int is_same = status == NNS_OK && hash_of_weights(model) == alone;
    nns_free(model);
    nns_data_free(data);
    if (id == 0) _exit(is_same ? 0 : 1);
    int state = -1;
    waitpid(id, &state, 0);
    check(is_same, "fork: the parent of a fork inside a callback finishes", "the result differs");
    check_integer("fork: the child of a fork inside a callback finishes", state, 0);
}
