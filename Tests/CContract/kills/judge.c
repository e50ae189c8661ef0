/* Checks the folder after a kill. */
#define _GNU_SOURCE
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kills.h"

nns_model *load_whole(const char *path) {
    nns_model *model = NULL;
    if (nns_load(path, NULL, &model) != NNS_OK) check(0, "a file is whole", "%s", nns_last_error());
    return model;
}

typedef void (*visitor)(const char *path, counts *seen);

static void each_file(visitor visit, counts *seen) {
    DIR *folder = opendir("kills.d");
    if (!folder) return;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[300];
        snprintf(path, sizeof path, "kills.d/%s", entry->d_name);
        if (entry->d_name[0] != '.') visit(path, seen);
    }
    closedir(folder);
}

static int is_temporary(const char *path) { return strstr(path, ".tmp") != NULL; }

static void visit_one(const char *path, counts *seen) {
    if (is_temporary(path)) {
        seen->during_save++;
        return;
    }
    nns_model *model = load_whole(path);
    check(model != NULL, "after a kill every file is whole", "%s", path);
    seen->whole += model != NULL;
    nns_free(model);
}

void judge_files(const task *task, counts *seen) {
    int temporary = count_temporary();
    check(temporary <= 1, "after a kill at most one temporary file", "%d", temporary);
    each_file(visit_one, seen);
    int newest = access("kills.d/run", F_OK) == 0;
    seen->before_first += !newest;
    check(newest || access("kills.d/run.1", F_OK) != 0, "the newest is never missing", "%s",
          task->name);
    char beyond[40];
    snprintf(beyond, sizeof beyond, "kills.d/run.%d", task->keep);
    check(access(beyond, F_OK) != 0, "no more files than wanted", "%s", beyond);
}

static void remove_one(const char *path, counts *seen) {
    (void)seen;
    remove(path);
}

void clear_files(void) {
    mkdir("kills.d", 0777);
    each_file(remove_one, NULL);
}

static void count_one(const char *path, counts *seen) { seen->kills += is_temporary(path); }

int count_temporary(void) {
    counts found = {0};
    each_file(count_one, &found);
    return found.kills;
}

double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void pause_for(double length) {
    struct timespec time = {(time_t)length, (long)((length - (double)(time_t)length) * 1e9)};
    nanosleep(&time, NULL);
}
