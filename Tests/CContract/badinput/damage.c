/* Damaged model files: every prefix, every changed byte, random bytes, files of other programs. */
#include "badinput.h"

static int is_refusal(int32_t status) {
    return status == NNS_E_FORMAT || status == NNS_E_CHECKSUM || status == NNS_E_VERSION ||
           status == NNS_E_LIMIT;
}

static int is_same_model(const nns_model *model) {
    char *a = text_of(nns_describe, model), *b = text_of(nns_describe, g.model);
    int same = !strcmp(a, b) && same_weights(model, g.model);
    free(a);
    free(b);
    return same;
}

/* Counts the loads that were neither refused nor gave the same model. */
typedef struct tally {
    int64_t loads, wrong;
    int32_t status; /* of the first wrong one */
    size_t at;      /* where it was changed */
} tally;

static void load(tally *tally, const unsigned char *bytes, size_t size, size_t at,
                 int may_be_same) {
    nns_model *model = NULL;
    int32_t status = nns_load_buffer(bytes, size, NULL, &model);
    int is_right = is_refusal(status) ||
                   (status == NNS_OK && may_be_same && is_same_model(model));
    if (!is_right && !tally->wrong++) {
        tally->status = status;
        tally->at = at;
    }
    tally->loads++;
    nns_free(model);
}

static void report(const char *name, tally tally) {
    check(tally.wrong == 0, name, "%lld of %lld loads, first at byte %zu: %s",
          (long long)tally.wrong, (long long)tally.loads, tally.at, nns_status_name(tally.status));
}

static void damage(const char *what, const unsigned char *bytes, size_t size) {
    char name[100];
    unsigned char *copy = room_for(size);
    tally cut = {0, 0, 0, 0}, changed = {0, 0, 0, 0};
    for (size_t length = 0; length < size; length++) {
        /* Of its very size, so that an address checker sees a read behind the end. */
        unsigned char *prefix = room_for(length);
        memcpy(prefix, bytes, length);
        load(&cut, prefix, length, length, 0);
        free(prefix);
    }
    const unsigned char masks[] = {0x01, 0x20, 0x80, 0xFF};
    memcpy(copy, bytes, size);
    for (size_t at = 0; at < size; at++)
        for (size_t mask = 0; mask < sizeof masks; mask++) {
            copy[at] = bytes[at] ^ masks[mask];
            load(&changed, copy, size, at, 1);
            copy[at] = bytes[at];
        }
    snprintf(name, sizeof name, "nns_load_buffer: every prefix of %s is refused", what);
    report(name, cut);
    snprintf(name, sizeof name, "nns_load_buffer: every changed byte of %s is refused", what);
    report(name, changed);
    free(copy);
}

static void check_random_bytes(void) {
    unsigned char bytes[300];
    uint32_t state = 5;
    tally random = {0, 0, 0, 0}, headed = {0, 0, 0, 0};
    for (int round = 0; round < 2000; round++) {
        size_t size = (size_t)(next_random(&state) * (float)sizeof bytes);
        for (size_t at = 0; at < sizeof bytes; at++)
            bytes[at] = (unsigned char)(next_random(&state) * 256);
        load(&random, bytes, size, (size_t)round, 0);
        /* With a header length that fits. */
        memset(bytes, 0, 8);
        bytes[0] = (unsigned char)(size / 2);
        load(&headed, bytes, size, (size_t)round, 0);
    }
    report("nns_load_buffer: random bytes are refused", random);
    report("nns_load_buffer: random bytes with a fitting length are refused", headed);
}

/* A header with data behind it, as safetensors wants it. */
static int32_t load_header(const char *header) {
    unsigned char bytes[1200] = {0};
    const char *text = json(header);
    size_t length = strlen(text);
    bytes[0] = (unsigned char)(length & 0xFF);
    bytes[1] = (unsigned char)(length >> 8);
    memcpy(bytes + 8, text, length);
    return nns_load_buffer(bytes, 8 + length + 4, NULL, &made.model);
}

#define NOT_OURS(what, text) {"nns_load_buffer", what, S(FORMAT), NULL, load_header, text},
#define OURS "'format': 'nnswift', 'nnswift.checksum': 'xxh3-64:0123456789abcdef', "

static const bad_case headers[] = {
    NOT_OURS("an empty header", "{}")
    NOT_OURS("a header that is a list", "[1, 2, 3]")
    NOT_OURS("a header that is cut", "{'a': {'dtype': 'F32'")
    NOT_OURS("safetensors of another program",
             "{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]}}")
    NOT_OURS("metadata of another program", "{'__metadata__': {'format': 'pt'}, 'a': {'dtype': "
                                            "'F32', 'shape': [1], 'data_offsets': [0, 4]}}")
    NOT_OURS("metadata that is a list", "{'__metadata__': []}")
    NOT_OURS("metadata with a number", "{'__metadata__': {'format': 1}}")
    NOT_OURS("a version that is a word", "{'__metadata__': {" OURS "'nnswift.version': 'new'}}")
    {"nns_load_buffer", "no spec", S(FORMAT) | S(CHECKSUM), NULL, load_header,
     "{'__metadata__': {" OURS "'nnswift.version': '1'}}"},
    {"nns_load_buffer", "a newer version", S(VERSION) | S(CHECKSUM), NULL, load_header,
     "{'__metadata__': {" OURS "'nnswift.version': '3', 'nnswift.spec': '{}'}}"},
    {"nns_load_buffer", "a version of 30 digits", S(VERSION) | S(CHECKSUM) | S(FORMAT), NULL,
     load_header,
     "{'__metadata__': {" OURS "'nnswift.version': '999999999999999999999999999999', "
     "'nnswift.spec': '{}'}}"},
};

/* Header lengths that point far behind the end. */
static void check_lengths(void) {
    tally far = {0, 0, 0, 0};
    unsigned char *copy = room_for(g.size);
    memcpy(copy, g.bytes, g.size);
    const uint64_t lengths[] = {0,
                                1,
                                g.size - 8,
                                g.size - 7,
                                g.size,
                                UINT64_C(0xFFFFFFFF),
                                UINT64_C(0x7FFFFFFFFFFFFFFF),
                                UINT64_C(0x8000000000000000),
                                UINT64_C(0xFFFFFFFFFFFFFFF8),
                                UINT64_MAX};
    for (size_t at = 0; at < sizeof lengths / sizeof *lengths; at++) {
        for (int byte = 0; byte < 8; byte++) copy[byte] = (unsigned char)(lengths[at] >> 8 * byte);
        load(&far, copy, g.size, at, 0);
    }
    report("nns_load_buffer: header lengths that cannot be", far);
    free(copy);
}

void refuse_damage(void) {
    nns_buffer *buffer = NULL;
    const void *bytes = NULL;
    size_t size = 0;
    must(nns_save_buffer(g.model, NNS_SAVE_WEIGHTS | NNS_SAVE_TRAINING, &buffer), "save buffer");
    must(nns_buffer_bytes(buffer, &bytes, &size), "buffer bytes");
    damage("a model", g.bytes, g.size);
    damage("a model with its training", bytes, size);
    nns_buffer_free(buffer);
    check_random_bytes();
    check_lengths();
    RUN(headers);
}
