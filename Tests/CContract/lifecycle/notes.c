/* Texts that the host keeps in a model. */
#include "lifecycle.h"

static char *note_of(const nns_model *model, const char *name) {
    size_t need = 0;
    if (nns_get_note(model, name, NULL, 0, &need)) return NULL;
    char *text = room_for(need);
    must(nns_get_note(model, name, text, need, NULL), "get note");
    return text;
}

static void check_note(const char *what, const nns_model *model, const char *name,
                       const char *expected) {
    char *text = note_of(model, name);
    check_text(what, text ? text : "(none)", expected);
    free(text);
}

static nns_model *saved_and_loaded(const nns_model *model, const nns_limits *limits,
                                   int32_t expected) {
    nns_buffer *buffer = NULL;
    nns_model *loaded = NULL;
    const void *bytes = NULL;
    size_t size = 0;
    must(nns_save_buffer(model, NNS_SAVE_WEIGHTS, &buffer), "save buffer");
    must(nns_buffer_bytes(buffer, &bytes, &size), "buffer bytes");
    check_status("notes: load", nns_load_buffer(bytes, size, limits, &loaded), expected);
    nns_buffer_free(buffer);
    return loaded;
}

static void check_keeping(nns_model *model) {
    nns_model *copy = NULL, *loaded;
    int64_t count = -1;
    char name[64];
    size_t need = 0;
    must(nns_note_count(model, &count), "note count");
    check_integer("note count: none at first", count, 0);
    check_status("set note", nns_set_note(model, "build", "4711"), NNS_OK);
    check_status("set note: any UTF-8",
                 nns_set_note(model, "gr\xc3\xbc\xc3\x9f" "e \"x\"", "a\n\x01\\\"\xe2\x82\xac"), NNS_OK);
    check_status("set note: an empty text", nns_set_note(model, "empty", ""), NNS_OK);
    check_status("set note: replaces", nns_set_note(model, "build", "4712"), NNS_OK);
    must(nns_clone(model, &copy), "clone");
    loaded = saved_and_loaded(model, NULL, NNS_OK);
    const nns_model *all[] = {model, copy, loaded};
    for (int at = 0; at < 3; at++) {
        must(nns_note_count(all[at], &count), "note count");
        check_integer("note count", count, 3);
        check_note("get note: also of a copy and of a file", all[at], "build", "4712");
        check_note("get note: any UTF-8", all[at], "gr\xc3\xbc\xc3\x9f" "e \"x\"",
                   "a\n\x01\\\"\xe2\x82\xac");
        check_note("get note: an empty text", all[at], "empty", "");
        check_status("note name", nns_note_name(all[at], 2, name, sizeof name, &need), NNS_OK);
        check_text("note name: in the order of setting", name, "empty");
    }
    check_status("set note: NULL removes", nns_set_note(copy, "build", NULL), NNS_OK);
    check_status("set note: NULL, and none is there", nns_set_note(copy, "build", NULL), NNS_OK);
    check_note("set note: removed", copy, "build", "(none)");
    check_note("set note: the original has it", model, "build", "4712");
    must(nns_note_name(copy, 0, name, sizeof name, &need), "note name");
    check_text("note name: those behind move up", name, "gr\xc3\xbc\xc3\x9f" "e \"x\"");
    nns_free(copy);
    nns_free(loaded);
}

/* 128 KB and 256 notes; a reader may allow fewer. */
static void check_bounds(nns_model *model) {
    enum { ALL = 128 << 10 };
    char *text = room_for(ALL + 1), name[16];
    memset(text, 1, ALL);
    text[ALL] = 0;
    check_status("set note: too long", nns_set_note(model, "n", text), NNS_E_LIMIT);
    text[ALL - 1] = 0;
    check_status("set note: as long as can be", nns_set_note(model, "n", text), NNS_OK);
    check_status("set note: nothing besides", nns_set_note(model, "m", ""), NNS_E_LIMIT);
    nns_free(saved_and_loaded(model, NULL, NNS_OK));
    nns_limits strict = {(uint32_t)sizeof(nns_limits), 0, 0, 0, 0, 0, ALL - 1, 0};
    saved_and_loaded(model, &strict, NNS_E_LIMIT);
    strict.max_note_bytes = ALL;
    nns_free(saved_and_loaded(model, &strict, NNS_OK));
    must(nns_set_note(model, "n", NULL), "set note");
    for (int at = 0; at < 256; at++) {
        snprintf(name, sizeof name, "%d", at);
        must(nns_set_note(model, name, "x"), "set note");
    }
    check_status("set note: too many", nns_set_note(model, "256", "x"), NNS_E_LIMIT);
    check_status("set note: replaces still", nns_set_note(model, "255", "y"), NNS_OK);
    free(text);
}

void check_notes(void) {
    nns_model *model = model_from(classifier), *other = model_from(classifier);
    check_keeping(model);
    check_bounds(other);
    nns_free(model);
    nns_free(other);
}
