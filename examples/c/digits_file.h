/*
 * digits_file.h - the 8x8 digits of examples/data/digits.u8, and how one is shown.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DIGITS_FILE_H
#define DIGITS_FILE_H

#include "nnswift.h"

enum {
    DIGIT_SIDE = 8,
    DIGIT_PIXELS = 64,
    DIGIT_BYTES = 65, /* a record: the pixels, 0 (paper) to 16 (ink), then the label */
    DIGIT_CLASSES = 10
};

typedef struct digits_file {
    uint8_t *bytes; /* rows records; free() it */
    int64_t rows;
} digits_file;

/* Reads and checks the whole file; stops the program with a sentence when it cannot. */
digits_file digits_read(const char *path);

/* Views into the records, without a copy: pixels [rows x 64] and labels [rows x 1]. */
nns_array digits_pixels(const digits_file *digits);
nns_array digits_labels(const digits_file *digits);

int digit_label(const digits_file *digits, int64_t row);

/* Draws one digit, two characters a pixel, so that it looks square. */
void digit_draw(const digits_file *digits, int64_t row);

/* Classifies one digit and prints a line that begins with "digit": two processes that loaded the
 * same model print the same line. */
void digit_classify(const nns_model *model, const digits_file *digits, int64_t row);

#endif
