/* A disk that is really full: a small file system of a process of its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checkpoints.h"

enum { NO_MOUNT = 77, EPOCHS = 4 };

static int is_written(const char *path, const char *text) {
    int file = open(path, O_WRONLY);
    int is_whole = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);
    close(file);
    return is_whole;
}

/* Becomes root in a namespace, where the system allows it. */
static int is_root_in_namespace(void) {
    char users[40], groups[40];
    snprintf(users, sizeof users, "0 %d 1", (int)getuid());
    snprintf(groups, sizeof groups, "0 %d 1", (int)getgid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && is_written("/proc/self/uid_map", users) &&
           is_written("/proc/self/setgroups", "deny") && is_written("/proc/self/gid_map", groups);
}

static int is_mounted(void) {
    if (unshare(CLONE_NEWNS) != 0 && !is_root_in_namespace()) return 0;
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", "disk", "tmpfs", 0, "size=256k") == 0;
}

/* Leaves no byte; whether the system said so. */
static int fill_up(void) {
    static const char bytes[4096];
    int file = open("disk/filler", O_WRONLY | O_CREAT, 0666), full = 0;
    while (file >= 0 && !full) full = write(file, bytes, sizeof bytes) < 0;
    full = full && errno == ENOSPC;
    close(file);
    return full;
}

static int is_refused(int32_t status, uint64_t before) {
    nns_model *old = load_whole("disk/run");
    int is_whole = old != NULL;
    nns_free(old);
    return status == NNS_E_IO && strstr(nns_last_error(), strerror(ENOSPC)) && is_whole &&
           hash_of_file("disk/run") == before && count_files(".tmp") == 0;
}

/* The exit status: 0, or the number of what did not hold. */
static int use_full_disk(void) {
    static const char kept[] = ", \"checkpoint\": {\"path\": \"disk/run\"}";
    static const char again[] = ", \"continue\": true, \"checkpoint\": {\"path\": \"disk/run\"}";
    if (!is_mounted()) return NO_MOUNT;
    nns_model *model = model_from(network), *whole = model_from(network);
    if (nns_save(model, "disk/run", NNS_SAVE_WEIGHTS) != NNS_OK || !fill_up()) return 1;
    uint64_t before = hash_of_file("disk/run");
    if (!is_refused(nns_save(model, "disk/run", NNS_SAVE_TRAINING), before)) return 2;
    if (!is_refused(train_samples(model, EPOCHS, kept), before)) return 3;
    char *history = text_of(nns_history, model);
    int is_started = !strstr(history, "\"epoch\": []");
    free(history);
    if (unlink("disk/filler") != 0) return 4;
    int left = is_started ? EPOCHS - 1 : EPOCHS;
    if (train_samples(model, left, is_started ? again : kept) != NNS_OK) return 5;
    if (train_samples(whole, EPOCHS, "") != NNS_OK || hash_of_weights(model) != hash_of_weights(whole)) return 6;
    nns_free(model);
    nns_free(whole);
    return epoch_of("disk/run") == EPOCHS ? 0 : 7;
}

void check_full_disk(void) {
    reset_disk();
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) _exit(use_full_disk());
    int status = -1;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_MOUNT) {
        puts("skipped: a full disk (no file system may be mounted here, and none in a namespace)");
        return;
    }
    check(status == 0, "a full disk: the old file stays, and the training goes on once there is room",
          "step %d", WIFEXITED(status) ? WEXITSTATUS(status) : -status);
}
