/* More of what belongs to the host: floating-point modes, variables, files, BLAS, and small
 * stacks. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <xmmintrin.h>

#include "manners.h"

static const char path[] = "environment.safetensors";

enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x0040, CONTROL_BITS = 0xFFC0 };

/* Denormals flushed, as audio and game programs run: everything works, the modes stay, also around
 * a refusal, and the JSON that comes out is the same. */
void check_flush_to_zero(void) {
    nns_model *model = model_from(classifier);
    char *expected = text_of(nns_describe, model);
    nns_free(model);
    unsigned before = _mm_getcsr();
    unsigned modes = before | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO;
    _mm_setcsr(modes);
    uint64_t first = use_everything(path), second = use_everything(path);
    unsigned after = _mm_getcsr();
    model = model_from(classifier);
    char *text = text_of(nns_describe, model);
    _mm_setcsr(before);
    check_integer("flush to zero: the modes stay", after & CONTROL_BITS, modes & CONTROL_BITS);
    check(first == second, "flush to zero: the same results each time", "they differ");
    check_text("flush to zero: the same JSON", text, expected);
    free(text);
    free(expected);
    nns_free(model);
}

/* All that fegetenv sees but for the flags that arithmetic raises. */
void check_float_environment(void) {
    fenv_t before, after;
    fegetenv(&before);
    unsigned bits = _mm_getcsr();
    use_everything(path);
    fegetenv(&after);
    check(before.__control_word == after.__control_word &&
              (before.__mxcsr & CONTROL_BITS) == (after.__mxcsr & CONTROL_BITS) &&
              (_mm_getcsr() & CONTROL_BITS) == (bits & CONTROL_BITS),
          "floating-point environment: control words stay", "MXCSR was %x, is %x", before.__mxcsr,
          after.__mxcsr);
}

extern char **environ;

static uint64_t hash_of_variables(void) {
    uint64_t hash = 0;
    for (char **entry = environ; *entry; entry++)
        hash = hash * 31 + hash_of(*entry, strlen(*entry)) + (uintptr_t)*entry;
    return hash;
}

/* The host before the first call of the library, so that changes made only once are seen, too. */
static uint64_t first_variables;
static struct sigaction first_actions[65];

void remember_host(void) {
    first_variables = hash_of_variables();
    for (int number = 1; number < 65; number++) sigaction(number, NULL, &first_actions[number]);
}

void check_variables(void) {
    use_everything(path);
    check(hash_of_variables() == first_variables, "environment variables stay", "they changed");
}

/* The functions that set the threads of a BLAS or of OpenMP; the library must not call them. */
static int thread_settings;
void openblas_set_num_threads(int count);
void goto_set_num_threads(int count);
void omp_set_num_threads(int count);
void openblas_set_num_threads(int count) { thread_settings += 1 + 0 * count; }
void goto_set_num_threads(int count) { thread_settings += 1 + 0 * count; }
void omp_set_num_threads(int count) { thread_settings += 1 + 0 * count; }

void check_blas(void) {
    use_everything(path);
    nns_set_threads(4);
    use_everything(path);
    nns_set_threads(1);
    check_integer("BLAS and OpenMP: nobody sets their threads", thread_settings, 0);
}

static int entries_of(const char *folder) {
    int count = 0;
    DIR *listing = opendir(folder);
    while (listing && readdir(listing)) count++;
    if (listing) closedir(listing);
    return count;
}

/* Files, threads, folder, file mode, timers: none stays behind, none is changed. */
void check_process(void) {
    char before[4096] = "", after[4096] = "";
    struct itimerval timer;
    mode_t mask = umask(027);
    int files = entries_of("/proc/self/fd"), threads = entries_of("/proc/self/task");
    if (!getcwd(before, sizeof before)) before[0] = 1;
    nns_set_threads(3);
    use_everything(path);
    nns_set_threads(1);
    if (!getcwd(after, sizeof after)) after[0] = 2;
    check_integer("process: no file stays open", entries_of("/proc/self/fd"), files);
    check_integer("process: no thread stays", entries_of("/proc/self/task"), threads);
    check_text("process: the folder stays", after, before);
    check_integer("process: the mode of new files stays", umask(mask), 027);
    getitimer(ITIMER_REAL, &timer);
    check(!timer.it_value.tv_sec && !timer.it_value.tv_usec, "process: no timer runs", "one does");
}

/* The thread's signal mask, and each disposition with its flags and mask. */
void check_signals(void) {
    sigset_t before, after;
    struct sigaction *first = first_actions, second;
    int changed = 0;
    sigemptyset(&before);
    sigaddset(&before, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    nns_set_threads(3);
    use_everything(path);
    nns_set_threads(1);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < 65; number++) {
        memset(&second, 0, sizeof second);
        if (sigaction(number, NULL, &second)) continue;
        changed += second.sa_handler != first[number].sa_handler ||
                   second.sa_flags != first[number].sa_flags ||
                   memcmp(&second.sa_mask, &first[number].sa_mask, sizeof(long));
    }
    check_integer("signals: no disposition changes", changed, 0);
    check(sigismember(&after, SIGUSR2) == 1 && sigismember(&after, SIGUSR1) == 0,
          "signals: the thread's mask stays", "it changed");
    sigdelset(&before, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Nesting to the depth that the JSON reader allows, and a sentence with many names. */
static int32_t refuse_deep_text(void) {
    char text[200], *at = text;
    nns_model *model = NULL;
    for (int depth = 0; depth < 63; depth++) *at++ = '[';
    for (int depth = 0; depth < 63; depth++) *at++ = ']';
    *at = 0;
    return nns_create(text, &model);
}

static void *use_on_small_stack(void *result) {
    uint64_t *hash = result;
    *hash = use_everything(path);
    nns_set_threads(2);
    if (use_everything(path) != *hash || refuse_deep_text() != NNS_E_ARGUMENT) *hash = 0;
    nns_set_threads(1);
    return NULL;
}

void check_small_stacks(void) {
#ifdef SANITIZED
    printf("skipped: a sanitizer's own frames do not fit a stack of 64 KB\n");
    return;
#endif
    uint64_t expected = use_everything(path), got = 0;
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    pthread_attr_setguardsize(&attributes, 64 << 10);
    if (pthread_create(&thread, &attributes, use_on_small_stack, &got)) {
        check(0, "preparation: a thread with a stack of 64 KB", "it could not be created");
        return;
    }
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    check(got == expected, "stacks: everything works on 64 KB", "the result differs");
}
