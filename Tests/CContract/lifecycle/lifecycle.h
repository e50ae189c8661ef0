/* The parts of the lifecycle program, one a file. */
#ifndef LIFECYCLE_H
#define LIFECYCLE_H

#include "../contract.h"

void check_library(void);
void check_models(void);
void check_registries(void);
void check_labels(void);
void check_notes(void);
void check_parts(void);
void check_scaling(void);
void check_data(void);
void check_splits(void);
void check_tables(void);
void check_arrow(void);
void check_table_models(void);
void check_odd_tables(void);
void check_training(void);
void check_steps(void);
void check_continuing(void);
void check_callbacks(void);
void check_cancelling(void);
void check_stops(void);
void check_restoring(void);
void check_histories(void);
void check_predictions(void);
void check_layouts(void);
void check_outputs(void);
void check_sessions(void);
void check_own_loss(void);
void check_swap(void);
void check_weights(void);
void check_files(void);

#endif
