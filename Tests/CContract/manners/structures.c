/* Structures of clients that are older or newer than the library. */
#include "manners.h"

/* Predicts with an array whose struct_size is `size`; bytes behind it are not read. */
static void check_array(const char *name, size_t size, int64_t row_stride, int may_be_refused) {
    static samples set;
    fill_samples(&set);
    nns_model *model = model_from(classifier);
    nns_array whole = features_of(&set), part = whole;
    float expected[ROWS * CLASSES], got[ROWS * CLASSES] = {0};
    must(nns_predict(model, &whole, NNS_PROBA, FLOATS(expected, ROWS, CLASSES)), "predict");
    part.row_stride = row_stride;
    memset((char *)&part + size, 0x77, sizeof part - size);
    part.struct_size = (uint32_t)size;
    int32_t status = nns_predict(model, &part, NNS_PROBA, FLOATS(got, ROWS, CLASSES));
    if (status == NNS_OK || !may_be_refused) {
        check_status(name, status, NNS_OK);
        check_bytes(name, got, expected, sizeof expected);
    } else {
        check_status(name, status, NNS_E_ARGUMENT);
    }
    nns_free(model);
}

/* A later version with fields behind ours. */
static void check_newer_array(void) {
    static samples set;
    fill_samples(&set);
    struct {
        nns_array known;
        int64_t unknown[4];
    } newer = {features_of(&set), {-1, -1, -1, -1}};
    newer.known.struct_size = (uint32_t)sizeof newer;
    nns_model *model = model_from(classifier);
    float out[ROWS * CLASSES];
    check_status("nns_array of a newer client",
                 nns_predict(model, &newer.known, NNS_PROBA, FLOATS(out, ROWS, CLASSES)), NNS_OK);
    nns_free(model);
}

static void check_limits(const char *name, uint32_t size, const nns_limits *limits,
                         int32_t expected) {
    nns_model *model = model_from(classifier), *loaded = NULL;
    nns_buffer *buffer = NULL;
    const void *bytes = NULL;
    size_t count = 0;
    nns_limits part = *limits;
    part.struct_size = size;
    must(nns_save_buffer(model, 0, &buffer), "save buffer");
    must(nns_buffer_bytes(buffer, &bytes, &count), "buffer bytes");
    check_status(name, nns_load_buffer(bytes, count, &part, &loaded), expected);
    nns_buffer_free(buffer);
    nns_free(loaded);
    nns_free(model);
}

void check_structures(void) {
    check_array("nns_array without strides", offsetof(nns_array, row_stride), 0, 0);
    check_array("nns_array without col_stride, row_stride 0", offsetof(nns_array, col_stride), 0,
                0);
    check_array("nns_array without col_stride, row_stride 16", offsetof(nns_array, col_stride), 16,
                1);
    check_array("nns_array without cols", offsetof(nns_array, cols), 0, 1);
    check_newer_array();
    /* Behind max_parameters: a bound that would refuse every model. */
    const nns_limits strict = {0, 0, 0, 0, 0, 1, 0, 0}, few = {0, 0, 0, 0, 5, 1, 0, 0};
    check_limits("nns_limits without max_layers: it is not read", offsetof(nns_limits, max_layers),
                 &strict, NNS_OK);
    check_limits("nns_limits without max_layers: the others are read",
                 offsetof(nns_limits, max_layers), &few, NNS_E_LIMIT);
    check_limits("nns_limits whole", sizeof(nns_limits), &strict, NNS_E_LIMIT);
    struct {
        nns_limits known;
        int64_t unknown[2];
    } newer = {{0, 0, 0, 0, 0, 0, 0, 0}, {-1, -1}};
    check_limits("nns_limits of a newer client", (uint32_t)sizeof newer, &newer.known, NNS_OK);
}
