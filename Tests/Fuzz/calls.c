/* Hostile calls: sequences of C API calls with random arguments, against a library with sanitizers.
 * Usage: calls SECONDS [SEED [LOG]]   for so long, from that sequence on; totals are added to LOG
 *        calls --replay SEED          one sequence again, each call printed
 * A sequence is a number: everything in it is drawn from that. The one that runs stands in
 * calls.seed (8 bytes), also when the process dies. */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "calls/calls.h"

int is_replay;
static uint64_t *current; /* the sequence that runs, in a file that survives us */
static uint64_t sequences, calls_made, calls_failed;
static double slowest;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void finding(const char *what) {
    fflush(stdout);
    fprintf(stderr, "FINDING in sequence %llu: %s (last error: %s)\n",
            (unsigned long long)*current, what, nns_last_error());
    abort();
}

static double begun;

void begin_call(const char *function) {
    if (is_replay) {
        printf("%s", function);
        fflush(stdout);
    }
    begun = seconds();
}

int32_t end_call(int32_t status) {
    double took = seconds() - begun;
    if (is_replay)
        printf(" -> %s, %.6f s %s\n", nns_status_name(status), took, status ? nns_last_error() : "");
    if (took > slowest) slowest = took;
    if (took > 1) finding("a call took longer than a second");
    calls_made++;
    if (status == NNS_OK) return status;
    calls_failed++;
    if (!strcmp(nns_status_name(status), "unknown status")) finding("a status that nobody knows");
    if (status == NNS_E_INTERNAL) finding("NNS_E_INTERNAL");
    if (strlen(nns_last_error()) < 10) finding("a failure without a sentence");
    return status;
}

static void run_sequence(uint64_t number) {
    *current = number;
    seed_draws(number);
    begin_handles();
    first_calls();
    int length = 4 + (int)below(28);
    while (length-- > 0) random_call();
    end_handles();
    release_memory();
}

static void map_seed(void) {
    static uint64_t spare;
    int file = open("calls.seed", O_RDWR | O_CREAT, 0644);
    current = &spare;
    if (file < 0 || ftruncate(file, sizeof *current)) return;
    void *memory = mmap(NULL, sizeof *current, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED) current = memory;
    close(file);
}

static void report(const char *log, uint64_t first, double took) {
    printf("calls: %llu sequences from %llu, %llu calls (%.0f %% refused), %.0f s, slowest call %.3f s, "
           "no finding\n",
           (unsigned long long)sequences, (unsigned long long)first, (unsigned long long)calls_made,
           100.0 * (double)calls_failed / (double)(calls_made ? calls_made : 1), took, slowest);
    FILE *file = log ? fopen(log, "a") : NULL;
    if (!file) return;
    fprintf(file, "%lld\tcalls\t%llu\t%llu\t%llu\t%.0f\n", (long long)time(NULL),
            (unsigned long long)first, (unsigned long long)sequences,
            (unsigned long long)calls_made, took);
    fclose(file);
}

int main(int count, char **arguments) {
    if (count < 2) {
        fprintf(stderr, "usage: calls SECONDS [SEED [LOG]] | calls --replay SEED\n");
        return 2;
    }
    map_seed();
    is_replay = !strcmp(arguments[1], "--replay");
    uint64_t first = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
    double limit = is_replay ? 0 : atof(arguments[1]), start = seconds();
    do {
        run_sequence(first + sequences++);
    } while (seconds() - start < limit);
    print_reach();
    report(count > 3 ? arguments[3] : NULL, first, seconds() - start);
    return 0;
}
