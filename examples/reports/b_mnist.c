/*
 * b_mnist.c - study B in C: MNIST 784-64-10 by the rules of its report's network written by hand.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   b_mnist [EPOCHS [FOLDER]]
 *
 * EPOCHS: 100, as in the report, unless said. FOLDER as in mnist.c. The same split, seeds and
 * figures as the rows "our rules" of b_mnist.py.
 */
#include "check.h"
#include "mnist_part.h"

enum { SEEDS = 5, ROWS = 42000 };

#define UNIFORM "{\"type\": \"uniform\", \"low\": -0.5, \"high\": 0.5}"
#define BY_HAND "\"init\": " UNIFORM ", \"bias_init\": " UNIFORM

static const char SPEC[] =
    "{\"input\": 784, \"preprocess\": {\"type\": \"scale\", \"factor\": 0.00392156862745098},"
    " \"layers\": [{\"type\": \"dense\", \"units\": 64, \"activation\": \"relu\", " BY_HAND "},"
    "              {\"type\": \"dense\", \"units\": 10, " BY_HAND "}],"
    " \"loss\": \"softmax_cross_entropy\", \"seed\": %d}";

static const char CONFIG[] = "{\"epochs\": %d, \"batch_size\": 32, \"seed\": %d,"
                             " \"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.001}}";

static double accuracy_of(const nns_model *model, const nns_data *data)
{
    double accuracy = 0;
    CHECK(nns_evaluate(model, data, "[\"accuracy\"]", &accuracy, 1));
    return accuracy;
}

static int32_t keep_seconds(void *user, const nns_progress *now)
{
    *(double *)user = now->seconds;
    return 0;
}

/* Returns the test accuracy. */
static double learn(const nns_data *train, const nns_data *test, int epochs, int seed)
{
    char spec[1024], config[256];
    double seconds = 0;
    nns_model *model = NULL;
    snprintf(spec, sizeof spec, SPEC, seed);
    snprintf(config, sizeof config, CONFIG, epochs, seed);
    CHECK(nns_create(spec, &model));
    CHECK(nns_train(model, train, NULL, config, keep_seconds, &seconds));
    double accuracy = accuracy_of(model, test);
    printf("seed %d: train accuracy %.4f, test accuracy %.4f, %.1f s\n", seed,
           accuracy_of(model, train), accuracy, seconds);
    fflush(stdout);
    nns_free(model);
    return accuracy;
}

int main(int argc, char **argv)
{
    int epochs = argc > 1 ? mnist_epochs(argv[1]) : 100;
    mnist_part all = mnist_read(mnist_folder(argc > 2 ? argv[2] : NULL), "train", ROWS);
    nns_data *train = NULL, *test = NULL;
    CHECK(nns_data_split(all.data, NNS_SPLIT_RANDOM, 0.2, NULL, 1, &train, &test));
    printf("784-64-10, plain SGD 0.001 from uniform +-0.5, %d epochs\n", epochs);
    double sum = 0;
    for (int seed = 1; seed <= SEEDS; seed++)
        sum += learn(train, test, epochs, seed);
    printf("mean test accuracy %.4f; reported 0.9101\n", sum / SEEDS);
    nns_data_free(test);
    nns_data_free(train);
    mnist_free(&all);
    mnist_print_memory();
    return 0;
}
