/*
 * confusion.c - a confusion matrix as a table.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "confusion.h"

#include "check.h"

static void print_table(const double *matrix, int classes)
{
    printf("truth \\ predicted");
    for (int c = 0; c < classes; c++)
        printf("%6d", c);
    printf("\n");
    for (int r = 0; r < classes; r++) {
        printf("%17d", r);
        for (int c = 0; c < classes; c++) {
            double count = matrix[r * classes + c];
            if (count == 0)
                printf("     .");
            else
                printf("%6.0f", count);
        }
        printf("\n");
    }
}

void confusion_print(const nns_model *model, const nns_data *data, const uint8_t *truth,
                     int64_t rows, int classes)
{
    int64_t *labels = malloc((size_t)rows * sizeof(int64_t));
    double *matrix = malloc((size_t)classes * (size_t)classes * sizeof(double));
    if (!labels || !matrix) {
        fprintf(stderr, "out of memory for the confusion matrix\n");
        exit(1);
    }
    nns_array y_true = NNS_ARRAY(NNS_U8, truth, rows, 1);
    nns_array y_pred = NNS_ARRAY(NNS_I64, labels, rows, 1);
    CHECK(nns_predict_data(model, data, NNS_LABEL, &y_pred));
    CHECK(nns_confusion(&y_true, &y_pred, NULL, classes, matrix, (int64_t)classes * classes));
    print_table(matrix, classes);
    free(matrix);
    free(labels);
}
