#include "CPlatform.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

// Longer sentences are cut at a UTF-8 boundary.
enum { CAPACITY = 1024 };

typedef struct message {
    int32_t number; // errno, 0: none
    char text[CAPACITY];
} message;

// A key and not a __thread variable: that would need the dynamic linker by name (__tls_get_addr).
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int has_key;

// Constant sentences: for signal handlers, and for when an allocation failed.
static const char *const fixed[] = {
    [NNC_NO_MEMORY] = "memory for the call could not be allocated; nothing was changed, "
                      "free some and try again",
    [NNC_NO_MODEL] = "model must not be NULL",
    [NNC_STALE_MODEL] = "model must be a handle that this library gave and that was not freed; "
                        "check the order of calls",
};

// A thread's value is its message, or one of the sentences above.
static int is_fixed(const void *value) {
    for (size_t at = 0; at < sizeof fixed / sizeof *fixed; at++)
        if (value == fixed[at]) return 1;
    return 0;
}

static void forget(void *value) {
    if (!is_fixed(value)) free(value);
}

// The library is never unloaded (-z nodelete), so `forget` is there when a thread ends.
static void create_key(void) { has_key = pthread_key_create(&key, forget) == 0; }

// Runs when the library is loaded: a signal handler must not be the first caller.
__attribute__((constructor)) static void prepare(void) { pthread_once(&once, create_key); }

void nnc_set_fixed_error(int which) {
    if (!has_key) return;
    int error = errno;
    message *mine = pthread_getspecific(key);
    if (mine && !is_fixed(mine)) {
        mine->number = 0;
        strcpy(mine->text, fixed[which]);
    } else {
        (void)pthread_setspecific(key, fixed[which]);
    }
    errno = error;
}

// This thread's message; NULL if it cannot be allocated.
static message *own(void) {
    message *mine = pthread_getspecific(key);
    if (mine && !is_fixed(mine)) return mine;
    mine = malloc(sizeof *mine);
    if (mine && pthread_setspecific(key, mine) == 0) return mine;
    free(mine);
    return NULL;
}

void nnc_set_error(const char *text, size_t length, int32_t number) {
    if (!has_key) return;
    message *mine = own();
    if (!mine) {
        nnc_set_fixed_error(NNC_NO_MEMORY);
        return;
    }
    if (length > CAPACITY - 1) {
        length = CAPACITY - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
    }
    mine->number = number;
    // The text may be the message's own.
    memmove(mine->text, text, length);
    mine->text[length] = 0;
}

const char *nnc_error(void) {
    const void *mine = has_key ? pthread_getspecific(key) : NULL;
    if (!mine) return "";
    return is_fixed(mine) ? mine : ((const message *)mine)->text;
}

int32_t nnc_error_errno(void) {
    const message *mine = has_key ? pthread_getspecific(key) : NULL;
    return mine && !is_fixed(mine) ? mine->number : 0;
}
