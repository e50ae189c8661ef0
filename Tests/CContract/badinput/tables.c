/* Tables: columns that do not fit, and values that do not hold, each with its row and column. */
#include <math.h>

#include "badinput.h"

enum { COUNT = 4 };

static const double numbers[COUNT] = {1, 2, INFINITY, 4}, holes[COUNT] = {1, NAN, 3, 4},
                    negative[COUNT] = {1, -1, 1, 1}, zeros[COUNT] = {0, 0, 0, 0}, all_nan[COUNT] = {NAN, NAN, NAN, NAN};
static const char *const texts[COUNT] = {"a", "b", NULL, "d"};
static const char *const latin[COUNT] = {"a", "caf\xE9", "c", "d"};
static const char *const digits[COUNT] = {"1", "2", "3", "x"};
static const int32_t indices[COUNT] = {0, 1, 3, 0}, below[COUNT] = {0, -1, 0, 0}, falling[COUNT + 1] = {0, 2, 1, 3, 4},
                     beyond[COUNT + 1] = {0, 1, 2, 3, 9}, days[COUNT] = {0, INT32_MAX, 0, 0};
static const int32_t split[COUNT + 1] = {0, 1, 2, 3, 4};
static const int32_t minus[COUNT + 1] = {-1, 1, 2, 3, 4};
static const int32_t views[COUNT * 4] = {1, 'a', 0, 0, 13, 0, 2, 0};
static const int32_t lengths[COUNT * 4] = {1, 'a', 0, 0, -1, 0, 0, 0};
static const void *const buffers[2] = {"0123456789abcdef", NULL};
static const uint64_t huge[COUNT] = {1, 2, UINT64_MAX, 3};
static char long_name[1100], long_text[5001];
static const char *const long_texts[COUNT] = {"a", long_text, "b", "c"};

static const nns_column plain = NNS_COLUMN("x", NNS_F64, zeros, 0);
static nns_column two[2];

/* A table of x and a column made like x but for some fields, then these are its target and weight. */
#define WITH(what, statuses, fragment, fields, target, weight, config)                             \
    static int32_t table_##what(const char *text) {                                                \
        (void)text;                                                                                \
        two[0] = two[1] = plain;                                                                   \
        two[1].name = "bad";                                                                       \
        nns_column *c = &two[1];                                                                   \
        (void)c;                                                                                   \
        fields;                                                                                    \
        return nns_data_create_table(two, 2, COUNT, target, weight, config, &made.data);           \
    }
#define WITH_ROW(what, statuses, fragment, fields, target, weight, config) \
    {"nns_data_create_table", #what, statuses, fragment, table_##what, NULL},
#define INPUT(X, what, statuses, fragment, fields) X(what, statuses, fragment, fields, NULL, NULL, NULL)
#define TARGET(X, what, statuses, fragment, fields) X(what, statuses, fragment, fields, "bad", NULL, NULL)
#define WEIGHT(X, what, statuses, fragment, fields) X(what, statuses, fragment, fields, NULL, "bad", NULL)
#define OF(d, from) c->dtype = d, c->data = from
#define ENDS(from) OF(NNS_TEXT_32, from), c->bytes = "abcd", c->size = 4

static nns_column levels;
static nns_column *levels_of(int32_t dtype, const void *data) {
    levels = plain;
    levels.dtype = dtype;
    levels.data = data;
    levels.levels = NULL;
    return &levels;
}
#define LEVELS(from, count) OF(NNS_I32, from), c->levels = levels_of(NNS_TEXT_PTR, latin), c->level_count = count

#define COLUMNS(X)                                                                                  \
    INPUT(X, size_0, S(ARGUMENT), "struct_size", c->struct_size = 0)                                \
    INPUT(X, first_size_0, S(ARGUMENT), "#0", two[0].struct_size = 0)                               \
    INPUT(X, size_79, S(ARGUMENT), "struct_size", two[0].struct_size = c->struct_size = 79)         \
    INPUT(X, size_max, S(ARGUMENT), "struct_size", two[0].struct_size = UINT32_MAX)                 \
    INPUT(X, dtype_0, S(DTYPE), "\"bad\"", c->dtype = 0)                                            \
    INPUT(X, dtype_13, S(DTYPE), "13", c->dtype = 13)                                               \
    INPUT(X, no_data, S(NULL), "\"bad\"", c->data = NULL)                                           \
    INPUT(X, offset_minus_1, S(ARGUMENT), "offset", c->offset = -1)                                 \
    INPUT(X, offset_max, S(SHAPE), "memory", c->offset = INT64_MAX)                                 \
    INPUT(X, stride_max, S(SHAPE), "memory", c->stride = INT64_MAX)                                 \
    INPUT(X, stride_min, S(SHAPE), "memory", c->stride = INT64_MIN)                                 \
    INPUT(X, bits_with_stride, S(ARGUMENT), "stride", (OF(NNS_BIT, texts), c->stride = 1))          \
    INPUT(X, ends_with_stride, S(ARGUMENT), "stride", (ENDS(split), c->stride = 8))                 \
    INPUT(X, width_0, S(ARGUMENT), "size", (OF(NNS_TEXT_FIXED, texts), c->size = 0))                \
    INPUT(X, width_minus_1, S(ARGUMENT), "size", (OF(NNS_TEXT_FIXED, texts)))                       \
    INPUT(X, width_max, S(ARGUMENT), "size", (OF(NNS_TEXT_FIXED, texts), c->size = INT64_MAX))      \
    INPUT(X, bytes_minus_2, S(ARGUMENT), "size", (ENDS(split), c->size = -2))                       \
    INPUT(X, no_bytes, S(NULL), "bytes", (ENDS(split), c->bytes = NULL))                            \
    INPUT(X, no_buffers, S(NULL), "buffers", (OF(NNS_TEXT_VIEW, views), c->size = 2))               \
    INPUT(X, name_twice, S(ARGUMENT), "#0 and #1 are both \"x\"", c->name = "x")                    \
    INPUT(X, name_empty, S(ARGUMENT), "#1", c->name = "")                                           \
    INPUT(X, name_missing, S(ARGUMENT), "#1 has none", c->name = NULL)                              \
    INPUT(X, name_latin, S(ARGUMENT), "UTF-8", c->name = "caf\xE9")                                 \
    INPUT(X, name_1099, S(ARGUMENT), "1024", c->name = long_name)

#define VALUES(X)                                                                                   \
    INPUT(X, infinite, S(ARGUMENT), "row 2 is inf", c->data = numbers)                              \
    INPUT(X, latin_text, S(ARGUMENT), "row 1 is not at byte 3", (OF(NNS_TEXT_PTR, latin)))          \
    INPUT(X, latin_bytes, S(ARGUMENT), "row 3 is not at byte 0", (ENDS(split), c->bytes = "abc\xE9")) \
    INPUT(X, split_character, S(ARGUMENT), "row 1 is not at byte 0", (ENDS(split), c->bytes = "a\xC3\xA9" "b")) \
    INPUT(X, ends_fall, S(ARGUMENT), "row 1 begins at 2 and ends at 1", (ENDS(falling)))            \
    INPUT(X, ends_beyond, S(ARGUMENT), "row 3 ends at 9", (ENDS(beyond)))                           \
    INPUT(X, ends_below_0, S(ARGUMENT), "row 0", (ENDS(minus)))                                     \
    INPUT(X, view_buffer, S(ARGUMENT), "row 1", (OF(NNS_TEXT_VIEW, views), c->bytes = buffers, c->size = 2)) \
    INPUT(X, view_length, S(ARGUMENT), "row 1", (OF(NNS_TEXT_VIEW, lengths)))                       \
    INPUT(X, year_5_million, S(ARGUMENT), "row 1", (OF(NNS_DAYS, days)))                            \
    INPUT(X, index_beyond, S(ARGUMENT), "row 2 is 3", (LEVELS(indices, 2), c->levels = levels_of(NNS_TEXT_PTR, digits))) \
    INPUT(X, index_below_0, S(ARGUMENT), "row 1 is -1", (LEVELS(below, 1)))                         \
    INPUT(X, level_latin, S(ARGUMENT), "level 1", (LEVELS(indices, 4))) \
    INPUT(X, level_count_minus_1, S(SHAPE), "level_count", (LEVELS(indices, -1)))                   \
    INPUT(X, level_count_max, S(SHAPE), "level_count", (LEVELS(indices, INT64_MAX)))                \
    INPUT(X, levels_of_floats, S(DTYPE), "integers", (LEVELS(indices, 4), c->dtype = NNS_F64))      \
    INPUT(X, levels_of_levels, S(DTYPE), "levels", (LEVELS(indices, 4), levels.levels = &two[0]))   \
    INPUT(X, levels_size, S(ARGUMENT), "struct_size", (LEVELS(indices, 4), levels.struct_size = 1))

#define ROLES(X)                                                                                    \
    TARGET(X, target_hole, S(ARGUMENT), "\"bad\" is the target and must have a value in every row, row 1", c->data = holes) \
    TARGET(X, target_all_nan, S(ARGUMENT), "row 0", c->data = all_nan)                              \
    TARGET(X, target_no_text, S(ARGUMENT), "row 2", (OF(NNS_TEXT_PTR, texts)))                      \
    TARGET(X, target_5000_bytes, S(ARGUMENT), "row 1 has 5000", (OF(NNS_TEXT_PTR, long_texts)))     \
    TARGET(X, target_dates, S(DTYPE), "dates", (OF(NNS_DAYS, indices)))                             \
    TARGET(X, target_above_int64, S(ARGUMENT), "row 2", (OF(NNS_U64, huge)))                        \
    WEIGHT(X, weight_negative, S(ARGUMENT), "row 1 is -1", c->data = negative)                      \
    WEIGHT(X, weight_nan, S(ARGUMENT), "row 1", c->data = holes)                                    \
    WEIGHT(X, weight_0, S(ARGUMENT), "every row", c->data = zeros)                                  \
    WEIGHT(X, weight_text, S(DTYPE), "numbers", (OF(NNS_TEXT_PTR, digits)))                         \
    X(both, S(ARGUMENT), "both are \"bad\"", , "bad", "#1", NULL)                                   \
    X(target_unknown, S(ARGUMENT), "did you mean \"bad\"", , "bat", NULL, NULL)                     \
    X(target_position_2, S(ARGUMENT), "#2", , "#2", NULL, NULL)                                     \
    X(target_name_1099, S(ARGUMENT), "1024", , long_name, NULL, NULL)                               \
    X(infinite_target, S(ARGUMENT), "row 2 is inf", c->data = numbers, "bad", NULL, "{\"allow_infinite\": true}") \
    X(text_of_digits_and_x, S(DTYPE), "numbers", (OF(NNS_TEXT_PTR, digits)), NULL, "bad", "{\"parse_text\": true}") \
    X(missing_target, S(ARGUMENT), "row 3", (OF(NNS_TEXT_PTR, digits)), "bad", NULL, "{\"missing_text\": [\"x\"]}") \
    X(config_list, S(ARGUMENT), "config_json", , NULL, NULL, "[]")                                  \
    X(config_unknown, S(ARGUMENT), "missing_texts", , NULL, NULL, "{\"missing_texts\": []}")        \
    X(config_number, S(ARGUMENT), "missing_text", , NULL, NULL, "{\"missing_text\": [0]}")

#define CALLS(X)                                                                                    \
    X(nns_data_create_table, no_columns, S(NULL), "columns", (NULL, 1, COUNT, NULL, NULL, NULL, &made.data)) \
    X(nns_data_create_table, no_table, S(NULL), "data", (&plain, 1, COUNT, NULL, NULL, NULL, NULL)) \
    X(nns_data_create_table, count_0, S(SHAPE), "count", (&plain, 0, COUNT, NULL, NULL, NULL, &made.data)) \
    X(nns_data_create_table, count_min, S(SHAPE), "count", (&plain, INT64_MIN, COUNT, NULL, NULL, NULL, &made.data)) \
    X(nns_data_create_table, count_65536, S(LIMIT), "65535", (&plain, 65536, COUNT, NULL, NULL, NULL, &made.data)) \
    X(nns_data_create_arrow, no_stream, S(NULL), "stream", (NULL, NULL, NULL, NULL, &made.data))    \
    X(nns_data_create_table, rows_0, S(SHAPE), "rows", (&plain, 1, 0, NULL, NULL, NULL, &made.data)) \
    X(nns_data_create_table, rows_max, S(LIMIT), "rows", (&plain, 1, INT64_MAX, NULL, NULL, NULL, &made.data))

CALLS(CALL)
COLUMNS(WITH)
VALUES(WITH)
ROLES(WITH)

static const bad_case cases[] = {CALLS(ROW) COLUMNS(WITH_ROW) VALUES(WITH_ROW) ROLES(WITH_ROW)};

/* A million different texts make no classes. */
static void refuse_a_million_classes(void) {
    enum { MILLION = 1000000, WIDTH = 8 };
    char *all = room_for((size_t)MILLION * WIDTH);
    for (int row = 0; row < MILLION; row++) snprintf(all + (size_t)row * WIDTH, WIDTH, "%d", row);
    nns_column column = NNS_COLUMN("y", NNS_TEXT_FIXED, all, 0);
    column.size = WIDTH;
    forget_results();
    judge("nns_data_create_table", "a million classes", S(ARGUMENT), "65536",
          nns_data_create_table(&column, 1, MILLION, "y", NULL, NULL, &made.data));
    free(all);
}

/* A set without target predicts, and does nothing else. */
static void refuse_without_target(void) {
    nns_data *data = NULL;
    double value;
    must(nns_data_create_table(&plain, 1, COUNT, NULL, NULL, NULL, &data), "table");
    forget_results();
    judge("nns_train", "a table without target", S(SHAPE), "target",
          nns_train(g.model, data, NULL, NULL, NULL, NULL));
    judge("nns_train", "validation without target", S(SHAPE), "target",
          nns_train(g.model, g.data, data, NULL, NULL, NULL));
    judge("nns_evaluate", "a table without target", S(SHAPE), "target",
          nns_evaluate(g.model, data, NULL, &value, 1));
    judge("nns_data_split", "stratified without target", S(SHAPE), "target",
          nns_data_split(data, NNS_SPLIT_STRATIFIED, 0.5, NULL, 1, &made.rest, &made.part));
    nns_data_free(data);
}

void refuse_tables(void) {
    memset(long_name, 'n', sizeof long_name - 1);
    memset(long_text, 't', sizeof long_text - 1);
    RUN(cases);
    refuse_a_million_classes();
    refuse_without_target();
}
