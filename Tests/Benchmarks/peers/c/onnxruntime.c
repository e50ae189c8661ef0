// ONNX Runtime through its C API: predictions of the ONNX files that peers/onnx_files.py writes.
//
// Python's package has the library (ORT_LIBRARY: its path) but no header. The functions stand in a
// table whose first entries have never moved (onnxruntime_c_api.h: "the size of version 1 cannot
// change"): those needed are named here by their places in it.
#include "protocol.h"

#include <dlfcn.h>

enum {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    CREATE_SESSION = 7,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_INTRA_OP_NUM_THREADS = 24,
    SET_INTER_OP_NUM_THREADS = 25,
    CREATE_TENSOR_WITH_DATA = 49,
    CREATE_CPU_MEMORY_INFO = 69,
};

enum { API_VERSION = 1, LOG_WARNING = 2, FLOAT = 1, ARENA_ALLOCATOR = 1, MEMORY_DEFAULT = 0 };

typedef void *status; // NULL: fine
typedef struct {
    void *const *(*api)(uint32_t version);
    const char *(*version)(void);
} api_base;

typedef struct {
    void *const *api;
    void *session, *memory;
} peer;

#define CALL(p, place, type, ...) check(p, ((status(*) type)(p)->api[place])(__VA_ARGS__))

static void check(const peer *p, status result) {
    if (result) bench_fail("onnxruntime:", ((const char *(*)(status))p->api[GET_ERROR_MESSAGE])(result));
}

static void open_library(peer *p) {
    const char *path = getenv("ORT_LIBRARY");
    void *library = path ? dlopen(path, RTLD_NOW) : NULL;
    if (!library) bench_skip("ORT_LIBRARY does not name libonnxruntime.so");
    const api_base *(*base)(void) = (const api_base *(*)(void))dlsym(library, "OrtGetApiBase");
    p->api = base()->api(API_VERSION);
}

static void open_session(const workload *w, peer *p) {
    void *env = NULL, *options = NULL;
    char path[1024];
    bench_path(w->name, ".onnx", path, sizeof path);
    CALL(p, CREATE_ENV, (int, const char *, void **), LOG_WARNING, "bench", &env);
    CALL(p, CREATE_SESSION_OPTIONS, (void **), &options);
    CALL(p, SET_INTRA_OP_NUM_THREADS, (void *, int), options, w->threads);
    CALL(p, SET_INTER_OP_NUM_THREADS, (void *, int), options, 1);
    CALL(p, CREATE_SESSION, (void *, const char *, void *, void **), env, path, options, &p->session);
    CALL(p, CREATE_CPU_MEMORY_INFO, (int, int, void **), ARENA_ALLOCATOR, MEMORY_DEFAULT, &p->memory);
}

// A tensor over memory of ours. It is made once for each place and kept, as a careful program does.
static void *tensor(peer *p, const float *data, int64_t rows, int64_t columns) {
    enum { PLACES = 16384 };
    static struct { const float *data; void *tensor; } made[PLACES];
    size_t place = (uintptr_t)data / 4 * 2654435761u % PLACES;
    while (made[place].data && made[place].data != data) place = (place + 1) % PLACES;
    if (!made[place].data) {
        int64_t shape[] = {rows, columns};
        made[place].data = data;
        CALL(p, CREATE_TENSOR_WITH_DATA, (void *, void *, size_t, const int64_t *, size_t, int, void **), p->memory,
             (void *)data, 4ul * rows * columns, shape, 2, FLOAT, &made[place].tensor);
    }
    return made[place].tensor;
}

static void predict(workload *w, void *user, const float *x, int batch, float *y) {
    static const char *const inputs[] = {"x"}, *const outputs[] = {"y"};
    peer *p = user;
    const void *given[] = {tensor(p, x, batch, w->dims[0])};
    void *wanted[] = {tensor(p, y, batch, w->dims[w->L])};
    CALL(p, RUN,
         (void *, const void *, const char *const *, const void *const *, size_t, const char *const *, size_t, void **),
         p->session, NULL, inputs, given, 1, outputs, 1, wanted);
}

int main(int count, char **values) {
    workload *w = bench_open(count, values);
    if (w->kind[0] != 'i') bench_skip("ONNX Runtime only predicts");
    peer p = {0};
    open_library(&p);
    open_session(w, &p);
    bench_predict(w, predict, &p);
}
