/* Shared by the fuzz targets. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Any status is fine here. */
#define NNS_CHECKED
#include "nnswift.h"

enum { MOST_FILE = 4096 }; /* bytes of a model file here */

/* A broken promise of the library is a finding as good as a crash. */
#define EXPECT(condition)                                                          \
    do {                                                                           \
        if (!(condition)) {                                                        \
            fprintf(stderr, "broken promise: %s (%s:%d)\nlast error: %s\n",        \
                    #condition, __FILE__, __LINE__, nns_last_error());             \
            abort();                                                               \
        }                                                                          \
    } while (0)

/* Counts inputs and prints "TARGET: accepted A of N" when the program ends. */
void count_input(const char *target, int is_accepted);

/* Bytes of a model file with its header length, padding and checksum made right again where the
 * text allows it. Returns the new size, 0 when it would exceed `most`. */
size_t seal(const uint8_t *header, size_t header_size, const uint8_t *data, size_t data_size,
            uint8_t *file, size_t most);

/* Where the header's text ends: what the file says, cut to what there is. */
size_t header_end(const uint8_t *file, size_t size);

/* Random numbers of the mutators, below a bound. */
void seed_mutator(unsigned seed);
uint32_t below(uint32_t bound);

/* One change of a JSON text: a number, a word, or one of libFuzzer's. Returns the new size. */
size_t change_text(uint8_t *text, size_t size, size_t most);

/* Of libFuzzer. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

#endif
