/* How many allocations there were, and how many blocks live. */
#ifndef COUNTER_H
#define COUNTER_H

#include "../contract.h"

int64_t allocated(void);
int64_t living(void);

/* -------- The parts of the allocation program, one a file. */

void check_steps_and_sessions(void);
void check_rows(void);
void check_leaks(void);

#endif
