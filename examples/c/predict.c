/*
 * predict.c - loads a saved network and classifies digits with it; nothing is learnt here.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   predict [MODEL [DATA [ROW...]]]
 *
 * Default: build/digits.safetensors examples/data/digits.u8 and five digits that the program digits
 * held out. For other digits name their rows, 0 to 1796.
 * The lines that begin with "digit" are, character for character, those that digits prints.
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

static void show(const nns_model *model, const digits_file *digits, const char *row_text)
{
    int64_t row = row_number(row_text, digits);
    digit_draw(digits, row);
    digit_classify(model, digits, row);
}

int main(int argc, char **argv)
{
    /* The first five rows held out by digits: its split depends on its seed alone. */
    static const char *const held_out[] = {"9", "10", "12", "17", "18"};
    const char *model_path = argc > 1 ? argv[1] : "build/digits.safetensors";
    const char *data_path = argc > 2 ? argv[2] : "examples/data/digits.u8";

    nns_model *model = NULL;
    CHECK(nns_load(model_path, NULL, &model));
    check_sizes(model, model_path);
    digits_file digits = digits_read(data_path);
    for (int i = 3; i < argc; i++)
        show(model, &digits, argv[i]);
    for (int i = 0; argc <= 3 && i < 5; i++)
        show(model, &digits, held_out[i]);
    free(digits.bytes);
    nns_free(model);
    return 0;
}
