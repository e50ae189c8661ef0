// What Swift cannot reach by itself in the Embedded build: memory that may fail, files, threads,
// time, per-thread text, and libm. Every function is hidden in the shipped library.
#ifndef NNSWIFT_CPLATFORM_H
#define NNSWIFT_CPLATFORM_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arrow.h"

// Memory. Zeroed and aligned to 64 bytes; NULL if the allocation fails or bytes is 0.
void *nnc_allocate(size_t bytes);
void nnc_release(void *memory);
// Zeroed, aligned like malloc's, never released: for what lives as long as the process. The address
// is that of the block, so leak checkers see that it is still in use.
void *nnc_allocate_for_ever(size_t bytes);

// Reserves memory for small Swift objects before they are allocated: 1, or 0 if that fails. Pass
// *hold to nnc_let_go; it is NULL for up to NNC_SMALL_HOLD bytes, which come from the library's own
// store.
enum { NNC_SMALL_HOLD = 64 << 10 };
int nnc_hold(size_t bytes, void **hold);
void nnc_let_go(void *hold);

// Per-thread text of the last error, and the errno value behind it or 0; text need not end with 0.
void nnc_set_error(const char *text, size_t length, int32_t number);
// The same with a constant sentence: allocates nothing, so a signal handler may call it.
enum { NNC_NO_MEMORY, NNC_NO_MODEL, NNC_STALE_MODEL };
void nnc_set_fixed_error(int which);
const char *nnc_error(void);
int32_t nnc_error_errno(void);

// Time in seconds from an arbitrary point; never goes back.
double nnc_seconds(void);

// Decimal text to double, independent of locale and of the rounding mode.
double nnc_parse_double(const char *text);

// Files. Each returns 0, an errno value, NNC_NOT_A_FILE: a device, a pipe, a socket, or
// NNC_READ_ONLY: a file that this process may replace but not write to.
enum { NNC_NOT_A_FILE = -1, NNC_READ_ONLY = -2 };
// Replaces a file, whole or not at all. keep: files kept in all; the one that was there becomes
// path.1, that one path.2 and so on up to path.(keep - 1). A temporary file that a killed process
// left beside path is removed.
int nnc_write_file(const char *path, const void *bytes, size_t size, int32_t keep);
// Whether nnc_write_file could begin: makes its temporary file and removes it again.
int nnc_probe_file(const char *path);
// Writes the absolute path with symbolic links followed, as far as that can be known, also those to
// files that do not exist; capacity must be PATH_MAX.
int nnc_real_path(const char *path, char *target, size_t capacity);
int nnc_read_file(const char *path, int64_t max_size, void **bytes, size_t *size, int *too_large);
const char *nnc_error_text(int number);
// The errno value behind one of these results, 0: none.
int nnc_error_number(int number);
int nnc_is_out_of_memory(int number);

// A checksum of bytes: xxh3, 64 bits.
uint64_t nnc_xxh3(const void *bytes, size_t size);

// Locks of the process-wide state; a few, never freed. A fork waits for them, so that a child never
// inherits one that a thread it does not have was holding.
typedef struct nnc_lock nnc_lock;
nnc_lock *nnc_lock_create(void);
void nnc_lock_acquire(nnc_lock *lock);
void nnc_lock_release(nnc_lock *lock);
uint64_t nnc_thread_id(void);
// Forks that led to this process, once a lock was made. A thread that was here when there were
// `since` of them is lost, unless it is the one that came out of the last.
int64_t nnc_forks(void);
int nnc_is_lost(uint64_t thread, int64_t since);
int nnc_cpu_count(void);

// A gate in front of one model: many that read, or one that changes it. While a changer waits, new
// readers wait behind it; after a change the readers that waited go first: so neither keeps the
// other out. All zero: nobody is inside.
typedef struct nnc_gate {
    uint64_t state;
    struct nnc_waiter *readers, *changers;
} nnc_gate;
// 1: in. Neither waits, and where nobody waits none of the four takes a lock.
int nnc_gate_change(nnc_gate *gate, int swaps);
void nnc_gate_end_change(nnc_gate *gate);
// The two that every prediction calls are here, to be compiled into it.
#define NNC_GATE_CHANGING (UINT64_C(1) << 62)
#define NNC_GATE_QUEUED (UINT64_C(1) << 63)
static inline int nnc_gate_read(nnc_gate *gate) {
    uint64_t seen = __atomic_load_n(&gate->state, __ATOMIC_ACQUIRE);
    while (!(seen & (NNC_GATE_CHANGING | NNC_GATE_QUEUED)))
        if (__atomic_compare_exchange_n(&gate->state, &seen, seen + 1, 1, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return 1;
    return 0;
}
// For the last of those who read, where somebody waits.
void nnc_gate_readers_left(nnc_gate *gate);
static inline void nnc_gate_end_read(nnc_gate *gate) {
    if (__atomic_sub_fetch(&gate->state, 1, __ATOMIC_ACQ_REL) == NNC_GATE_QUEUED) nnc_gate_readers_left(gate);
}
// For a caller that was not let in; below 0: waits for ever. 1: in, 0: too late.
// swaps: a short change. It goes before other changers and waits for readers for ever, for a change
// as long as it is told; readers that come meanwhile wait until it is over, also with 0.
int nnc_gate_wait_to_read(nnc_gate *gate, int64_t milliseconds);
int nnc_gate_wait_to_change(nnc_gate *gate, int64_t milliseconds, int swaps);

// A pool of threads. nnc_pool_run calls work(context, part, member) once for each part 0 ... n-1,
// on any free thread, and returns when all parts are done. Member 0 is the caller. The threads run
// from the creation on; NULL if it fails.
typedef void (*nnc_work)(void *context, uint32_t part, uint32_t member);
typedef struct nnc_pool nnc_pool;
nnc_pool *nnc_pool_create(int32_t members);
int32_t nnc_pool_members(const nnc_pool *pool);  // fewer than asked for when the system refused
void nnc_pool_free(nnc_pool *pool);
void nnc_pool_run(nnc_pool *pool, uint32_t parts, nnc_work work, void *context);

// libm under names that no Swift overlay claims.
static inline float nnc_expf(float x) { return expf(x); }
static inline float nnc_expm1f(float x) { return expm1f(x); }
static inline float nnc_logf(float x) { return logf(x); }
static inline float nnc_log1pf(float x) { return log1pf(x); }
static inline float nnc_tanhf(float x) { return tanhf(x); }
static inline float nnc_erff(float x) { return erff(x); }
static inline float nnc_sqrtf(float x) { return sqrtf(x); }
static inline double nnc_exp(double x) { return exp(x); }
static inline double nnc_expm1(double x) { return expm1(x); }
static inline double nnc_log(double x) { return log(x); }
static inline double nnc_log1p(double x) { return log1p(x); }
static inline double nnc_pow(double x, double y) { return pow(x, y); }
static inline double nnc_sqrt(double x) { return sqrt(x); }
static inline double nnc_cos(double x) { return cos(x); }
static inline double nnc_sin(double x) { return sin(x); }

#endif
