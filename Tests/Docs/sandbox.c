/* Trains with 1 and 2 threads, checkpoints, saves, loads and predicts under a seccomp filter that
 * kills the process for every system call but those of calls.h: ALLOWED, from docs/embedding.md.
 * Exit status 77: the system allows no filter. */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"
#include "nnswift.h"

enum { ROWS = 2000, FEATURES = 64 };

static const int allowed[] = {ALLOWED, SYS_exit_group};
static float features[ROWS][FEATURES];
static int32_t labels[ROWS];
static float probabilities[ROWS][2];

static int enter(void)
{
    enum { COUNT = sizeof allowed / sizeof *allowed };
    struct sock_filter filter[COUNT + 3];
    filter[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                             offsetof(struct seccomp_data, nr));
    for (int at = 0; at < COUNT; at++)
        filter[at + 1] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (unsigned)allowed[at], (unsigned char)(COUNT - at), 0);
    filter[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    filter[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {COUNT + 3, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int train_and_save(const char *config)
{
    nns_array x = NNS_ARRAY(NNS_F32, features, ROWS, FEATURES);
    nns_array y = NNS_ARRAY(NNS_I32, labels, ROWS, 1);
    nns_array out = NNS_ARRAY(NNS_F32, probabilities, ROWS, 2);
    int64_t sizes[] = {FEATURES, 128, 2};
    nns_model *model = NULL, *loaded = NULL;
    nns_data *data = NULL;
    int failed = nns_create_mlp(sizes, 3, NULL, NULL, 7, &model) ||
                 nns_data_create(&x, &y, NULL, NULL, &data) ||
                 nns_train(model, data, NULL, config, NULL, NULL) ||
                 nns_save(model, "sandbox.safetensors", NNS_SAVE_TRAINING) ||
                 nns_load("sandbox.safetensors", NULL, &loaded) ||
                 nns_predict(loaded, &x, NNS_PROBA, &out);
    nns_data_free(data);
    nns_free(model);
    nns_free(loaded);
    return failed;
}

int main(void)
{
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < FEATURES; column++)
            features[row][column] = (float)rand() / (float)RAND_MAX;
        labels[row] = features[row][0] > features[row][1];
    }
    if (enter()) return 77;
    nns_set_threads(2);
    return train_and_save("{\"epochs\": 3, \"threads\": 1, \"checkpoint\": "
                          "{\"path\": \"checkpoint.safetensors\", \"keep\": 2}}") ||
           train_and_save("{\"epochs\": 3, \"batch_size\": 256, \"threads\": 2}");
}
