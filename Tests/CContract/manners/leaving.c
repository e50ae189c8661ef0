/* What becomes of a host whose callback does what the header forbids: it leaves by longjmp. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manners.h"

static jmp_buf outside;

static int32_t leave(void *user, const nns_progress *told) {
    (void)user;
    (void)told;
    longjmp(outside, 1);
}

/* The model stays busy, its handle can be freed, and all else works as before. */
static int all_else_works(uint64_t expected) {
    static samples set;
    fill_samples(&set);
    nns_model *model = model_from(classifier);
    nns_data *data = labelled(&set);
    if (!setjmp(outside)) {
        must(nns_train(model, data, NULL, NULL, leave, NULL), "the callback left");
        return 0;
    }
    if (nns_train(model, data, NULL, NULL, NULL, NULL) != NNS_E_BUSY) return 0;
    nns_free(model);
    nns_data_free(data);
    int64_t size = 0;
    if (nns_input_size(model, &size) != NNS_E_STATE) return 0;
    return use_everything("leaving.safetensors") == expected;
}

/* In a child: what the training held is lost, and a leak checker need not tell. */
void check_leaving(void) {
    uint64_t expected = use_everything("leaving.safetensors");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(30);
        _exit(all_else_works(expected) ? 0 : 1);
    }
    int state = -1;
    waitpid(child, &state, 0);
    check_integer("longjmp out of a callback: the model is busy, all else works", state, 0);
}
