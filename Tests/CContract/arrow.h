/* An Arrow stream made by hand, that counts what is not released. */
#ifndef ARROW_H
#define ARROW_H

#include <stdlib.h>
#include <string.h>

#include "contract.h"

struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

enum { ARROW_COLUMNS = 2, ARROW_CHUNKS = 3 };

/* A stream of up to two columns and three chunks. Arrays stand chunk by chunk. */
typedef struct arrow_source {
    int columns, chunks;
    struct ArrowSchema schema, column[ARROW_COLUMNS], levels;
    struct ArrowArray chunk[ARROW_CHUNKS], array[ARROW_CHUNKS * ARROW_COLUMNS];
    struct ArrowSchema *column_list[ARROW_COLUMNS];
    struct ArrowArray *array_list[ARROW_CHUNKS * ARROW_COLUMNS];
    int next, fails_at; /* the chunk whose get_next fails, -1: none */
    int open;           /* what was given and not released */
} arrow_source;

static void arrow_release_schema(struct ArrowSchema *schema) {
    ((arrow_source *)schema->private_data)->open--;
    schema->release = NULL;
}

static void arrow_release_array(struct ArrowArray *array) {
    ((arrow_source *)array->private_data)->open--;
    array->release = NULL;
}

static int arrow_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    arrow_source *source = stream->private_data;
    *out = source->schema;
    out->release = arrow_release_schema;
    out->private_data = source;
    source->open++;
    return 0;
}

static int arrow_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    arrow_source *source = stream->private_data;
    memset(out, 0, sizeof *out);
    if (source->next == source->fails_at) return 5;
    if (source->next == source->chunks) return 0;
    *out = source->chunk[source->next++];
    out->release = arrow_release_array;
    out->private_data = source;
    source->open++;
    return 0;
}

static const char *arrow_error(struct ArrowArrayStream *stream) {
    (void)stream;
    return "the file ends too early";
}

static void arrow_release(struct ArrowArrayStream *stream) {
    ((arrow_source *)stream->private_data)->open--;
    stream->release = NULL;
}

/* Links what the source's fields describe, and makes a stream of it. */
static struct ArrowArrayStream arrow_stream(arrow_source *source) {
    source->schema.format = source->schema.format ? source->schema.format : "+s";
    source->schema.n_children = source->columns;
    source->schema.children = source->column_list;
    for (int at = 0; at < source->columns; at++) source->column_list[at] = &source->column[at];
    for (int at = 0; at < source->chunks; at++) {
        source->chunk[at].n_children = source->columns;
        source->chunk[at].n_buffers = 1;
        source->chunk[at].children = source->array_list + at * source->columns;
        for (int column = 0; column < source->columns; column++)
            source->chunk[at].children[column] = &source->array[at * source->columns + column];
    }
    source->next = 0;
    source->open = 1;
    struct ArrowArrayStream stream = {arrow_schema, arrow_next, arrow_error, arrow_release, source};
    return stream;
}

/* One chunk of one column "y" of this format. */
static void arrow_fill(arrow_source *source, const char *format, int64_t rows, const void **buffers,
                       int64_t buffer_count) {
    static const void *no_bits[1];
    memset(source, 0, sizeof *source);
    source->columns = source->chunks = 1;
    source->fails_at = -1;
    source->column[0].format = format;
    source->column[0].name = "y";
    source->chunk[0].length = source->array[0].length = rows;
    source->chunk[0].buffers = no_bits;
    source->array[0].null_count = -1;
    source->array[0].n_buffers = buffer_count;
    source->array[0].buffers = buffers;
}

#endif
