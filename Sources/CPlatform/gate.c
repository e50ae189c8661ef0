#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

// The state of a gate: how many read, and three flags. SWAPPING stands beside CHANGING: a short
// change, for which readers wait whatever time they allow.
#define SWAPPING (UINT64_C(1) << 61)
#define CHANGING NNC_GATE_CHANGING
#define QUEUED NNC_GATE_QUEUED
#define READERS (SWAPPING - 1)

// A thread that waits; it stands on that thread's stack.
struct nnc_waiter {
    struct nnc_waiter *next;
    pthread_cond_t wake;
    int admitted, swaps;
};
typedef struct nnc_waiter waiter;

// Held for a few lines, and only where somebody waits: one for all gates.
static pthread_mutex_t queues = PTHREAD_MUTEX_INITIALIZER;

static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static void acquire_queues(void) { pthread_mutex_lock(&queues); }
static void release_queues(void) { pthread_mutex_unlock(&queues); }
static void watch_forks(void) { pthread_atfork(acquire_queues, release_queues, release_queues); }

static uint64_t state_of(const nnc_gate *gate) { return __atomic_load_n(&gate->state, __ATOMIC_ACQUIRE); }

static uint64_t change_of(int swaps) { return swaps ? CHANGING | SWAPPING : CHANGING; }

static void wake(waiter *one) {
    one->admitted = 1;
    pthread_cond_signal(&one->wake);
}

// Lets in whoever may come next. With the lock held, and QUEUED set: nobody enters but here.
static void admit(nnc_gate *gate, int readers_first) {
    uint64_t seen = state_of(gate);
    if (seen & CHANGING) return;
    if (gate->changers && !(readers_first && gate->readers)) {
        // The last of those who read comes here.
        if (seen & READERS) return;
        waiter *next = gate->changers;
        gate->changers = next->next;
        __atomic_fetch_or(&gate->state, change_of(next->swaps), __ATOMIC_ACQ_REL);
        wake(next);
    } else {
        while (gate->readers) {
            // Once woken it may be gone.
            waiter *next = gate->readers;
            gate->readers = next->next;
            __atomic_fetch_add(&gate->state, 1, __ATOMIC_ACQ_REL);
            wake(next);
        }
    }
    if (!gate->changers && !gate->readers) __atomic_fetch_and(&gate->state, ~QUEUED, __ATOMIC_ACQ_REL);
}

static void append(waiter **queue, waiter *one) {
    while (*queue) queue = &(*queue)->next;
    *queue = one;
}

static void take_out(waiter **queue, const waiter *one) {
    while (*queue && *queue != one) queue = &(*queue)->next;
    if (*queue) *queue = one->next;
}

static struct timespec time_in(int64_t milliseconds) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += (time_t)(milliseconds / 1000);
    end.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }
    return end;
}

static void prepare(waiter *self) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&self->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

// Whether a swap goes on, or is next and waits for nothing but readers: then it soon will be over.
static int is_swap(const nnc_gate *gate) {
    uint64_t seen = state_of(gate);
    if (seen & CHANGING) return (seen & SWAPPING) != 0;
    return gate->changers && gate->changers->swaps;
}

// Waits in a queue, with the lock held, until admitted or until the time is over. A swap does not
// count the time of readers, nor readers that of a swap.
static int wait_in(nnc_gate *gate, waiter **queue, waiter *self, int64_t milliseconds) {
    struct timespec end = milliseconds > 0 ? time_in(milliseconds) : (struct timespec){0, 0};
    __atomic_fetch_or(&gate->state, QUEUED, __ATOMIC_ACQ_REL);
    admit(gate, 0);
    while (!self->admitted) {
        int error = milliseconds < 0 ? pthread_cond_wait(&self->wake, &queues)
                                     : pthread_cond_timedwait(&self->wake, &queues, &end);
        if (error != ETIMEDOUT || self->admitted) continue;
        if (is_swap(gate) && (queue == &gate->readers || gate->changers == self)) {
            milliseconds = -1;
            continue;
        }
        take_out(queue, self);
        admit(gate, 0);
        break;
    }
    return self->admitted;
}

int nnc_gate_wait_to_read(nnc_gate *gate, int64_t milliseconds) {
    waiter self = {0};
    pthread_once(&fork_once, watch_forks);
    prepare(&self);
    pthread_mutex_lock(&queues);
    append(&gate->readers, &self);
    int admitted = wait_in(gate, &gate->readers, &self, milliseconds);
    pthread_mutex_unlock(&queues);
    pthread_cond_destroy(&self.wake);
    return admitted;
}

void nnc_gate_readers_left(nnc_gate *gate) {
    pthread_mutex_lock(&queues);
    // Meanwhile the queues may have emptied.
    if (state_of(gate) & QUEUED) admit(gate, 0);
    pthread_mutex_unlock(&queues);
}

int nnc_gate_change(nnc_gate *gate, int swaps) {
    uint64_t idle = 0;
    return __atomic_compare_exchange_n(
        &gate->state, &idle, change_of(swaps), 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

int nnc_gate_wait_to_change(nnc_gate *gate, int64_t milliseconds, int swaps) {
    waiter self = {.swaps = swaps};
    pthread_once(&fork_once, watch_forks);
    prepare(&self);
    pthread_mutex_lock(&queues);
    if (swaps) {
        // Before other changers: none of them is waited for.
        self.next = gate->changers;
        gate->changers = &self;
    } else {
        append(&gate->changers, &self);
    }
    int admitted = wait_in(gate, &gate->changers, &self, milliseconds);
    pthread_mutex_unlock(&queues);
    pthread_cond_destroy(&self.wake);
    return admitted;
}

void nnc_gate_end_change(nnc_gate *gate) {
    uint64_t alone = state_of(gate) & (CHANGING | SWAPPING);
    if (__atomic_compare_exchange_n(&gate->state, &alone, 0, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return;
    // Under the lock, so that nobody who comes now overtakes the readers that waited.
    pthread_mutex_lock(&queues);
    __atomic_fetch_and(&gate->state, ~(CHANGING | SWAPPING), __ATOMIC_ACQ_REL);
    admit(gate, 1);
    pthread_mutex_unlock(&queues);
}
