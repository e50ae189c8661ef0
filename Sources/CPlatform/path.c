#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

// As many symbolic links as Linux follows.
enum { MOST_LINKS = 40 };

// Writes folder/name.
static int join(char *target, const char *folder, const char *name) {
    size_t used = strlen(folder), length = strlen(name);
    int has_slash = used > 0 && folder[used - 1] == '/';
    if (used + !has_slash + length >= PATH_MAX) return ENAMETOOLONG;
    memmove(target, folder, used);
    if (!has_slash) target[used++] = '/';
    memcpy(target + used, name, length + 1);
    return 0;
}

// The folder of a path, "." without one; returns the name in it.
static const char *divide(const char *path, char *folder) {
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 1;
    memcpy(folder, slash ? path : ".", length);
    folder[length] = 0;
    return slash ? slash + 1 : path;
}

// Puts what a symbolic link says in the place of its path; a relative one begins in its folder.
static int follow(char *path, const char *said) {
    char folder[PATH_MAX];
    if (*said == '/') {
        strcpy(path, said);
        return 0;
    }
    divide(path, folder);
    return join(path, folder, said);
}

// Of a file that does not exist: its folder is made absolute, so that it stays the same when the
// host changes its own.
static int absolute(const char *path, char *target) {
    char folder[PATH_MAX];
    const char *name = divide(path, folder);
    if (!*name) return *path ? EISDIR : ENOENT;
    if (realpath(folder, target)) return join(target, target, name);
    strcpy(target, path);
    return 0;
}

int nnc_real_path(const char *path, char *target, size_t capacity) {
    char now[PATH_MAX], said[PATH_MAX];
    size_t length = strlen(path);
    if (capacity < PATH_MAX || length >= PATH_MAX) return ENAMETOOLONG;
    memcpy(now, path, length + 1);
    for (int links = 0; links < MOST_LINKS; links++) {
        if (realpath(now, target)) return 0;
        if (errno == ELOOP) return ELOOP;
        // A symbolic link to a file that does not exist stays a link: that file is made.
        ssize_t size = readlink(now, said, sizeof said - 1);
        if (size < 0) return absolute(now, target);
        said[size] = 0;
        int error = follow(now, said);
        if (error) return error;
    }
    return ELOOP;
}
