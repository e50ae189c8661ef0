/* Stands in for the allocator of the C library, for the shared library, too. */
#define _GNU_SOURCE
#include "failing.h"

#include <errno.h>
#include <malloc.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

int may_fail_all;

static int64_t blocks; /* atomic */
static __thread int64_t next_failure, failures, objects, most_objects;
static __thread int is_armed, has_lasting_failure;

void fail_at(int64_t number, int lasts) {
    next_failure = number;
    has_lasting_failure = lasts;
    failures = objects = most_objects = 0;
    is_armed = 1;
}

int64_t fail_no_more(void) {
    is_armed = 0;
    return failures;
}

int64_t living(void) { return __atomic_load_n(&blocks, __ATOMIC_RELAXED); }

int64_t peak_of_objects(void) { return most_objects; }

static int fails(int is_object) {
    if (!is_armed || !next_failure || (is_object && !may_fail_all)) return 0;
    if (next_failure > 1) {
        next_failure--;
        return 0;
    }
    if (!has_lasting_failure) next_failure = 0;
    failures++;
    errno = ENOMEM;
    return 1;
}

static void *counted(void *memory) {
    if (memory) __atomic_fetch_add(&blocks, 1, __ATOMIC_RELAXED);
    return memory;
}

/* In the library with the Swift runtime inside, this is where Swift's objects come from. */
void *malloc(size_t size) { return fails(1) ? NULL : counted(__libc_malloc(size)); }

void *calloc(size_t number, size_t size) {
    return fails(0) ? NULL : counted(__libc_calloc(number, size));
}

void *realloc(void *memory, size_t size) {
    if (!memory) return malloc(size);
    if (fails(1)) return NULL;
    if (!size) __atomic_fetch_sub(&blocks, 1, __ATOMIC_RELAXED);
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return fails(1) ? NULL : counted(__libc_memalign(alignment, size));
}

void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (fails(1)) return ENOMEM;
    *memory = counted(__libc_memalign(alignment, size));
    if (is_armed) {
        objects += (int64_t)malloc_usable_size(*memory);
        if (objects > most_objects) most_objects = objects;
    }
    return *memory || !size ? 0 : ENOMEM;
}

void free(void *memory) {
    if (memory) __atomic_fetch_sub(&blocks, 1, __ATOMIC_RELAXED);
    /* Also of what was not counted: an upper bound would be too low only for a moment. */
    if (memory && is_armed && objects > 0) {
        int64_t size = (int64_t)malloc_usable_size(memory);
        objects = size < objects ? objects - size : 0;
    }
    __libc_free(memory);
}
