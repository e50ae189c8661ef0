/* Arrow streams that break their promises: refused with a sentence, and released. */
#include "../arrow.h"

#include "badinput.h"

static arrow_source source;
static int32_t ends[] = {0, 1, 2, 3}, falling[] = {0, 2, 1, 3};
static const int32_t views[] = {1, 'z', 0, 0, 14, 'a', 0, 2, 1, 'b', 0, 0};
static const int64_t lengths[] = {15}, seconds[] = {0, INT64_MAX, 0};
static const uint8_t bits[] = {0x05};
static const void *text[] = {NULL, ends, "abc"}, *fallen[] = {NULL, falling, "abc"},
                  *latin[] = {NULL, ends, "a\xE9" "c"}, *viewed[] = {NULL, views, "..abcdefghijklm", lengths},
                  *times[] = {NULL, seconds}, *holes[] = {bits, ends}, *nothing[] = {NULL, NULL};
static const void *struct_bits[] = {bits};

#define BREAK(what, statuses, fragment, format, buffers, count, target, fields)                       \
    static int32_t break_##what(const char *unused) {                                                \
        (void)unused;                                                                                \
        arrow_fill(&source, format, 3, buffers, count);                                              \
        struct ArrowArrayStream stream = arrow_stream(&source);                                      \
        struct ArrowArray *a = &source.array[0];                                                     \
        (void)a;                                                                                     \
        fields;                                                                                      \
        int32_t status = nns_data_create_arrow(&stream, target, NULL, NULL, &made.data);             \
        check(!source.open && !stream.release, "a refused stream is released", #what);               \
        return status;                                                                               \
    }
#define BREAK_ROW(what, statuses, fragment, format, buffers, count, target, fields) \
    {"nns_data_create_arrow", #what, statuses, fragment, break_##what, NULL},

#define STREAMS(X)                                                                                    \
    X(no_struct, S(DTYPE), "\"i\"", "i", text, 3, NULL, source.schema.format = "i")                   \
    X(no_format, S(DTYPE), "NULL", "i", text, 3, NULL, source.schema.format = NULL)                   \
    X(no_columns, S(SHAPE), "column", "i", text, 3, NULL, source.schema.n_children = 0)               \
    X(columns_max, S(LIMIT), "65535", "i", text, 3, NULL, source.schema.n_children = INT64_MAX)       \
    X(fewer_columns, S(ARGUMENT), "columns", "i", text, 3, NULL, source.chunk[0].n_children = 0)      \
    X(no_rows, S(SHAPE), "row", "i", text, 3, NULL, source.chunk[0].length = 0)                       \
    X(no_chunks, S(SHAPE), "row", "i", text, 3, NULL, source.chunks = 0)                              \
    X(rows_minus_1, S(ARGUMENT), "length", "i", text, 3, NULL, source.chunk[0].length = -1)           \
    X(rows_max, S(LIMIT), "rows", "i", text, 3, NULL, source.chunk[0].length = INT64_MAX)             \
    X(offset_minus_1, S(ARGUMENT), "offset", "i", text, 3, NULL, source.chunk[0].offset = -1)         \
    X(offset_max, S(ARGUMENT), "rows", "i", text, 3, NULL, source.chunk[0].offset = INT64_MAX)        \
    X(it_fails, S(IO), "the file ends too early", "i", text, 3, NULL, source.fails_at = 0)            \
    X(it_fails_later, S(IO), "the file ends too early", "i", text, 3, NULL, source.fails_at = 1)      \
    X(unknown_format, S(DTYPE), "none", "tin", text, 3, NULL, )                                       \
    X(list_as_target, S(DTYPE), "\"+l\"", "+l", text, 3, "y", )                                       \
    X(unknown_target, S(ARGUMENT), "\"x\"", "i", text, 3, "x", )                                      \
    X(no_name, S(ARGUMENT), "name", "i", text, 3, NULL, source.column[0].name = NULL)

#define ARRAYS(X)                                                                                     \
    X(fewer_rows, S(ARGUMENT), "rows", "i", text, 3, NULL, a->length = 2)                             \
    X(more_with_offset, S(ARGUMENT), "rows", "i", text, 3, NULL, source.chunk[0].offset = 1)          \
    X(array_offset_minus_1, S(ARGUMENT), "rows", "i", text, 3, NULL, a->offset = -1)                  \
    X(array_offset_max, S(SHAPE), "memory", "i", text, 3, NULL, a->offset = INT64_MAX)                \
    X(one_buffer, S(ARGUMENT), "buffers", "i", text, 1, NULL, )                                       \
    X(no_buffers, S(ARGUMENT), "buffers", "i", NULL, 2, NULL, )                                       \
    X(buffers_max, S(SHAPE), "memory", "vu", viewed, INT64_MAX, NULL, )                               \
    X(no_values, S(NULL), "values", "i", nothing, 2, NULL, )                                          \
    X(no_bits, S(NULL), "bits", "i", text, 2, NULL, a->null_count = 1)                                \
    X(no_struct_bits, S(NULL), "bits", "i", text, 2, NULL, source.chunk[0].null_count = 1)            \
    X(no_dictionary, S(ARGUMENT), "dictionary", "i", text, 2, NULL,                                   \
      (source.levels.format = "u", source.column[0].dictionary = &source.levels))                     \
    X(falling_ends, S(ARGUMENT), "row 1", "u", fallen, 3, NULL, )                                     \
    X(latin_text, S(ARGUMENT), "row 1", "u", latin, 3, NULL, )                                        \
    X(view_beyond, S(ARGUMENT), "row 1 ends at byte 16 of 15", "vu", viewed, 4, NULL, )               \
    X(years_beyond, S(ARGUMENT), "292,277", "tss:", times, 2, NULL, )                                 \
    X(missing_target, S(ARGUMENT), "row 1 is missing", "i", holes, 2, "y", )                          \
    X(missing_struct, S(ARGUMENT), "row 1 is missing", "i", text, 2, "y",                             \
      (source.chunk[0].null_count = 1, source.chunk[0].buffers = struct_bits))                        \
    X(missing_bit, S(ARGUMENT), "row 1 is missing", "b", text, 2, "y",                                \
      (source.chunk[0].null_count = 1, source.chunk[0].buffers = struct_bits))                        \
    X(missing_half, S(ARGUMENT), "row 1 is missing", "e", holes, 2, "y", )                            \
    X(null_target, S(ARGUMENT), "row 0 is missing", "n", NULL, 0, "y", )

STREAMS(BREAK)
ARRAYS(BREAK)

static const bad_case cases[] = {STREAMS(BREAK_ROW) ARRAYS(BREAK_ROW)};

/* The handle has nowhere to go: the stream is released all the same. */
static void refuse_without_data(void) {
    arrow_fill(&source, "i", 3, text, 2);
    struct ArrowArrayStream stream = arrow_stream(&source);
    judge("nns_data_create_arrow", "no data", S(NULL), "data",
          nns_data_create_arrow(&stream, NULL, NULL, NULL, NULL));
    check(!source.open, "a refused stream is released", "no data");
    judge("nns_data_create_arrow", "released before", S(ARGUMENT), "released",
          nns_data_create_arrow(&stream, NULL, NULL, NULL, &made.data));
}

void refuse_arrow(void) {
    RUN(cases);
    forget_results();
    refuse_without_data();
}
