/* A program's use of the library, from the first call to the last. */
#include "lifecycle/lifecycle.h"

int main(void) {
    check_library();
    check_logging();
    check_models();
    check_registries();
    check_labels();
    check_notes();
    check_parts();
    check_scaling();
    check_data();
    check_splits();
    check_training();
    check_steps();
    check_continuing();
    check_callbacks();
    check_cancelling();
    check_predictions();
    check_layouts();
    check_sessions();
    check_weights();
    check_files();
    return finish();
}
