/* Too little memory: of every call, the n-th allocation fails, for every n; alone, and with all
 * after it. The status is NNS_E_MEMORY or what it would have been, results are untouched, the model
 * works on, nothing is lost. */
#define _POSIX_C_SOURCE 200809L
#include <sys/wait.h>
#include <unistd.h>

#include "memory/failing.h"

typedef struct outcome {
    int64_t failed_calls, wrong_status, touched, changed, unusable, lost;
    int64_t failures;
} outcome;

static int still_predicts(const nns_model *model) {
    static const float row[FEATURES] = {0.5f, 1, -1, 2};
    float out[CLASSES];
    return nns_predict_one(model, row, FEATURES, NNS_PROBA, FLOATS(out, 1, CLASSES)) == NNS_OK;
}

/* One try; the number of allocations that failed. */
static int64_t try_once(const attempt *row, int64_t number, int lasts, outcome *result) {
    int64_t before = living();
    fixture with;
    begin_attempt(&with);
    uint64_t weights = hash_of_weights(with.model);
    fail_at(number, lasts);
    int32_t status = row->call(&with);
    int64_t failures = fail_no_more();
    if (status == NNS_E_MEMORY) {
        result->failed_calls++;
        result->touched += !results_are_untouched();
        result->changed += !row->changes && hash_of_weights(with.model) != weights;
    } else {
        result->wrong_status += status != row->status;
    }
    result->unusable += !still_predicts(with.model);
    end_attempt(&with);
    int64_t lost = living() - before;
    /* Blocks that the library keeps for all its life come in the first tries. */
    if (number > 2) result->lost += lost > 0 ? lost : 0;
    return failures;
}

/* Up to which allocation every one is tried: TRIES, of a call with more every 97th behind it. */
static int64_t tries(void) {
    const char *given = getenv("TRIES");
    return given ? atoll(given) : 200;
}

static void check_attempt(const attempt *row, int lasts) {
    enum { MOST = 100000 };
    int64_t all = tries();
    outcome result = {0, 0, 0, 0, 0, 0, 0};
    int64_t number = 1;
    /* The Swift runtime describes its types at their first use, in memory that it must have. */
    if (!may_fail_all) try_once(row, 0, 0, &result);
    while (number < MOST && try_once(row, number, lasts, &result)) number += number < all ? 1 : 97;
    char name[120];
    snprintf(name, sizeof name, "%s: %s fails", row->name,
             lasts ? "every allocation from the n-th on" : "the n-th allocation");
    check(number < MOST && !result.wrong_status && !result.touched && !result.changed &&
              !result.unusable && !result.lost,
          name,
          "of %lld tries (%lld NNS_E_MEMORY): %lld with another status, %lld wrote results, %lld "
          "changed weights, %lld left no usable model, %lld blocks lost",
          (long long)number, (long long)result.failed_calls, (long long)result.wrong_status,
          (long long)result.touched, (long long)result.changed, (long long)result.unusable,
          (long long)result.lost);
}

static void check_attempts(const attempt *list) {
    for (const attempt *row = list; row->name; row++) {
        check_attempt(row, 0);
        check_attempt(row, 1);
    }
}

/* In a process of its own the very first call meets with failures; the next one works. */
static int first_call_fails(int64_t number, int lasts, int64_t *failures) {
    int ends[2];
    if (pipe(ends)) return 0;
    fflush(stdout);
    pid_t id = fork();
    if (id == 0) {
        nns_model *model = NULL;
        fail_at(number, lasts);
        int32_t status = nns_create(classifier, &model);
        int64_t count = fail_no_more();
        int holds = status == NNS_E_MEMORY || status == NNS_OK;
        holds = holds && (status == NNS_OK || nns_create(classifier, &model) == NNS_OK);
        holds = holds && still_predicts(model);
        if (write(ends[1], &count, sizeof count) != sizeof count) holds = 0;
        _exit(holds ? 0 : 1);
    }
    int state = -1;
    waitpid(id, &state, 0);
    *failures = 0;
    if (state || read(ends[0], failures, sizeof *failures) != sizeof *failures) state = -1;
    close(ends[0]);
    close(ends[1]);
    return state == 0;
}

static void check_first_call(int lasts) {
    int64_t number = 1, failures = 1, wrong = 0;
    for (; failures && number < 2000; number++) {
        if (first_call_fails(number, lasts, &failures)) continue;
        wrong++;
        failures = 1;
    }
    check(!wrong, lasts ? "the first call of all: every allocation from the n-th on fails"
                        : "the first call of all: the n-th allocation fails",
          "%lld of %lld processes did not go on", (long long)wrong, (long long)number);
}

/* Freeing asks for nothing. */
static void check_freeing(void) {
    fixture with;
    begin_attempt(&with);
    fail_at(1, 1);
    nns_session_free(with.session);
    nns_free(with.model);
    nns_free(with.table);
    check_integer("freeing allocates nothing", fail_no_more(), 0);
}

/* What docs/embedding.md says that Swift's small objects take at most; 0: as in a small call. */
static int64_t own_bound(const char *name) {
    if (!strcmp(name, "nns_registry")) return 256 << 10;
    /* 300 columns with names of 1,000 bytes. */
    if (!strcmp(name, "nns_data_create_table")) return 300 * (2048 + 2 * 1000);
    if (!strcmp(name, "nns_create_for, 40 columns")) return (288 << 10) + 40 * ((12 << 10) + 16 * 1000);
    if (!strcmp(name, "nns_create_for, 4,096 knots")) return 300 << 10;
    return 0;
}

/* The peak of all calls that have no bound of their own. */
static int64_t check_bounds_of(const attempt *list, const char **most_of) {
    int64_t most = 0;
    for (const attempt *row = list; row->name; row++) {
        fixture with;
        begin_attempt(&with);
        fail_at(0, 0);
        row->call(&with);
        fail_no_more();
        printf("# %s: %lld bytes of objects\n", row->name, (long long)peak_of_objects());
        int64_t bound = own_bound(row->name);
        if (bound) check(peak_of_objects() < bound, row->name, "took %lld of %lld bytes",
                         (long long)peak_of_objects(), (long long)bound);
        else if (peak_of_objects() > most) most = peak_of_objects(), *most_of = row->name;
        end_attempt(&with);
    }
    return most;
}

static void check_bounds(void) {
    const char *most_of = "";
    int64_t most = check_bounds_of(attempts, &most_of);
    check_bounds_of(table_attempts, &most_of);
    check(most < 64 << 10, "small objects take less than 64 KB in a small call", "%s took %lld",
          most_of, (long long)most);
}

/* Asked in a process of its own: here the library has not been called yet. */
static int is_small_library(void) {
    int state = 0;
    pid_t id = fork();
    if (id == 0) {
        char info[300] = "";
        if (nns_build_info(info, sizeof info, NULL)) _exit(0);
        _exit(strstr(info, "embedded") != NULL);
    }
    waitpid(id, &state, 0);
    return WEXITSTATUS(state);
}

int main(void) {
    may_fail_all = is_small_library();
    if (!may_fail_all) printf("skipped: with the Swift runtime inside only data buffers may fail, after a first use\n");
    if (may_fail_all) {
        check_first_call(0);
        check_first_call(1);
    }
    prepare_attempts();
    prepare_tables();
    check_attempts(attempts);
    check_attempts(table_attempts);
    check_freeing();
    check_bounds();
    return finish();
}
