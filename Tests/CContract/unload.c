/* Loads, uses and closes the library 200 times: threads, memory and the process itself stay as they
 * were.
 * Usage: unload [LIBRARY] */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nnswift.h"

enum { WARM = 20, TIMES = 200, ROWS = 30, FEATURES = 4, CLASSES = 3 };

static float features[ROWS * FEATURES];
static int32_t labels[ROWS];
static int passed, failed;

static void check(int holds, const char *name, int64_t got) {
    printf(holds ? "ok %s\n" : "not ok %s: got %lld\n", name, (long long)got);
    if (holds) passed++;
    else failed++;
}

static const char spec[] =
    "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 8, \"activation\": \"relu\"}, "
    "{\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\"}";

/* The functions that are used, by name: nothing of the library is linked. */
static struct {
    int32_t (*create)(const char *, nns_model **);
    int32_t (*data_create)(const nns_array *, const nns_array *, const nns_array *, const char *,
                           nns_data **);
    int32_t (*train)(nns_model *, const nns_data *, const nns_data *, const char *, nns_progress_fn,
                     void *);
    int32_t (*predict)(const nns_model *, const nns_array *, int32_t, const nns_array *);
    void (*free)(nns_model *);
    void (*data_free)(nns_data *);
} api;

static void *find(void *library, const char *name) {
    void *symbol = dlsym(library, name);
    if (!symbol) check(0, name, 0);
    return symbol;
}

static int find_all(void *library) {
    void *symbols[] = {find(library, "nns_create"),  find(library, "nns_data_create"),
                       find(library, "nns_train"),   find(library, "nns_predict"),
                       find(library, "nns_free"),    find(library, "nns_data_free")};
    memcpy(&api, symbols, sizeof symbols);
    for (size_t at = 0; at < sizeof symbols / sizeof *symbols; at++)
        if (!symbols[at]) return 0;
    return 1;
}

/* Leaves its thread's sentence behind. */
static void *fail_elsewhere(void *user) {
    nns_model *model = NULL;
    *(int32_t *)user = api.create("{", &model);
    return NULL;
}

/* As a careless host: it closes the library while a model that was trained by threads is alive. */
static int use_once(const char *name, int is_careless) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library || !find_all(library)) return 0;
    nns_model *model = NULL;
    nns_data *data = NULL;
    nns_array x = NNS_ARRAY(NNS_F32, features, ROWS, FEATURES);
    nns_array y = NNS_ARRAY(NNS_I32, labels, ROWS, 1);
    float out[ROWS * CLASSES];
    nns_array to = NNS_ARRAY(NNS_F32, out, ROWS, CLASSES);
    int32_t refused = 0;
    pthread_t thread;
    int works = !api.create(spec, &model) && !api.data_create(&x, &y, NULL, NULL, &data) &&
                !api.train(model, data, NULL, "{\"epochs\": 2, \"threads\": 3}", NULL, NULL) &&
                !api.predict(model, &x, NNS_PROBA, &to);
    pthread_create(&thread, NULL, fail_elsewhere, &refused);
    pthread_join(thread, NULL);
    if (!is_careless) api.free(model);
    api.data_free(data);
    dlclose(library);
    if (is_careless) usleep(20000); /* its threads go to sleep, and wake, in code that must be there */
    return works && refused == NNS_E_ARGUMENT;
}

static int threads_now(void) {
    int count = 0;
    DIR *listing = opendir("/proc/self/task");
    while (listing && readdir(listing)) count++;
    if (listing) closedir(listing);
    return count;
}

/* A thread that was joined stays listed for a moment. */
static int threads_after_a_while(int wanted) {
    for (int tries = 0; tries < 400 && threads_now() != wanted; tries++) usleep(5000);
    return threads_now();
}

int main(int count, char **arguments) {
    const char *name = count > 1 ? arguments[1] : "libnnswift.so.1";
    int works = 1, threads = threads_now();
    for (int row = 0; row < ROWS; row++) {
        labels[row] = row % CLASSES;
        for (int at = 0; at < FEATURES; at++)
            features[row * FEATURES + at] = (float)(row % CLASSES == at) + 0.01f * (float)row;
    }
    for (int time = 0; time < WARM; time++) works &= use_once(name, 0);
    check(works, "unload: everything works each time", works);
    size_t before = mallinfo2().uordblks;
    for (int time = 0; time < TIMES; time++) works &= use_once(name, 0);
    int64_t grown = (int64_t)mallinfo2().uordblks - (int64_t)before;
    check(works, "unload: 200 times", works);
    /* A lost sentence would be 200 KB. */
    check(grown < 16384, "unload: no memory is lost", grown);
    int left = threads_after_a_while(threads);
    check(left == threads, "unload: no thread is left", left);
    check(use_once(name, 1), "unload: with a model and its threads alive", 0);
    check(use_once(name, 0), "unload: and once more", 0);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
