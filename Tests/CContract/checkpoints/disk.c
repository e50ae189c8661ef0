/* Where a model is saved, and where it cannot be. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checkpoints.h"

static nns_model *some_model(void) { return model_from(classifier); }

static int32_t train_to(nns_model *model, const char *checkpoint, int epochs) {
    char members[400];
    snprintf(members, sizeof members, ", \"checkpoint\": %s", checkpoint);
    return train_samples(model, epochs, members);
}

void check_options(void) {
    static const struct {
        const char *name, *json, *says;
    } bad[] = {
        {"a path alone", "\"run\"", "checkpoint must be an object"},
        {"no path", "{}", "path must be the name of a file"},
        {"an empty path", "{\"path\": \"\"}", "path must be the name of a file"},
        {"a byte 0 in the path", "{\"path\": \"a\\u0000b\"}", "path must be the name of a file"},
        {"both frequencies", "{\"path\": \"r\", \"every_epochs\": 1, \"every_seconds\": 1}",
         "exclude each other"},
        {"every 0 epochs", "{\"path\": \"r\", \"every_epochs\": 0}", "every_epochs"},
        {"every 0 seconds", "{\"path\": \"r\", \"every_seconds\": 0}", "every_seconds"},
        {"keep 0", "{\"path\": \"r\", \"keep\": 0}", "keep"},
        {"an unknown key", "{\"path\": \"r\", \"every_epoch\": 1}", "did you mean"},
    };
    nns_model *model = some_model();
    uint64_t before = hash_of_weights(model);
    for (size_t at = 0; at < sizeof bad / sizeof *bad; at++) {
        check_status(bad[at].name, train_to(model, bad[at].json, 2), NNS_E_ARGUMENT);
        check_contains(bad[at].name, nns_last_error(), bad[at].says);
    }
    char path[5200];
    snprintf(path, sizeof path, "{\"checkpoint\": {\"path\": \"%05000d\"}}", 0);
    check_status("a path of 5000 bytes", nns_configure(model, path), NNS_E_ARGUMENT);
    check(hash_of_weights(model) == before, "refused options train nothing", "weights differ");
    nns_free(model);
}

void check_rotation(void) {
    nns_model *model = some_model();
    reset_disk();
    must(train_to(model, "{\"path\": \"disk/run\", \"keep\": 3}", 7), "keep 3");
    int epochs[] = {epoch_of("disk/run"), epoch_of("disk/run.1"), epoch_of("disk/run.2")};
    check(epochs[0] == 7 && epochs[1] == 6 && epochs[2] == 5, "keep: the newest three",
          "%d %d %d", epochs[0], epochs[1], epochs[2]);
    check_integer("keep: three files", count_files(""), 3);
    /* A gap, as a kill between two renames leaves it, is filled again. */
    remove("disk/run.1");
    must(train_to(model, "{\"path\": \"disk/run\", \"keep\": 3}", 1), "keep 3 with a gap");
    check(epoch_of("disk/run") == 1 && epoch_of("disk/run.1") == 7 && epoch_of("disk/run.2") == 5,
          "keep: a gap is filled", "%d %d", epoch_of("disk/run.1"), epoch_of("disk/run.2"));
    /* And a second name of the newest, as a kill before the last rename leaves it. */
    remove("disk/run.1");
    must(link("disk/run", "disk/run.1"), "link");
    uint64_t newest = hash_of_file("disk/run");
    must(train_to(model, "{\"path\": \"disk/run\", \"keep\": 3}", 1), "keep 3 with two names");
    check(hash_of_file("disk/run") != newest && hash_of_file("disk/run.1") == newest &&
              epoch_of("disk/run.2") == 5,
          "keep: nothing is kept twice", "%d %d", epoch_of("disk/run.1"), epoch_of("disk/run.2"));
    reset_disk();
    must(train_to(model, "{\"path\": \"disk/run\", \"every_epochs\": 3, \"keep\": 9}", 7), "3, 6");
    check(epoch_of("disk/run") == 7 && epoch_of("disk/run.1") == 6 && epoch_of("disk/run.2") == 3,
          "every_epochs: 3, 6 and the last", "%d files", count_files(""));
    reset_disk();
    must(train_to(model, "{\"path\": \"disk/run\", \"every_seconds\": 1e6, \"keep\": 9}", 5), "");
    check_integer("every_seconds: a short training has its last", count_files(""), 1);
    reset_disk();
    must(train_to(model, "{\"path\": \"disk/run\", \"every_seconds\": 1e-9, \"keep\": 9}", 5), "");
    check_integer("every_seconds: one an epoch when they are longer", count_files(""), 5);
    nns_free(model);
}

/* A place that cannot be written is told before the first step, and by nns_save. */
static void refuse_place(nns_model *model, const char *path, const char *says) {
    char option[300];
    snprintf(option, sizeof option, "{\"path\": \"%s\"}", path);
    uint64_t before = hash_of_weights(model);
    check_status(path, train_to(model, option, 2), NNS_E_IO);
    check_contains(path, nns_last_error(), says);
    check_contains(path, nns_last_error(), "nothing was trained");
    check(hash_of_weights(model) == before, "a place refused: no step", "%s", path);
    char *history = text_of(nns_history, model);
    check_contains("a place refused: no history", history, "\"stopped\": \"none\"");
    free(history);
    check_status(path, nns_save(model, path, NNS_SAVE_WEIGHTS), NNS_E_IO);
    check_contains(path, nns_last_error(), says);
}

/* Whether a folder that may not be written gives a status; for any user but root. */
static int refuses_read_only(nns_model *model) {
    static const char *const paths[] = {"disk/closed/run", "disk/closed/new"};
    for (int at = 0; at < 2; at++) {
        if (nns_save(model, paths[at], NNS_SAVE_WEIGHTS) != NNS_E_IO || nns_last_errno() != EACCES ||
            !strstr(nns_last_error(), "Permission denied"))
            return 0;
    }
    int32_t trained = train_to(model, "{\"path\": \"disk/closed/run\"}", 2);
    return trained == NNS_E_IO && strstr(nns_last_error(), "nothing was trained");
}

static void check_read_only(nns_model *model) {
    enum { NOBODY = 65534, CANNOT = 77 };
    mkdir("disk/closed", 0777);
    must(nns_save(model, "disk/closed/run", NNS_SAVE_WEIGHTS), "save");
    uint64_t before = hash_of_file("disk/closed/run");
    chmod("disk/closed", 0555);
    fflush(stdout);
    /* Root may write everywhere: a child becomes another user. */
    pid_t child = fork();
    if (child == 0) _exit(geteuid() == 0 && setuid(NOBODY) != 0 ? CANNOT : !refuses_read_only(model));
    int status = -1;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
        puts("skipped: a read-only folder (root may write everywhere, and cannot become another user)");
    else
        check(status == 0, "a read-only folder gives a status", "%d", status);
    check(hash_of_file("disk/closed/run") == before, "a read-only folder: the file stays", "gone");
    chmod("disk/closed", 0777);
    remove("disk/closed/run");
}

void check_places(void) {
    nns_model *model = some_model();
    reset_disk();
    mkdir("disk/folder", 0777);
    mkfifo("disk/pipe", 0666);
    must(nns_save(model, "disk/file", NNS_SAVE_WEIGHTS), "save");
    refuse_place(model, "disk/nowhere/run", "No such file or directory");
    refuse_place(model, "disk/file/run", "Not a directory");
    refuse_place(model, "disk/folder", "Is a directory");
    refuse_place(model, "disk/folder/", "Is a directory");
    refuse_place(model, "disk/pipe", "not a file");
    refuse_place(model, "/dev/null", "not a file");
    struct stat about;
    check(stat("/dev/null", &about) == 0 && S_ISCHR(about.st_mode), "a device stays", "it is gone");
    check_read_only(model);
    /* The path is that of the beginning, whatever folder the host goes to. A link stays a link. */
    must(symlink("file", "disk/link"), "symlink");
    must(train_to(model, "{\"path\": \"disk/link\", \"keep\": 2}", 2), "link");
    check(lstat("disk/link", &about) == 0 && S_ISLNK(about.st_mode), "a link stays", "it is gone");
    check(epoch_of("disk/file") == 2 && epoch_of("disk/file.1") == 1, "a link: beside its target",
          "%d %d", epoch_of("disk/file"), epoch_of("disk/file.1"));
    chmod("disk/file", 0640);
    must(nns_save(model, "disk/file", NNS_SAVE_WEIGHTS), "save again");
    check(stat("disk/file", &about) == 0 && (about.st_mode & 0777) == 0640,
          "permissions are those of the old file", "%o", about.st_mode);
    nns_free(model);
}

static void leave(const char *name) {
    FILE *file = fopen(name, "wb");
    if (file) fclose(file);
    check(file != NULL, "leaving a file", "%s", name);
}

/* A file left by a killed process is removed; a file that another process is writing is not. */
void check_leftovers(void) {
    nns_model *model = some_model();
    reset_disk();
    leave("disk/run.nnswift0.tmp");
    must(nns_save(model, "disk/run", NNS_SAVE_WEIGHTS), "save");
    check_integer("a stale temporary file goes with the next save", count_files(".tmp"), 0);
    leave("disk/run.nnswift0.tmp");
    must(train_to(model, "{\"path\": \"disk/run\"}", 2), "train");
    check_integer("a stale temporary file goes with the next training", count_files(".tmp"), 0);
    leave("disk/run.nnswift0.tmp");
    int file = open("disk/run.nnswift0.tmp", O_RDWR);
    must(flock(file, LOCK_EX), "flock");
    must(nns_save(model, "disk/run", NNS_SAVE_WEIGHTS), "save beside a writer");
    check_integer("another writer's temporary file stays", count_files(".nnswift0.tmp"), 1);
    close(file);
    must(nns_save(model, "disk/run", NNS_SAVE_WEIGHTS), "save");
    check_integer("until it is gone", count_files(".tmp"), 0);
    leave("disk/run.7.tmp");
    must(nns_save(model, "disk/run", NNS_SAVE_WEIGHTS), "save");
    check_integer("files of other names stay", count_files(".7.tmp"), 1);
    nns_free(model);
}

/* The system kills a process that writes beyond this limit, unless it is asked before. */
static void save_beyond_limit(void) {
    signal(SIGXFSZ, SIG_DFL);
    struct rlimit limit = {100, 100};
    nns_model *model = some_model();
    setrlimit(RLIMIT_FSIZE, &limit);
    int held = nns_save(model, "disk/run", NNS_SAVE_WEIGHTS) == NNS_E_IO &&
               strstr(nns_last_error(), "File too large") &&
               train_to(model, "{\"path\": \"disk/run\"}", 3) == NNS_E_IO &&
               strstr(nns_last_error(), "checkpoint after epoch 1");
    _exit(held ? 0 : 1);
}

void check_size_limit(void) {
    nns_model *model = some_model();
    reset_disk();
    must(nns_save(model, "disk/run", NNS_SAVE_WEIGHTS), "save");
    uint64_t before = hash_of_file("disk/run");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) save_beyond_limit();
    int status = -1;
    waitpid(child, &status, 0);
    check(status == 0, "a limit on file sizes gives a status, not a signal", "%d", status);
    check(hash_of_file("disk/run") == before, "a limit on file sizes: the file stays", "it differs");
    check_integer("a limit on file sizes: nothing is left", count_files(""), 1);
    nns_free(model);
}
