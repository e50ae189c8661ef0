/* Stands in for the system's file functions, for the shared library, too. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "checkpoints.h"

const char *const call_names[CALLS] = {"open", "write", "fsync", "link", "rename"};

static struct {
    int first, error, seen;
} plan[CALLS];

void fail_none(void) {
    for (int which = 0; which < CALLS; which++) {
        plan[which].first = -1;
        plan[which].seen = 0;
    }
}

void fail_from(call which, int number, int error) {
    fail_none();
    plan[which].first = number;
    plan[which].error = error;
}

int calls_seen(call which) { return plan[which].seen; }

static int fails(call which) {
    int number = plan[which].seen++;
    if (plan[which].error == 0 || plan[which].first < 0 || number < plan[which].first) return 0;
    errno = plan[which].error;
    return 1;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
    va_end(rest);
    if (flags & O_CREAT && fails(CALL_OPEN)) return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t write(int file, const void *bytes, size_t size) {
    if (file > 2) {
        if (fails(CALL_WRITE)) return -1;
        /* A full disk first takes a part. */
        if (plan[CALL_WRITE].first > 0 && size > 1) size /= 2;
    }
    return syscall(SYS_write, file, bytes, size);
}

int fsync(int file) { return fails(CALL_FSYNC) ? -1 : (int)syscall(SYS_fsync, file); }

int link(const char *from, const char *to) {
    return fails(CALL_LINK) ? -1 : (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int rename(const char *from, const char *to) {
    return fails(CALL_RENAME) ? -1
                              : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
