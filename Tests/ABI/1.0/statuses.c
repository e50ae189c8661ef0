/* The constants that a client of 1.0 was compiled with still have the same meaning. */
#include "check.h"

#define NAMED(status) CHECK(!strcmp(nns_status_name(status), #status))

static void check_statuses(void) {
    NAMED(NNS_OK);
    NAMED(NNS_E_NULL);
    NAMED(NNS_E_ARGUMENT);
    NAMED(NNS_E_SHAPE);
    NAMED(NNS_E_DTYPE);
    NAMED(NNS_E_STATE);
    NAMED(NNS_E_BUSY);
    NAMED(NNS_E_MEMORY);
    NAMED(NNS_E_IO);
    NAMED(NNS_E_FORMAT);
    NAMED(NNS_E_VERSION);
    NAMED(NNS_E_CHECKSUM);
    NAMED(NNS_E_LIMIT);
    NAMED(NNS_E_DIVERGED);
    NAMED(NNS_E_CANCELLED);
    NAMED(NNS_E_CALLBACK);
    NAMED(NNS_E_INTERNAL);
}

/* The sum of a row of each dtype, as a linear model with weights 1 sees it. */
static void check_dtypes(void) {
    nns_model *model = NULL;
    const float weights[] = {1, 1, 0.5f};
    CHECK(!nns_create("{\"input\": 2, \"layers\": [{\"type\": \"dense\", \"units\": 1}], \"loss\": \"mse\"}",
                      &model));
    CHECK(!nns_set_weights(model, weights, 3));
    const float f32[] = {3, 1};
    const double f64[] = {3, 1};
    const uint8_t u8[] = {3, 1}, boolean[] = {3, 1};
    const int32_t i32[] = {3, 1};
    const int64_t i64[] = {3, 1};
    const nns_array rows[] = {NNS_ARRAY(NNS_F32, f32, 1, 2),  NNS_ARRAY(NNS_F64, f64, 1, 2),
                              NNS_ARRAY(NNS_U8, u8, 1, 2),    NNS_ARRAY(NNS_I32, i32, 1, 2),
                              NNS_ARRAY(NNS_I64, i64, 1, 2),  NNS_ARRAY(NNS_BOOL, boolean, 1, 2)};
    for (int at = 0; at < 6; at++) {
        float out = 0;
        const nns_array to = NNS_ARRAY(NNS_F32, &out, 1, 1);
        CHECK(!nns_predict(model, &rows[at], NNS_RAW, &to));
        CHECK(out == (rows[at].dtype == NNS_BOOL ? 2.5f : 4.5f));
    }
    nns_free(model);
}

int main(void) {
    CHECK(nns_abi_version() >> 16 == NNS_ABI_VERSION >> 16);
    CHECK(nns_abi_version() >= NNS_ABI_VERSION);
    CHECK(nns_version() && nns_version()[0] == '1');
    CHECK(NNS_VERSION_MAJOR == 1 && NNS_VERSION_MINOR >= 0 && NNS_VERSION_PATCH >= 0);
    check_statuses();
    check_dtypes();
    return finish();
}
