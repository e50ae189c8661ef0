/* Any text as a spec, a config, a metric or a list of metrics; the first byte says which. */
#include "fuzz.h"

enum { MOST_TEXT = 4096, LARGE = 256, LARGEST = 16777216 };

static float x[] = {0.5f, -1, 2, 1, 0, 0.25f, -2, 1, 1, 3, -1, 0};
static float y[] = {1, 0, 0, 1, 1, 0, 0, 1};

/* Whether a number stands there that may be a size which takes long to fill: then the text is only
 * read. What large networks cost is no finding. */
static int is_large(const char *text)
{
    for (const char *place = text; *place; place++) {
        if (*place < '0' || *place > '9') continue;
        char *end;
        double value = strtod(place, &end);
        if (value > LARGE && value <= LARGEST) return 1;
        place = end > place ? end - 1 : place;
    }
    return 0;
}

static char *described(const nns_model *model)
{
    size_t need = 0;
    EXPECT(nns_describe(model, NULL, 0, &need) == NNS_OK);
    char *text = malloc(need);
    EXPECT(text && nns_describe(model, text, need, &need) == NNS_OK);
    return text;
}

/* A spec that is accepted describes itself, and its description describes itself. */
static int try_spec(const char *text)
{
    nns_model *model = NULL, *twin = NULL;
    if (nns_create(text, &model) != NNS_OK) return 0;
    char *first = described(model);
    EXPECT(nns_create(first, &twin) == NNS_OK);
    char *second = described(twin);
    EXPECT(!strcmp(first, second));
    free(first);
    free(second);
    nns_free(twin);
    nns_free(model);
    return 1;
}

static nns_model *network;
static nns_data *data;

/* Memory kept from text to text must not look like a leak. */
static void release(void)
{
    nns_data_free(data);
    nns_free(network);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count, (void)arguments;
    nns_array rows = NNS_ARRAY(NNS_F32, x, 4, 3), targets = NNS_ARRAY(NNS_F32, y, 4, 2);
    int64_t sizes[] = {3, 2, 2};
    EXPECT(nns_create_mlp(sizes, 3, "tanh", "softmax_cross_entropy", 1, &network) == NNS_OK);
    EXPECT(nns_data_create(&rows, &targets, NULL, NULL, &data) == NNS_OK);
    atexit(release);
    return 0;
}

static int try_config(const char *text)
{
    nns_array rows = NNS_ARRAY(NNS_F32, x, 4, 3), targets = NNS_ARRAY(NNS_F32, y, 4, 2);
    double loss;
    if (nns_configure(network, text) != NNS_OK) return 0;
    nns_train_batch(network, &rows, &targets, NULL, &loss);
    return 1;
}

static int try_metric(const char *text)
{
    nns_array truth = NNS_ARRAY(NNS_F32, y, 8, 1), scores = NNS_ARRAY(NNS_F32, x, 8, 1);
    double value;
    return nns_metric(text, &truth, &scores, NULL, &value) == NNS_OK;
}

static int try_metrics(const char *text)
{
    double values[64];
    for (int64_t count = 1; count <= 4; count++)
        if (nns_evaluate(network, data, text, values, count) == NNS_OK) return 1;
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed)
{
    seed_mutator(seed);
    if (size < 2 || below(3) == 0) return LLVMFuzzerMutate(bytes, size, most);
    return 1 + change_text(bytes + 1, size - 1, most - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char text[MOST_TEXT + 1];
    if (size < 1 || size > MOST_TEXT) return -1;
    memcpy(text, bytes + 1, size - 1);
    text[size - 1] = 0;
    int is_accepted;
    switch (bytes[0] & 3) {
    case 0: is_accepted = is_large(text) ? try_config(text) : try_spec(text); break;
    case 1: is_accepted = try_config(text); break;
    case 2: is_accepted = try_metric(text); break;
    default: is_accepted = try_metrics(text);
    }
    count_input("json", is_accepted);
    return 0;
}
