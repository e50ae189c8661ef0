/*
 * csv_demo.c - learns to predict one numeric column of a CSV file from the others.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   csv_demo FILE           says what the columns hold
 *   csv_demo FILE TARGET    regression; columns of text and rows with empty cells are left out
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "csv.h"

typedef struct numbers {
    double *values; /* [rows x columns], the target is the last column */
    int64_t rows, columns;
} numbers;

static void *allocate(int64_t count, size_t size)
{
    void *memory = calloc((size_t)count, size);
    if (memory)
        return memory;
    fprintf(stderr, "out of memory\n");
    exit(1);
}

static void describe(const csv_table *table)
{
    int64_t rows = csv_rows(table);
    double *values = allocate(rows, sizeof *values);
    for (int64_t column = 0; column < csv_columns(table); column++) {
        int64_t bad = csv_numbers(table, column, values, 1);
        if (bad >= 0) {
            printf("%-24s text, for example \"%s\"\n", csv_name(table, column),
                   csv_cell(table, bad, column));
            continue;
        }
        double low = INFINITY, high = -INFINITY;
        int64_t empty = 0;
        for (int64_t row = 0; row < rows; row++) {
            low = values[row] < low ? values[row] : low;
            high = values[row] > high ? values[row] : high;
            empty += isnan(values[row]) != 0;
        }
        printf("%-24s numbers %g to %g, %lld empty\n", csv_name(table, column), low, high,
               (long long)empty);
    }
    printf("%lld rows\n", (long long)rows);
    free(values);
}

/* Moves the rows without an empty cell to the front and forgets the others. */
static void drop_incomplete(numbers *table)
{
    int64_t kept = 0;
    size_t row_bytes = (size_t)table->columns * sizeof *table->values;
    for (int64_t row = 0; row < table->rows; row++) {
        const double *from = table->values + row * table->columns;
        int complete = 1;
        for (int64_t column = 0; column < table->columns; column++)
            complete = complete && isfinite(from[column]);
        if (complete)
            memmove(table->values + kept++ * table->columns, from, row_bytes);
    }
    printf("%lld complete rows of %lld\n", (long long)kept, (long long)table->rows);
    table->rows = kept;
}

static numbers read_numbers(const csv_table *table, int64_t target)
{
    numbers result = {NULL, csv_rows(table), 0};
    int64_t *chosen = allocate(csv_columns(table), sizeof *chosen);
    double *scratch = allocate(result.rows, sizeof *scratch);
    for (int64_t column = 0; column < csv_columns(table); column++) {
        if (column == target)
            continue;
        if (csv_numbers(table, column, scratch, 1) < 0)
            chosen[result.columns++] = column;
        else
            printf("left out: %s (text)\n", csv_name(table, column));
    }
    free(scratch);
    chosen[result.columns++] = target;
    result.values = allocate(result.rows * result.columns, sizeof *result.values);
    for (int64_t i = 0; i < result.columns; i++) {
        int64_t bad = csv_numbers(table, chosen[i], result.values + i, result.columns);
        if (bad < 0)
            continue;
        fprintf(stderr, "%s, row %lld: the target must be a number, got \"%s\"\n",
                csv_name(table, target), (long long)bad + 1, csv_cell(table, bad, target));
        exit(1);
    }
    free(chosen);
    drop_incomplete(&result);
    return result;
}

static void learn(const numbers *table)
{
    int64_t features = table->columns - 1;
    int64_t stride = table->columns * (int64_t)sizeof(double);
    nns_array x = NNS_ARRAY(NNS_F64, table->values, table->rows, features);
    nns_array y = NNS_ARRAY(NNS_F64, table->values + features, table->rows, 1);
    x.row_stride = y.row_stride = stride;
    x.col_stride = y.col_stride = (int64_t)sizeof(double);
    nns_data *all = NULL, *train = NULL, *test = NULL;
    CHECK(nns_data_create(&x, &y, NULL, NULL, &all));
    CHECK(nns_data_split(all, NNS_SPLIT_RANDOM, 0.25, NULL, 1, &train, &test));

    char spec[512];
    snprintf(spec, sizeof spec,
             "{\"input\": %lld, \"preprocess\": \"standardize\", \"loss\": \"mse\", \"seed\": 1,"
             " \"layers\": [{\"type\": \"dense\", \"units\": 32, \"activation\": \"relu\"},"
             "              {\"type\": \"dense\", \"units\": 1}]}",
             (long long)features);
    nns_model *model = NULL;
    CHECK(nns_create(spec, &model));
    CHECK(nns_train(model, train, NULL,
                    "{\"epochs\": 200, \"batch_size\": 16, \"seed\": 1,"
                    " \"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.005}}",
                    NULL, NULL));
    double values[3];
    CHECK(nns_evaluate(model, test, "[\"rmse\", \"mae\", \"r2\"]", values, 3));
    printf("on held-out rows: rmse %.3f, mae %.3f, r2 %.3f\n", values[0], values[1], values[2]);
    nns_free(model);
    nns_data_free(test);
    nns_data_free(train);
    nns_data_free(all);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: csv_demo FILE [TARGET]\n");
        return 2;
    }
    csv_table *table = csv_read_or_exit(argv[1]);
    if (argc == 2) {
        describe(table);
    } else {
        numbers values = read_numbers(table, csv_column_or_exit(table, argv[2]));
        learn(&values);
        free(values.values);
    }
    csv_free(table);
    return 0;
}
