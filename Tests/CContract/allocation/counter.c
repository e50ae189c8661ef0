/* Stands in for the allocator of the C library, for the shared library, too. */
#define _GNU_SOURCE
#include "counter.h"

#include <errno.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static int64_t allocations, blocks; /* atomic */

int64_t allocated(void) { return __atomic_load_n(&allocations, __ATOMIC_RELAXED); }

int64_t living(void) { return __atomic_load_n(&blocks, __ATOMIC_RELAXED); }

static void *counted(void *memory) {
    __atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
    if (memory) __atomic_fetch_add(&blocks, 1, __ATOMIC_RELAXED);
    return memory;
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }

void *calloc(size_t number, size_t size) { return counted(__libc_calloc(number, size)); }

void *realloc(void *memory, size_t size) {
    if (!memory) return malloc(size);
    __atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
    if (!size) __atomic_fetch_sub(&blocks, 1, __ATOMIC_RELAXED);
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return counted(__libc_memalign(alignment, size));
}

void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    *memory = counted(__libc_memalign(alignment, size));
    return *memory || !size ? 0 : ENOMEM;
}

void free(void *memory) {
    if (memory) __atomic_fetch_sub(&blocks, 1, __ATOMIC_RELAXED);
    __libc_free(memory);
}
