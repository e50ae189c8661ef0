/* Texts that are not JSON, or not the expected JSON, in every parameter that is JSON. */
#include "badinput.h"

static int32_t spec(const char *text) { return nns_create(text, &made.model); }
static int32_t data_config(const char *text) {
    return nns_data_create(&g.x, &g.y, NULL, text, &made.data);
}
static int32_t train(const char *text) {
    return nns_train(g.model, g.data, NULL, text, NULL, NULL);
}
static int32_t configure(const char *text) { return nns_configure(g.model, text); }
static int32_t evaluate(const char *text) {
    return nns_evaluate(g.model, g.data, text, made.values, 1);
}
static int32_t metric(const char *text) {
    return nns_metric(text, &g.y, &g.y, NULL, &made.value);
}
static int32_t threshold(const char *text) {
    return nns_best_threshold(text, &g.truth, &g.scores, NULL, &made.value, NULL);
}

static const struct {
    const char *function;
    int32_t (*perform)(const char *text);
    int takes_names; /* a text that does not begin with { is a name */
} readers[] = {
    {"nns_create", spec, 0},       {"nns_data_create", data_config, 0}, {"nns_train", train, 0},
    {"nns_configure", configure, 0}, {"nns_evaluate", evaluate, 0},     {"nns_metric", metric, 1},
    {"nns_best_threshold", threshold, 1},
};

/* fragment NULL: valid JSON of an unexpected form. */
static const struct {
    const char *what, *fragment, *text;
} texts[] = {
    {"empty text", "byte 0", ""},
    {"only blanks", "byte 3", " \n\t"},
    {"an open object", "byte 1", "{"},
    {"an open key", "byte", "{\"epochs"},
    {"an open string", "byte", "{\"seed\": \"x"},
    {"no value", "byte 8", "{\"seed\":"},
    {"no colon", "byte 8", "{\"seed\" 3}"},
    {"a comma at the end", "byte 11", "{\"seed\": 4,}"},
    {"a key without quotes", "byte 1", "{seed: 4}"},
    {"single quotes", "byte 1", "{'seed': 4}"},
    {"half a word", "byte", "{\"seed\": nul"},
    {"a leading 0", "byte", "{\"seed\": 04}"},
    {"a leading +", "byte 9", "{\"seed\": +4}"},
    {"a point without digits", "byte", "{\"seed\": 4.}"},
    {"a point at the beginning", "byte 9", "{\"seed\": .5}"},
    {"an exponent without digits", "byte", "{\"seed\": 1e}"},
    {"NaN", "byte 9", "{\"seed\": NaN}"},
    {"Infinity", "byte 9", "{\"seed\": Infinity}"},
    {"a hexadecimal number", "byte", "{\"seed\": 0x10}"},
    {"1e400", NULL, "{\"seed\": 1e400}"},
    {"something behind the end", "byte 12", "{\"seed\": 4} x"},
    {"two objects", "byte 2", "{}{}"},
    {"a comment", "byte", "{/* */\"seed\": 4}"},
    {"a control character in a string", "byte", "{\"seed\": \"a\nb\"}"},
    {"an unknown escape", "byte", "{\"seed\": \"\\q\"}"},
    {"half a surrogate pair", "byte", "{\"seed\": \"\\ud800\"}"},
    {"two high surrogates", "byte", "{\"seed\": \"\\ud800\\ud800\"}"},
    {"an escape cut off", "byte", "{\"seed\": \"\\u12\"}"},
    {"invalid UTF-8: ff", "byte", "{\"seed\": \"\xff\"}"},
    {"invalid UTF-8: overlong", "byte", "{\"seed\": \"\xc0\x80\"}"},
    {"invalid UTF-8: surrogate", "byte", "{\"seed\": \"\xed\xa0\x80\"}"},
    {"invalid UTF-8: beyond Unicode", "byte", "{\"seed\": \"\xf5\x80\x80\x80\"}"},
    {"invalid UTF-8: cut off", "byte", "{\"seed\": \"\xe2\x82"},
    {"a byte order mark", "byte 0", "\xef\xbb\xbf{}"},
    {"a key twice", "seed", "{\"seed\": 1, \"seed\": 2}"},
    {"a key twice, once escaped", "seed", "{\"seed\": 1, \"\\u0073eed\": 2}"},
    {"a number", NULL, "3"},
    {"a string", NULL, "\"adam\""},
    {"null", NULL, "null"},
    {"true", NULL, "true"},
    {"a list of numbers", NULL, "[1, 2]"},
    {"an unknown key", NULL, "{\"sede\": 1}"},
};

static void refuse_text(size_t reader, const char *what, uint64_t statuses, const char *fragment,
                        const char *text) {
    if (readers[reader].takes_names && text[0] != '{') fragment = NULL;
    forget_results();
    judge(readers[reader].function, what, statuses, fragment, readers[reader].perform(text));
}

/* Brackets that nothing closes, and a text of 17 MB. */
static void refuse_long_texts(size_t reader) {
    size_t size = 17u << 20;
    char *text = room_for(size + 1);
    memset(text, '[', 10000);
    text[10000] = 0;
    refuse_text(reader, "10,000 brackets", S(ARGUMENT) | S(LIMIT), NULL, text);
    for (int at = 0; at < 10000; at++) memcpy(text + 5 * at, "{\"a\":", 5);
    text[50000] = 0;
    refuse_text(reader, "10,000 objects in each other", S(ARGUMENT) | S(LIMIT), "byte", text);
    snprintf(text, size, "{\"seed\": 1");
    memset(text + 10, '0', 400);
    memcpy(text + 410, "}", 2);
    refuse_text(reader, "a number of 401 digits", S(ARGUMENT), NULL, text);
    memset(text, ' ', size);
    text[size] = 0;
    refuse_text(reader, "17 MB of blanks", S(ARGUMENT) | S(LIMIT), NULL, text);
    free(text);
}

#define WORDS(X)                                                                             \
    X("nns_evaluate", "an empty list", NULL, evaluate, "[]")                                 \
    X("nns_evaluate", "a name without a list", NULL, evaluate, "\"accuracy\"")               \
    X("nns_evaluate", "an unknown metric", "accuracy", evaluate, "[\"acuracy\"]")            \
    X("nns_evaluate", "an unknown option", "beta", evaluate,                                 \
      "[{\"type\": \"f_beta\", \"bet\": 2, \"average\": \"macro\"}]")                        \
    X("nns_evaluate", "top_k of 0", "k", evaluate, "[{\"type\": \"top_k\", \"k\": 0}]")      \
    X("nns_evaluate", "a metric of regressions", "r2", evaluate, "[\"r2\"]")                 \
    X("nns_metric", "an empty name", NULL, metric, "")                                       \
    X("nns_metric", "an unknown name", "accuracy", metric, "acuracy")                        \
    X("nns_metric", "an alias", "matthews", metric, "mcc")                                   \
    X("nns_metric", "loss, which needs a model", "loss", metric, "loss")                     \
    X("nns_metric", "an unknown average", "average", metric,                                 \
      "{\"type\": \"f1\", \"average\": \"weihgted\"}")                                       \
    X("nns_metric", "a negative beta", "beta", metric, "{\"type\": \"f_beta\", \"beta\": -1}") \
    X("nns_metric", "an object without type", "type", metric, "{}")                          \
    X("nns_best_threshold", "an unknown name", "f1", threshold, "f11")                       \
    X("nns_best_threshold", "a metric of scores", "roc_auc", threshold, "roc_auc")           \
    X("nns_best_threshold", "a metric of regressions", "mse", threshold, "mse")              \
    X("nns_data_create", "allow_nan a number", "allow_nan", data_config, "{\"allow_nan\": 1}") \
    X("nns_data_create", "a near key", "allow_nan", data_config, "{\"alow_nan\": true}")

#define WORD_ROW(function, what, fragment, perform, text) \
    {function, what, S(ARGUMENT), fragment, perform, text},

static const bad_case words[] = {WORDS(WORD_ROW)};

void refuse_texts(void) {
    for (size_t reader = 0; reader < sizeof readers / sizeof *readers; reader++) {
        for (size_t at = 0; at < sizeof texts / sizeof *texts; at++)
            refuse_text(reader, texts[at].what, S(ARGUMENT), texts[at].fragment, texts[at].text);
        refuse_long_texts(reader);
    }
    RUN(words);
}
