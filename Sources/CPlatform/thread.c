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

// How often a fork led to this process, and the thread that came out of the last one.
static int64_t forks;
static pthread_t survivor;

static void begin_child(void) {
    forks++;
    survivor = pthread_self();
    release_all();
}

int64_t nnc_forks(void) { return forks; }

int nnc_is_lost(uint64_t thread, int64_t since) {
    return since != forks && thread != (uint64_t)survivor;
}

static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static void watch_forks(void) { pthread_atfork(acquire_all, release_all, begin_child); }

// From a fixed store, so that creating one cannot fail. There are three: handles, log receiver,
// reserve.
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

struct nnc_pool {
    pthread_mutex_t mutex;
    pthread_cond_t begin, end;
    nnc_work work;
    void *context;
    uint32_t parts;
    // The round in the upper half, the next free part in the lower. A thread that raises the ticket
    // has taken the part. While the three fields above change the ticket is closed: values read
    // before that belong to a ticket that can no longer be raised.
    uint64_t ticket;
    uint32_t finished; // parts of this round
    int32_t members;   // with the caller
    int32_t quit;
    pid_t owner;       // a forked child has the structure but not the threads
    struct nnc_member *others; // from 1 on
};

typedef struct nnc_member {
    nnc_pool *pool;
    uint32_t number;
    pthread_t thread;
} nnc_member;

// How often a thread looks before it sleeps: about 20 us. That is longer than the serial stretch
// between two products of a training step, and far shorter than a sleep and its wake-up.
enum { SPINS = 4000 };

static void pause_shortly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static uint32_t round_of(uint64_t ticket) { return (uint32_t)(ticket >> 32); }

// Takes parts of the present round until none is left.
static void take_parts(nnc_pool *pool, uint32_t member) {
    uint64_t ticket = __atomic_load_n(&pool->ticket, __ATOMIC_ACQUIRE);
    for (;;) {
        nnc_work work = __atomic_load_n(&pool->work, __ATOMIC_ACQUIRE);
        void *context = __atomic_load_n(&pool->context, __ATOMIC_ACQUIRE);
        uint32_t parts = __atomic_load_n(&pool->parts, __ATOMIC_ACQUIRE), part = (uint32_t)ticket;
        if (part >= parts) return;
        if (!__atomic_compare_exchange_n(&pool->ticket, &ticket, ticket + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            continue;
        work(context, part, member);
        if (__atomic_add_fetch(&pool->finished, 1, __ATOMIC_ACQ_REL) == parts) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->end);
            pthread_mutex_unlock(&pool->mutex);
        }
        ticket++;
    }
}

// Waits for a round other than the one seen; 0 when there will be none.
static uint32_t await_round(nnc_pool *pool, uint32_t seen) {
    for (int spin = 0; spin < SPINS; spin++) {
        if (round_of(__atomic_load_n(&pool->ticket, __ATOMIC_ACQUIRE)) != seen) break;
        pause_shortly();
    }
    pthread_mutex_lock(&pool->mutex);
    while (round_of(__atomic_load_n(&pool->ticket, __ATOMIC_ACQUIRE)) == seen && !pool->quit)
        pthread_cond_wait(&pool->begin, &pool->mutex);
    uint32_t round = pool->quit ? 0 : round_of(__atomic_load_n(&pool->ticket, __ATOMIC_ACQUIRE));
    pthread_mutex_unlock(&pool->mutex);
    return round;
}

static void *member_main(void *argument) {
    nnc_member *self = argument;
    uint32_t seen = 0;
    while ((seen = await_round(self->pool, seen)) != 0) take_parts(self->pool, self->number);
    return NULL;
}

// Our threads take no signals: the host's handlers run on the host's threads.
static int start_member(nnc_member *member) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&member->thread, NULL, member_main, member);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

// Opens the next round when the one before has ended. Called with the mutex held; round 0 comes
// before all.
static void next_round(nnc_pool *pool, uint32_t parts, nnc_work work, void *context) {
    uint64_t ticket = __atomic_load_n(&pool->ticket, __ATOMIC_RELAXED);
    __atomic_store_n(&pool->ticket, ticket | UINT32_MAX, __ATOMIC_RELEASE);
    __atomic_store_n(&pool->work, work, __ATOMIC_RELEASE);
    __atomic_store_n(&pool->context, context, __ATOMIC_RELEASE);
    __atomic_store_n(&pool->parts, parts, __ATOMIC_RELEASE);
    __atomic_store_n(&pool->finished, 0, __ATOMIC_RELEASE);
    uint32_t round = round_of(ticket) + 1;
    __atomic_store_n(&pool->ticket, (uint64_t)(round ? round : 1) << 32, __ATOMIC_RELEASE);
}

nnc_pool *nnc_pool_create(int32_t members) {
    nnc_pool *pool = calloc(1, sizeof *pool);
    if (!pool) return NULL;
    pool->others = calloc((size_t)members, sizeof *pool->others);
    if (!pool->others) {
        free(pool);
        return NULL;
    }
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->begin, NULL);
    pthread_cond_init(&pool->end, NULL);
    pool->owner = getpid();
    pool->members = 1;
    // Fewer threads than asked for are no error: the work is split the same way for any number.
    for (; pool->members < members; pool->members++) {
        nnc_member *member = &pool->others[pool->members - 1];
        member->pool = pool;
        member->number = (uint32_t)pool->members;
        if (start_member(member) != 0) break;
    }
    return pool;
}

int32_t nnc_pool_members(const nnc_pool *pool) { return pool->members; }

void nnc_pool_free(nnc_pool *pool) {
    if (!pool) return;
    if (pool->owner == getpid()) {
        pthread_mutex_lock(&pool->mutex);
        pool->quit = 1;
        next_round(pool, 0, NULL, NULL);
        pthread_cond_broadcast(&pool->begin);
        pthread_mutex_unlock(&pool->mutex);
        for (int32_t i = 1; i < pool->members; i++) pthread_join(pool->others[i - 1].thread, NULL);
        pthread_cond_destroy(&pool->begin);
        pthread_cond_destroy(&pool->end);
        pthread_mutex_destroy(&pool->mutex);
    }
    free(pool->others);
    free(pool);
}

void nnc_pool_run(nnc_pool *pool, uint32_t parts, nnc_work work, void *context) {
    if (pool->owner != getpid()) {
        for (uint32_t part = 0; part < parts; part++) work(context, part, 0);
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    next_round(pool, parts, work, context);
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->mutex);
    take_parts(pool, 0);
    // Waits only for threads that have taken a part; a thread that slept through the round has
    // none.
    for (int spin = 0; spin < SPINS; spin++) {
        if (__atomic_load_n(&pool->finished, __ATOMIC_ACQUIRE) == parts) return;
        pause_shortly();
    }
    pthread_mutex_lock(&pool->mutex);
    while (__atomic_load_n(&pool->finished, __ATOMIC_ACQUIRE) != parts) pthread_cond_wait(&pool->end, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}
