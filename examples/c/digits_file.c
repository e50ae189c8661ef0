/*
 * digits_file.c - the 8x8 digits of examples/data/digits.u8, and how one is shown.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "digits_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { DIGIT_INK = 16, DIGITS_AT_MOST = 1000000 };

static void stop(const char *path, const char *problem)
{
    fprintf(stderr, "%s: %s\n", path, problem);
    exit(1);
}

static void check_records(const char *path, const digits_file *digits)
{
    for (int64_t row = 0; row < digits->rows; row++) {
        const uint8_t *record = digits->bytes + row * DIGIT_BYTES;
        for (int i = 0; i < DIGIT_PIXELS; i++)
            if (record[i] > DIGIT_INK)
                stop(path, "a pixel must be 0 to 16; is this the file digits.u8?");
        if (record[DIGIT_PIXELS] >= DIGIT_CLASSES)
            stop(path, "a label must be 0 to 9; is this the file digits.u8?");
    }
}

digits_file digits_read(const char *path)
{
    digits_file digits = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (!file)
        stop(path, strerror(errno));
    if (fseek(file, 0, SEEK_END))
        stop(path, strerror(errno));
    long size = ftell(file);
    if (size <= 0 || size % DIGIT_BYTES || size / DIGIT_BYTES > DIGITS_AT_MOST)
        stop(path, "the file must consist of records of 65 bytes; is this the file digits.u8?");
    rewind(file);
    digits.bytes = malloc((size_t)size);
    if (!digits.bytes)
        stop(path, "out of memory");
    if (fread(digits.bytes, 1, (size_t)size, file) != (size_t)size)
        stop(path, "the file cannot be read to its end");
    fclose(file);
    digits.rows = size / DIGIT_BYTES;
    check_records(path, &digits);
    return digits;
}

nns_array digits_pixels(const digits_file *digits)
{
    nns_array pixels = NNS_ARRAY(NNS_U8, digits->bytes, digits->rows, DIGIT_PIXELS);
    pixels.row_stride = DIGIT_BYTES;
    pixels.col_stride = 1;
    return pixels;
}

nns_array digits_labels(const digits_file *digits)
{
    nns_array labels = NNS_ARRAY(NNS_U8, digits->bytes + DIGIT_PIXELS, digits->rows, 1);
    labels.row_stride = DIGIT_BYTES;
    labels.col_stride = 1;
    return labels;
}

int digit_label(const digits_file *digits, int64_t row)
{
    return digits->bytes[row * DIGIT_BYTES + DIGIT_PIXELS];
}

void digit_draw(const digits_file *digits, int64_t row)
{
    static const char shades[] = " .:-=+*#%@";
    const uint8_t *pixel = digits->bytes + row * DIGIT_BYTES;
    for (int line = 0; line < DIGIT_SIDE; line++) {
        char text[2 * DIGIT_SIDE + 1];
        for (int c = 0; c < DIGIT_SIDE; c++, pixel++)
            text[2 * c] = text[2 * c + 1] = shades[*pixel * 9 / DIGIT_INK];
        text[2 * DIGIT_SIDE] = 0;
        printf("    |%s|\n", text);
    }
}

void digit_classify(const nns_model *model, const digits_file *digits, int64_t row)
{
    const uint8_t *pixels = digits->bytes + row * DIGIT_BYTES;
    nns_array x = NNS_ARRAY(NNS_U8, pixels, 1, DIGIT_PIXELS);
    int64_t label = 0;
    float probabilities[DIGIT_CLASSES];
    nns_array to_label = NNS_ARRAY(NNS_I64, &label, 1, 1);
    nns_array to_probabilities = NNS_ARRAY(NNS_F32, probabilities, 1, DIGIT_CLASSES);
    CHECK(nns_predict(model, &x, NNS_LABEL, &to_label));
    CHECK(nns_predict(model, &x, NNS_PROBA, &to_probabilities));
    printf("digit %lld: truth %d, predicted %lld, probabilities", (long long)row,
           digit_label(digits, row), (long long)label);
    for (int c = 0; c < DIGIT_CLASSES; c++)
        printf(" %.9g", (double)probabilities[c]);
    printf("\n");
}
