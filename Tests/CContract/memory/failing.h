/* An allocator that fails when it is told to. */
#ifndef FAILING_H
#define FAILING_H

#include "../contract.h"

/* From now on, in this thread: the number-th allocation fails, and all after it where `lasts`. 0:
 * none. */
void fail_at(int64_t number, int lasts);

/* Ends that; returns how many allocations failed. */
int64_t fail_no_more(void);

/* Blocks that live, of all threads. */
int64_t living(void);

/* Whether Swift's own objects may fail, too: only in the small library. */
extern int may_fail_all;

/* The most bytes of Swift's objects at a time since fail_at. */
int64_t peak_of_objects(void);

/* -------- The attempts. */

typedef struct fixture {
    nns_model *model, *table; /* table: of a table */
    nns_data *data;
    nns_session *session;
} fixture;

typedef struct attempt {
    const char *name;
    int32_t (*call)(fixture *with);
    int32_t status; /* when memory suffices */
    int changes;    /* a training: what it had learnt may stay */
} attempt;

extern const attempt attempts[], table_attempts[];
void prepare_tables(void);
void begin_table(fixture *with);
void prepare_attempts(void);
void begin_attempt(fixture *with);
void end_attempt(fixture *with);
void clear_results(void);
int results_are_untouched(void);

/* Where an attempt's results go. */
nns_model **made_model(void);
nns_session **made_session(void);
nns_buffer **made_buffer(void);
float *made_floats(void); /* ROWS * CLASSES */

#endif
