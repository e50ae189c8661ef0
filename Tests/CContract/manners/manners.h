/* The parts of the manners program, one a file. */
#ifndef MANNERS_H
#define MANNERS_H

#include "../contract.h"

void check_locale(void);
void check_rounding(void);
void check_streams(void);
void check_signals(void);
void check_structures(void);
void check_predicting_together(void);
void check_training_apart(void);
void check_busy(void);
void check_fork(void);

/* Everything a program does, refusals among it; the hash of the weights and texts that came. */
uint64_t use_everything(const char *path);

#endif
