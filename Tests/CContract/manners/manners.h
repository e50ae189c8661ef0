/* The parts of the manners program, one a file. */
#ifndef MANNERS_H
#define MANNERS_H

#include "../contract.h"

void remember_host(void);
void check_locale(void);
void check_rounding(void);
void check_streams(void);
void check_signals(void);
void check_float_environment(void);
void check_flush_to_zero(void);
void check_variables(void);
void check_blas(void);
void check_process(void);
void check_small_stacks(void);
void check_structures(void);
void check_predicting_together(void);
void check_training_apart(void);
void check_busy(void);
void check_waiting(void);
void check_fork(void);
void check_mixed_threads(void);
void check_cancel_in_search(void);
void check_cancel_while_freed(void);
void check_fork_during_training(void);
void check_fork_in_callback(void);
void check_leaving(void);
void check_backtrace(void);

/* Everything a program does, refusals among it; the hash of the weights and texts that came. */
uint64_t use_everything(const char *path);

#endif
