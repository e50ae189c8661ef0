/*
 * predict.c - loads a saved network and classifies digits with it; nothing is learnt here.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   predict MODEL DATA ROW...     for example: predict build/digits.safetensors \
 *                                                  examples/data/digits.u8 0 1 1796
 *
 * The lines that begin with "digit" are those that the program digits prints for the same rows.
 */
#include <errno.h>

#include "check.h"
#include "digits_file.h"

static int64_t row_number(const char *text, const digits_file *digits)
{
    char *end = NULL;
    errno = 0;
    long long row = strtoll(text, &end, 10);
    if (errno || end == text || *end || row < 0 || row >= digits->rows) {
        fprintf(stderr, "a row must be a number from 0 to %lld, got \"%s\"\n",
                (long long)digits->rows - 1, text);
        exit(1);
    }
    return row;
}

static void check_sizes(const nns_model *model, const char *path)
{
    int64_t inputs = 0, outputs = 0;
    CHECK(nns_input_size(model, &inputs));
    CHECK(nns_output_size(model, &outputs));
    if (inputs == DIGIT_PIXELS && outputs == DIGIT_CLASSES)
        return;
    fprintf(stderr, "%s: a digits model has 64 inputs and 10 outputs, this one %lld and %lld\n",
            path, (long long)inputs, (long long)outputs);
    exit(1);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: predict MODEL DATA ROW...\n");
        return 2;
    }
    nns_model *model = NULL;
    CHECK(nns_load(argv[1], NULL, &model));
    check_sizes(model, argv[1]);
    digits_file digits = digits_read(argv[2]);
    for (int i = 3; i < argc; i++) {
        int64_t row = row_number(argv[i], &digits);
        digit_draw(&digits, row);
        digit_classify(model, &digits, row);
    }
    free(digits.bytes);
    nns_free(model);
    return 0;
}
