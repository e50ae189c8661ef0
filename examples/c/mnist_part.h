/*
 * mnist_part.h - the images and labels of MNIST as the library takes them.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef MNIST_PART_H
#define MNIST_PART_H

#include "idx.h"
#include "nnswift.h"

enum { MNIST_PIXELS = 784, MNIST_CLASSES = 10 };

typedef struct mnist_part {
    idx_array images; /* [count x 28 x 28] */
    idx_array labels; /* [count] */
    nns_data *data;   /* the first rows of them, as many as were asked for */
} mnist_part;

/* Returns the folder that holds mnist/train-images-idx3-ubyte.gz: the one named, else that of the
 * environment variable NNSWIFT_DATA_DIR, else build/data. Without that file the program says so and
 * ends with status 0. */
const char *mnist_folder(const char *named);

/* Reads part "train" or "t10k"; rows 0: all. Stops the program with a sentence when it cannot. */
mnist_part mnist_read(const char *folder, const char *part, int64_t rows);

void mnist_free(mnist_part *part);

/* Reads a number of epochs, 1 to 1000; stops the program otherwise. */
int mnist_epochs(const char *text);

/* Prints the largest memory that the process had so far. */
void mnist_print_memory(void);

#endif
