/* Which call comes next, how far the calls reached, and weights that must not have changed. */
#include "calls.h"

static action *const tables[] = {model_actions, change_actions, told_actions,
                                 data_actions,  metric_actions, file_actions, table_actions};
enum { TABLES = sizeof tables / sizeof *tables };

void random_call(void) {
    int total = 0;
    for (int table = 0; table < TABLES; table++)
        for (action *row = tables[table]; row->name; row++) total += row->weight;
    /* A run of rows that adds up to the weights of all. */
    int place = (int)below((uint64_t)total);
    for (int table = 0; table < TABLES; table++)
        for (action *row = tables[table]; row->name; row++) {
            place -= row->weight;
            if (place >= 0) continue;
            row->done++;
            row->succeeded += row->run() == NNS_OK;
            return;
        }
}

/* Most sequences have something to work with from the beginning. */
void first_calls(void) {
    if (chance(80)) model_actions[0].run();
    if (chance(80)) data_actions[0].run();
    if (chance(30)) table_actions[2].run();
}

void print_reach(void) {
    for (int table = 0; table < TABLES; table++)
        for (action *row = tables[table]; row->name; row++)
            printf("  %-24s %12llu made, %12llu succeeded\n", row->name,
                   (unsigned long long)row->done, (unsigned long long)row->succeeded);
}

snapshot weights_before(const nns_model *model) {
    snapshot before = {NULL, 0};
    if (nns_tensor_count(model, NULL, &before.count)) return before;
    before.weights = block((size_t)before.count * sizeof(float));
    if (nns_get_weights(model, before.weights, before.count)) before.weights = NULL;
    return before;
}

int same_weights(snapshot one, snapshot other) {
    if (!one.weights || !other.weights) return 1;
    return one.count == other.count &&
           !memcmp(one.weights, other.weights, (size_t)one.count * sizeof(float));
}

void unchanged(const nns_model *model, snapshot before, const char *what) {
    if (!same_weights(before, weights_before(model))) finding(what);
}
