/* A client of 1.0 that hands tables over, as columns and as an Arrow stream. */
#include "check.h"

/* The layout that Arrow promises to keep. */
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, void *);
    int (*get_next)(struct ArrowArrayStream *, void *);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

static int released;

static int fail(struct ArrowArrayStream *stream, void *out) {
    (void)out;
    return stream->private_data == &released ? 5 : 22;
}

static const char *reason(struct ArrowArrayStream *stream) {
    (void)stream;
    return "no schema today";
}

static void release(struct ArrowArrayStream *stream) {
    stream->release = NULL;
    released++;
}

static int64_t folds;

static int32_t count_folds(void *user, const nns_progress *told) {
    if (told->fold > *(int64_t *)user) *(int64_t *)user = told->fold;
    return told->folds == 4 ? 0 : 1;
}

int main(void) {
    static const struct {
        double age;
        const char *city;
    } people[] = {{31, "Wien"}, {64, "Graz"}, {25, "Wien"}};
    const nns_column columns[] = {NNS_COLUMN("age", NNS_F64, &people[0].age, sizeof people[0]),
                                  NNS_COLUMN("city", NNS_TEXT_PTR, &people[0].city, sizeof people[0])};
    int32_t cities[3];
    nns_array out = NNS_ARRAY(NNS_I32, cities, 3, 1);
    nns_data *data = NULL;
    CHECK(!nns_data_create_table(columns, 2, 3, "city", "age", NULL, &data));
    CHECK(!nns_data_targets(data, &out) && cities[0] == 1 && cities[1] == 0 && cities[2] == 1);
    nns_data_free(data);
    double age[40];
    const char *city[40];
    int64_t came[40], count = 0, levels = 0, code = 0, unknown[2];
    for (int row = 0; row < 40; row++) {
        age[row] = row % 7;
        city[row] = row % 3 ? "Wien" : "Graz";
        came[row] = row % 3 == 0;
    }
    const nns_column rows[] = {NNS_COLUMN("age", NNS_F64, age, 0), NNS_COLUMN("city", NNS_TEXT_PTR, city, 0),
                               NNS_COLUMN("came", NNS_I64, came, 0)};
    nns_model *model = NULL;
    nns_session *session = NULL;
    char text[400];
    size_t need = 0;
    float probability[40];
    nns_array p = NNS_ARRAY(NNS_F32, probability, 40, 1), one = NNS_ARRAY(NNS_F32, probability, 1, 1);
    CHECK(!nns_fit_table(rows, 3, 40, "came", "{\"config\": {\"epochs\": 300}}", NULL, NULL, &model));
    CHECK(!nns_predict_table(model, rows, 2, 40, NNS_PROBA, &p));
    CHECK(probability[0] > .5 && probability[1] < .5);
    CHECK(!nns_column_count(model, &count) && count == 2);
    CHECK(!nns_column_name(model, 1, text, sizeof text, &need) && !strcmp(text, "city"));
    CHECK(!nns_column_describe(model, 1, text, sizeof text, &need, &levels) && levels == 4);
    CHECK(!nns_level_code(model, 1, "Wien", -1, &code) && code == 3);
    CHECK(!nns_level(model, 1, 2, text, sizeof text, &need) && !strcmp(text, "Graz"));
    nns_value values[2] = {{NNS_NUMBER, 0, 3.0, 0, NULL}, {NNS_TEXT, -1, 0, 0, "Linz"}};
    CHECK(!nns_session_create(model, 1, &session));
    CHECK(!nns_session_predict_values(session, values, 2, NNS_PROBA, &one));
    CHECK(!nns_session_counts(session, unknown, NULL, NULL, 2) && unknown[0] == 0 && unknown[1] == 1);
    nns_session_free(session);
    CHECK(!nns_data_create_table(rows, 3, 40, "came", NULL, NULL, &data));
    CHECK(!nns_calibrate(model, data));
    double drop[2], spread[2], mean[2];
    const nns_value towns[2] = {{NNS_TEXT, -1, 0, 0, "Graz"}, {NNS_TEXT, -1, 0, 0, "Wien"}};
    CHECK(!nns_importance(model, data, "accuracy", 3, 1, drop, spread, 2) && drop[1] > .2);
    CHECK(!nns_dependence(model, data, 1, towns, 2, 0, mean) && mean[0] > .5 && mean[1] < .5);
    int32_t fold[40], seen[4] = {0, 0, 0, 0};
    double accuracy[4];
    CHECK(!nns_data_folds(data, NNS_SPLIT_STRATIFIED, 4, NULL, 7, fold, 40));
    for (int row = 0; row < 40; row++) seen[fold[row]]++;
    CHECK(seen[0] == 10 && seen[1] == 10 && seen[2] == 10 && seen[3] == 10);
    CHECK(!nns_cross_validate(data, NULL, "{\"epochs\": 300}", NNS_SPLIT_STRATIFIED, 4, NULL, 7,
                              "[\"accuracy\"]", accuracy, 4, &p, count_folds, &folds));
    CHECK(accuracy[0] > .8 && probability[0] > .5 && probability[1] < .5 && folds == 4);
    nns_free(model);
    CHECK(!nns_create_for(data, NULL, &model));
    nns_free(model);
    nns_data_free(data);
    struct ArrowArrayStream stream = {fail, fail, reason, release, &released};
    CHECK(nns_data_create_arrow(&stream, NULL, NULL, NULL, &data) == NNS_E_IO && nns_last_errno() == 5);
    CHECK(strstr(nns_last_error(), "no schema today") && released == 1 && !stream.release);
    return finish();
}
