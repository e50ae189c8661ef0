/* Versions, status names, error texts, thread default, log. */
#include <errno.h>
#include <pthread.h>

#include "lifecycle.h"

static const struct {
    int32_t status;
    const char *name;
} status_names[] = {
    {NNS_OK, "NNS_OK"},
    {NNS_E_NULL, "NNS_E_NULL"},
    {NNS_E_ARGUMENT, "NNS_E_ARGUMENT"},
    {NNS_E_SHAPE, "NNS_E_SHAPE"},
    {NNS_E_DTYPE, "NNS_E_DTYPE"},
    {NNS_E_STATE, "NNS_E_STATE"},
    {NNS_E_BUSY, "NNS_E_BUSY"},
    {NNS_E_MEMORY, "NNS_E_MEMORY"},
    {NNS_E_IO, "NNS_E_IO"},
    {NNS_E_FORMAT, "NNS_E_FORMAT"},
    {NNS_E_VERSION, "NNS_E_VERSION"},
    {NNS_E_CHECKSUM, "NNS_E_CHECKSUM"},
    {NNS_E_LIMIT, "NNS_E_LIMIT"},
    {NNS_E_DIVERGED, "NNS_E_DIVERGED"},
    {NNS_E_CANCELLED, "NNS_E_CANCELLED"},
    {NNS_E_CALLBACK, "NNS_E_CALLBACK"},
    {NNS_E_INTERNAL, "NNS_E_INTERNAL"},
    {8, "unknown status"},
    {-1, "unknown status"},
    {INT32_MAX, "unknown status"},
    {INT32_MIN, "unknown status"},
};

static void check_versions(void) {
    char expected[32];
    check_integer("abi version is the header's", nns_abi_version(), NNS_ABI_VERSION);
    snprintf(expected, sizeof expected, "%u.%u.", NNS_ABI_VERSION >> 16, NNS_ABI_VERSION & 0xFFFF);
    check(!strncmp(nns_version(), expected, strlen(expected)), "version begins as the abi version",
          "expected \"%s...\", got \"%s\"", expected, nns_version());
}

/* Asks for a text's size, then for the text in a buffer of just that size; 0: it does not fit. */
static int fetch(const char *what, int32_t (*function)(char *, size_t, size_t *), char *text,
                 size_t size) {
    size_t need = 0;
    check_status(what, function(NULL, 0, &need), NNS_OK);
    if (!check(need > 1 && need <= size, what, "a size of %zu", need)) return 0;
    check_status(what, function(text, need, NULL), NNS_OK);
    check_integer(what, (int64_t)strlen(text) + 1, (int64_t)need);
    return 1;
}

/* The text has every registry, each kind's options, and fits the size that it tells. */
static void check_registry(void) {
    static char text[1 << 17];
    if (!fetch("registry: its text and size", nns_registry, text, sizeof text)) return;
    const char *const parts[] = {"{\"layer\": [", "\"activation\": [", "\"init\": [", "\"preprocess\": [", "\"loss\": [",
                                 "\"optimizer\": [", "\"schedule\": [", "\"metric\": [",
                                 "\"name\": \"rate\", \"type\": \"number\", \"minimum\": 0, \"exclusiveMaximum\": 1"};
    for (size_t at = 0; at < sizeof parts / sizeof *parts; at++)
        check(strstr(text, parts[at]) != NULL, "registry: a part", "%s is missing", parts[at]);
}

static void check_build_info(void) {
    char text[4096];
    if (!fetch("build info: its text and size", nns_build_info, text, sizeof text)) return;
    int lines = 0, keyed = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        lines++;
        keyed += strstr(line, ": ") != NULL;
    }
    check(lines > 0 && lines == keyed, "build info: key: value on every line", "%d of %d lines",
          keyed, lines);
}

static void *error_of_new_thread(void *text) {
    snprintf(text, 100, "%s", nns_last_error());
    return nns_clone(NULL, NULL) == NNS_OK ? NULL : text;
}

static void check_error_texts(void) {
    char other[100] = "?", before[300];
    int64_t size = 0;
    check_status("last error: a failing call", nns_input_size(NULL, &size), NNS_E_NULL);
    snprintf(before, sizeof before, "%s", nns_last_error());
    check(strlen(before) > 10, "last error: a sentence", "got \"%s\"", before);
    must(nns_set_threads(1), "preparation: nns_set_threads");
    check_text("last error: stays after a call that succeeds", nns_last_error(), before);
    pthread_t thread;
    if (pthread_create(&thread, NULL, error_of_new_thread, other)) return;
    pthread_join(thread, NULL);
    check_text("last error: \"\" in a thread without a failure", other, "");
    check_text("last error: another thread's failure leaves ours", nns_last_error(), before);
}

static void *errno_of_new_thread(void *number) {
    *(int32_t *)number = nns_last_errno();
    return NULL;
}

static void check_error_numbers(void) {
    nns_model *model = model_from(classifier);
    int32_t other = -1;
    check_status("last errno: no such file", nns_load("no/such/file", NULL, &model), NNS_E_IO);
    check_integer("last errno: no such file", nns_last_errno(), ENOENT);
    must(nns_set_threads(1), "preparation: nns_set_threads");
    check_integer("last errno: stays after a call that succeeds", nns_last_errno(), ENOENT);
    pthread_t thread;
    if (!pthread_create(&thread, NULL, errno_of_new_thread, &other)) pthread_join(thread, NULL);
    check_integer("last errno: 0 in a thread without a failure", other, 0);
    check_status("last errno: a folder", nns_save(model, ".", 0), NNS_E_IO);
    check_integer("last errno: a folder", nns_last_errno(), EISDIR);
    check_status("last errno: a device", nns_save(model, "/dev/null", 0), NNS_E_IO);
    check_integer("last errno: 0 for a device", nns_last_errno(), 0);
    check_status("last errno: no such file", nns_load("no/such/file", NULL, &model), NNS_E_IO);
    check_status("last errno: another failure", nns_set_threads(-1), NNS_E_ARGUMENT);
    check_integer("last errno: 0 after another failure", nns_last_errno(), 0);
    check_status("last errno: no such file", nns_load("no/such/file", NULL, &model), NNS_E_IO);
    check_status("last errno: a cancel that fails", nns_cancel(NULL), NNS_E_NULL);
    check_integer("last errno: 0 after it", nns_last_errno(), 0);
    nns_free(model);
}

static void check_threads(void) {
    int32_t threads = -1;
    must(nns_get_threads(&threads), "preparation: nns_get_threads");
    check_integer("threads: 1 initially", threads, 1);
    const int32_t accepted[] = {0, 256, 3, 1};
    for (size_t at = 0; at < sizeof accepted / sizeof *accepted; at++) {
        must(nns_set_threads(accepted[at]), "threads: an accepted number");
        must(nns_get_threads(&threads), "threads: reading it back");
        check_integer("threads: set and get", threads, accepted[at]);
    }
}

void check_library(void) {
    check_text("last error: \"\" before the first failure", nns_last_error(), "");
    check_versions();
    check_build_info();
    check_registry();
    for (size_t at = 0; at < sizeof status_names / sizeof *status_names; at++)
        check_text("status name", nns_status_name(status_names[at].status), status_names[at].name);
    check_error_texts();
    check_error_numbers();
    check_threads();
}
