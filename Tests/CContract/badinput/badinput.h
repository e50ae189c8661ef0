/* The table of bad input: its rows, the objects they use, and the checks. */
#ifndef BADINPUT_H
#define BADINPUT_H

#include "../contract.h"

/* A set of statuses: S(SHAPE) | S(ARGUMENT). FINE stands for NNS_OK. */
#define S(name) (UINT64_C(1) << NNS_E_##name)
#define FINE UINT64_C(1)
/* A size that no memory holds. */
#define TOO_LARGE (S(SHAPE) | S(ARGUMENT) | S(LIMIT) | S(MEMORY))

typedef struct bad_case {
    const char *function, *what;
    uint64_t statuses;    /* any of these is right */
    const char *fragment; /* must be in the message; NULL: anything */
    int32_t (*perform)(const char *text);
    const char *text;
} bad_case;

void run_cases(const bad_case *cases, size_t count);

#define RUN(table) run_cases(table, sizeof(table) / sizeof *(table))

/* Rows that are a plain call: LIST(CALL) makes the functions, LIST(ROW) the rows. The line is
 * X(function, what, statuses, fragment, (arguments)). */
#define CALL(function, what, statuses, fragment, arguments) \
    static int32_t function##_##what(const char *text) {    \
        (void)text;                                         \
        return function arguments;                          \
    }
#define ROW(function, what, statuses, fragment, arguments) \
    {#function, #what, statuses, fragment, function##_##what, NULL},

/* Judges one outcome: the status is one of those, and documented for the function; the message has
 * the fragment; a refused call left every result untouched. */
int judge(const char *function, const char *what, uint64_t statuses, const char *fragment,
          int32_t status);

/* Fills `made` so that judge can see whether a call wrote there. */
void forget_results(void);

/* Which statuses nnswift.h lists for a function, NNS_OK among them. */
uint64_t documented(const char *function);

/* JSON with ' for ": easier to read in C. Valid until the next but three calls. */
const char *json(const char *text);

/* -------- The objects that rows use. */

typedef struct fixture {
    samples set;
    nns_array x, y, w;       /* of the samples: features, labels, weights of 1 */
    nns_array truth, scores; /* 0/1 and probabilities, rows x 1 */
    float weight[ROWS], score[ROWS];
    int32_t bits[ROWS], ones[ROWS], index[ROWS];
    nns_model *model;     /* the classifier, trained */
    nns_model *regressor; /* one output */
    nns_model *unfitted;  /* standardize, before any data */
    nns_model *normed;    /* with batch_norm */
    nns_model *scaled;    /* standardize, fitted */
    nns_model *named;     /* one binary output, classes "no" and "yes", features, a note "a" */
    nns_data *data, *numbers;
    nns_session *session; /* of model, 8 rows */
    nns_buffer *buffer;   /* model, saved */
    const void *bytes;
    size_t size;
} fixture;

extern fixture g;

void prepare_fixture(void);
void release_fixture(void);

/* Whether the trained model predicts the bytes it did before all this, and has its history. */
void check_still_good(const char *after);

/* Where calls that must fail are told to put their results. */
typedef struct results {
    nns_model *model;
    nns_data *data, *rest, *part;
    nns_session *session;
    nns_buffer *buffer;
    const void *bytes;
    size_t size;
    int64_t number, integers[ROWS * CLASSES];
    int32_t threads;
    double value, values[3 * ROWS];
    float floats[ROWS * CLASSES];
    double doubles[8];
    char text[512];
} results;

extern results made;
/* An array for predictions over them. */
#define OUT(dtype, rows, cols) (&(const nns_array)NNS_ARRAY(dtype, made.floats, rows, cols))
/* Sizes are told even where the buffer is too small. */
extern size_t need;
extern int64_t points;

/* -------- The groups, one a file. */

void refuse_nulls(void);
void refuse_handles(void);
void refuse_arrays(void);
void refuse_samples(void);
void refuse_tables(void);
void refuse_table_models(void);
void refuse_arrow(void);
void refuse_sizes(void);
void refuse_texts(void);
void refuse_specs(void);
void refuse_configs(void);
void refuse_trainings(void);
void refuse_divergence(void);
void refuse_metrics(void);
void refuse_explanations(void);
void refuse_inspections(void);
void refuse_files(void);
void refuse_damage(void);

#endif
