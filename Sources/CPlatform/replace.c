#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

// The names that a replacement needs, of one length: path, and a few bytes more.
typedef struct names {
    size_t capacity;
    char *temporary;
    char *older;
    char *oldest;
} names;

static int make_names(names *made, const char *path) {
    made->capacity = strlen(path) + 64;
    made->temporary = malloc(3 * made->capacity);
    if (!made->temporary) return ENOMEM;
    made->older = made->temporary + made->capacity;
    made->oldest = made->older + made->capacity;
    return 0;
}

static int write_all(int file, const char *bytes, size_t size) {
    // Beyond this limit the system would send SIGXFSZ, which kills a host that does not expect it.
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && size > limit.rlim_cur) return EFBIG;
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

// Makes the renames durable. Some file systems cannot sync a folder; the file itself is safe then.
static void sync_folder(const char *path, char *folder) {
    char *slash = strrchr(strcpy(folder, path), '/');
    if (slash) slash[slash == folder ? 1 : 0] = 0;
    int file = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return;
    (void)fsync(file);
    close(file);
}

static int is_same(const struct stat *a, const struct stat *b) {
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

// Removes a temporary file that nobody writes any more: its writer's lock went with the process.
static int remove_stale(const char *name) {
    int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int file = open(name, O_RDWR | flags);
    if (file < 0 && errno == EACCES) file = open(name, O_RDONLY | flags);
    if (file < 0) return errno == ENOENT;
    struct stat locked, named;
    int removed = flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &locked) == 0 &&
                  S_ISREG(locked.st_mode) && lstat(name, &named) == 0 &&
                  is_same(&locked, &named) && unlink(name) == 0;
    close(file);
    return removed;
}

// Whether the new file is still there and locked against remove_stale of others. A file system
// without locks leaves it unlocked: stale ones then stay.
static int is_ours(int file) {
    struct stat now;
    if (flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return 0;
    return fstat(file, &now) == 0 && now.st_nlink > 0;
}

// Writers of the same path that were killed together left files with numbers after the first.
enum { LEFT_TOGETHER = 16 };
static void remove_left(const char *path, unsigned after, names *made) {
    for (unsigned number = after + 1; number <= after + LEFT_TOGETHER; number++) {
        snprintf(made->older, made->capacity, "%s.nnswift%u.tmp", path, number);
        (void)remove_stale(made->older);
    }
}

// A new file beside the old one. Numbers are tried from 0 on, so that the file of a killed process
// is found again. O_EXCL and the open mode give it the permissions that the host's umask asks for.
static int open_beside(const char *path, names *made) {
    unsigned number = 0;
    for (int attempt = 0; attempt < 2000 && number < 1000; attempt++) {
        snprintf(made->temporary, made->capacity, "%s.nnswift%u.tmp", path, number);
        int file = open(made->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0) {
            if (is_ours(file)) {
                remove_left(path, number, made);
                return file;
            }
            close(file);
        } else if (errno != EEXIST) {
            return -1;
        } else if (!remove_stale(made->temporary)) {
            number++;
        }
    }
    errno = EEXIST;
    return -1;
}

// Only a file may be replaced: renaming over a device or a pipe would take it away. And only one
// that this process may write to, although a rename would not ask.
static int check_target(const char *path) {
    struct stat old;
    if (stat(path, &old) != 0) return 0;
    if (!S_ISREG(old.st_mode)) return S_ISDIR(old.st_mode) ? EISDIR : NNC_NOT_A_FILE;
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0) return 0;
    return errno == EACCES ? NNC_READ_ONLY : errno;
}

static const char *older(names *made, const char *path, int32_t number) {
    snprintf(made->older, made->capacity, "%s.%d", path, (int)number);
    return made->older;
}

// Gives path a second name, path.1, after path.1 has become path.2 and so on; path itself is there
// at every moment. A kill leaves a whole file at each name, and at most one gap, which is filled
// here.
static int rotate(const char *path, int32_t keep, names *made) {
    struct stat newest, next;
    if (stat(path, &newest) != 0) return errno == ENOENT ? 0 : errno;
    // Both names already: a rotation was cut short before the new file took its place.
    if (stat(older(made, path, 1), &next) == 0 && is_same(&newest, &next)) return 0;
    int32_t last = 1;
    while (last < keep - 1 && access(older(made, path, last), F_OK) == 0) last++;
    for (; last > 1; last--) {
        snprintf(made->oldest, made->capacity, "%s.%d", path, (int)last);
        if (rename(older(made, path, last - 1), made->oldest) != 0 && errno != ENOENT) return errno;
    }
    older(made, path, 1);
    unlink(made->older);
    if (link(path, made->older) == 0) return 0;
    // File systems without second names: path is missing until the new file takes its place.
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK) return errno;
    return rename(path, made->older) == 0 ? 0 : errno;
}

// Replaces path by the open temporary file, keeping the permissions of the file that was there.
static int replace(
    int file, const char *path, const void *bytes, size_t size, int32_t keep, names *made
) {
    struct stat old;
    if (stat(path, &old) == 0) (void)fchmod(file, old.st_mode & 07777);
    int error = write_all(file, bytes, size);
    if (!error && fsync(file) != 0) error = errno;
    if (!error && keep > 1) error = rotate(path, keep, made);
    if (!error && rename(made->temporary, path) != 0) {
        error = errno;
        if (keep > 1 && access(path, F_OK) != 0) (void)rename(older(made, path, 1), path);
    }
    // Before the lock goes: afterwards the name could be another writer's.
    if (error) unlink(made->temporary);
    return error;
}

static int write_beside(const char *path, const void *bytes, size_t size, int32_t keep) {
    names made;
    int error = check_target(path);
    if (!error) error = make_names(&made, path);
    if (error) return error;
    int file = open_beside(path, &made);
    error = file < 0 ? errno : replace(file, path, bytes, size, keep, &made);
    if (file >= 0) close(file);
    if (!error) sync_folder(path, made.temporary);
    free(made.temporary);
    return error;
}

int nnc_write_file(const char *path, const void *bytes, size_t size, int32_t keep) {
    char target[PATH_MAX];
    int error = nnc_real_path(path, target, sizeof target);
    return error ? error : write_beside(target, bytes, size, keep);
}

int nnc_probe_file(const char *path) {
    names made;
    int error = check_target(path);
    if (!error) error = make_names(&made, path);
    if (error) return error;
    int file = open_beside(path, &made);
    error = file < 0 ? errno : 0;
    if (file >= 0) {
        unlink(made.temporary);
        close(file);
    }
    free(made.temporary);
    return error;
}
