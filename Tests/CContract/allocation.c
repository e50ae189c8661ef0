/* Counts allocations: none in a training step after the first epoch, none lost by any call. */
#include "allocation/counter.h"

static void check_counter(void) {
    /* Read before anything is printed: the stream allocates, too. */
    int64_t before = allocated(), blocks = living();
    void *memory = room_for(100);
    int64_t fresh = allocated() - before, more = living() - blocks;
    free(memory);
    int64_t left = living() - blocks;
    check_integer("the counter counts allocations", fresh, 1);
    check_integer("the counter counts blocks", more, 1);
    check_integer("the counter counts what is freed", left, 0);
    before = allocated();
    nns_free(model_from(classifier));
    check(allocated() > before, "the counter counts the library's allocations", "none were seen");
}

int main(void) {
    check_counter();
    check_steps_and_sessions();
    check_rows();
    check_leaks();
    return finish();
}
