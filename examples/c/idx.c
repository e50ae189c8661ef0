/*
 * idx.c - reads IDX files of unsigned bytes (the format of MNIST), plain or gzip.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L

#include "idx.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const int64_t VALUES_AT_MOST = (int64_t)1 << 30;

/* Where the bytes come from: the file itself, or the end of a pipe from gzip. */
typedef struct source {
    int descriptor;
    pid_t gzip; /* 0 for a plain file */
} source;

static int fail(char *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, IDX_ERROR, format, arguments);
    va_end(arguments);
    return -1;
}

/* Reads until size bytes are there or the source ends; -1 when the system refuses. */
static int64_t read_fully(int descriptor, uint8_t *bytes, int64_t size)
{
    int64_t done = 0;
    while (done < size) {
        ssize_t got = read(descriptor, bytes + done, (size_t)(size - done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += got;
    }
    return done;
}

/* Starts gzip with the file as its input, so that no path ever becomes part of a command line. */
static int start_gzip(int file, source *from, char *error)
{
    int ends[2];
    if (pipe(ends))
        return fail(error, "no pipe: %s", strerror(errno));
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    char *arguments[] = {"gzip", "-dc", NULL};
    posix_spawn_file_actions_t actions;
    int status = posix_spawn_file_actions_init(&actions);
    if (status == 0) {
        posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        status = posix_spawnp(&from->gzip, "gzip", &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    if (status) {
        close(ends[0]);
        return fail(error, "gzip cannot be started: %s", strerror(status));
    }
    from->descriptor = ends[0];
    return 0;
}

static int open_source(const char *path, source *from, char *error)
{
    from->gzip = 0;
    from->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (from->descriptor < 0)
        return fail(error, "%s", strerror(errno));
    uint8_t magic[2] = {0, 0};
    int64_t got = read_fully(from->descriptor, magic, 2);
    if (got < 0 || lseek(from->descriptor, 0, SEEK_SET) < 0) {
        fail(error, "%s", strerror(errno));
        close(from->descriptor);
        return -1;
    }
    if (magic[0] != 0x1f || magic[1] != 0x8b)
        return 0;
    int file = from->descriptor;
    int status = start_gzip(file, from, error);
    close(file);
    return status;
}

/* Returns 0 unless gzip found its input damaged. */
static int close_source(source *from)
{
    int status = 0;
    close(from->descriptor);
    if (from->gzip == 0)
        return 0;
    while (waitpid(from->gzip, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int read_header(int descriptor, idx_array *array, char *error)
{
    uint8_t magic[4], sizes[4 * IDX_DIMENSIONS];
    if (read_fully(descriptor, magic, 4) != 4)
        return fail(error, "the file ends inside its header");
    if (magic[0] || magic[1] || magic[2] != 8 || magic[3] < 1 || magic[3] > IDX_DIMENSIONS)
        return fail(error,
                    "the file must begin with 00 00 08 and 1 to %d dimensions, got "
                    "%02x %02x %02x %02x",
                    IDX_DIMENSIONS, magic[0], magic[1], magic[2], magic[3]);
    array->dimensions = magic[3];
    if (read_fully(descriptor, sizes, 4 * array->dimensions) != 4 * array->dimensions)
        return fail(error, "the file ends inside its header");
    int64_t total = 1;
    array->item_size = 1;
    for (int i = 0; i < array->dimensions; i++) {
        const uint8_t *b = sizes + 4 * i;
        int64_t size = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
        if (size < 1 || size > VALUES_AT_MOST / total)
            return fail(error, "dimension %d is %lld; the values must be 1 to %lld in all", i + 1,
                        (long long)size, (long long)VALUES_AT_MOST);
        total *= size;
        array->shape[i] = size;
        array->item_size *= i == 0 ? 1 : size;
    }
    array->count = array->shape[0];
    return 0;
}

static int read_values(int descriptor, idx_array *array, char *error)
{
    int64_t total = array->count * array->item_size;
    uint8_t extra;
    array->values = malloc((size_t)total);
    if (!array->values)
        return fail(error, "out of memory for %lld values", (long long)total);
    int64_t got = read_fully(descriptor, array->values, total);
    if (got < 0)
        return fail(error, "%s", strerror(errno));
    if (got < total)
        return fail(error, "the header promises %lld values, the file ends after %lld",
                    (long long)total, (long long)got);
    if (read_fully(descriptor, &extra, 1) != 0)
        return fail(error, "the file goes on after the %lld values of its header",
                    (long long)total);
    return 0;
}

int idx_read(const char *path, idx_array *array, char error[IDX_ERROR])
{
    char problem[IDX_ERROR / 2];
    char *reason = error;
    source from;
    memset(array, 0, sizeof *array);
    int status = open_source(path, &from, reason);
    if (status == 0) {
        status = read_header(from.descriptor, array, reason);
        if (status == 0)
            status = read_values(from.descriptor, array, reason);
        if (close_source(&from) && status == 0)
            status = fail(reason, "gzip found the file damaged");
    }
    if (status == 0)
        return 0;
    snprintf(problem, sizeof problem, "%.*s", (int)sizeof problem - 1, reason);
    snprintf(error, IDX_ERROR, "%.200s: %s", path, problem);
    free(array->values);
    memset(array, 0, sizeof *array);
    return -1;
}
