// Memory for small Swift objects when the system has none.
//
// Swift aborts the process when it cannot allocate an object. So a call first reserves as much as
// its objects can need, and is refused if that fails. While it runs, an allocation that the system
// refuses is served from the reservation. In the ordinary build Swift's own allocator serves all
// objects; a hold then only asks whether the system has so much.
#include "CPlatform.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

// Every block begins with this, aligned like malloc's.
typedef struct block {
    size_t size; // with this head
    size_t is_used;
} block;

typedef struct region {
    struct region *next;
    size_t size; // of the blocks behind it
    size_t used; // bytes of them
    int is_held;
} region;

enum { ALIGNED = 16, STORE = 2 << 20, SPARE = STORE / 2 };

// The library's own store. Its pages are not touched until they are needed.
static struct {
    region head;
    char blocks[STORE];
} store __attribute__((aligned(64)));

static nnc_lock *lock;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void create_lock(void) { lock = nnc_lock_create(); }

static void acquire(void) {
    pthread_once(&once, create_lock);
    nnc_lock_acquire(lock);
}

static char *begin_of(region *part) { return (char *)part + (sizeof *part + 63) / 64 * 64; }

static void clear(region *part, size_t size) {
    part->size = size;
    part->used = 0;
    *(block *)begin_of(part) = (block){size, 0};
}

int nnc_hold(size_t bytes, void **hold) {
    *hold = NULL;
    // The store serves small calls; it is nearly always free.
    if (bytes <= NNC_SMALL_HOLD && __atomic_load_n(&store.head.used, __ATOMIC_RELAXED) <= SPARE) return 1;
    if (bytes > SIZE_MAX / 4) return 0;
    // Half as much again for the heads of blocks and for gaps.
    size_t size = (bytes + bytes / 2 + 4096) / 64 * 64;
    region *part = malloc(size + 128);
    if (!part) return 0;
#ifdef NNSWIFT_EMBEDDED
    part->is_held = 1;
    clear(part, size);
    acquire();
    part->next = store.head.next;
    store.head.next = part;
    nnc_lock_release(lock);
#endif
    *hold = part;
    return 1;
}

#ifndef NNSWIFT_EMBEDDED
void nnc_let_go(void *hold) { free(hold); }
#else

int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void __real_free(void *memory);

// Called under the lock: removes a region that is not held and has no block in use.
static region *emptied(region *part) {
    if (part == &store.head || part->is_held || part->used) return NULL;
    region *before = &store.head;
    while (before->next != part) before = before->next;
    before->next = part->next;
    return part;
}

void nnc_let_go(void *hold) {
    if (!hold) return;
    region *part = hold;
    acquire();
    part->is_held = 0;
    part = emptied(part);
    nnc_lock_release(lock);
    __real_free(part);
}

// The first gap that is large enough; joins neighbouring gaps on the way.
static void *take(region *part, size_t size) {
    if (!part->size) clear(part, STORE - 64);
    char *end = begin_of(part) + part->size;
    for (char *at = begin_of(part); at < end; at += ((block *)at)->size) {
        block *here = (block *)at;
        if (here->is_used) continue;
        for (block *next = (block *)(at + here->size); (char *)next < end && !next->is_used;
             next = (block *)(at + here->size))
            here->size += next->size;
        if (here->size < size) continue;
        if (here->size - size >= 2 * sizeof(block)) {
            *(block *)(at + size) = (block){here->size - size, 0};
            here->size = size;
        }
        here->is_used = 1;
        __atomic_store_n(&part->used, part->used + here->size, __ATOMIC_RELAXED);
        return here + 1;
    }
    return NULL;
}

// How many blocks are in use. It is nearly always 0; freeing then costs one load.
static size_t out;

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size) {
    int error = __real_posix_memalign(memory, alignment, size);
    if (!error || alignment > ALIGNED || size > SIZE_MAX / 2) return error;
    size_t whole = (size + sizeof(block) + ALIGNED - 1) / ALIGNED * ALIGNED;
    void *found = NULL;
    acquire();
    for (region *part = store.head.next; part && !found; part = part->next) found = take(part, whole);
    if (!found) found = take(&store.head, whole);
    if (found) __atomic_fetch_add(&out, 1, __ATOMIC_RELAXED);
    nnc_lock_release(lock);
    if (!found) return error;
    *memory = found;
    return 0;
}

static region *region_of(const void *memory) {
    for (region *part = &store.head; part; part = part->next)
        if ((char *)memory > (char *)part && (char *)memory < begin_of(part) + part->size) return part;
    return NULL;
}

void __wrap_free(void *memory) {
    // A caller that has a block sees a count above 0.
    if (!__atomic_load_n(&out, __ATOMIC_RELAXED)) {
        __real_free(memory);
        return;
    }
    acquire();
    region *part = region_of(memory), *empty = NULL;
    if (part) {
        block *here = (block *)memory - 1;
        here->is_used = 0;
        __atomic_store_n(&part->used, part->used - here->size, __ATOMIC_RELAXED);
        __atomic_fetch_sub(&out, 1, __ATOMIC_RELAXED);
        empty = emptied(part);
    }
    nnc_lock_release(lock);
    __real_free(part ? empty : memory);
}
#endif
