/* Data sets and their division. */
#include "lifecycle.h"

static void check_sizes(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    int64_t rows = 0, features = 0, targets = 0, indices[ROWS];
    check_status("data size", nns_data_size(data, &rows, &features, &targets), NNS_OK);
    check_integer("data size: rows", rows, ROWS);
    check_integer("data size: features", features, FEATURES);
    check_integer("data size: targets", targets, 1);
    check_status("data size: every pointer may be NULL", nns_data_size(data, NULL, NULL, NULL),
                 NNS_OK);
    check_status("data rows", nns_data_rows(data, indices, ROWS), NNS_OK);
    int in_order = 1;
    for (int row = 0; row < ROWS; row++) in_order &= indices[row] == row;
    check(in_order, "data rows: 0, 1, 2, ...", "another order");
    nns_data_free(data);
    check_status("data free: the freed handle is refused", nns_data_size(data, &rows, NULL, NULL),
                 NNS_E_STATE);
}

/* Targets and weights are copied: changing the caller's arrays afterwards changes nothing. */
static void check_copies(void) {
    static samples set;
    fill_samples(&set);
    float weight[ROWS];
    for (int row = 0; row < ROWS; row++) weight[row] = 1 + (float)(row % 4);
    nns_array x = features_of(&set), y = labels_of(&set), w = array_of(NNS_F32, weight, ROWS, 1);
    nns_model *model = model_from(classifier);
    nns_data *data = NULL;
    double before = 0, after = 1;
    must(nns_data_create(&x, &y, &w, NULL, &data), "data create with weights");
    must(nns_evaluate(model, data, NULL, &before, 1), "data: evaluate");
    memset(set.labels, 0, sizeof set.labels);
    memset(weight, 0, sizeof weight);
    must(nns_evaluate(model, data, NULL, &after, 1), "data: evaluate again");
    check_bytes("data create: targets and weights are copied", &after, &before, sizeof before);
    nns_data_free(data);
    nns_free(model);
}

static void check_not_finite(void) {
    static samples set;
    fill_samples(&set);
    set.x[5] = strtof("nan", NULL);
    nns_array x = features_of(&set), y = labels_of(&set);
    nns_data *data = NULL;
    check_status("data create: NaN features are refused",
                 nns_data_create(&x, &y, NULL, NULL, &data), NNS_E_ARGUMENT);
    check_status("data create: NaN features on request",
                 nns_data_create(&x, &y, NULL, "{\"allow_nan\": true}", &data), NNS_OK);
    nns_data_free(data);
}

void check_data(void) {
    check_sizes();
    check_copies();
    check_not_finite();
}

typedef struct halves {
    nns_data *rest, *part;
    int64_t rest_rows, part_rows;
    int64_t rest_at[ROWS], part_at[ROWS];
} halves;

static halves split(const nns_data *data, int32_t kind, double fraction, const nns_array *key,
                    uint64_t seed) {
    halves both;
    memset(&both, 0, sizeof both);
    must(nns_data_split(data, kind, fraction, key, seed, &both.rest, &both.part), "data split");
    must(nns_data_size(both.rest, &both.rest_rows, NULL, NULL), "data split: size of rest");
    must(nns_data_size(both.part, &both.part_rows, NULL, NULL), "data split: size of part");
    int64_t whole = 0;
    must(nns_data_size(data, &whole, NULL, NULL), "data split: size of the whole");
    if (!check_integer("data split: no row is lost", both.rest_rows + both.part_rows, whole))
        exit(finish());
    must(nns_data_rows(both.rest, both.rest_at, both.rest_rows), "data split: rows of rest");
    must(nns_data_rows(both.part, both.part_at, both.part_rows), "data split: rows of part");
    return both;
}

static void release(halves *both) {
    nns_data_free(both->rest);
    nns_data_free(both->part);
}

static void check_partition(const char *name, const halves *both) {
    int seen[ROWS] = {0}, once = 1;
    for (int64_t at = 0; at < both->rest_rows; at++) seen[both->rest_at[at]]++;
    for (int64_t at = 0; at < both->part_rows; at++) seen[both->part_at[at]]++;
    for (int row = 0; row < ROWS; row++) once &= seen[row] == 1;
    check(once, name, "some row is in neither or in both sides");
}

static void check_random(const nns_data *data) {
    halves a = split(data, NNS_SPLIT_RANDOM, 0.25, NULL, 3);
    halves same = split(data, NNS_SPLIT_RANDOM, 0.25, NULL, 3);
    halves other = split(data, NNS_SPLIT_RANDOM, 0.25, NULL, 4);
    halves least = split(data, NNS_SPLIT_RANDOM, 1e-9, NULL, 3);
    halves most = split(data, NNS_SPLIT_RANDOM, 1 - 1e-9, NULL, 3);
    check_integer("split random: a quarter of the rows", a.part_rows, ROWS / 4);
    check_partition("split random: each row once", &a);
    check_bytes("split random: same seed, same split", same.part_at, a.part_at, sizeof a.part_at);
    check(memcmp(other.part_at, a.part_at, sizeof a.part_at), "split random: another seed differs",
          "the same rows");
    check_integer("split: part has at least one row", least.part_rows, 1);
    check_integer("split: rest has at least one row", most.rest_rows, 1);
    release(&a);
    release(&same);
    release(&other);
    release(&least);
    release(&most);
}

static void check_stratified(const nns_data *data, const samples *set) {
    halves both = split(data, NNS_SPLIT_STRATIFIED, 0.25, NULL, 3);
    int count[CLASSES] = {0};
    for (int64_t at = 0; at < both.part_rows; at++) count[set->labels[both.part_at[at]]]++;
    check_partition("split stratified: each row once", &both);
    for (int label = 0; label < CLASSES; label++)
        check_integer("split stratified: a quarter of each class", count[label],
                      ROWS / CLASSES / 4);
    release(&both);
}

static void check_groups(const nns_data *data) {
    int64_t groups[ROWS];
    for (int row = 0; row < ROWS; row++) groups[row] = row * 7 % 12;
    nns_array key = array_of(NNS_I64, groups, ROWS, 1);
    halves both = split(data, NNS_SPLIT_GROUP, 0.3, &key, 3);
    int in_rest[12] = {0}, torn = 0;
    for (int64_t at = 0; at < both.rest_rows; at++) in_rest[groups[both.rest_at[at]]] = 1;
    for (int64_t at = 0; at < both.part_rows; at++) torn += in_rest[groups[both.part_at[at]]];
    check_partition("split group: each row once", &both);
    check_integer("split group: rows with equal key stay together", torn, 0);
    release(&both);
}

static void check_time(const nns_data *data) {
    double times[ROWS];
    for (int row = 0; row < ROWS; row++) times[row] = (row * 37 % ROWS) * 0.5 - 3;
    nns_array key = array_of(NNS_F64, times, ROWS, 1);
    halves keyed = split(data, NNS_SPLIT_TIME, 0.2, &key, 0);
    double latest = -1e9, earliest = 1e9;
    for (int64_t at = 0; at < keyed.rest_rows; at++)
        if (times[keyed.rest_at[at]] > latest) latest = times[keyed.rest_at[at]];
    for (int64_t at = 0; at < keyed.part_rows; at++)
        if (times[keyed.part_at[at]] < earliest) earliest = times[keyed.part_at[at]];
    check_integer("split time: a fifth of the rows", keyed.part_rows, ROWS / 5);
    check(latest < earliest, "split time: the largest keys go to part", "rest reaches %g, part %g",
          latest, earliest);
    halves plain = split(data, NNS_SPLIT_TIME, 0.2, NULL, 0);
    int last = 1;
    for (int64_t at = 0; at < plain.part_rows; at++) last &= plain.part_at[at] >= ROWS - ROWS / 5;
    check(last, "split time: without a key the last rows go to part", "an early row is in part");
    release(&keyed);
    release(&plain);
}

static void check_children(const samples *set) {
    nns_data *data = labelled(set);
    halves outer = split(data, NNS_SPLIT_RANDOM, 0.5, NULL, 1);
    nns_data_free(data);
    halves inner = split(outer.rest, NNS_SPLIT_RANDOM, 0.5, NULL, 2);
    int from_parent = 1;
    for (int64_t at = 0; at < inner.part_rows; at++) {
        int found = 0;
        for (int64_t row = 0; row < outer.rest_rows; row++)
            found |= outer.rest_at[row] == inner.part_at[at];
        from_parent &= found;
    }
    check(from_parent, "split of a split: rows are the first array's", "a row of another side");
    release(&outer);
    nns_model *model = model_from(classifier);
    double loss = 0;
    check_status("split: a child outlives its parents",
                 nns_evaluate(model, inner.part, NULL, &loss, 1), NNS_OK);
    release(&inner);
    nns_free(model);
}

void check_splits(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    check_random(data);
    check_stratified(data, &set);
    check_groups(data);
    check_time(data);
    check_children(&set);
    nns_data_free(data);
}
