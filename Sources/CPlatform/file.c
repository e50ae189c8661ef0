#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int file, const char *bytes, size_t size) {
    while (size > 0) {
        size_t part = size < ((size_t)1 << 30) ? size : ((size_t)1 << 30);
        ssize_t written = write(file, bytes, part);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return written < 0 ? errno : EIO;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

// Makes the rename durable. Some file systems cannot sync a folder; the file itself is safe then.
static void sync_folder(const char *folder) {
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return;
    (void)fsync(file);
    close(file);
}

// A new file beside the old one. O_EXCL and the open mode give it the permissions that the host's
// umask asks for, which mkstemp would not.
static int open_beside(const char *path, char *name, size_t capacity) {
    static unsigned counter;
    for (int attempt = 0; attempt < 100; attempt++) {
        unsigned number = __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
        snprintf(name, capacity, "%s.%ld-%u.tmp", path, (long)getpid(), number);
        int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST) return file;
    }
    errno = EEXIST;
    return -1;
}

// Replaces path by name, keeping the permissions of the file that was there.
static int finish(int file, const char *name, const char *path, const void *bytes, size_t size) {
    struct stat old;
    if (stat(path, &old) == 0) (void)fchmod(file, old.st_mode & 07777);
    int error = write_all(file, bytes, size);
    if (!error && fsync(file) != 0) error = errno;
    if (close(file) != 0 && !error) error = errno;
    if (!error && rename(name, path) != 0) error = errno;
    return error;
}

static int write_beside(const char *path, const void *bytes, size_t size) {
    size_t capacity = strlen(path) + 64;
    char *name = malloc(capacity);
    if (!name) return ENOMEM;
    int file = open_beside(path, name, capacity);
    int error = file < 0 ? errno : finish(file, name, path, bytes, size);
    if (error && file >= 0) unlink(name);
    if (!error) {
        char *slash = strrchr(strcpy(name, path), '/');
        if (slash) slash[slash == name ? 1 : 0] = 0;
        sync_folder(slash ? name : ".");
    }
    free(name);
    return error;
}

int nnc_write_file(const char *path, const void *bytes, size_t size) {
    // A symbolic link stays a link: what it points at is replaced.
    char *target = realpath(path, NULL);
    int error = write_beside(target ? target : path, bytes, size);
    free(target);
    return error;
}

static int read_all(int file, size_t size, void **bytes) {
    char *memory = nnc_allocate(size ? size : 1);
    if (!memory) return ENOMEM;
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(file, memory + done, size - done);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            nnc_release(memory);
            return got < 0 ? errno : EIO;
        }
        done += (size_t)got;
    }
    *bytes = memory;
    return 0;
}

int nnc_read_file(const char *path, int64_t max_size, void **bytes, size_t *size, int *too_large) {
    *too_large = 0;
    // O_NONBLOCK: opening a named pipe must not wait for a writer.
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return errno;
    struct stat about;
    int error = fstat(file, &about) != 0 ? errno : 0;
    if (!error && !S_ISREG(about.st_mode)) error = S_ISDIR(about.st_mode) ? EISDIR : EINVAL;
    if (!error && about.st_size > max_size) {
        *too_large = 1;
        error = EFBIG;
    }
    if (!error) {
        *size = (size_t)about.st_size;
        error = read_all(file, *size, bytes);
    }
    close(file);
    return error;
}

int nnc_is_out_of_memory(int number) { return number == ENOMEM; }

const char *nnc_error_text(int number) {
    const char *text = strerrordesc_np(number);
    return text ? text : "unknown system error";
}
