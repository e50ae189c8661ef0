/*
 * csv.h - reads a CSV file with a header row.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Commas between cells; a cell may stand in double quotes, where commas and line ends count as text
 * and "" is one quote (RFC 4180). Lines end with LF or CRLF; empty lines are skipped.
 */
#ifndef CSV_H
#define CSV_H

#include <stdint.h>

enum { CSV_ERROR = 512 };

typedef struct csv_table csv_table;

/* Reads a whole file; "-" is standard input. Returns NULL with a sentence in error if it cannot be
 * read, a quote is left open, or a row has another number of cells than the header. */
csv_table *csv_read(const char *path, char error[CSV_ERROR]);

/* The same, for a program that needs the file: prints the sentence and exits with 1. */
csv_table *csv_read_or_exit(const char *path);

void csv_free(csv_table *table);

int64_t csv_rows(const csv_table *table); /* without the header */
int64_t csv_columns(const csv_table *table);
const char *csv_name(const csv_table *table, int64_t column);

/* The column of that name, or -1. */
int64_t csv_column(const csv_table *table, const char *name);

/* The same, for a program that needs the column: says which there are and exits with 1. */
int64_t csv_column_or_exit(const csv_table *table, const char *name);

/* The text of a cell, "" for an empty one. */
const char *csv_cell(const csv_table *table, int64_t row, int64_t column);

/* The text of a column's first row; that of the next one is csv_columns(table) pointers on. */
const char *const *csv_cells(const csv_table *table, int64_t column);

/* Writes a column as numbers, values[row * step]; an empty cell becomes NaN.
 * Returns -1, or the first row whose text is no number. */
int64_t csv_numbers(const csv_table *table, int64_t column, double *values, int64_t step);

#endif
