/*
 * check.h - CHECK(call): goes on when the call succeeded, else stops with the library's sentence.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

#include "nnswift.h"

#define CHECK(call) check_status((call), __FILE__, __LINE__)

static inline void check_status(int32_t status, const char *file, int line)
{
    if (status == NNS_OK)
        return;
    fprintf(stderr, "%s:%d: %s: %s\n", file, line, nns_status_name(status), nns_last_error());
    exit(1);
}

#endif
