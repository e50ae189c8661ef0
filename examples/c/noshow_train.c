/*
 * noshow_train.c - learns from a CSV file of medical appointments which of them are missed.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   noshow_train [FILE [MODEL [TARGET]]]
 *
 * Default: build/data/no-show/KaggleV2-May-2016.csv build/noshow.safetensors No-show
 */
#include "check.h"
#include "csv.h"

/* Lends the cells to the library as the file has them, as text. It learns which columns are
 * numbers, dates and categories; the model then knows how to read a row. */
static nns_data *borrow_table(const csv_table *table, const char *target)
{
    int64_t count = csv_columns(table), stride = count * (int64_t)sizeof(char *);
    nns_column *columns = calloc((size_t)count, sizeof *columns);
    for (int64_t i = 0; columns && i < count; i++)
        columns[i] = (nns_column)NNS_COLUMN(csv_name(table, i), NNS_TEXT_PTR,
                                            csv_cells(table, i), stride);
    nns_data *data;
    CHECK(nns_data_create_table(columns, count, csv_rows(table), target, NULL,
                                "{\"parse_text\": true, \"missing_text\": [\"\"]}", &data));
    free(columns);
    return data;
}

static int32_t show_epoch(void *user, const nns_progress *now)
{
    (void)user;
    if (now->epoch % ((now->epochs + 9) / 10) == 0) /* ten lines at most */
        printf("epoch %d/%d  loss %.4f\n", (int)now->epoch, (int)now->epochs, now->loss);
    return 0;
}

int main(int argc, char **argv)
{
    const char *file = argc > 1 ? argv[1] : "build/data/no-show/KaggleV2-May-2016.csv";
    const char *path = argc > 2 ? argv[2] : "build/noshow.safetensors";
    csv_table *table = csv_read_or_exit(file);
    nns_data *all = borrow_table(table, argc > 3 ? argv[3] : "No-show"), *train, *test;
    nns_model *model;
    double scores[2];
    CHECK(nns_data_split(all, NNS_SPLIT_RANDOM, 0.2, NULL, 1, &train, &test));
    CHECK(nns_create_for(train, "{\"preset\": \"tabular\"}", &model));
    CHECK(nns_train(model, train, NULL, "{\"preset\": \"tabular\"}", show_epoch, NULL));
    CHECK(nns_evaluate(model, test, "[\"roc_auc\", \"pr_auc\"]", scores, 2));
    CHECK(nns_save(model, path, NNS_SAVE_WEIGHTS));
    printf("held-out rows: ROC-AUC %.4f, PR-AUC %.4f; saved %s\n", scores[0], scores[1], path);
    nns_free(model);
    nns_data_free(test);
    nns_data_free(train);
    nns_data_free(all);
    csv_free(table); /* only now: the data sets used its cells */
    return 0;
}
