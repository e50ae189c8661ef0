#include "CPlatform.h"

#include <stdlib.h>

enum { ALIGNMENT = 64 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EXACT_BOUNDS
#endif
#endif

#ifdef EXACT_BOUNDS
// For the address sanitizer: nothing lies behind the last byte, so it sees an access beyond it.
void *nnc_allocate(size_t bytes) {
    void *memory = NULL;
    if (bytes == 0 || bytes > SIZE_MAX / 2 || posix_memalign(&memory, ALIGNMENT, bytes)) return NULL;
    return memset(memory, 0, bytes);
}

void nnc_release(void *memory) { free(memory); }
#else
// calloc and not posix_memalign + memset: large blocks come as untouched zero pages, so memory that
// is never used is never resident. The address calloc gave stands just below the aligned one.
void *nnc_allocate(size_t bytes) {
    if (bytes == 0 || bytes > SIZE_MAX / 2) return NULL;
    char *memory = calloc(1, bytes + ALIGNMENT + sizeof(void *));
    if (!memory) return NULL;
    uintptr_t address = (uintptr_t)memory + sizeof(void *) + ALIGNMENT - 1;
    void **aligned = (void **)(address & ~(uintptr_t)(ALIGNMENT - 1));
    aligned[-1] = memory;
    return aligned;
}

void nnc_release(void *memory) {
    if (memory) free(((void **)memory)[-1]);
}
#endif

void *nnc_allocate_for_ever(size_t bytes) { return calloc(1, bytes); }

#ifdef NNSWIFT_EMBEDDED
// Swift seeds its hash tables with this name, which glibc has only since 2.36.
#include <sys/random.h>
void arc4random_buf(void *bytes, size_t size) {
    if (getrandom(bytes, size, 0) != (ssize_t)size) memset(bytes, 0x5a, size);
}
#endif
