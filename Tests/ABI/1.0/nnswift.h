/*
 * nnswift.h - neural networks inside your program.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Introduction
 *   A model is made from a JSON text (nns_create) or from layer sizes (nns_create_mlp). Data are
 *   borrowed arrays of any dtype and stride (nns_array). nns_train teaches the model, nns_predict
 *   uses it, nns_save and nns_load carry it to another process. The smallest program:
 *
 *       int64_t sizes[] = {4, 16, 3};
 *       nns_model *model = NULL;
 *       nns_data *data = NULL;
 *       nns_array x = NNS_ARRAY(NNS_F32, features, rows, 4);
 *       nns_array y = NNS_ARRAY(NNS_I32, labels, rows, 1);
 *       if (nns_create_mlp(sizes, 3, "relu", "softmax_cross_entropy", 7, &model) ||
 *           nns_data_create(&x, &y, NULL, NULL, &data) ||
 *           nns_train(model, data, NULL, "{\"epochs\": 20}", NULL, NULL) ||
 *           nns_save(model, "iris.safetensors", NNS_SAVE_WEIGHTS))
 *           fprintf(stderr, "%s\n", nns_last_error());
 *       nns_data_free(data);
 *       nns_free(model);
 *
 * Rules that hold everywhere
 *   - Whatever can fail returns an int32_t status: NNS_OK (0) or one of NNS_E_...; results come
 *     through the last pointers and are untouched when the status is not NNS_OK. nns_last_error()
 *     then has a sentence: what must hold, what came, what to do.
 *   - Hyper-parameters are JSON texts (the reference page lists every name); data are typed
 *     arguments. An unknown key, a wrong type or a value out of range is NNS_E_ARGUMENT.
 *   - Handles are checked: NULL gives NNS_E_NULL; a freed handle or one of another kind gives
 *     NNS_E_STATE. Every ..._free(NULL) is fine.
 *   - Text goes into your buffer: (buffer, capacity, need). *need is the number of bytes with the
 *     final 0; call with capacity 0 to ask: that is NNS_OK. Any other capacity below it gives
 *     NNS_E_ARGUMENT; *need is written then, too.
 *   - Out of memory is NNS_E_MEMORY; the model stays usable. Every call reserves memory for its
 *     small objects before it begins (figures: docs/embedding.md).
 *   - The library cannot see that a pointer does not reach as far as its sizes say.
 *   - A structure begins with its own size, so that older and newer programs understand each
 *     other. Set struct_size = sizeof(the structure); NNS_ARRAY does.
 *
 * Threads
 *   A model is idle, being read by any number of calls, or being changed by one. A call:
 *
 *                                                idle    being read    being changed
 *       [read]                                   runs    runs          NNS_E_BUSY *
 *       [read], from its training's callback                           runs, between steps
 *       [change]                                 runs    NNS_E_BUSY *  NNS_E_BUSY *
 *       [any]                                    runs    runs          runs
 *
 *   * at once, or after the time that nns_set_wait allows.
 *   Models are independent of each other. After fork() the child may go on using the library; a
 *   model that another thread was changing is of no more use there: NNS_E_BUSY, without waiting.
 *   Process-wide state, all of it: the table of handles, the default thread count, 2 MB in reserve
 *   for small objects, the text of each thread's last error, a fork handler (pthread_atfork) for
 *   the locks of these, and which kernels run: chosen for the processor when the library is loaded;
 *   the environment variable NNSWIFT_KERNELS (base, v3, v4) asks for less than the processor has.
 *   The library never prints, never exits, installs no signal handler, and changes neither the
 *   locale nor the floating-point environment of its host. A call needs less than 64 KB of stack.
 *   Once loaded it stays loaded: dlclose does not unmap it, since its threads may be alive.
 *
 * All functions are available since 1.0.
 */
#ifndef NNSWIFT_H
#define NNSWIFT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A status that nobody looks at is a warning; define NNS_CHECKED as nothing to have none. */
#ifndef NNS_CHECKED
#ifdef __GNUC__
#define NNS_CHECKED __attribute__((warn_unused_result))
#else
#define NNS_CHECKED
#endif
#endif

/* -------- Library -------------------------------------------------------------------------- */

#define NNS_VERSION_MAJOR 1
#define NNS_VERSION_MINOR 0
#define NNS_VERSION_PATCH 0
#define NNS_VERSION_TEXT "1.0.0"

#define NNS_ABI_VERSION ((1u << 16) | 0u) /* major << 16 | minor */

/* Statuses, grouped in tens and never renumbered. */
enum {
    NNS_OK = 0,
    NNS_E_NULL = 1,       /* a pointer that must not be NULL is NULL */
    NNS_E_ARGUMENT = 2,   /* a value, a name or a JSON text is not acceptable */
    NNS_E_SHAPE = 3,      /* row or column counts do not fit together */
    NNS_E_DTYPE = 4,      /* the element type does not fit its purpose */
    NNS_E_STATE = 5,      /* freed or foreign handle, or called too early */
    NNS_E_BUSY = 6,       /* the model is in use in a way that excludes this call */
    NNS_E_MEMORY = 7,     /* an allocation failed; nothing was changed (but see checkpoints) */
    NNS_E_IO = 10,        /* the operating system refused a file operation */
    NNS_E_FORMAT = 11,    /* not a model file, or a damaged one */
    NNS_E_VERSION = 12,   /* a model file of a newer version */
    NNS_E_CHECKSUM = 13,  /* the file's bytes are not those that were written */
    NNS_E_LIMIT = 14,     /* larger than nns_limits or a built-in bound allows */
    NNS_E_DIVERGED = 20,  /* the loss or its gradient is not finite; weights: config "restore" */
    NNS_E_CANCELLED = 21, /* nns_cancel stopped the training; weights and history kept */
    NNS_E_CALLBACK = 22,  /* the callback returned neither 0 nor NNS_STOP; weights, history kept */
    NNS_E_INTERNAL = 99   /* a mistake of the library: please report it */
};

/* The ABI the library was built with: major << 16 | minor. [any] */
uint32_t nns_abi_version(void);

/* The version as text, "1.0.0"; lives as long as the library. [any] */
const char *nns_version(void);

/* Writes how the library was built and which kernels run on this processor, one "key: value" a
 * line. [any]
 * Statuses: NULL, ARGUMENT. */
NNS_CHECKED int32_t nns_build_info(char *buffer, size_t capacity, size_t *need);

/* Writes what a spec and a config may name, as a JSON object: "layer", "activation", "init",
 * "preprocess", "loss", "optimizer", "schedule" and "metric" each have a list of members
 * {"name", "example", "options"}. An option is {"name", "type", "default"} with "minimum" or
 * "exclusiveMinimum", "maximum" or "exclusiveMaximum", or "enum"; one without "default" must be
 * given. Types: number, integer, boolean, string, numbers (a list), layers (a list), or one of the
 * keys above. [any]
 * Statuses: NULL, ARGUMENT, MEMORY. */
NNS_CHECKED int32_t nns_registry(char *buffer, size_t capacity, size_t *need);

/* The sentence of this thread's last failed call, "" before the first. It stays until the next
 * call that fails in this thread; copy it if it must live longer. [any] */
const char *nns_last_error(void);

/* The errno value behind this thread's last failed call: ENOENT, EACCES, ENOSPC ... after NNS_E_IO;
 * 0 where the system gave none (the path is a device or a pipe), and after other statuses. [any] */
int32_t nns_last_errno(void);

/* The name of a status, "NNS_E_SHAPE"; "unknown status" for other numbers. [any] */
const char *nns_status_name(int32_t status);

/* Sets the process-wide default for "threads" of a config that does not name it, and the number for
 * large predictions (a session keeps that of its making): 0 chooses by the size of the work, 1 (the
 * initial value) to 256 threads. Results never depend on it. [any]
 * Statuses: ARGUMENT. */
int32_t nns_set_threads(int32_t threads);

/* Writes the default of nns_set_threads. [any] Statuses: NULL. */
NNS_CHECKED int32_t nns_get_threads(int32_t *threads);

/* -------- Arrays --------------------------------------------------------------------------- */

/* Element types of nns_array. */
enum { NNS_F32 = 1, NNS_F64 = 2, NNS_U8 = 3, NNS_I32 = 4, NNS_I64 = 5, NNS_BOOL = 6 };

/* A borrowed two-dimensional view: row = sample, column = feature or output.
 * Element (r, c) is at (const char *)data + r * row_stride + c * col_stride; strides are in bytes,
 * of any sign. Both strides 0 mean dense, row by row; one alone must not be 0 where it is used.
 * NNS_BOOL is one byte, nonzero is 1. */
typedef struct nns_array {
    uint32_t struct_size; /* sizeof(nns_array) */
    int32_t dtype;        /* NNS_F32 ... NNS_BOOL */
    const void *data;
    int64_t rows;
    int64_t cols;
    int64_t row_stride; /* bytes */
    int64_t col_stride; /* bytes */
} nns_array;

/* An initialiser for a dense array: nns_array x = NNS_ARRAY(NNS_U8, pixels, 60000, 784); */
#define NNS_ARRAY(dtype, data, rows, cols) \
    { (uint32_t)sizeof(nns_array), (dtype), (data), (int64_t)(rows), (int64_t)(cols), 0, 0 }

/* -------- Model ---------------------------------------------------------------------------- */

typedef struct nns_model nns_model;     /* a network with its weights, and how it is trained */
typedef struct nns_data nns_data;       /* features, targets and sample weights, checked */
typedef struct nns_session nns_session; /* scratch for predictions without allocation */
typedef struct nns_buffer nns_buffer;   /* bytes that the library owns */

/* Makes a model from its JSON spec, with freshly initialised weights. [any]
 *   {"input": 784, "layers": [{"type": "dense", "units": 64, "activation": "relu"},
 *    {"type": "dense", "units": 10}], "loss": "softmax_cross_entropy", "seed": 7}
 * spec_json: UTF-8. model: receives the handle; free it with nns_free.
 * Statuses: NULL, ARGUMENT, SHAPE, LIMIT, MEMORY. */
NNS_CHECKED int32_t nns_create(const char *spec_json, nns_model **model);

/* Makes a multi-layer perceptron. [any]
 * sizes: count numbers, input first, outputs last (count >= 2). activation: of the layers between,
 * "relu" when NULL. loss: "softmax_cross_entropy" when NULL. seed: of the initialisation.
 * Statuses: NULL, ARGUMENT, LIMIT, MEMORY. */
NNS_CHECKED int32_t nns_create_mlp(const int64_t *sizes, int64_t count, const char *activation,
                                   const char *loss, uint64_t seed, nns_model **model);

/* Makes an independent copy: spec, weights, preprocessing, history; not the optimiser. [read]
 * Statuses: NULL, STATE, BUSY, MEMORY. */
NNS_CHECKED int32_t nns_clone(const nns_model *model, nns_model **copy);

/* Puts newer in the place of model, under the eyes of its readers: weights, running statistics,
 * scaling, threshold, notes, optimiser, config and history. [change] Both need the same spec but
 * for seed and threshold, and the same classes, unless model has none. Calls that are reading end
 * with the old weights and are waited for, whatever nns_set_wait says; those that come meanwhile
 * wait for the copying and see the new ones. On success newer is used up: its handle is freed.
 * Handles and sessions of model stay valid, and its nns_set_wait.
 * Statuses: NULL, ARGUMENT (one model twice), SHAPE (another spec), STATE, BUSY (newer is in use,
 * or model is being changed), MEMORY. */
NNS_CHECKED int32_t nns_swap(nns_model *model, nns_model *newer);

/* Sets how long a [read] or [change] function waits for its turn on this model before it returns
 * NNS_E_BUSY. [any] milliseconds: 0 (the initial value, also of a clone): not at all; -1: for ever.
 * While a [change] call waits, new [read] calls wait behind it; after it those that waited go
 * first: neither kind keeps the other out. Where nobody waits no lock is taken. A call from a
 * callback of the model's own training never waits, nor does a second call with a session that is
 * in use.
 * Statuses: NULL, ARGUMENT, STATE. */
NNS_CHECKED int32_t nns_set_wait(nns_model *model, int32_t milliseconds);

/* Frees the handle; the last call that uses the model releases it. NULL is fine. [any] */
void nns_free(nns_model *model);

/* Writes the number of features a row must have. [read] Statuses: NULL, STATE. */
NNS_CHECKED int32_t nns_input_size(const nns_model *model, int64_t *size);

/* Writes the number of outputs of a row. [read] Statuses: NULL, STATE. */
NNS_CHECKED int32_t nns_output_size(const nns_model *model, int64_t *size);

/* Writes the number of trainable values. [read] Statuses: NULL, STATE. */
NNS_CHECKED int32_t nns_param_count(const nns_model *model, int64_t *count);

/* Writes the spec as JSON with every default filled in; nns_create takes it back. [read]
 * Statuses: NULL, ARGUMENT (buffer too small), STATE, BUSY. */
NNS_CHECKED int32_t nns_describe(const nns_model *model, char *buffer, size_t capacity,
                                 size_t *need);

/* Writes the layers as a table for people: kind, shape of a row that comes out, number of values
 * (running statistics included), totals. [read]
 * Statuses: NULL, ARGUMENT (buffer too small), STATE. */
NNS_CHECKED int32_t nns_summary(const nns_model *model, char *buffer, size_t capacity,
                                size_t *need);

/* Writes the name of feature index: the spec's "features", one for each column of x. [read]
 * Statuses: NULL, ARGUMENT (index, no names, buffer too small), STATE. */
NNS_CHECKED int32_t nns_feature_name(const nns_model *model, int64_t index, char *buffer,
                                     size_t capacity, size_t *need);

/* What the names of the classes are: all of one type. */
enum { NNS_CLASS_NONE = 0, NNS_CLASS_TEXT = 1, NNS_CLASS_INTEGER = 2, NNS_CLASS_BOOL = 3 };

/* Writes how many names the classes have, 0 without: one for each class, or one for each output
 * where several outputs are binary. They are the spec's "classes", those of nns_set_classes, or the
 * labels of the first nns_train where these are bools, or integers (of any dtype) other than 0, 1,
 * 2 ... [read] Statuses: NULL, STATE, BUSY. */
NNS_CHECKED int32_t nns_class_count(const nns_model *model, int64_t *count);

/* Writes the type of the names; NNS_CLASS_NONE without names. [read]
 * Statuses: NULL, STATE, BUSY. */
NNS_CHECKED int32_t nns_class_type(const nns_model *model, int32_t *type);

/* Writes name index as text: an integer in decimal digits, a bool as "true" or "false". [read]
 * Statuses: NULL, ARGUMENT (index, buffer too small), STATE, BUSY. */
NNS_CHECKED int32_t nns_class_name(const nns_model *model, int64_t index, char *buffer,
                                   size_t capacity, size_t *need);

/* Names the classes anew, in the order of the outputs. [change] nns_describe, nns_clone and
 * nns_save keep them. classes_json: as the spec's "classes", a list of texts, of integers or of
 * true and false; NULL: back to the spec's.
 * Statuses: NULL, ARGUMENT, STATE, BUSY, MEMORY. */
NNS_CHECKED int32_t nns_set_classes(nns_model *model, const char *classes_json);

/* Writes the probability from which a binary output is class 1: the spec's "threshold", or what
 * nns_set_threshold said. [read] Statuses: NULL, STATE, BUSY. */
NNS_CHECKED int32_t nns_get_threshold(const nns_model *model, double *threshold);

/* Sets that probability, 0 ... 1, for NNS_LABEL and the metrics of nns_evaluate and nns_train.
 * nns_describe, nns_clone and nns_save keep it. Only binary_cross_entropy has a threshold.
 * [change] Statuses: NULL, ARGUMENT, STATE, BUSY. */
NNS_CHECKED int32_t nns_set_threshold(nns_model *model, double threshold);

/* Keeps a text of yours in the model, for example when and of what it was made; text NULL removes
 * it. nns_clone and nns_save keep notes: note "build" is the key "x-build" of the file, and keys
 * "x-..." that another program wrote into a file are notes. [change]
 * name: 1 to 128 bytes. At most 256 notes, all names and texts together 131,072 bytes of UTF-8.
 * Statuses: NULL, ARGUMENT (name, not UTF-8), STATE, BUSY, LIMIT, MEMORY. */
NNS_CHECKED int32_t nns_set_note(nns_model *model, const char *name, const char *text);

/* Writes a note. [read]
 * Statuses: NULL, ARGUMENT (no such note, buffer too small), STATE, BUSY. */
NNS_CHECKED int32_t nns_get_note(const nns_model *model, const char *name, char *buffer,
                                 size_t capacity, size_t *need);

/* Writes the number of notes. [read] Statuses: NULL, STATE, BUSY. */
NNS_CHECKED int32_t nns_note_count(const nns_model *model, int64_t *count);

/* Writes the name of note index; they stand in the order in which they were first set. [read]
 * Statuses: NULL, ARGUMENT (index, buffer too small), STATE, BUSY. */
NNS_CHECKED int32_t nns_note_name(const nns_model *model, int64_t index, char *buffer,
                                  size_t capacity, size_t *need);

/* -------- Data ----------------------------------------------------------------------------- */

/* Checks features and targets and makes a data set of them. [any]
 * x: rows x features; borrowed, not copied: it must stay until nns_data_free has returned and no
 * call uses the data set any more. y: rows x targets (reference page, "Targets"); copied as
 * integers when it has an integer type, else as F32 (one column of whole numbers exactly).
 * weight: rows x 1 sample weights >= 0, copied; NULL: all 1. config_json: {"allow_nan": true}
 * accepts features that are not finite; NULL: refused.
 * Statuses: NULL, ARGUMENT (not finite, negative weight), SHAPE, DTYPE, MEMORY. */
NNS_CHECKED int32_t nns_data_create(const nns_array *x, const nns_array *y, const nns_array *weight,
                                    const char *config_json, nns_data **data);

/* How nns_data_split and nns_data_folds divide. */
enum {
    NNS_SPLIT_RANDOM = 1,     /* rows at random */
    NNS_SPLIT_STRATIFIED = 2, /* at random, each class in its proportion (labels, not fractions) */
    NNS_SPLIT_GROUP = 3,      /* rows with equal key stay together */
    NNS_SPLIT_TIME = 4        /* the rows with the largest keys go to part (no key: the last) */
};

/* Divides a data set in two without copying features. [any]
 * fraction: share of the rows for part, between 0 and 1, both sides at least one row. key: rows x 1
 * of any dtype, for GROUP and TIME, else NULL. seed: of the random kinds; same seed, same split.
 * rest, part: receive handles that keep their parent's arrays alive; free each with nns_data_free.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, MEMORY. */
NNS_CHECKED int32_t nns_data_split(const nns_data *data, int32_t kind, double fraction,
                                   const nns_array *key, uint64_t seed, nns_data **rest,
                                   nns_data **part);

/* Writes the sizes of a data set; each pointer may be NULL. [any] features: of a table the columns
 * besides target and weight. Statuses: NULL, STATE. */
NNS_CHECKED int32_t nns_data_size(const nns_data *data, int64_t *rows, int64_t *features,
                                  int64_t *targets);

/* Writes which rows of the array given to nns_data_create these are; count must be their number.
 * [any] Statuses: NULL, SHAPE, STATE. */
NNS_CHECKED int32_t nns_data_rows(const nns_data *data, int64_t *indices, int64_t count);

/* Copies the targets out, in the order of the data set. [any]
 * out: as many rows and cols as nns_data_size says, of any strides; NNS_F32 or NNS_F64, where the
 * targets had an integer type also NNS_I32 or NNS_I64. What it describes is written, not out
 * itself.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE. */
NNS_CHECKED int32_t nns_data_targets(const nns_data *data, const nns_array *out);

/* Makes a data set of count rows of another, by their positions in it (0: its first row), without
 * copying features. A position may come again. [any]
 * subset: receives a handle that keeps its parent's arrays alive; free it with nns_data_free.
 * Statuses: NULL, ARGUMENT (a position), SHAPE (no rows), STATE, LIMIT, MEMORY. */
NNS_CHECKED int32_t nns_data_subset(const nns_data *data, const int64_t *indices, int64_t count,
                                    nns_data **subset);

/* Deals the rows to folds for a cross-validation. [any]
 * kind: NNS_SPLIT_...; STRATIFIED: each class spread evenly; GROUP: key needed, folds of rows as
 * equal as whole groups allow; TIME: the rows by key (none: as they are), folds of
 * rows / (folds + 1) at the end. folds: 2 ... rows. seed: of all but TIME; same seed, same folds.
 * fold: receives for each row its fold, 0 ... folds - 1; of TIME -1 for the rows before the first.
 * Statuses: NULL, ARGUMENT (also: fewer keys than folds), SHAPE, DTYPE, STATE, MEMORY. */
NNS_CHECKED int32_t nns_data_folds(const nns_data *data, int32_t kind, int32_t folds,
                                   const nns_array *key, uint64_t seed, int32_t *fold,
                                   int64_t count);

/* Frees the handle. NULL is fine. [any] */
void nns_data_free(nns_data *data);

/* -------- Tables --------------------------------------------------------------------------- */

/* Element types of nns_column, besides NNS_F32 ... NNS_BOOL. */
enum {
    NNS_I8 = 7,
    NNS_I16 = 8,
    NNS_U16 = 9,
    NNS_U32 = 10,
    NNS_U64 = 11,
    NNS_BIT = 12,        /* one bit a row, least first; offset counts bits */
    NNS_TEXT_PTR = 20,   /* const char *, ends with 0; NULL is missing */
    NNS_TEXT_FIXED = 21, /* char[size] in each row, padded with 0 */
    NNS_TEXT_32 = 22,    /* int32_t offsets, rows + 1 of them, into bytes: Arrow's "u" */
    NNS_TEXT_64 = 23,    /* the same with int64_t: Arrow's "U" */
    NNS_TEXT_VIEW = 24,  /* 16 bytes a row, bytes: the buffers: Arrow's "vu" */
    NNS_DAYS = 30,       /* int32_t days since 1970-01-01 */
    NNS_MICROS = 31      /* int64_t microseconds since 1970-01-01 UTC */
};

/* A borrowed view of one column of a table. Row r is at
 * (const char *)data + (offset + r) * stride. Texts are UTF-8. A float that is NaN is missing. */
typedef struct nns_column {
    uint32_t struct_size; /* sizeof(nns_column), the same in all columns of a call */
    int32_t dtype;        /* NNS_F32 ... NNS_MICROS */
    const char *name;     /* 1 to 1,024 bytes of UTF-8; NULL in all: columns go by position */
    const void *data;
    int64_t stride;       /* bytes from row to row, of any sign; 0: dense; BIT, TEXT_32/64: 0 */
    int64_t offset;       /* rows to skip, also in valid */
    const uint8_t *valid; /* one bit a row, least first, 0 is missing; NULL: none is */
    const void *bytes;    /* TEXT_32/64: the characters; TEXT_VIEW: const void *const *buffers */
    int64_t size;         /* TEXT_FIXED: width; TEXT_32/64: bytes, -1: unknown; TEXT_VIEW: buffers */
    const struct nns_column *levels; /* data are integers, rows of this column; NULL: values */
    int64_t level_count;             /* rows of levels */
} nns_column;

/* An initialiser: a member of an array of structs, or with stride 0 a dense column.
 * nns_column age = NNS_COLUMN("age", NNS_F64, &people[0].age, sizeof people[0]); */
#define NNS_COLUMN(name, dtype, data, stride) \
    { (uint32_t)sizeof(nns_column), (dtype), (name), (data), (int64_t)(stride), 0, 0, 0, -1, 0, 0 }

/* Makes a data set of columns; nns_data_split, nns_data_subset, nns_data_size and nns_data_targets
 * take it as any other. [any]
 * columns: count of them (1 to 65,535), rows values each; their data are borrowed as x of
 * nns_data_create is, the structures and names are not. target: the name of the column that is y,
 * or "#3", its position; NULL: none, for predictions. Its values are copied: texts as the places of
 * the different ones in ascending order of their bytes. weight: likewise, of the sample weights,
 * numbers >= 0; NULL: all 1.
 * config_json: {"missing_text": ["", "NA"]} lists texts that mean a missing value; "parse_text":
 * true reads text columns whose texts are all decimal numbers as numbers; "allow_infinite": true
 * accepts infinite numbers. NULL: no text is missing, text stays text, infinite is refused.
 * Every value is checked once, here: UTF-8, offsets, indices of levels.
 * Statuses: NULL, ARGUMENT (names column and row), SHAPE, DTYPE, LIMIT, MEMORY. */
NNS_CHECKED int32_t nns_data_create_table(const nns_column *columns, int64_t count, int64_t rows,
                                          const char *target, const char *weight,
                                          const char *config_json, nns_data **data);

/* Arrow's C stream interface; its definition is your program's own. */
struct ArrowArrayStream;

/* Makes a data set of an Arrow stream of structs, of any number of chunks; all are read at once.
 * [any] The stream is moved: stream->release is NULL afterwards, and the stream is released when
 * the data set and all parts of it are freed, or before this returns if it fails. target, weight,
 * config_json: as for nns_data_create_table.
 * Formats: c C s S i I l L f g e b u U vu n tdD tdm tss: tsm: tsu: tsn: d:, and dictionaries of
 * them. A column of another format is left out; as target or weight it is DTYPE. Sizes of buffers
 * are believed, as Arrow does not tell them; offsets, lengths and indices are checked.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, LIMIT, MEMORY, IO (the stream failed; nns_last_error has
 * its sentence). */
NNS_CHECKED int32_t nns_data_create_arrow(struct ArrowArrayStream *stream, const char *target,
                                          const char *weight, const char *config_json,
                                          nns_data **data);

/* -------- Training ------------------------------------------------------------------------- */

/* The argument of a progress callback. */
typedef struct nns_progress {
    uint32_t struct_size;
    int32_t epoch_end;    /* 1 at the end of an epoch, 0 after a batch ("progress": "batch") */
    int64_t epoch;        /* 1 ... epochs */
    int64_t epochs;
    int64_t batch;        /* 1 ... batches */
    int64_t batches;
    double loss;          /* mean over the epoch so far */
    double val_loss;      /* NaN where there is no validation or none yet */
    double learning_rate; /* of the last step */
    double seconds;       /* since the training began */
    double batch_loss;    /* of the last batch alone */
    int64_t metric_count; /* at the end of an epoch: columns of the history; after a batch: 0 */
    const char *const *metric_names; /* valid during the call only */
    const double *metric_values;     /* of this epoch */
    int64_t fold;         /* of nns_cross_validate 1 ... folds, else 0 */
    int64_t folds;
} nns_progress;

/* What a callback may return besides 0: the training ends there as one that is complete. It is no
 * status. */
enum { NNS_STOP = 1000 };

/* Called between steps, in the thread that called nns_train. Returns 0 to go on, NNS_STOP to end
 * the training there without an error ("restore_best" and the checkpoint of the end apply), or any
 * other number to end it with NNS_E_CALLBACK.
 * It must return. A longjmp out of it leaves the model busy for ever (NNS_E_BUSY), and the
 * training's memory lost; a C++ exception does the same or ends the process (std::terminate): catch
 * it, keep it (std::exception_ptr), return 1, and throw it again when nns_train has returned. */
typedef int32_t (*nns_progress_fn)(void *user, const nns_progress *progress);

/* Trains until the epochs are over or something stops it. [change]
 * train: needed. valid: may be NULL. config_json: NULL for the defaults; for example
 *   {"epochs": 20, "batch_size": 32, "optimizer": {"type": "adam", "learning_rate": 0.001},
 *    "early_stopping": {"patience": 10, "restore_best": true}, "metrics": ["accuracy"], "seed": 7}
 * progress: may be NULL; user is handed to it.
 * "restore": what a training that diverges leaves: "start" (weights, running statistics and
 * optimiser as they were before it), "best" (the weights that early stopping would restore, the
 * optimiser of the start) or "last" (the last finite weights). Without it: "best" where early
 * stopping has seen one, else "start".
 * "checkpoint": {"path": "run.safetensors", "every_epochs": 5} saves the model with the training's
 * state between epochs, before the callback is told of the epoch, and at the end; keys on the
 * reference page, and there how to resume so that nothing differs from an uninterrupted training. A
 * path that cannot be written is IO before the first step. A checkpoint that cannot be made later
 * ends the training with IO (or MEMORY): weights and history are kept, older files are whole, and
 * the same model may go on with "continue": true once the cause is mended.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY, MEMORY, IO, DIVERGED, CANCELLED,
 * CALLBACK. */
NNS_CHECKED int32_t nns_train(nns_model *model, const nns_data *train, const nns_data *valid,
                              const char *config_json, nns_progress_fn progress, void *user);

/* Sets the config (as for nns_train) of nns_train_batch and nns_apply_grad. [change] The optimiser
 * is fresh; with "continue": true it goes on, also from a file with NNS_SAVE_TRAINING. Without this
 * call they use the config of the training before, or adam, with the optimiser of the file.
 * Statuses: NULL, ARGUMENT, STATE, BUSY, MEMORY. */
NNS_CHECKED int32_t nns_configure(nns_model *model, const char *config_json);

/* Makes one step on one batch: online learning. [change]
 * x, y, weight as in nns_data_create. loss: receives the batch's loss before the step; may be NULL.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY, MEMORY, DIVERGED. */
NNS_CHECKED int32_t nns_train_batch(nns_model *model, const nns_array *x, const nns_array *y,
                                    const nns_array *weight, double *loss);

/* Fits the spec's "preprocess" to the features of a data set, and its "target" to the targets. The
 * first nns_train does this by itself, later ones keep what was fitted; this call fits anew. Values
 * that are not finite are left out. [change]
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY, MEMORY. */
NNS_CHECKED int32_t nns_fit_preprocess(nns_model *model, const nns_data *data);

/* Writes what a fitted preprocess subtracts from each feature, and what it then multiplies by:
 * (x - center) * scale. [read] center, scale: count values each, count must be nns_input_size.
 * Statuses: NULL, ARGUMENT (a preprocess that is not fitted to data), SHAPE, STATE (no data seen
 * yet), BUSY. */
NNS_CHECKED int32_t nns_get_scaling(const nns_model *model, double *center, double *scale,
                                    int64_t count);

/* Sets those values instead of fitting them: finite, scales above 0. Scales are kept as floats,
 * centers as the sum of two. [change]
 * Statuses: NULL, ARGUMENT, SHAPE, STATE, BUSY, MEMORY. */
NNS_CHECKED int32_t nns_set_scaling(nns_model *model, const double *center,
                                    const double *scale, int64_t count);

/* Writes a batch's loss and its gradient for the trainable values (order of nns_get_weights) and
 * changes no value; batch_norm keeps the batch's statistics for nns_apply_grad. [change]
 * count must be nns_param_count. weight_sum: receives the weight of the batch, by which its loss
 * and gradient were divided: to add up batches; may be NULL.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY, MEMORY, DIVERGED. */
NNS_CHECKED int32_t nns_loss_grad(nns_model *model, const nns_array *x, const nns_array *y,
                                  const nns_array *weight, double *loss, float *gradient,
                                  int64_t count, double *weight_sum);

/* Runs features forward in training mode, for a loss of your own: dropout acts, batch_norm takes
 * the statistics of the batch and adds them to the running ones. [change]
 * out: receives the raw outputs as nns_predict writes them for NNS_RAW. The model copies the
 * features and keeps the batch until the next [change] call other than nns_backward.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY, LIMIT, MEMORY, DIVERGED. */
NNS_CHECKED int32_t nns_forward_train(nns_model *model, const nns_array *x, const nns_array *out);

/* Turns the gradient of your loss for the outputs of the kept batch into that of the trainable
 * values, and of the inputs. [change] It may be called again for the same batch.
 * d_outputs: F32 or F64, rows x outputs: dLoss/dout, summed over rows as you weigh them. gradient:
 * count floats as nns_apply_grad takes them, count = nns_param_count; NULL: not wanted. d_inputs:
 * your array, F32 or F64, rows x features: receives dLoss/dx for the features as the first layer
 * gets them, after "preprocess"; NULL: not wanted.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE (no batch is kept), BUSY, MEMORY, DIVERGED. */
NNS_CHECKED int32_t nns_backward(nns_model *model, const nns_array *d_outputs, float *gradient,
                                 int64_t count, const nns_array *d_inputs);

/* Makes one optimiser step with a gradient of yours. [change] count must be nns_param_count.
 * batch_norm then adds the statistics of the batch of the last nns_loss_grad, if no step was made
 * since, to its running ones.
 * Statuses: NULL, ARGUMENT (lbfgs), SHAPE, STATE, BUSY, MEMORY, DIVERGED. */
NNS_CHECKED int32_t nns_apply_grad(nns_model *model, const float *gradient, int64_t count);

/* Computes metrics of a model on a data set. [read]
 * metrics_json: a list such as ["loss", "accuracy", {"type": "f_beta", "beta": 2}]; NULL for
 * ["loss"]. values: count doubles, one for each metric.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY, MEMORY. */
NNS_CHECKED int32_t nns_evaluate(const nns_model *model, const nns_data *data,
                                 const char *metrics_json, double *values, int64_t count);

/* Writes the history of the last training as JSON: {"epoch": [...], "loss": [...], "val_loss":
 * [...], "learning_rate": [...], "seconds": [...], "samples_per_second": [...], a list for every
 * metric and "val_" + metric, "stopped": "none" (never trained), "running" (also of a checkpoint
 * made in mid-training), "completed", "converged" (a plateau of the loss; only without epochs),
 * "early_stopping", "callback", "cancelled", "diverged", "checkpoint" (one could not be made) or
 * "failed" (a metric refused its data), "best_epoch": 0 (none) or its number, "warnings":
 * sentences, where there are any}. Numbers that are not finite are null. [read]
 * Statuses: NULL, ARGUMENT (buffer too small), STATE, BUSY. */
NNS_CHECKED int32_t nns_history(const nns_model *model, char *buffer, size_t capacity,
                                size_t *need);

/* How the last training stopped, as nns_history tells it in words. */
enum {
    NNS_STOPPED_NONE = 0, /* never trained */
    NNS_STOPPED_RUNNING = 1,
    NNS_STOPPED_COMPLETED = 2,
    NNS_STOPPED_EARLY = 3,
    NNS_STOPPED_CALLBACK = 4, /* with NNS_STOP or with a failure: nns_train told */
    NNS_STOPPED_CANCELLED = 5,
    NNS_STOPPED_DIVERGED = 6,
    NNS_STOPPED_CHECKPOINT = 7,
    NNS_STOPPED_FAILED = 8,
    NNS_STOPPED_CONVERGED = 9 /* without "epochs": the loss no longer improved */
};

/* Writes which epochs the history of the last training has, which was best, and how it stopped
 * (NNS_STOPPED_...). first, last: their numbers; 1 and 0 when there is none. best: its number, 0
 * without early stopping and where its metric was never defined. Each pointer may be NULL. [read]
 * Statuses: NULL, STATE, BUSY. */
NNS_CHECKED int32_t nns_history_info(const nns_model *model, int64_t *first, int64_t *last,
                                     int64_t *best, int32_t *stopped);

/* Writes one number of the history: a list of nns_history ("val_loss") at the epoch of that number,
 * as the callback and nns_history_info tell it; 0: the last one. value: NaN where the number is not
 * finite. [read] Statuses: NULL, ARGUMENT (no such list or epoch), STATE, BUSY. */
NNS_CHECKED int32_t nns_history_value(const nns_model *model, const char *name, int64_t epoch,
                                      double *value);

/* Asks a running training to stop after its present step (of lbfgs: within it); without one nothing
 * happens. [any], also from a signal handler, and while another thread frees the handle.
 * Statuses: NULL, STATE. */
int32_t nns_cancel(const nns_model *model);

/* -------- Prediction ----------------------------------------------------------------------- */

/* Kinds of prediction, and a flag to be combined with |. */
enum {
    NNS_PROBA = 1,          /* rows x outputs: probabilities, or values of a regression */
    NNS_LABEL = 2,          /* rows x 1: classes that are integers or bools themselves, of others
                             * the index; binary with several outputs: rows x outputs, 0 or 1 */
    NNS_RAW = 3,            /* rows x outputs: before the output function (logits) */
    NNS_ALLOW_NAN = 0x100   /* features that are not finite are let through */
};

/* What NNS_LABEL writes for a row whose outputs are NaN: it has no class. */
#define NNS_NO_LABEL INT32_MIN

/* Predicts for rows of features. [read]
 * out: your array, written through its data with its strides: F32 or F64, for NNS_LABEL I64 or I32,
 * with as many rows as x and as many columns as the kind has. Dense F32 is written as it comes.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY, MEMORY. */
NNS_CHECKED int32_t nns_predict(const nns_model *model, const nns_array *x, int32_t kind,
                                const nns_array *out);

/* Predicts for one row of count features; out has one row. [read] Statuses: as nns_predict. */
NNS_CHECKED int32_t nns_predict_one(const nns_model *model, const float *x, int64_t count,
                                    int32_t kind, const nns_array *out);

/* Predicts for the rows of a data set, in its order (nns_data_rows). [read]
 * Statuses: as nns_predict. */
NNS_CHECKED int32_t nns_predict_data(const nns_model *model, const nns_data *data, int32_t kind,
                                     const nns_array *out);

/* Makes scratch memory for predictions of up to max_rows rows a call: they then neither allocate
 * nor lock. A session serves one thread at a time (else BUSY) and keeps its model alive. [read]
 * Statuses: NULL, ARGUMENT, STATE, BUSY, LIMIT, MEMORY. */
NNS_CHECKED int32_t nns_session_create(const nns_model *model, int64_t max_rows,
                                       nns_session **session);

/* nns_predict with a session's memory. x->rows <= max_rows. [read]
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY. */
NNS_CHECKED int32_t nns_session_predict(nns_session *session, const nns_array *x, int32_t kind,
                                        const nns_array *out);

/* Frees the handle. NULL is fine. [any] */
void nns_session_free(nns_session *session);

/* -------- Models of tables ------------------------------------------------------------------ */

/* Makes a model for a table: its spec is completed from a data set. [any]
 * spec_json: what the caller decides, the rest is filled in: "preset": "tabular" (layers, loss,
 * calibration), "columns" ("auto", or a list that describes some of them), "target" {"kind":
 * "classes" or "number"}, "preprocess"; reference page, "Tables". NULL: all from the data. Kinds of
 * columns, levels, scales, bins and the classes of the target (texts in the order of their bytes)
 * are learnt here, from all rows of data: parts of one data set share them. nns_describe shows the
 * whole spec.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE (not a table, no target), LIMIT, MEMORY. */
NNS_CHECKED int32_t nns_create_for(const nns_data *data, const char *spec_json, nns_model **model);

/* Makes a model for a table and trains it, in one call: nns_data_create_table, nns_create_for and
 * nns_train with the preset "tabular". [any]
 * target: the column to learn, by name or as "#3". options_json: {"columns": [...], "spec": {...},
 * "config": {...}, "table": {...} (the config of nns_data_create_table), "seed": 0}; NULL: the
 * defaults. progress, user: as for nns_train. The columns are borrowed during the call only.
 * Statuses: of those three. */
NNS_CHECKED int32_t nns_fit_table(const nns_column *columns, int64_t count, int64_t rows,
                                  const char *target, const char *options_json,
                                  nns_progress_fn progress, void *user, nns_model **model);

/* Predicts for the rows of columns. [read]
 * columns: matched by name; those that the model does not know are left out, and the target need
 * not be there. Without names: the model's columns in their order. out: as for nns_predict.
 * Statuses: as nns_predict; ARGUMENT (also: a column is missing), LIMIT. */
NNS_CHECKED int32_t nns_predict_table(const nns_model *model, const nns_column *columns,
                                      int64_t count, int64_t rows, int32_t kind,
                                      const nns_array *out);

/* Types of nns_value. */
enum { NNS_MISSING = 0, NNS_NUMBER = 1, NNS_INTEGER = 2, NNS_TEXT = 3, NNS_CODE = 4 };

/* One value of a row. */
typedef struct nns_value {
    int32_t type;     /* NNS_MISSING ... NNS_CODE: which field counts */
    int32_t bytes;    /* of text, -1: it ends with 0 */
    double number;    /* NNS_NUMBER: of a number, of a bool 0 or 1, NaN is missing */
    int64_t integer;  /* NNS_INTEGER: of a number, bool or category, of a date microseconds since
                       * 1970. NNS_CODE: what nns_level_code wrote */
    const char *text; /* NNS_TEXT: of a category or a date (ISO 8601), UTF-8, read during the call,
                       * NULL is missing */
} nns_value;

/* Predicts for one row of raw values, in the order of the model's columns (nns_column_name). [read]
 * It neither allocates nor locks. out has one row, otherwise as for nns_predict.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY. */
NNS_CHECKED int32_t nns_session_predict_values(nns_session *session, const nns_value *values,
                                               int64_t count, int32_t kind, const nns_array *out);

/* Writes how many unknown levels, missing values and numbers beyond those of the training
 * nns_session_predict_values has met since the session was made, one of each a column: the cheapest
 * alarm that data have changed. [read] count: the number of columns. Each pointer may be NULL.
 * Statuses: NULL, SHAPE, STATE, BUSY. */
NNS_CHECKED int32_t nns_session_counts(nns_session *session, int64_t *unknown, int64_t *missing,
                                       int64_t *clipped, int64_t count);

/* Writes the number of a model's columns; 0: it takes arrays. [read] Statuses: NULL, STATE. */
NNS_CHECKED int32_t nns_column_count(const nns_model *model, int64_t *count);

/* Writes the name of column index. [read]
 * Statuses: NULL, ARGUMENT (index, buffer too small), STATE. */
NNS_CHECKED int32_t nns_column_name(const nns_model *model, int64_t index, char *buffer,
                                    size_t capacity, size_t *need);

/* Describes column index: its element of the spec's "columns", as JSON. [read]
 * levels: receives how many codes it has, 0: it is no category; may be NULL.
 * Statuses: NULL, ARGUMENT (index, buffer too small), STATE, MEMORY. */
NNS_CHECKED int32_t nns_column_describe(const nns_model *model, int64_t index, char *buffer,
                                        size_t capacity, size_t *need, int64_t *levels);

/* Writes the text of a code of a category, of an integer its digits; of 0 (another level) and 1
 * (missing) an empty text. [read]
 * Statuses: NULL, ARGUMENT (column, code, buffer too small), STATE, BUSY. */
NNS_CHECKED int32_t nns_level(const nns_model *model, int64_t column, int64_t code, char *buffer,
                              size_t capacity, size_t *need);

/* Writes the code of a level, for hosts that look a text up once and predict often; 0: there is no
 * such level. [read] bytes: of the text; -1: it ends with 0.
 * Statuses: NULL, ARGUMENT (column), STATE, BUSY. */
NNS_CHECKED int32_t nns_level_code(const nns_model *model, int64_t column, const char *text,
                                   int64_t bytes, int64_t *code);

/* Fits the calibration of a classifier ("calibration" of its spec: one temperature) to rows that it
 * was not trained on; NNS_RAW stays as it is, NNS_PROBA does not. [change] nns_train does it by
 * itself where it has validation rows.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY, MEMORY. */
NNS_CHECKED int32_t nns_calibrate(nns_model *model, const nns_data *data);

/* -------- Explanations and checks ----------------------------------------------------------- */

/* Writes permutation importances: how much a metric worsens when the values of a column change
 * places at random. [read]
 * data: with targets, best rows that the model was not trained on. metric: as for nns_metric, or
 * NULL: the model's loss. repeats: 1 ... 1,000,000 permutations, the same for each column. drop:
 * receives the mean for each column (of a model of arrays: feature), 0 for one that the model does
 * not use; below 0 the metric was better without it. deviation: receives the standard deviation
 * over the repeats; may be NULL. count: the number of columns, as nns_input_size writes it.
 * A column moves with all that is made of it: days since it, means of groups. The rows are
 * predicted as new ones. Memory: a copy of the rows as the network reads them.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, BUSY, LIMIT, MEMORY. */
NNS_CHECKED int32_t nns_importance(const nns_model *model, const nns_data *data, const char *metric,
                                   int32_t repeats, uint64_t seed, double *drop, double *deviation,
                                   int64_t count);

/* Writes a partial dependence: the mean prediction (NNS_PROBA) of output over the rows, with column
 * set to each of points values in all of them. [read]
 * data: needs no target; sample weights count. column: by position. values: points of them; of a
 * model of arrays NNS_NUMBER or NNS_INTEGER. mean: receives points numbers.
 * Statuses: NULL, ARGUMENT (column, output, value), SHAPE, DTYPE, STATE, BUSY, LIMIT, MEMORY. */
NNS_CHECKED int32_t nns_dependence(const nns_model *model, const nns_data *data, int64_t column,
                                   const nns_value *values, int64_t points, int64_t output,
                                   double *mean);

/* Cross-validation: trains a model for each fold of nns_data_folds(data, kind, folds, key, seed) on
 * the other folds' rows (TIME: on those before it), and evaluates it on the fold's. [any]
 * The models are made by nns_create_for (tables: levels, scales and bins come from the rows trained
 * on) or nns_create, and trained by nns_train; they are freed. spec_json: NULL for tables: the
 * preset. config_json: NULL for tables: the preset, for arrays: the defaults; without "checkpoint".
 * metrics_json: a list as for nns_evaluate, NULL: ["loss"]. values: receives folds x metrics
 * numbers, count of them. out: rows of data x outputs, F32 or F64; receives NNS_PROBA of each row
 * by the model that was not trained on it, NaN for rows without a fold; may be NULL. progress,
 * user: as for nns_train; NNS_STOP ends the training of one fold, another number all.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, STATE, LIMIT, MEMORY, DIVERGED, CALLBACK. */
NNS_CHECKED int32_t nns_cross_validate(const nns_data *data, const char *spec_json,
                                       const char *config_json, int32_t kind, int32_t folds,
                                       const nns_array *key, uint64_t seed,
                                       const char *metrics_json, double *values, int64_t count,
                                       const nns_array *out, nns_progress_fn progress, void *user);

/* -------- Metrics, usable without a model ------------------------------------------------- */

/* Computes one metric; definitions are scikit-learn's. [any]
 * name: a name or a JSON object ("accuracy", "{\"type\": \"top_k\", \"k\": 3}"). y_true: rows x 1
 * labels of classes (integer; against scores 0 ... K - 1, or K different ones in the order of the
 * scores), rows x K zeros and ones, or values of a regression. y_score: predicted
 * labels (integer, rows x 1), or scores: rows x 1 probabilities of class 1, rows x K probabilities,
 * or values of a regression. weight: rows x 1, NULL: all 1. value: may become NaN where the metric
 * is not defined. Statuses: NULL, ARGUMENT, SHAPE, DTYPE, MEMORY. */
NNS_CHECKED int32_t nns_metric(const char *name, const nns_array *y_true, const nns_array *y_score,
                               const nns_array *weight, double *value);

/* Curves of nns_curve. */
enum {
    NNS_CURVE_ROC = 1,        /* x false positive rate, y true positive rate, z threshold */
    NNS_CURVE_PR = 2,         /* x recall, y precision, z threshold (NaN at the last point) */
    NNS_CURVE_CALIBRATION = 3 /* x mean score, y share of positives, z weight; of 10 bins */
};

/* Computes a curve of binary truth (0/1, rows x 1) against scores (rows x 1). [any]
 * x, y, z: each holds capacity doubles, may be NULL when capacity is 0. need: receives the number
 * of points; with a smaller capacity nothing is written and, unless capacity is 0, the status is
 * ARGUMENT. rows + 2 points always suffice.
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, MEMORY. */
NNS_CHECKED int32_t nns_curve(int32_t curve, const nns_array *y_true, const nns_array *y_score,
                              const nns_array *weight, double *x, double *y, double *z,
                              int64_t capacity, int64_t *need);

/* Counts (or sums the weights of) true class r predicted as c into matrix[r * classes + c]. [any]
 * y_true, y_pred: rows x 1 class indices (integer), or rows x classes scores.
 * count: classes * classes. Statuses: NULL, ARGUMENT, SHAPE, DTYPE, MEMORY. */
NNS_CHECKED int32_t nns_confusion(const nns_array *y_true, const nns_array *y_pred,
                                  const nns_array *weight, int64_t classes, double *matrix,
                                  int64_t count);

/* Finds the threshold on the scores of class 1 (score >= threshold is 1) at which a metric of
 * labels (accuracy, balanced_accuracy, precision, recall, f1, f_beta, matthews, kappa, cost) is
 * best; among equals the largest threshold; infinity if predicting class 0 for every row is best
 * (nns_set_threshold takes 1 then). value: may be NULL. [any]
 * Statuses: NULL, ARGUMENT, SHAPE, DTYPE, MEMORY. */
NNS_CHECKED int32_t nns_best_threshold(const char *metric, const nns_array *y_true,
                                       const nns_array *y_score, const nns_array *weight,
                                       double *threshold, double *value);

/* -------- Weights and files ---------------------------------------------------------------- */

/* Parts to save, to be combined with |. */
enum {
    NNS_SAVE_WEIGHTS = 1, /* spec, preprocessing, weights: what a prediction needs */
    NNS_SAVE_TRAINING = 2 /* also the optimiser's state, its position and the history */
};

/* Whether nns_load compares a file's checksum with its bytes. */
enum {
    NNS_VERIFY = 0,    /* the file must be, byte for byte, what nns_save wrote */
    NNS_VERIFY_OFF = 1 /* for a file that another program wrote anew, such as the safetensors
                        * package: all else is still checked; unknown keys of __metadata__ are left
                        * out */
};

/* Bounds that are checked before a file's sizes are allocated. 0 in a field means its default. */
typedef struct nns_limits {
    uint32_t struct_size;
    int32_t verify;           /* NNS_VERIFY or NNS_VERIFY_OFF */
    int64_t max_file_bytes;   /* 8 GiB */
    int64_t max_header_bytes; /* 16 MiB; at most 100 MB */
    int64_t max_parameters;   /* 1,000,000,000 */
    int64_t max_layers;       /* 1,000 */
    int64_t max_note_bytes;   /* 131,072: names and texts of all notes */
    int64_t max_levels;       /* 10,000,000: levels of all categories together */
} nns_limits;

/* Writes the model as a safetensors file: whole or not at all, also when the power fails. [read]
 * The file is written beside the old one as path.nnswift0.tmp (1, 2 ... while others save to the
 * same path) and renamed; one that a killed process left is removed by the next save to that
 * path. A full disk, a limit on file sizes, a folder that is missing or read-only, a path that is a
 * folder, a device or a pipe, a file that open() would refuse to write to: IO, and the old file
 * stays unchanged. A symbolic link stays one: the file that it names is replaced, or made.
 * flags: 0 means NNS_SAVE_WEIGHTS. Statuses: NULL, ARGUMENT, STATE, BUSY, MEMORY, IO. */
NNS_CHECKED int32_t nns_save(const nns_model *model, const char *path, int32_t flags);

/* Reads a model that nns_save wrote. Every byte is checked: the file may come from anywhere. [any]
 * limits: NULL for the defaults.
 * Statuses: NULL, ARGUMENT, MEMORY, IO, FORMAT, VERSION, CHECKSUM, LIMIT. */
NNS_CHECKED int32_t nns_load(const char *path, const nns_limits *limits, nns_model **model);

/* nns_save into memory; free the buffer with nns_buffer_free. [read]
 * Statuses: NULL, ARGUMENT, STATE, BUSY, MEMORY. */
NNS_CHECKED int32_t nns_save_buffer(const nns_model *model, int32_t flags, nns_buffer **buffer);

/* nns_load from memory; the bytes are not kept. [any] Statuses: as nns_load, without IO. */
NNS_CHECKED int32_t nns_load_buffer(const void *bytes, size_t size, const nns_limits *limits,
                                    nns_model **model);

/* Writes where a buffer's bytes are, until nns_buffer_free, and how many. [any]
 * Statuses: NULL, STATE. */
NNS_CHECKED int32_t nns_buffer_bytes(const nns_buffer *buffer, const void **bytes, size_t *size);

/* Frees the handle. NULL is fine. [any] */
void nns_buffer_free(nns_buffer *buffer);

/* Writes the number of tensors and of all their values: the trainable ones come first in the order
 * of nns_get_weights, then the running statistics. Each pointer may be NULL. [read]
 * Statuses: NULL, STATE. */
NNS_CHECKED int32_t nns_tensor_count(const nns_model *model, int64_t *tensors, int64_t *values);

/* Describes tensor index: its name ("layers.0.weight"), its shape and where its values begin in
 * nns_get_weights. [read]
 * dims: receives rank sizes, at most 4; with dims_capacity 0 it may be NULL, with fewer than rank
 * the status is ARGUMENT (4 always suffice). rank, offset: may be NULL.
 * Statuses: NULL, ARGUMENT (index, buffer or dims too small), STATE. */
NNS_CHECKED int32_t nns_tensor(const nns_model *model, int64_t index, char *name, size_t capacity,
                               size_t *need, int64_t *dims, size_t dims_capacity, size_t *rank,
                               int64_t *offset);

/* Copies all values out; count as nns_tensor_count says. [read]
 * Statuses: NULL, SHAPE, STATE, BUSY. */
NNS_CHECKED int32_t nns_get_weights(const nns_model *model, float *values, int64_t count);

/* Replaces all values; they must be finite. [change]
 * Statuses: NULL, ARGUMENT, SHAPE, STATE, BUSY. */
NNS_CHECKED int32_t nns_set_weights(nns_model *model, const float *values, int64_t count);

#ifdef __cplusplus
}
#endif
#endif
