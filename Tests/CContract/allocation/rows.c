/* Rows of raw values that sessions predict for: no allocation, whatever their values are. */
#include <math.h>

#include "counter.h"

enum { TRAINED = 60, CALLS = 40 };

static double ages[TRAINED], targets[TRAINED];
static const char *cities[TRAINED];
static int32_t days[TRAINED], later[TRAINED];
static uint8_t flags[TRAINED];

static nns_model *fitted(void) {
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    uint32_t state = 8;
    for (int row = 0; row < TRAINED; row++) {
        ages[row] = row % 9 ? next_random(&state) : NAN;
        targets[row] = next_random(&state);
        cities[row] = names[row % 12];
        days[row] = (int32_t)(9 * next_random(&state));
        later[row] = days[row] + (int32_t)(9 * next_random(&state));
        flags[row] = row % 2;
    }
    nns_column columns[] = {
        NNS_COLUMN("age", NNS_F64, ages, 0), NNS_COLUMN("city", NNS_TEXT_PTR, cities, 0), NNS_COLUMN("day", NNS_DAYS, days, 0),
        NNS_COLUMN("later", NNS_DAYS, later, 0), NNS_COLUMN("flag", NNS_BOOL, flags, 0), NNS_COLUMN("y", NNS_F64, targets, 0),
    };
    nns_model *model = NULL;
    must(nns_fit_table(columns, 6, TRAINED, "y", "{\"config\": {\"epochs\": 1}}", NULL, NULL, &model), "fit table");
    return model;
}

void check_rows(void) {
    static const nns_value rows[][5] = {
        {{NNS_NUMBER, 0, 0.5, 0, NULL}, {NNS_TEXT, -1, 0, 0, "a"}, {NNS_TEXT, -1, 0, 0, "1970-01-03"}, {NNS_INTEGER, 0, 0, 86400000000, NULL}, {NNS_INTEGER, 0, 0, 1, NULL}},
        {{NNS_NUMBER, 0, 1e300, 0, NULL}, {NNS_TEXT, 7, 0, 0, "unknown"}, {NNS_MISSING, 0, 0, 0, NULL}, {NNS_INTEGER, 0, 0, INT64_MIN, NULL}, {NNS_MISSING, 0, 0, 0, NULL}},
        {{NNS_MISSING, 0, 0, 0, NULL}, {NNS_CODE, 0, 0, 5, NULL}, {NNS_TEXT, -1, 0, 0, "1970-01-03T12:30:00+02:00"}, {NNS_MISSING, 0, 0, 0, NULL}, {NNS_NUMBER, 0, 0, 0, NULL}},
    };
    nns_model *model = fitted();
    nns_session *session = NULL;
    int64_t largest = 0, counts[5];
    float out;
    must(nns_session_create(model, 1, &session), "session");
    for (int call = 0; call < CALLS; call++) {
        nns_array to = array_of(NNS_F32, &out, 1, 1);
        int64_t before = allocated();
        must(nns_session_predict_values(session, rows[call % 3], 5, NNS_PROBA, &to), "predict values");
        must(nns_session_counts(session, counts, NULL, NULL, 5), "counts");
        int64_t fresh = allocated() - before;
        if (fresh > largest) largest = fresh;
    }
    check_integer("rows of raw values: no allocation", largest, 0);
    check_integer("rows of raw values: unknown levels", counts[1], CALLS / 3);
    nns_session_free(session);
    nns_free(model);
}
