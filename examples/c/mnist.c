/*
 * mnist.c - learns MNIST from its bytes: 60,000 images stay 47 MB, no copy in float is made.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   mnist [EPOCHS [FOLDER [MODEL]]]
 *
 * EPOCHS: 5 unless said. FOLDER: holds mnist/train-images-idx3-ubyte.gz and the other three files;
 * else the environment variable NNSWIFT_DATA_DIR, else build/data. MODEL: where to save, if at all.
 * Without the files the program says so and ends with status 0.
 */
#include "check.h"
#include "confusion.h"
#include "mnist_part.h"

static const char SPEC[] =
    "{\"input\": 784, \"preprocess\": {\"type\": \"scale\", \"factor\": 0.00392156862745098},"
    " \"layers\": [{\"type\": \"dense\", \"units\": 64, \"activation\": \"relu\"},"
    "              {\"type\": \"dense\", \"units\": 10}],"
    " \"loss\": \"softmax_cross_entropy\", \"seed\": 0}";

typedef struct watched {
    const nns_model *model;
    const nns_data *test;
} watched;

/* Between two epochs the model may be read, so the test set is classified here. */
static int32_t show_epoch(void *user, const nns_progress *now)
{
    const watched *watch = user;
    double accuracy = 0;
    CHECK(nns_evaluate(watch->model, watch->test, "[\"accuracy\"]", &accuracy, 1));
    printf("epoch %lld/%lld  loss %.4f  test accuracy %.4f  %.1f s\n", (long long)now->epoch,
           (long long)now->epochs, now->loss, accuracy, now->seconds);
    fflush(stdout);
    return 0;
}

static void learn(const char *folder, int epochs, const char *model_path)
{
    mnist_part train = mnist_read(folder, "train", 0);
    mnist_part test = mnist_read(folder, "t10k", 0);
    printf("%lld images to learn from, %lld held out\n", (long long)train.images.count,
           (long long)test.images.count);

    nns_model *model = NULL;
    CHECK(nns_create(SPEC, &model));
    char config[256];
    snprintf(config, sizeof config,
             "{\"epochs\": %d, \"batch_size\": 32, \"seed\": 0,"
             " \"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.001}}",
             epochs);
    watched watch = {model, test.data};
    CHECK(nns_train(model, train.data, NULL, config, show_epoch, &watch));
    printf("\n");
    confusion_print(model, test.data, test.labels.values, test.labels.count,
                    MNIST_CLASSES);
    if (model_path) {
        CHECK(nns_save(model, model_path, NNS_SAVE_WEIGHTS));
        printf("\nsaved %s\n", model_path);
    }
    nns_free(model);
    mnist_free(&test);
    mnist_free(&train);
}

int main(int argc, char **argv)
{
    int epochs = argc > 1 ? mnist_epochs(argv[1]) : 5;
    learn(mnist_folder(argc > 2 ? argv[2] : NULL), epochs, argc > 3 ? argv[3] : NULL);
    mnist_print_memory();
    return 0;
}
