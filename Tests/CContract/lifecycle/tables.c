/* Data sets of tables: every element type as the target, since targets can be read back. */
#include "lifecycle.h"

/* The targets of a data set, freed here. */
static int targets_of(nns_data *data, double *out, int64_t rows) {
    nns_array to = array_of(NNS_F64, out, rows, 1);
    int fine = !nns_data_targets(data, &to);
    nns_data_free(data);
    return fine;
}

/* Checks the three targets of a table of this column. */
static void check_column(const char *name, nns_column column, double a, double b, double c) {
    double out[3] = {-7, -7, -7};
    nns_data *data = NULL;
    int32_t status = nns_data_create_table(&column, 1, 3, column.name ? column.name : "#0", NULL, NULL, &data);
    if (!check_status(name, status, NNS_OK)) {
        printf("# %s\n", nns_last_error());
        return;
    }
    check(targets_of(data, out, 3) && out[0] == a && out[1] == b && out[2] == c, name,
          "got %g %g %g", out[0], out[1], out[2]);
}

#define NUMBERS(dtype, type, a, b, c)                                                          \
    do {                                                                                       \
        static const type dense[] = {a, b, c};                                                 \
        static const type wide[] = {c, 9, b, 9, a};                                            \
        nns_column column = NNS_COLUMN("y", dtype, dense, 0);                                  \
        nns_column back = NNS_COLUMN(NULL, dtype, wide + 4, -2 * (int)sizeof(type));           \
        check_column("table: " #dtype, column, a, b, c);                                       \
        check_column("table: " #dtype " backwards", back, a, b, c);                            \
    } while (0)

static void check_numbers(void) {
    NUMBERS(NNS_F32, float, 1.5f, -2, 0.25f);
    NUMBERS(NNS_F64, double, 1.5, -2, 0.25);
    NUMBERS(NNS_U8, uint8_t, 255, 0, 7);
    NUMBERS(NNS_I8, int8_t, -128, 127, 7);
    NUMBERS(NNS_I16, int16_t, -32768, 32767, 7);
    NUMBERS(NNS_U16, uint16_t, 65535, 0, 7);
    NUMBERS(NNS_I32, int32_t, INT32_MIN, INT32_MAX, 7);
    NUMBERS(NNS_U32, uint32_t, UINT32_MAX, 0, 7);
    NUMBERS(NNS_I64, int64_t, -(INT64_C(1) << 53), INT64_C(1) << 53, 7);
    NUMBERS(NNS_U64, uint64_t, UINT64_C(1) << 53, 0, 7);
    NUMBERS(NNS_BOOL, uint8_t, 1, 0, 1);
    static const uint8_t bits[] = {0x80, 0x02}; /* from bit 7: 1 0 1 */
    nns_column bit = NNS_COLUMN("y", NNS_BIT, bits, 0);
    bit.offset = 7;
    check_column("table: NNS_BIT", bit, 1, 0, 1);
}

typedef struct view {
    int32_t length;
    union {
        char text[12];
        struct {
            char begin[4];
            int32_t buffer, start;
        } far;
    } as;
} view;

static const char characters[] = "..zoea Zoe\xC3\xAB and more than twelve bytes";

/* Texts, in byte order: "" < "Zo\xC3\xAB" < "zoe". */
static void check_texts(void) {
    static const char *const pointers[] = {"zoe", "", "Zo\xC3\xAB"};
    static const char fixed[][5] = {"zoe", "", {'Z', 'o', '\xC3', '\xAB', '.'}};
    nns_column pointer = NNS_COLUMN("y", NNS_TEXT_PTR, pointers, 0);
    check_column("table: NNS_TEXT_PTR", pointer, 2, 0, 1);
    nns_column width = NNS_COLUMN("y", NNS_TEXT_FIXED, fixed, 5);
    width.size = 4;
    check_column("table: NNS_TEXT_FIXED", width, 2, 0, 1);
    static const char all[] = "xzoeZo\xC3\xAB";
    static const int32_t ends[] = {0, 1, 4, 4, 8};
    static const int64_t far_ends[] = {0, 1, 4, 4, 8};
    nns_column narrow = NNS_COLUMN("y", NNS_TEXT_32, ends, 0);
    narrow.bytes = all;
    narrow.size = 8;
    narrow.offset = 1;
    check_column("table: NNS_TEXT_32", narrow, 2, 0, 1);
    nns_column wide = narrow;
    wide.dtype = NNS_TEXT_64;
    wide.data = far_ends;
    wide.size = -1;
    check_column("table: NNS_TEXT_64", wide, 2, 0, 1);
}

static void check_views(void) {
    static const void *const buffers[] = {"unused", characters};
    view views[3];
    memset(views, 0, sizeof views);
    views[0].length = 3;
    memcpy(views[0].as.text, "zoe", 3);
    views[1].length = 30;
    memcpy(views[1].as.far.begin, "Zoe", 3);
    views[1].as.far.buffer = 1;
    views[1].as.far.start = 7;
    nns_column column = NNS_COLUMN("y", NNS_TEXT_VIEW, views, 0);
    column.bytes = buffers;
    column.size = 2;
    check_column("table: NNS_TEXT_VIEW", column, 2, 1, 0);
}

static void check_dictionaries(void) {
    static const char *const names[] = {"b", "a", "b"}; /* a level that comes twice is one class */
    static const int16_t indices[] = {9, 2, 1, 0};
    nns_column levels = NNS_COLUMN(NULL, NNS_TEXT_PTR, names, 0);
    nns_column column = NNS_COLUMN("y", NNS_I16, indices, 0);
    column.levels = &levels;
    column.level_count = 3;
    column.offset = 1;
    check_column("table: levels", column, 1, 0, 1);
}

static void check_options(void) {
    static const char *const texts[] = {"1e3", "-.5", "+7."};
    static const char *const holes[] = {"a", "NA", "", "b"};
    static const double w[] = {1, 0, 2, 1};
    double out[4];
    nns_data *data = NULL;
    nns_column column = NNS_COLUMN("y", NNS_TEXT_PTR, texts, 0);
    check_status("table: parse_text",
                 nns_data_create_table(&column, 1, 3, "y", NULL, "{\"parse_text\": true}", &data), NNS_OK);
    check(targets_of(data, out, 3) && out[0] == 1000 && out[1] == -0.5 && out[2] == 7,
          "table: texts read as numbers", "got %g %g %g", out[0], out[1], out[2]);
    nns_column two[] = {NNS_COLUMN("text", NNS_TEXT_PTR, holes, 0), NNS_COLUMN("w", NNS_F64, w, 0)};
    const char *config = "{\"missing_text\": [\"\", \"NA\"]}";
    check_status("table: missing_text", nns_data_create_table(two, 2, 4, NULL, "w", config, &data), NNS_OK);
    int64_t rows = 0, features = 0, targets = 9;
    must(nns_data_size(data, &rows, &features, &targets), "data size");
    check_integer("table without target: rows", rows, 4);
    check_integer("table without target: columns beside the weight", features, 1);
    check_integer("table without target: targets", targets, 0);
    nns_data_free(data);
}

static void check_parts_of_tables(void) {
    static const char *const sides[] = {"in", "out", "in", "out", "in", "out"};
    static const float nothing[6] = {0};
    double out[3] = {-1, -1, -1};
    nns_data *data = NULL, *rest = NULL, *part = NULL;
    nns_column columns[] = {NNS_COLUMN("x", NNS_F32, nothing, 0), NNS_COLUMN("side", NNS_TEXT_PTR, sides, 0)};
    must(nns_data_create_table(columns, 2, 6, "side", NULL, NULL, &data), "table");
    check_status("table: stratified split",
                 nns_data_split(data, NNS_SPLIT_STRATIFIED, 0.34, NULL, 1, &rest, &part), NNS_OK);
    nns_data_free(data);
    check(targets_of(part, out, 2) && out[0] + out[1] == 1, "table: each class in its proportion",
          "got %g %g", out[0], out[1]);
    const int64_t last[] = {3, 0};
    must(nns_data_subset(rest, last, 2, &part), "subset");
    check(targets_of(part, out, 2) && out[0] + out[1] == 1, "table: rows by number", "got %g %g",
          out[0], out[1]);
    nns_data_free(rest);
}

void check_tables(void) {
    check_numbers();
    check_texts();
    check_views();
    check_dictionaries();
    check_options();
    check_parts_of_tables();
}
