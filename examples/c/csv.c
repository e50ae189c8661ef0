/*
 * csv.c - reads a CSV file with a header row.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "csv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct csv_table {
    char *text;   /* the file; cells are unquoted and ended with 0 in place */
    char **cells; /* (rows + 1) * columns; the first row is the header */
    int64_t count, capacity;
    int64_t rows, columns;
};

static char *read_text(const char *path, size_t *length, char *error)
{
    size_t capacity = 1 << 16, got;
    char *text = malloc(capacity);
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    *length = 0;
    if (!file)
        snprintf(error, CSV_ERROR, "%.200s: %s", path, strerror(errno));
    while (file && text && (got = fread(text + *length, 1, capacity - *length - 1, file)) > 0) {
        *length += got;
        if (capacity - *length > 1)
            continue;
        char *larger = realloc(text, capacity *= 2);
        if (!larger)
            free(text);
        text = larger;
    }
    if (file && text && !ferror(file)) {
        text[*length] = 0;
        fclose(file);
        return text;
    }
    if (file) {
        snprintf(error, CSV_ERROR, "%.200s: %s", path, text ? "cannot be read" : "out of memory");
        fclose(file);
    }
    free(text);
    return NULL;
}

static int add_cell(csv_table *table, char *cell)
{
    if (table->count == table->capacity) {
        int64_t capacity = table->capacity ? 2 * table->capacity : 1024;
        char **larger = realloc(table->cells, (size_t)capacity * sizeof *larger);
        if (!larger)
            return -1;
        table->cells = larger;
        table->capacity = capacity;
    }
    table->cells[table->count++] = cell;
    return 0;
}

/* Unquotes one cell in place and returns its end, where "," or a line end stood (then in *stop), or
 * NULL when a quote is left open or text follows a closing quote. */
static char *read_cell(char *at, char *stop)
{
    char *to = at;
    if (*at == '"') {
        for (at++; *at != '"' || at[1] == '"'; *to++ = *at++) {
            if (*at == 0)
                return NULL;
            if (*at == '"')
                at++;
        }
        at++;
    } else {
        to = at += strcspn(at, ",\r\n");
    }
    if (*at && !strchr(",\r\n", *at))
        return NULL;
    *stop = *at;
    *to = 0;
    return at;
}

/* Reads one row of cells; returns where the next one begins, or NULL with *problem set. */
static char *read_row(csv_table *table, char *at, const char **problem)
{
    for (;;) {
        char stop, *cell = at;
        char *end = read_cell(at, &stop);
        if (!end) {
            *problem = "a quoted cell must end with a quote before the next comma or line end";
            return NULL;
        }
        if (add_cell(table, cell)) {
            *problem = "out of memory";
            return NULL;
        }
        at = stop ? end + 1 : end;
        if (stop == '\r' && *at == '\n')
            at++;
        if (stop != ',')
            return at;
    }
}

static int read_rows(csv_table *table, const char *path, char *error)
{
    const char *problem = NULL;
    char *at = table->text;
    if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    for (int64_t row = 0;; row++) {
        at += strspn(at, "\r\n");
        if (*at == 0)
            return 0;
        int64_t before = table->count;
        at = read_row(table, at, &problem);
        if (!at) {
            snprintf(error, CSV_ERROR, "%.200s, row %lld: %s", path, (long long)row, problem);
            return -1;
        }
        int64_t cells = table->count - before;
        if (row == 0)
            table->columns = cells;
        else
            table->rows = row;
        if (cells != table->columns) {
            snprintf(error, CSV_ERROR, "%.200s, row %lld: %lld cells, the header has %lld", path,
                     (long long)row, (long long)cells, (long long)table->columns);
            return -1;
        }
    }
}

csv_table *csv_read(const char *path, char error[CSV_ERROR])
{
    size_t length = 0;
    char *text = read_text(path, &length, error);
    if (!text)
        return NULL;
    csv_table *table = calloc(1, sizeof *table);
    if (!table) {
        snprintf(error, CSV_ERROR, "%.200s: out of memory", path);
        free(text);
        return NULL;
    }
    table->text = text;
    if (strlen(text) != length) {
        snprintf(error, CSV_ERROR, "%.200s: a CSV file must be text, this one has a 0 byte", path);
    } else if (read_rows(table, path, error) == 0) {
        if (table->rows > 0)
            return table;
        snprintf(error, CSV_ERROR, "%.200s: there must be a header and at least one row", path);
    }
    csv_free(table);
    return NULL;
}

csv_table *csv_read_or_exit(const char *path)
{
    char error[CSV_ERROR];
    csv_table *table = csv_read(path, error);
    if (table)
        return table;
    fprintf(stderr, "%s\n", error);
    exit(1);
}

void csv_free(csv_table *table)
{
    if (!table)
        return;
    free(table->cells);
    free(table->text);
    free(table);
}

int64_t csv_rows(const csv_table *table)
{
    return table->rows;
}

int64_t csv_columns(const csv_table *table)
{
    return table->columns;
}

const char *csv_name(const csv_table *table, int64_t column)
{
    return table->cells[column];
}

int64_t csv_column(const csv_table *table, const char *name)
{
    for (int64_t column = 0; column < table->columns; column++)
        if (strcmp(csv_name(table, column), name) == 0)
            return column;
    return -1;
}

int64_t csv_column_or_exit(const csv_table *table, const char *name)
{
    int64_t found = csv_column(table, name);
    if (found >= 0)
        return found;
    fprintf(stderr, "the CSV file has no column \"%s\"; it has", name);
    for (int64_t column = 0; column < table->columns; column++)
        fprintf(stderr, "%s %s", column ? "," : "", csv_name(table, column));
    fprintf(stderr, "\n");
    exit(1);
}

const char *csv_cell(const csv_table *table, int64_t row, int64_t column)
{
    return table->cells[(row + 1) * table->columns + column];
}

const char *const *csv_cells(const csv_table *table, int64_t column)
{
    return (const char *const *)table->cells + table->columns + column;
}

int64_t csv_numbers(const csv_table *table, int64_t column, double *values, int64_t step)
{
    for (int64_t row = 0; row < table->rows; row++) {
        const char *text = csv_cell(table, row, column);
        text += strspn(text, " \t");
        char *end = NULL;
        double value = *text ? strtod(text, &end) : (double)NAN;
        if (*text && (end == text || end[strspn(end, " \t")]))
            return row;
        values[row * step] = value;
    }
    return -1;
}
