#include "CPlatform.h"

#include <pthread.h>
#include <stdlib.h>

// Longer sentences are cut at a UTF-8 boundary.
enum { CAPACITY = 1024 };

// A key and not a __thread variable: that would need the dynamic linker by name (__tls_get_addr).
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int has_key;

static void create_key(void) { has_key = pthread_key_create(&key, free) == 0; }

// When the library is unloaded no thread may call back into it.
__attribute__((destructor)) static void delete_key(void) {
    if (!has_key) return;
    free(pthread_getspecific(key));
    pthread_key_delete(key);
    has_key = 0;
}

void nnc_set_error(const char *text, size_t length) {
    pthread_once(&once, create_key);
    if (!has_key) return;
    char *mine = pthread_getspecific(key);
    if (!mine) {
        mine = malloc(CAPACITY);
        if (!mine || pthread_setspecific(key, mine) != 0) {
            free(mine);
            return;
        }
    }
    if (length > CAPACITY - 1) {
        length = CAPACITY - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
    }
    memcpy(mine, text, length);
    mine[length] = 0;
}

const char *nnc_error(void) {
    const char *mine = has_key ? pthread_getspecific(key) : NULL;
    return mine ? mine : "";
}
