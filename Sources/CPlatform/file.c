#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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
    if (!error && !S_ISREG(about.st_mode)) error = S_ISDIR(about.st_mode) ? EISDIR : NNC_NOT_A_FILE;
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

int nnc_error_number(int number) {
    if (number == NNC_READ_ONLY) return EACCES;
    return number == NNC_NOT_A_FILE ? 0 : number;
}

const char *nnc_error_text(int number) {
    if (number == NNC_NOT_A_FILE) return "It is a device, a pipe or a socket, not a file";
    if (number == NNC_READ_ONLY) return "Permission denied; make the file there writable, or remove it";
    const char *text = strerrordesc_np(number);
    return text ? text : "unknown system error";
}
