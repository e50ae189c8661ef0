/* Kills trainings with SIGKILL at random moments, resumes them from their checkpoints, and compares
 * the final weights bit for bit with an uninterrupted training.
 * Usage: kills [COUNT [SEED]], or KILLS in the environment. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kills/kills.h"

enum { LONGEST_CHAIN = 3 };

static counts seen;

/* Trains one task to its end in a process of its own. Returns whether it was killed before it. */
static int train_and_kill(const task *task, double until, double *took) {
    fflush(stdout);
    double began = seconds();
    pid_t child = fork();
    if (child == 0) _exit(train_to_the_end(task));
    if (child < 0) {
        check(0, "fork", "no process");
        exit(finish());
    }
    int status = 0;
    if (until > 0) {
        pause_for(until);
        kill(child, SIGKILL);
    }
    waitpid(child, &status, 0);
    if (took) *took = seconds() - began;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && until > 0) return 1;
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, task->name, "ended with %d", status);
    return 0;
}

/* One training: killed up to a few times, each time resumed, in the end compared. */
static void run_round(const task *task, const nns_model *whole, double length, int limit,
                      uint32_t *random) {
    int kills = 0;
    clear_files();
    for (int chain = 0; chain < LONGEST_CHAIN && seen.kills < limit; chain++) {
        double moment = length * (0.02 + next_random(random)) / (1 + chain);
        if (!train_and_kill(task, moment, NULL)) break;
        kills++;
        seen.kills++;
        judge_files(task, &seen);
    }
    train_and_kill(task, 0, NULL);
    nns_model *model = load_whole("kills.d/final");
    check(model && same_weights(model, whole), "killed and resumed: the same weights",
          "%s after %d kills", task->name, kills);
    check_integer("killed and resumed: no temporary file stays", count_temporary(), 0);
    seen.resumed += kills > 0;
    nns_free(model);
}

int main(int argc, char **argv) {
    const char *given = argc > 1 ? argv[1] : getenv("KILLS");
    int limit = given ? atoi(given) : 30;
    uint32_t random = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : (uint32_t)getpid();
    printf("%d kills, seed %u\n", limit, (unsigned)random);
    nns_model *wholes[TASKS];
    double lengths[TASKS];
    for (int at = 0; at < TASKS; at++) {
        wholes[at] = train_whole(&tasks[at]);
        clear_files();
        train_and_kill(&tasks[at], 0, &lengths[at]);
        nns_model *model = load_whole("kills.d/final");
        check(model && same_weights(model, wholes[at]), "checkpoints change no weights", "%s",
              tasks[at].name);
        nns_free(model);
    }
    for (int round = 0; seen.kills < limit && round < 2 * limit + 20; round++)
        run_round(&tasks[round % TASKS], wholes[round % TASKS], lengths[round % TASKS], limit,
                  &random);
    for (int at = 0; at < TASKS; at++) nns_free(wholes[at]);
    check(seen.kills >= limit, "as many kills as wanted", "%d", seen.kills);
    check(limit < 30 || seen.during_save > limit / 20, "kills in the middle of a save", "%d of %d",
          seen.during_save, seen.kills);
    printf("%d kills (%d in the middle of a save, %d before the first checkpoint), %d trainings "
           "resumed, %d files whole, none torn\n",
           seen.kills, seen.during_save, seen.before_first, seen.resumed, seen.whole);
    clear_files();
    return finish();
}
