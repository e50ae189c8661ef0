/* Files that survive: trainings that resume from a checkpoint, and saves to a failing disk. */
#include "checkpoints/checkpoints.h"

int main(void) {
    check_options();
    check_resuming();
    check_rotation();
    check_places();
    check_links();
    check_writable();
    check_leftovers();
    check_size_limit();
    check_full_disk();
    check_failing_calls();
    check_failing_training();
    return finish();
}
