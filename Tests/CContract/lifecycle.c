/* A program's use of the library, from the first call to the last. */
#include "lifecycle/lifecycle.h"

int main(void) {
    check_library();
    check_models();
    check_registries();
    check_labels();
    check_notes();
    check_parts();
    check_scaling();
    check_data();
    check_splits();
    check_tables();
    check_arrow();
    check_table_models();
    check_odd_tables();
    check_training();
    check_steps();
    check_continuing();
    check_callbacks();
    check_cancelling();
    check_stops();
    check_restoring();
    check_histories();
    check_predictions();
    check_layouts();
    check_outputs();
    check_sessions();
    check_own_loss();
    check_swap();
    check_weights();
    check_files();
    return finish();
}
