/* Saving and loading, by path and in memory. */
#include "lifecycle.h"

static const char path[] = "lifecycle.safetensors";

typedef struct bytes {
    unsigned char *at;
    size_t size;
} bytes;

static bytes read_file(const char *name) {
    bytes result = {room_for(1 << 20), 0};
    FILE *file = fopen(name, "rb");
    if (!file) {
        check(0, "reading back a saved file", "cannot open %s", name);
        exit(finish());
    }
    result.size = fread(result.at, 1, 1 << 20, file);
    fclose(file);
    return result;
}

static void check_equal(const char *name, bytes got, bytes expected) {
    if (check_integer(name, (int64_t)got.size, (int64_t)expected.size))
        check_bytes(name, got.at, expected.at, got.size);
}

static void check_loaded(const nns_model *model, const nns_model *loaded, const samples *set) {
    nns_array x = features_of(set);
    float expected[ROWS * CLASSES], got[ROWS * CLASSES];
    must(nns_predict(model, &x, NNS_PROBA, FLOATS(expected, ROWS, CLASSES)), "predict");
    must(nns_predict(loaded, &x, NNS_PROBA, FLOATS(got, ROWS, CLASSES)), "predict loaded");
    check_bytes("load: predicts the same bytes", got, expected, sizeof expected);
    check(same_weights(model, loaded), "load: same weights", "weights differ");
    char *a = text_of(nns_describe, model), *b = text_of(nns_describe, loaded);
    check_text("load: same spec", b, a);
    free(a);
    free(b);
}

static void check_path(const nns_model *model, const samples *set, int32_t flags) {
    nns_model *loaded = NULL;
    check_status("save", nns_save(model, path, flags), NNS_OK);
    bytes first = read_file(path);
    if (check_status("load", nns_load(path, NULL, &loaded), NNS_OK)) {
        check_loaded(model, loaded, set);
        check_status("save: over an old file", nns_save(loaded, path, flags), NNS_OK);
        bytes second = read_file(path);
        check_equal("save, load, save: identical bytes", second, first);
        free(second.at);
    }
    free(first.at);
    nns_free(loaded);
    remove(path);
}

static void check_buffer(const nns_model *model, const samples *set) {
    nns_buffer *buffer = NULL;
    nns_model *loaded = NULL;
    const void *at = NULL;
    size_t size = 0;
    check_status("save buffer", nns_save_buffer(model, 0, &buffer), NNS_OK);
    check_status("buffer bytes", nns_buffer_bytes(buffer, &at, &size), NNS_OK);
    must(nns_save(model, path, NNS_SAVE_WEIGHTS), "save");
    bytes file = read_file(path), memory = {room_for(size), size};
    memcpy(memory.at, at, size);
    check_equal("save buffer: the bytes of save, 0 means weights", memory, file);
    nns_buffer_free(buffer);
    check_status("buffer free: the freed handle is refused", nns_buffer_bytes(buffer, &at, &size),
                 NNS_E_STATE);
    /* At an odd address: nothing may rely on alignment. */
    unsigned char *odd = room_for(size + 1);
    memcpy(odd + 1, memory.at, size);
    check_status("load buffer", nns_load_buffer(odd + 1, size, NULL, &loaded), NNS_OK);
    memset(odd, 0, size + 1);
    check_loaded(model, loaded, set);
    free(odd);
    free(file.at);
    free(memory.at);
    nns_free(loaded);
    remove(path);
}

/* A valid safetensors file: length, JSON header, data from a 64-byte boundary. */
static void check_form(const nns_model *model) {
    must(nns_save(model, path, 0), "save");
    bytes file = read_file(path);
    uint64_t length = 0;
    for (int byte = 7; byte >= 0; byte--) length = length << 8 | file.at[byte];
    check(length < file.size && file.at[8] == '{', "file: header length, then JSON",
          "length %llu of %zu bytes", (unsigned long long)length, file.size);
    check_integer("file: tensors begin on a 64-byte boundary", (int64_t)((8 + length) % 64), 0);
    free(file.at);
    remove(path);
}

static void check_history_kept(const nns_model *model) {
    nns_model *loaded = NULL;
    char *expected = text_of(nns_history, model);
    must(nns_save(model, path, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING), "save the training");
    must(nns_load(path, NULL, &loaded), "load the training");
    char *got = text_of(nns_history, loaded);
    check_text("save training: the history comes back", got, expected);
    free(got);
    free(expected);
    nns_free(loaded);
    remove(path);
}

static void check_generous_limits(const nns_model *model) {
    nns_limits limits = {(uint32_t)sizeof(nns_limits), 0, 1 << 20, 1 << 16, 1000, 10, 1000, 5};
    nns_limits defaults = {(uint32_t)sizeof(nns_limits), 0, 0, 0, 0, 0, 0, 0};
    nns_model *a = NULL, *b = NULL;
    must(nns_save(model, path, 0), "save");
    check_status("load: within limits", nns_load(path, &limits, &a), NNS_OK);
    check_status("load: 0 in a limit is its default", nns_load(path, &defaults, &b), NNS_OK);
    nns_free(a);
    nns_free(b);
    remove(path);
}

void check_files(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    nns_model *model = model_from(
        "{\"input\": 4, \"layers\": [{\"type\": \"dense\", \"units\": 6, \"activation\": \"gelu\"}, "
        "\"batch_norm\", {\"type\": \"dropout\", \"rate\": 0.1}, {\"type\": \"dense\", \"units\": "
        "3}], \"loss\": \"softmax_cross_entropy\", \"preprocess\": \"standardize\", \"classes\": "
        "[\"\xc3\xa4\", \"\\\"quoted\\\"\", \"\xe6\xbc\xa2\"]}");
    must(nns_train(model, data, NULL, "{\"epochs\": 3}", NULL, NULL), "train");
    check_path(model, &set, NNS_SAVE_WEIGHTS);
    check_path(model, &set, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING);
    check_buffer(model, &set);
    check_form(model);
    check_history_kept(model);
    check_generous_limits(model);
    nns_free(model);
    nns_data_free(data);
}
