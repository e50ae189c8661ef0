/*
 * digits.c - learns 1,797 handwritten digits, says how well, and saves the network.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   digits [DATA [MODEL]]     default: examples/data/digits.u8 build/digits.safetensors
 *
 * Exit status 1 when something fails or fewer than 96 % of the held-out digits are recognised.
 */
#define _POSIX_C_SOURCE 200809L

#include <string.h>
#include <unistd.h>

#include "check.h"
#include "confusion.h"
#include "digits_file.h"

static const char SPEC[] =
    "{\"input\": 64, \"preprocess\": {\"type\": \"scale\", \"factor\": 0.0625},"
    " \"layers\": [{\"type\": \"dense\", \"units\": 64, \"activation\": \"relu\"},"
    "              {\"type\": \"dropout\", \"rate\": 0.2},"
    "              {\"type\": \"dense\", \"units\": 10}],"
    " \"loss\": \"softmax_cross_entropy\", \"seed\": 1}";

static const char CONFIG[] =
    "{\"epochs\": 40, \"batch_size\": 32, \"seed\": 1,"
    " \"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.01},"
    " \"schedule\": {\"type\": \"cosine\", \"epochs\": 40}}";

static const double TEST_SHARE = 0.25;
static const double ACCURACY_NEEDED = 0.96;

enum { SHOWN = 5, BAR = 30 };

static void draw_bar(const nns_progress *now)
{
    char bar[BAR + 1];
    int done = (int)(BAR * now->epoch / now->epochs);
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)done);
    bar[BAR] = 0;
    printf("\r[%s] epoch %lld/%lld  loss %.4f  test loss %.4f", bar, (long long)now->epoch,
           (long long)now->epochs, now->loss, now->val_loss);
    if (now->epoch == now->epochs)
        printf("\n");
    fflush(stdout);
}

/* One bar that grows on a terminal, a line every 10 epochs in a file. */
static int32_t show_progress(void *user, const nns_progress *now)
{
    const int *is_terminal = user;
    if (*is_terminal)
        draw_bar(now);
    else if (now->epoch % 10 == 0)
        printf("epoch %lld/%lld  loss %.4f  test loss %.4f\n", (long long)now->epoch,
               (long long)now->epochs, now->loss, now->val_loss);
    return 0;
}

static void learn(nns_model *model, const nns_data *train, const nns_data *test)
{
    int64_t train_rows = 0, test_rows = 0;
    CHECK(nns_data_size(train, &train_rows, NULL, NULL));
    CHECK(nns_data_size(test, &test_rows, NULL, NULL));
    printf("%lld digits to learn from, %lld held out\n", (long long)train_rows,
           (long long)test_rows);
    int is_terminal = isatty(STDOUT_FILENO);
    CHECK(nns_train(model, train, test, CONFIG, show_progress, &is_terminal));
}

/* Prints what the model makes of the held-out digits and returns its accuracy. */
static double report(const nns_model *model, const nns_data *test, const digits_file *digits)
{
    double values[2];
    CHECK(nns_evaluate(model, test, "[\"loss\", \"accuracy\"]", values, 2));
    printf("test loss %.4f, test accuracy %.4f\n\n", values[0], values[1]);

    int64_t count = 0;
    CHECK(nns_data_size(test, &count, NULL, NULL));
    int64_t *rows = malloc((size_t)count * sizeof *rows);
    uint8_t *truth = malloc((size_t)count);
    if (!rows || !truth) {
        fprintf(stderr, "out of memory for %lld labels\n", (long long)count);
        exit(1);
    }
    CHECK(nns_data_rows(test, rows, count));
    for (int64_t i = 0; i < count; i++)
        truth[i] = (uint8_t)digit_label(digits, rows[i]);
    confusion_print(model, test, truth, count, DIGIT_CLASSES);
    printf("\n");
    for (int64_t i = 0; i < SHOWN && i < count; i++)
        digit_classify(model, digits, rows[i]);
    free(truth);
    free(rows);
    return values[1];
}

int main(int argc, char **argv)
{
    const char *data_path = argc > 1 ? argv[1] : "examples/data/digits.u8";
    const char *model_path = argc > 2 ? argv[2] : "build/digits.safetensors";

    digits_file digits = digits_read(data_path);
    nns_array x = digits_pixels(&digits);
    nns_array y = digits_labels(&digits);
    nns_data *all = NULL, *train = NULL, *test = NULL;
    CHECK(nns_data_create(&x, &y, NULL, NULL, &all));
    CHECK(nns_data_split(all, NNS_SPLIT_STRATIFIED, TEST_SHARE, NULL, 1, &train, &test));

    nns_model *model = NULL;
    CHECK(nns_create(SPEC, &model));
    learn(model, train, test);
    double accuracy = report(model, test, &digits);
    CHECK(nns_save(model, model_path, NNS_SAVE_WEIGHTS));
    printf("\nsaved %s\n", model_path);

    nns_free(model);
    nns_data_free(test);
    nns_data_free(train);
    nns_data_free(all);
    free(digits.bytes);
    if (accuracy < ACCURACY_NEEDED) {
        fprintf(stderr, "test accuracy must be at least %.2f\n", ACCURACY_NEEDED);
        return 1;
    }
    return 0;
}
