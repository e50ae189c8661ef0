/* Paths that cannot be written or read, flags, limits, files of others. */
#include <sys/stat.h>

#include "badinput.h"

#define FULL ((uint32_t)sizeof(nns_limits))
#define LIMITS(...) (&(const nns_limits){__VA_ARGS__, 0, 0})

static const char good[] = "badinput.safetensors", folder[] = "badinput.folder",
                  empty[] = "badinput.empty", eight[] = "badinput.eight",
                  zeros[] = "badinput.zeros";
static char long_path[6000];

static int32_t load(const char *path) { return nns_load(path, NULL, &made.model); }
static int32_t save(const char *path) { return nns_save(g.model, path, 0); }

static const bad_case paths[] = {
    {"nns_save", "in a missing folder", S(IO), "no-folder", save, "no-folder/m.safetensors"},
    {"nns_save", "over a folder", S(IO), folder, save, folder},
    {"nns_save", "below a file", S(IO), NULL, save, "badinput.empty/m.safetensors"},
    {"nns_save", "below a device", S(IO), NULL, save, "/dev/null/m.safetensors"},
    {"nns_save", "empty path", S(ARGUMENT) | S(IO), "path", save, ""},
    {"nns_save", "path of 5,999 letters", S(IO) | S(ARGUMENT), NULL, save, long_path},
    {"nns_load", "missing file", S(IO), "missing.safetensors", load, "missing.safetensors"},
    {"nns_load", "in a missing folder", S(IO), NULL, load, "no-folder/m.safetensors"},
    {"nns_load", "a folder", S(IO), NULL, load, folder},
    {"nns_load", "empty path", S(ARGUMENT) | S(IO), NULL, load, ""},
    {"nns_load", "path of 5,999 letters", S(IO) | S(ARGUMENT), NULL, load, long_path},
    {"nns_load", "an empty file", S(FORMAT), NULL, load, empty},
    {"nns_load", "a file of 8 bytes", S(FORMAT) | S(LIMIT), NULL, load, eight},
    {"nns_load", "a file of zeros", S(FORMAT), NULL, load, zeros},
    {"nns_load", "an endless device", S(FORMAT) | S(IO), NULL, load, "/dev/zero"},
};

#define CALLS(X)                                                                                 \
    X(nns_save, flag_4, S(ARGUMENT), "flags", (g.model, "refused.safetensors", 4))               \
    X(nns_save, flags_minus_1, S(ARGUMENT), "flags", (g.model, "refused.safetensors", -1))       \
    X(nns_save_buffer, flag_4, S(ARGUMENT), "flags", (g.model, 4, &made.buffer))                 \
    X(nns_load, limits_of_size_0, S(ARGUMENT), "struct_size",                                    \
      (good, LIMITS(0, 0, 0, 0, 0, 0), &made.model))                                             \
    X(nns_load, limits_of_size_4, S(ARGUMENT), "struct_size",                                    \
      (good, LIMITS(4, 0, 0, 0, 0, 0), &made.model))                                             \
    X(nns_load, verify_2, S(ARGUMENT), "verify",                                                 \
      (good, LIMITS(FULL, 2, 0, 0, 0, 0), &made.model))                                          \
    X(nns_load_buffer, verify_minus_1, S(ARGUMENT), "verify",                                    \
      (g.bytes, g.size, LIMITS(FULL, -1, 0, 0, 0, 0), &made.model))                              \
    X(nns_load, negative_limit, S(ARGUMENT), "max_layers",                                       \
      (good, LIMITS(FULL, 0, 0, 0, 0, -1), &made.model))                                         \
    X(nns_load, ten_bytes_of_file, S(LIMIT), "10", (good, LIMITS(FULL, 0, 10, 0, 0, 0), &made.model)) \
    X(nns_load, sixteen_bytes_of_header, S(LIMIT), "16",                                         \
      (good, LIMITS(FULL, 0, 0, 16, 0, 0), &made.model))                                         \
    X(nns_load, five_parameters, S(LIMIT), "5", (good, LIMITS(FULL, 0, 0, 0, 5, 0), &made.model)) \
    X(nns_load, one_layer, S(LIMIT), "1", (good, LIMITS(FULL, 0, 0, 0, 0, 1), &made.model))      \
    X(nns_load_buffer, limits_of_size_4, S(ARGUMENT), "struct_size",                             \
      (g.bytes, g.size, LIMITS(4, 0, 0, 0, 0, 0), &made.model))                                  \
    X(nns_load_buffer, ten_bytes_of_file, S(LIMIT), "10",                                        \
      (g.bytes, g.size, LIMITS(FULL, 0, 10, 0, 0, 0), &made.model))                              \
    X(nns_load_buffer, five_parameters, S(LIMIT), "5",                                           \
      (g.bytes, g.size, LIMITS(FULL, 0, 0, 0, 5, 0), &made.model))                               \
    X(nns_load_buffer, no_bytes, S(FORMAT), NULL, (g.bytes, 0, NULL, &made.model))               \
    X(nns_load_buffer, size_max, S(LIMIT) | S(FORMAT), NULL,                                     \
      (g.bytes, SIZE_MAX, NULL, &made.model))                                                    \
    X(nns_load_buffer, size_2_to_62, S(LIMIT) | S(FORMAT), NULL,                                 \
      (g.bytes, (size_t)1 << 62, NULL, &made.model))

CALLS(CALL)
static const bad_case calls[] = {CALLS(ROW)};

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size)
        check(0, "preparation: writing a file", "%s", path);
    if (file) fclose(file);
}

/* A refused save leaves the old file, and nothing beside it. */
static void check_old_file(void) {
    nns_model *model = NULL;
    check_status("nns_save refused: the old file is whole", nns_load(good, NULL, &model), NNS_OK);
    nns_free(model);
    FILE *file = fopen("refused.safetensors", "rb");
    check(!file, "nns_save refused: no file", "refused.safetensors is there");
    if (file) fclose(file);
}

void refuse_files(void) {
    memset(long_path, 'x', sizeof long_path - 1);
    static const char nothing[4096];
    remove("refused.safetensors");
    must(nns_save(g.model, good, 0), "preparation: save");
    mkdir(folder, 0700);
    write_file(empty, nothing, 0);
    write_file(eight, "12345678", 8);
    write_file(zeros, nothing, sizeof nothing);
    RUN(paths);
    RUN(calls);
    check_old_file();
    remove(good);
    remove(empty);
    remove(eight);
    remove(zeros);
    remove(folder);
}
