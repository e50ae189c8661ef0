#ifndef KILLS_H
#define KILLS_H

#include "../contract.h"

/* The training: its checkpoints take a good share of the time. */
typedef struct task {
    const char *name;
    int epochs;
    const char *config; /* without epochs, checkpoint and continue */
    int keep;
} task;

enum { TASKS = 4 };
extern const task tasks[TASKS];

typedef struct counts {
    int kills, during_save, before_first, resumed, whole;
} counts;

/* The task's model trained at one go, without checkpoints. */
nns_model *train_whole(const task *task);
/* Begins, or goes on from the checkpoint, and saves the result. Returns an exit status. */
int train_to_the_end(const task *task);

/* Every file in the folder must load; counts them. */
void judge_files(const task *task, counts *seen);
nns_model *load_whole(const char *path);
void clear_files(void);
int count_temporary(void);

double seconds(void);
void pause_for(double seconds);

#endif
