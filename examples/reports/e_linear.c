/*
 * e_linear.c - study E in C: MNIST with one linear layer and a ReLU on its logits.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   e_linear [EPOCHS [FOLDER]]
 *
 * EPOCHS: 200, as in the report, unless said. FOLDER as in mnist.c. The same images, seeds and
 * figures as e_linear.py: the gradient passes the ReLU, as in the report's code; a true ReLU; none.
 */
#include "check.h"
#include "mnist_part.h"

enum { SEEDS = 5 };

#define NORMED "{\"type\": \"normal_l2\", \"std\": 0.1}"

static const char SPEC[] =
    "{\"input\": 784, \"preprocess\": {\"type\": \"scale\", \"factor\": 0.00392156862745098},"
    " \"layers\": [{\"type\": \"dense\", \"units\": 10, \"activation\": %s,"
    "              \"init\": " NORMED ", \"bias_init\": " NORMED "}],"
    " \"loss\": \"softmax_cross_entropy\", \"seed\": %d}";

static const char CONFIG[] = "{\"epochs\": %d, \"batch_size\": 32, \"seed\": %d,"
                             " \"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.01}}";

static const struct {
    const char *name, *activation;
} WAYS[] = {
    {"gradient passes", "{\"type\": \"relu\", \"straight_through\": true}"},
    {"a true ReLU", "\"relu\""},
    {"no ReLU", "\"identity\""},
};

typedef struct figures {
    double train, test;
} figures;

static figures learn(const nns_data *train, const nns_data *test, const char *activation,
                     int epochs, int seed)
{
    char spec[1024], config[256];
    figures reached = {0, 0};
    nns_model *model = NULL;
    snprintf(spec, sizeof spec, SPEC, activation, seed);
    snprintf(config, sizeof config, CONFIG, epochs, seed);
    CHECK(nns_create(spec, &model));
    CHECK(nns_train(model, train, NULL, config, NULL, NULL));
    CHECK(nns_evaluate(model, train, "[\"accuracy\"]", &reached.train, 1));
    CHECK(nns_evaluate(model, test, "[\"accuracy\"]", &reached.test, 1));
    nns_free(model);
    return reached;
}

/* Half of the rows, drawn at random: 30,000 of the 60,000, 5,000 of the 10,000. */
static nns_data *half_of(const mnist_part *all)
{
    nns_data *rest = NULL, *part = NULL;
    CHECK(nns_data_split(all->data, NNS_SPLIT_RANDOM, 0.5, NULL, 1, &rest, &part));
    nns_data_free(rest);
    return part;
}

int main(int argc, char **argv)
{
    int epochs = argc > 1 ? mnist_epochs(argv[1]) : 200;
    const char *folder = mnist_folder(argc > 2 ? argv[2] : NULL);
    mnist_part images = mnist_read(folder, "train", 0), held_out = mnist_read(folder, "t10k", 0);
    nns_data *train = half_of(&images), *test = half_of(&held_out);
    printf("784-10, plain SGD 0.01, %d epochs; reported: train 0.9333, validation 0.9202\n", epochs);
    for (size_t way = 0; way < sizeof WAYS / sizeof WAYS[0]; way++) {
        figures mean = {0, 0};
        for (int seed = 1; seed <= SEEDS; seed++) {
            figures one = learn(train, test, WAYS[way].activation, epochs, seed);
            mean.train += one.train / SEEDS;
            mean.test += one.test / SEEDS;
        }
        printf("%-16s mean of %d seeds: train %.4f, validation %.4f\n", WAYS[way].name, SEEDS,
               mean.train, mean.test);
        fflush(stdout);
    }
    nns_data_free(test);
    nns_data_free(train);
    mnist_free(&held_out);
    mnist_free(&images);
    mnist_print_memory();
    return 0;
}
