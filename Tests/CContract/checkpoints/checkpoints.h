#ifndef CHECKPOINTS_H
#define CHECKPOINTS_H

#include "../contract.h"

/* A network with whatever has a state, large enough for the paths that only large ones take. */
extern const char network[];

/* Trains on the samples; members of the config besides the epochs, each after a comma. */
int32_t train_samples(nns_model *model, int epochs, const char *members);

void check_options(void);
void check_resuming(void);
void check_rotation(void);
void check_places(void);
void check_links(void);
void check_writable(void);
void check_leftovers(void);
void check_size_limit(void);
void check_full_disk(void);
void check_failing_calls(void);
void check_failing_training(void);

/* -------- Files below "disk", a folder that reset_disk empties. */

void reset_disk(void);
/* How many names in the folder contain a fragment; "": all. */
int count_files(const char *fragment);
/* The bytes of a file; hash 0 when it is not there. */
uint64_t hash_of_file(const char *path);
int exists(const char *path);

/* A model from a file; NULL, and a failed check, when it does not load. */
nns_model *load_whole(const char *path);
/* The last epoch in the history of a file, 0 when there is no such file. */
int epoch_of(const char *path);

/* -------- Calls of the system that fail on request (calls.c). */

typedef enum call { CALL_OPEN, CALL_WRITE, CALL_FSYNC, CALL_LINK, CALL_RENAME, CALLS } call;

extern const char *const call_names[CALLS];
/* From the number-th call of this kind on (0: the next) all fail with an errno value. */
void fail_from(call which, int number, int error);
void fail_none(void);
/* Calls of a kind since the last fail_from or fail_none. */
int calls_seen(call which);

#endif
