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
#define _POSIX_C_SOURCE 200809L

#include <sys/resource.h>
#include <unistd.h>

#include "check.h"
#include "confusion.h"
#include "idx.h"

enum { PIXELS = 784, CLASSES = 10, PATH_BYTES = 4096 };

static const char SPEC[] =
    "{\"input\": 784, \"preprocess\": {\"type\": \"scale\", \"factor\": 0.00392156862745098},"
    " \"layers\": [{\"type\": \"dense\", \"units\": 64, \"activation\": \"relu\"},"
    "              {\"type\": \"dense\", \"units\": 10}],"
    " \"loss\": \"softmax_cross_entropy\", \"seed\": 0}";

typedef struct labelled_images {
    idx_array images; /* [count x 28 x 28] */
    idx_array labels; /* [count] */
    nns_data *data;
} labelled_images;

static void path_of(char path[PATH_BYTES], const char *folder, const char *part, const char *kind)
{
    int length = snprintf(path, PATH_BYTES, "%s/mnist/%s-%s-ubyte.gz", folder, part, kind);
    if (length > 0 && length < PATH_BYTES)
        return;
    fprintf(stderr, "the folder's name must be shorter than %d bytes\n", PATH_BYTES - 64);
    exit(1);
}

static idx_array read_or_stop(const char *path)
{
    idx_array array;
    char error[IDX_ERROR];
    if (idx_read(path, &array, error)) {
        fprintf(stderr, "%s\n", error);
        exit(1);
    }
    return array;
}

static labelled_images read_part(const char *folder, const char *part)
{
    labelled_images set;
    char path[PATH_BYTES];
    path_of(path, folder, part, "images-idx3");
    set.images = read_or_stop(path);
    path_of(path, folder, part, "labels-idx1");
    set.labels = read_or_stop(path);
    if (set.images.item_size != PIXELS || set.labels.item_size != 1) {
        fprintf(stderr, "%s: images must have 784 pixels and labels 1 value, got %lld and %lld\n",
                path, (long long)set.images.item_size, (long long)set.labels.item_size);
        exit(1);
    }
    nns_array x = NNS_ARRAY(NNS_U8, set.images.values, set.images.count, PIXELS);
    nns_array y = NNS_ARRAY(NNS_U8, set.labels.values, set.labels.count, 1);
    set.data = NULL;
    CHECK(nns_data_create(&x, &y, NULL, NULL, &set.data));
    return set;
}

static void free_part(labelled_images *set)
{
    nns_data_free(set->data);
    free(set->images.values);
    free(set->labels.values);
}

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
    labelled_images train = read_part(folder, "train");
    labelled_images test = read_part(folder, "t10k");
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
    confusion_print(model, test.data, test.labels.values, test.labels.count, CLASSES);
    if (model_path) {
        CHECK(nns_save(model, model_path, NNS_SAVE_WEIGHTS));
        printf("\nsaved %s\n", model_path);
    }
    nns_free(model);
    free_part(&test);
    free_part(&train);
}

static int epochs_of(const char *text)
{
    char *end = NULL;
    long epochs = strtol(text, &end, 10);
    if (end != text && *end == 0 && epochs >= 1 && epochs <= 1000)
        return (int)epochs;
    fprintf(stderr, "EPOCHS must be a number from 1 to 1000, got \"%s\"\n", text);
    exit(2);
}

int main(int argc, char **argv)
{
    int epochs = argc > 1 ? epochs_of(argv[1]) : 5;
    const char *folder = argc > 2 ? argv[2] : getenv("NNSWIFT_DATA_DIR");
    if (!folder || !*folder)
        folder = "build/data";
    char path[PATH_BYTES];
    path_of(path, folder, "train", "images-idx3");
    if (access(path, F_OK)) {
        printf("skipped: there is no %s; \"make data\" fetches it\n", path);
        return 0;
    }
    learn(folder, epochs, argc > 3 ? argv[3] : NULL);

    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        printf("\npeak memory %.1f MB\n", (double)usage.ru_maxrss / 1024);
    return 0;
}
