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
    struct ArrowArrayStream stream = {fail, fail, reason, release, &released};
    CHECK(nns_data_create_arrow(&stream, NULL, NULL, NULL, &data) == NNS_E_IO && nns_last_errno() == 5);
    CHECK(strstr(nns_last_error(), "no schema today") && released == 1 && !stream.release);
    return finish();
}
