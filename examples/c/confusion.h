/*
 * confusion.h - a confusion matrix as a table.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CONFUSION_H
#define CONFUSION_H

#include "nnswift.h"

/* Predicts the rows of a data set and prints how often each true class was taken for which.
 * truth: the class of each row, in the data set's order. */
void confusion_print(const nns_model *model, const nns_data *data, const uint8_t *truth,
                     int64_t rows, int classes);

#endif
