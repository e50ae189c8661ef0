/* What stands at a path already: symbolic links, and files that may not be written to. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checkpoints.h"

static const char *const saves[] = {"nns_save", "a checkpoint"};

/* By nns_save or as the checkpoint of a training. */
static int32_t save_by(int way, nns_model *model, const char *path) {
    char members[200];
    snprintf(members, sizeof members, ", \"checkpoint\": {\"path\": \"%s\"}", path);
    return way == 0 ? nns_save(model, path, NNS_SAVE_WEIGHTS) : train_samples(model, 1, members);
}

static int is_link(const char *path) {
    struct stat about;
    return lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
}

static void make_link(const char *target, const char *path) {
    check(symlink(target, path) == 0, "making a link", "%s: %s", path, strerror(errno));
}

/* A link whose file does not exist yet: the file is made where the link says. */
static void make_through(int way, nns_model *model, const char *said, const char *target) {
    char name[200];
    snprintf(name, sizeof name, "%s through a link to %s", saves[way], said);
    remove("disk/link");
    remove(target);
    make_link(said, "disk/link");
    check_status(name, save_by(way, model, "disk/link"), NNS_OK);
    check(is_link("disk/link") && exists(target) && !is_link(target), name, "the link is gone");
    check_integer(name, count_files(".tmp"), 0);
}

static void refuse_link(int way, nns_model *model, const char *path, int error) {
    check_status(path, save_by(way, model, path), NNS_E_IO);
    check_integer(path, nns_last_errno(), error);
    check(is_link(path), path, "the link is gone");
}

void check_links(void) {
    nns_model *model = model_from(classifier);
    char here[4096], whole[4200];
    reset_disk();
    mkdir("disk/folder", 0777);
    must(getcwd(here, sizeof here) == NULL, "getcwd");
    snprintf(whole, sizeof whole, "%s/disk/absolute", here);
    for (int way = 0; way < 2; way++) {
        make_through(way, model, "new", "disk/new");
        make_through(way, model, "folder/new", "disk/folder/new");
        make_through(way, model, "./folder/../new", "disk/new");
        make_through(way, model, whole, "disk/absolute");
        remove("disk/second");
        make_link("last", "disk/second");
        make_through(way, model, "second", "disk/last");
        check(is_link("disk/second"), "a link to a link", "the second is gone");
    }
    make_link("nowhere/run", "disk/lost");
    make_link("ring2", "disk/ring1");
    make_link("ring1", "disk/ring2");
    for (int way = 0; way < 2; way++) {
        refuse_link(way, model, "disk/lost", ENOENT);
        refuse_link(way, model, "disk/ring1", ELOOP);
    }
    remove("disk/folder/new");
    reset_disk();
    nns_free(model);
}

/* For any user but root: 0 when everything is as it should be, else what is not. */
static int refuses_files(nns_model *model) {
    for (int way = 0; way < 2; way++) {
        if (save_by(way, model, "disk/open/run") != NNS_E_IO) return 1;
        if (nns_last_errno() != EACCES) return 2;
        if (!strstr(nns_last_error(), "make the file there writable")) return 3;
        if (save_by(way, model, "disk/open/link") != NNS_E_IO) return 4;
        if (save_by(way, model, "disk/open/new") != NNS_OK) return 5;
    }
    return 0;
}

/* A file that open() would refuse is not replaced, though its folder allows it. */
void check_writable(void) {
    enum { NOBODY = 65534, CANNOT = 77 };
    nns_model *model = model_from(classifier);
    reset_disk();
    mkdir("disk/open", 0777);
    chmod("disk/open", 0777);
    must(nns_save(model, "disk/open/run", NNS_SAVE_WEIGHTS), "save");
    make_link("run", "disk/open/link");
    uint64_t before = hash_of_file("disk/open/run");
    chmod("disk/open/run", 0444);
    fflush(stdout);
    /* Root may write everywhere: a child becomes another user. */
    pid_t child = fork();
    if (child == 0) _exit(geteuid() == 0 && setuid(NOBODY) != 0 ? CANNOT : refuses_files(model));
    int status = -1;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
        puts("skipped: a read-only file (root may write everywhere, and cannot become another user)");
    else
        check(status == 0, "a read-only file gives a status", "%d", status);
    check(hash_of_file("disk/open/run") == before, "a read-only file stays", "it changed");
    if (geteuid() == 0)
        check_status("root replaces a read-only file", nns_save(model, "disk/open/run", 0), NNS_OK);
    remove("disk/open/new");
    remove("disk/open/link");
    remove("disk/open/run");
    reset_disk();
    nns_free(model);
}
