/* Rows of a data set by number, and targets out of one. */
#include "lifecycle.h"

static void check_subset(const samples *set) {
    const int64_t wanted[] = {7, 0, 59, 7}, again[] = {3, 1};
    int64_t rows = 0, features = 0, at[4];
    int32_t labels[4];
    nns_data *data = labelled(set), *subset = NULL, *inner = NULL;
    check_status("data subset", nns_data_subset(data, wanted, 4, &subset), NNS_OK);
    nns_data_free(data);
    must(nns_data_size(subset, &rows, &features, NULL), "data size");
    check_integer("data subset: rows", rows, 4);
    check_integer("data subset: features", features, FEATURES);
    must(nns_data_rows(subset, at, 4), "data rows");
    check_bytes("data subset: the rows asked for, also twice", at, wanted, sizeof wanted);
    nns_array out = array_of(NNS_I32, labels, 4, 1);
    check_status("data targets", nns_data_targets(subset, &out), NNS_OK);
    for (int row = 0; row < 4; row++)
        check_integer("data targets: of these rows", labels[row], set->labels[wanted[row]]);
    check_status("data subset: of a subset", nns_data_subset(subset, again, 2, &inner), NNS_OK);
    nns_data_free(subset);
    must(nns_data_rows(inner, at, 2), "data rows");
    check_integer("data subset of a subset: rows of the first array", at[0], 7);
    check_integer("data subset of a subset: rows of the first array", at[1], 0);
    nns_model *model = model_from(classifier);
    double loss = 0;
    check_status("data subset: outlives its parents", nns_evaluate(model, inner, NULL, &loss, 1),
                 NNS_OK);
    check_status("data subset: trains", nns_train(model, inner, NULL, "{\"epochs\": 2}", NULL, NULL),
                 NNS_OK);
    nns_data_free(inner);
    nns_free(model);
}

/* A training on all rows by number is the training on the whole. */
static void check_same_training(const samples *set) {
    int64_t all[ROWS];
    for (int row = 0; row < ROWS; row++) all[row] = row;
    nns_data *data = labelled(set), *subset = NULL;
    nns_model *a = model_from(classifier), *b = model_from(classifier);
    must(nns_data_subset(data, all, ROWS, &subset), "data subset");
    must(nns_train(a, data, NULL, "{\"epochs\": 3}", NULL, NULL), "train");
    must(nns_train(b, subset, NULL, "{\"epochs\": 3}", NULL, NULL), "train");
    check(same_weights(a, b), "data subset: of all rows trains as the whole", "weights differ");
    nns_free(a);
    nns_free(b);
    nns_data_free(data);
    nns_data_free(subset);
}

static void check_targets(const samples *set) {
    nns_data *labels = labelled(set), *numbers = valued(set);
    double wide[2 * ROWS];
    float narrow[ROWS];
    int64_t longs[ROWS];
    int same = 1;
    nns_array out = array_of(NNS_F64, wide, ROWS, 1);
    out.row_stride = -(int64_t)(2 * sizeof *wide);
    out.col_stride = sizeof *wide;
    out.data = wide + 2 * (ROWS - 1);
    check_status("data targets: doubles, any strides", nns_data_targets(labels, &out), NNS_OK);
    for (int row = 0; row < ROWS; row++) same &= wide[2 * (ROWS - 1 - row)] == set->labels[row];
    check(same, "data targets: doubles", "another value");
    out = array_of(NNS_I64, longs, ROWS, 1);
    check_status("data targets: 64 bits", nns_data_targets(labels, &out), NNS_OK);
    for (int row = 0; row < ROWS; row++) same &= longs[row] == set->labels[row];
    check(same, "data targets: 64 bits", "another value");
    check_status("data targets: numbers are no integers", nns_data_targets(numbers, &out),
                 NNS_E_DTYPE);
    out = array_of(NNS_F32, narrow, ROWS, 1);
    check_status("data targets: numbers", nns_data_targets(numbers, &out), NNS_OK);
    check_bytes("data targets: numbers", narrow, set->targets, sizeof narrow);
    nns_data_free(labels);
    nns_data_free(numbers);
}

void check_parts(void) {
    static samples set;
    fill_samples(&set);
    check_subset(&set);
    check_same_training(&set);
    check_targets(&set);
}
