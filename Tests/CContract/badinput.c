/* Whatever a program passes, it gets a status and a sentence; nothing dies, nothing changes. */
#include "badinput/badinput.h"

static const struct {
    const char *name;
    void (*run)(void);
} groups[] = {
    {"NULL pointers", refuse_nulls},
    {"handles", refuse_handles},
    {"arrays", refuse_arrays},
    {"samples", refuse_samples},
    {"tables", refuse_tables},
    {"models of tables", refuse_table_models},
    {"Arrow streams", refuse_arrow},
    {"sizes and numbers", refuse_sizes},
    {"JSON texts", refuse_texts},
    {"specs", refuse_specs},
    {"configs", refuse_configs},
    {"trainings", refuse_trainings},
    {"divergence", refuse_divergence},
    {"metrics", refuse_metrics},
    {"explanations", refuse_explanations},
    {"inspections", refuse_inspections},
    {"files", refuse_files},
    {"damaged files", refuse_damage},
};

int main(void) {
    /* Line by line: should a case kill the process, the last line names the one before it. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    prepare_fixture();
    check_still_good("nothing yet");
    for (size_t at = 0; at < sizeof groups / sizeof *groups; at++) {
        groups[at].run();
        check_still_good(groups[at].name);
    }
    release_fixture();
    return finish();
}
