/*
 * mnist_part.c - the images and labels of MNIST as the library takes them.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L

#include "mnist_part.h"

#include <sys/resource.h>
#include <unistd.h>

#include "check.h"

enum { PATH_BYTES = 4096 };

static void path_of(char path[PATH_BYTES], const char *folder, const char *part, const char *kind)
{
    int length = snprintf(path, PATH_BYTES, "%s/mnist/%s-%s-ubyte.gz", folder, part, kind);
    if (length > 0 && length < PATH_BYTES)
        return;
    fprintf(stderr, "the folder's name must be shorter than %d bytes\n", PATH_BYTES - 64);
    exit(1);
}

static idx_array read_or_stop(const char *path)
{
    idx_array array;
    char error[IDX_ERROR];
    if (idx_read(path, &array, error)) {
        fprintf(stderr, "%s\n", error);
        exit(1);
    }
    return array;
}

const char *mnist_folder(const char *named)
{
    const char *folder = named ? named : getenv("NNSWIFT_DATA_DIR");
    if (!folder || !*folder)
        folder = "build/data";
    char path[PATH_BYTES];
    path_of(path, folder, "train", "images-idx3");
    if (access(path, F_OK)) {
        printf("skipped: there is no %s; \"make data\" fetches it\n", path);
        exit(0);
    }
    return folder;
}

mnist_part mnist_read(const char *folder, const char *part, int64_t rows)
{
    mnist_part set;
    char path[PATH_BYTES];
    path_of(path, folder, part, "images-idx3");
    set.images = read_or_stop(path);
    path_of(path, folder, part, "labels-idx1");
    set.labels = read_or_stop(path);
    if (set.images.item_size != MNIST_PIXELS || set.labels.item_size != 1 ||
        set.images.count < rows) {
        fprintf(stderr,
                "%s: images must have 784 pixels and labels 1 value, at least %lld of them,"
                " got %lld, %lld and %lld\n",
                path, (long long)rows, (long long)set.images.item_size,
                (long long)set.labels.item_size, (long long)set.images.count);
        exit(1);
    }
    nns_array x = NNS_ARRAY(NNS_U8, set.images.values, rows ? rows : set.images.count, MNIST_PIXELS);
    nns_array y = NNS_ARRAY(NNS_U8, set.labels.values, rows ? rows : set.labels.count, 1);
    set.data = NULL;
    CHECK(nns_data_create(&x, &y, NULL, NULL, &set.data));
    return set;
}

void mnist_free(mnist_part *part)
{
    nns_data_free(part->data);
    free(part->images.values);
    free(part->labels.values);
}

int mnist_epochs(const char *text)
{
    char *end = NULL;
    long epochs = strtol(text, &end, 10);
    if (end != text && *end == 0 && epochs >= 1 && epochs <= 1000)
        return (int)epochs;
    fprintf(stderr, "EPOCHS must be a number from 1 to 1000, got \"%s\"\n", text);
    exit(2);
}

void mnist_print_memory(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        printf("\npeak memory %.1f MB\n", (double)usage.ru_maxrss / 1024);
}
