/*
 * noshow_predict.c - reads rows of text, prints for each the probability that nobody comes.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   noshow_predict [MODEL] < ROWS.csv        default: build/noshow.safetensors
 */
#include <string.h>
#include "check.h"
#include "csv.h"

enum { COLUMNS = 65535, TEXT = 8192 }; /* a model has no more columns */
/* The model's columns: how many, where each stands in the rows, and whether it holds numbers. */
static int64_t count, place[COLUMNS], is_number[COLUMNS];
static int64_t unknown[COLUMNS], missing[COLUMNS], beyond[COLUMNS];
static nns_value values[COLUMNS];

static void find_columns(const nns_model *model, const csv_table *rows)
{
    char name[TEXT], description[TEXT];
    size_t need;
    CHECK(nns_column_count(model, &count));
    for (int64_t i = 0; i < count; i++) {
        CHECK(nns_column_name(model, i, name, TEXT, &need));
        CHECK(nns_column_describe(model, i, description, TEXT, &need, NULL));
        is_number[i] = strstr(description, "\"kind\": \"number\"") != NULL;
        place[i] = csv_column_or_exit(rows, name);
    }
}

/* Where a number must be, another text stays one: the library refuses it with a sentence. */
static nns_value value_of(const char *text, int64_t column)
{
    char *end;
    double number = strtod(text, &end);
    int type = !*text ? NNS_MISSING : is_number[column] && !*end ? NNS_NUMBER : NNS_TEXT;
    return (nns_value){type, -1, number, 0, text};
}

int main(int argc, char **argv)
{
    nns_model *model;
    nns_session *session;
    double chance; /* of the class whose text comes last: "Yes", a no-show */
    nns_array out = NNS_ARRAY(NNS_F64, &chance, 1, 1);
    csv_table *rows = csv_read_or_exit("-");
    CHECK(nns_load(argc > 1 ? argv[1] : "build/noshow.safetensors", NULL, &model));
    CHECK(nns_session_create(model, 1, &session));
    find_columns(model, rows);
    for (int64_t row = 0; row < csv_rows(rows); row++) {
        for (int64_t i = 0; i < count; i++)
            values[i] = value_of(csv_cell(rows, row, place[i]), i);
        CHECK(nns_session_predict_values(session, values, count, NNS_PROBA, &out));
        printf("%.4f\n", chance);
    }
    CHECK(nns_session_counts(session, unknown, missing, beyond, count));
    for (int64_t i = 0; i < count; i++)
        if (unknown[i] || missing[i] || beyond[i])
            fprintf(stderr, "%s: %d unknown, %d missing, %d out of range\n",
                    csv_name(rows, place[i]), (int)unknown[i], (int)missing[i], (int)beyond[i]);
    csv_free(rows);
    nns_session_free(session);
    nns_free(model);
    return 0;
}
