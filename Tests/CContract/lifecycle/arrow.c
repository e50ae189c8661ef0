/* Data sets of Arrow streams: every format as the target, since targets can be read back. */
#include "../arrow.h"

#include "lifecycle.h"

/* Makes a data set of a stream and checks its targets; then all is released. */
static void check_stream(const char *name, arrow_source *source, int64_t rows, const double *expected) {
    double out[8];
    nns_data *data = NULL;
    struct ArrowArrayStream stream = arrow_stream(source);
    int32_t status = nns_data_create_arrow(&stream, "y", NULL, NULL, &data);
    check(!stream.release, name, "the stream was not moved");
    if (!check_status(name, status, NNS_OK)) {
        printf("# %s\n", nns_last_error());
        return;
    }
    nns_array to = array_of(NNS_F64, out, rows, 1);
    must(nns_data_targets(data, &to), "targets");
    for (int64_t row = 0; row < rows; row++) check_near(name, out[row], expected[row], 0);
    check(source->open > 0, name, "released too early");
    nns_data_free(data);
    check_integer(name, source->open, 0);
}

/* Three values from row 1 on. */
static void check_format(const char *format, const void *values, const void *bytes, double a, double b,
                         double c) {
    const void *buffers[] = {NULL, values, bytes};
    const double expected[] = {a, b, c};
    arrow_source source;
    char name[40];
    snprintf(name, sizeof name, "arrow: %s", format);
    arrow_fill(&source, format, 3, buffers, bytes ? 3 : 2);
    source.array[0].offset = 1;
    check_stream(name, &source, 3, expected);
}

static void check_formats(void) {
    check_format("c", (const int8_t[]){9, -128, 127, 3}, NULL, -128, 127, 3);
    check_format("C", (const uint8_t[]){9, 255, 0, 3}, NULL, 255, 0, 3);
    check_format("s", (const int16_t[]){9, -3000, 3000, 3}, NULL, -3000, 3000, 3);
    check_format("S", (const uint16_t[]){9, 65535, 0, 3}, NULL, 65535, 0, 3);
    check_format("i", (const int32_t[]){9, -70000, 70000, 3}, NULL, -70000, 70000, 3);
    check_format("I", (const uint32_t[]){9, UINT32_MAX, 0, 3}, NULL, UINT32_MAX, 0, 3);
    check_format("l", (const int64_t[]){9, -1, 0, 3}, NULL, -1, 0, 3);
    check_format("L", (const uint64_t[]){9, 1, 0, 3}, NULL, 1, 0, 3);
    check_format("f", (const float[]){9, 0.5f, -1.5f, 3}, NULL, 0.5, -1.5, 3);
    check_format("g", (const double[]){9, 0.5, -1.5, 3}, NULL, 0.5, -1.5, 3);
    check_format("e", (const uint16_t[]){9, 0x3800, 0xBE00, 0x0400}, NULL, 0.5, -1.5, 0x1p-14);
    check_format("b", (const uint8_t[]){0x0B}, NULL, 1, 0, 1);
    check_format("d:9,2,32", (const int32_t[]){9, -150, 25, 100}, NULL, -1.5, 0.25, 1);
    check_format("d:18,1,64", (const int64_t[]){9, -15, 5, 10}, NULL, -1.5, 0.5, 1);
    check_format("d:38,0", (const int64_t[]){9, 0, -1, -1, 0, 1, 7, 0}, NULL, -1, 0x1p64, 7);
    check_format("d:5,-2", (const int64_t[]){9, 0, -1, -1, 2, 0, 3, 0}, NULL, -100, 200, 300);
    check_format("u", (const int32_t[]){0, 1, 2, 3, 4}, "xbab", 1, 0, 1);
    check_format("U", (const int64_t[]){0, 1, 2, 3, 4}, "xbab", 1, 0, 1);
}

static void check_views(void) {
    static const int32_t views[] = {1, 'z', 0, 0, 13, 'a', 0, 2, 1, 'b', 0, 0};
    static const int64_t lengths[] = {15};
    const void *buffers[] = {NULL, views, "..abcdefghijklm", lengths};
    const double expected[] = {2, 0, 1};
    arrow_source source;
    arrow_fill(&source, "vu", 3, buffers, 4);
    check_stream("arrow: vu", &source, 3, expected);
}

/* Chunks of 2, 0 and 1 rows, each with an offset of the struct and a dictionary of its own. */
static void check_chunks(void) {
    static const int8_t indices[] = {9, 1, 0};
    static const int32_t first[] = {0, 1, 2}, second[] = {0, 1};
    const void *index[] = {NULL, indices}, *ab[] = {NULL, first, "ab"}, *c[] = {NULL, second, "c"};
    struct ArrowArray dictionaries[2];
    const double expected[] = {1, 0, 2};
    arrow_source source;
    arrow_fill(&source, "c", 2, index, 2);
    memset(dictionaries, 0, sizeof dictionaries);
    for (int at = 0; at < 2; at++) {
        dictionaries[at].length = at ? 1 : 2;
        dictionaries[at].n_buffers = 3;
        dictionaries[at].buffers = at ? c : ab;
    }
    source.levels.format = "u";
    source.column[0].dictionary = &source.levels;
    source.chunks = 3;
    source.chunk[1] = source.chunk[2] = source.chunk[0];
    source.array[1] = source.array[2] = source.array[0];
    source.chunk[0].offset = 1;
    source.array[0].length = 3;
    source.array[0].dictionary = &dictionaries[0];
    source.chunk[1].length = source.array[1].length = 0;
    source.array[1].dictionary = &dictionaries[0];
    source.chunk[2].length = source.array[2].length = 1;
    source.array[2].offset = 2;
    source.array[2].dictionary = &dictionaries[1];
    check_stream("arrow: chunks", &source, 3, expected);
}

/* A column that no column type is like is left out; "#1" still means the second of the stream. */
static void check_left_out(void) {
    const void *lists[] = {NULL}, *numbers[] = {NULL, (const float[]){1, 2}};
    arrow_source source;
    nns_data *data = NULL;
    int64_t features = 9;
    arrow_fill(&source, "+l", 2, lists, 1);
    source.columns = 2;
    source.column[1].format = "f";
    source.column[1].name = "numbers";
    source.array[1] = source.array[0];
    source.array[1].n_buffers = 2;
    source.array[1].buffers = numbers;
    struct ArrowArrayStream stream = arrow_stream(&source);
    check_status("arrow: left out", nns_data_create_arrow(&stream, "#1", NULL, NULL, &data), NNS_OK);
    must(nns_data_size(data, NULL, &features, NULL), "size");
    check_integer("arrow: left out", features, 0);
    nns_data_free(data);
    check_integer("arrow: left out", source.open, 0);
}

void check_arrow(void) {
    check_formats();
    check_views();
    check_chunks();
    check_left_out();
}
