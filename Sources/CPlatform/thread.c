#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct nnc_lock {
    pthread_mutex_t mutex;
};

enum { MAXIMUM_LOCKS = 8 };
static nnc_lock locks[MAXIMUM_LOCKS];
static int lock_count;
static pthread_mutex_t creation = PTHREAD_MUTEX_INITIALIZER;

static void acquire_all(void) {
    pthread_mutex_lock(&creation);
    for (int i = 0; i < lock_count; i++) pthread_mutex_lock(&locks[i].mutex);
}

static void release_all(void) {
    for (int i = lock_count; i > 0; i--) pthread_mutex_unlock(&locks[i - 1].mutex);
    pthread_mutex_unlock(&creation);
}

static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static void watch_forks(void) { pthread_atfork(acquire_all, release_all, release_all); }

// From a fixed store: there are two, and they must not fail to be there.
nnc_lock *nnc_lock_create(void) {
    pthread_once(&fork_once, watch_forks);
    pthread_mutex_lock(&creation);
    nnc_lock *lock = &locks[lock_count < MAXIMUM_LOCKS ? lock_count++ : MAXIMUM_LOCKS - 1];
    pthread_mutex_init(&lock->mutex, NULL);
    pthread_mutex_unlock(&creation);
    return lock;
}

void nnc_lock_acquire(nnc_lock *lock) { pthread_mutex_lock(&lock->mutex); }
void nnc_lock_release(nnc_lock *lock) { pthread_mutex_unlock(&lock->mutex); }

uint64_t nnc_thread_id(void) { return (uint64_t)pthread_self(); }

int nnc_cpu_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}

struct nnc_crew {
    pthread_mutex_t mutex;
    pthread_cond_t begin, end;
    nnc_work work;
    void *context;
    uint64_t round;   // counts runs; a member sleeps until it changes
    int32_t members;  // with the caller
    int32_t running;  // members that still work on this round
    int32_t quit;
    pid_t owner;      // a forked child has the structure but not the threads
    pthread_t *threads;
};

typedef struct {
    nnc_crew *crew;
    int32_t number;
} nnc_member;

// How often a member looks for work before it sleeps: about 20 us, longer than the serial stretch
// between two products of a training step and far shorter than a sleep costs the whole step.
enum { SPINS = 4000 };

static uint64_t await_round(nnc_crew *crew, uint64_t seen) {
    for (int spin = 0; spin < SPINS; spin++) {
        if (__atomic_load_n(&crew->round, __ATOMIC_ACQUIRE) != seen) break;
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
    pthread_mutex_lock(&crew->mutex);
    while (crew->round == seen && !crew->quit) pthread_cond_wait(&crew->begin, &crew->mutex);
    uint64_t round = crew->quit ? 0 : crew->round;
    pthread_mutex_unlock(&crew->mutex);
    return round;
}

static void *member_main(void *argument) {
    nnc_member member = *(nnc_member *)argument;
    free(argument);
    nnc_crew *crew = member.crew;
    uint64_t seen = 0;
    while ((seen = await_round(crew, seen)) != 0) {
        crew->work(crew->context, member.number);
        pthread_mutex_lock(&crew->mutex);
        if (--crew->running == 0) pthread_cond_signal(&crew->end);
        pthread_mutex_unlock(&crew->mutex);
    }
    return NULL;
}

// Our threads take no signals: the host's handlers run on the host's threads.
static int start_member(nnc_crew *crew, int32_t number) {
    nnc_member *member = malloc(sizeof *member);
    if (!member) return ENOMEM;
    member->crew = crew;
    member->number = number;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&crew->threads[number - 1], NULL, member_main, member);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) free(member);
    return error;
}

nnc_crew *nnc_crew_create(int32_t members) {
    nnc_crew *crew = calloc(1, sizeof *crew);
    if (!crew) return NULL;
    crew->threads = calloc((size_t)members, sizeof *crew->threads);
    if (!crew->threads) {
        free(crew);
        return NULL;
    }
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->begin, NULL);
    pthread_cond_init(&crew->end, NULL);
    crew->owner = getpid();
    crew->members = 1;
    // Fewer threads than asked for is no error: the work is split the same way for any number.
    while (crew->members < members && start_member(crew, crew->members) == 0) crew->members++;
    return crew;
}

int32_t nnc_crew_members(const nnc_crew *crew) { return crew->members; }

void nnc_crew_free(nnc_crew *crew) {
    if (!crew) return;
    if (crew->owner == getpid()) {
        pthread_mutex_lock(&crew->mutex);
        crew->quit = 1;
        __atomic_add_fetch(&crew->round, 1, __ATOMIC_RELEASE);
        pthread_cond_broadcast(&crew->begin);
        pthread_mutex_unlock(&crew->mutex);
        for (int32_t i = 1; i < crew->members; i++) pthread_join(crew->threads[i - 1], NULL);
        pthread_cond_destroy(&crew->begin);
        pthread_cond_destroy(&crew->end);
        pthread_mutex_destroy(&crew->mutex);
    }
    free(crew->threads);
    free(crew);
}

void nnc_crew_run(nnc_crew *crew, nnc_work work, void *context) {
    if (crew->owner != getpid()) {
        for (int32_t i = 0; i < crew->members; i++) work(context, i);
        return;
    }
    pthread_mutex_lock(&crew->mutex);
    crew->work = work;
    crew->context = context;
    crew->running = crew->members - 1;
    __atomic_add_fetch(&crew->round, 1, __ATOMIC_RELEASE);
    pthread_cond_broadcast(&crew->begin);
    pthread_mutex_unlock(&crew->mutex);
    work(context, 0);
    pthread_mutex_lock(&crew->mutex);
    while (crew->running > 0) pthread_cond_wait(&crew->end, &crew->mutex);
    pthread_mutex_unlock(&crew->mutex);
}
