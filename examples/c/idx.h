/*
 * idx.h - reads IDX files of unsigned bytes (the format of MNIST), plain or gzip.
 * SPDX-License-Identifier: Apache-2.0
 *
 * IDX: two zero bytes, the type (8: unsigned byte), the number of dimensions, one big-endian 4-byte
 * size for each dimension, then the values. A gzip file is read through "gzip -dc".
 */
#ifndef IDX_H
#define IDX_H

#include <stddef.h>
#include <stdint.h>

enum { IDX_DIMENSIONS = 4, IDX_ERROR = 512 };

typedef struct idx_array {
    uint8_t *values; /* count * item_size of them; free() it */
    int64_t count;   /* the first dimension: items */
    int64_t item_size; /* the product of the others: values of one item */
    int dimensions;
    int64_t shape[IDX_DIMENSIONS];
} idx_array;

/* Reads a whole file and believes nothing: a header that promises more or less than the file holds,
 * or more than 1 GiB, is refused. Returns 0; or -1 with a sentence in error, and nothing to free. */
int idx_read(const char *path, idx_array *array, char error[IDX_ERROR]);

#endif
