/* Any bytes as a model file: a status or a model, nothing else. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    nns_model *model = NULL;
    int32_t status = nns_load_buffer(bytes, size, NULL, &model);
    EXPECT((status == NNS_OK) == (model != NULL));
    EXPECT(status == NNS_OK || status == NNS_E_NULL || (status >= NNS_E_FORMAT && status <= NNS_E_LIMIT) ||
           status == NNS_E_MEMORY);
    nns_free(model);
    count_input("decoder", status == NNS_OK);
    return 0;
}
