/* JSON texts: from a grammar that knows every name, then sometimes damaged. */
#include <stdarg.h>

#include "calls.h"

enum { CAPACITY = 4096 };
static char *text;
static size_t length;

static void begin(void) {
    text = block(CAPACITY);
    length = 0;
    text[0] = 0;
}

static void add(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(text + length, CAPACITY - length, format, arguments);
    va_end(arguments);
    length += (size_t)more;
    if (length > CAPACITY - 1) length = CAPACITY - 1;
}

#define ONE_OF(list) ((list)[below(sizeof(list) / sizeof *(list))])

static const char *const activations[] = {
    "relu", "identity", "leaky_relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus",
    "hard_sigmoid", "softmax", "log_softmax", "relu6", "hard_tanh", "celu", "mish", "hard_swish",
    "log_sigmoid", "tanh_shrink", "softsign"};
static const char *const inits[] = {
    "zeros", "uniform", "normal", "normal_l2", "glorot_uniform", "glorot_normal", "he_uniform",
    "he_normal", "lecun_uniform", "lecun_normal", "orthogonal", "pytorch", "constant"};
static const char *const metrics[] = {
    "\"loss\"", "\"accuracy\"", "\"accuracy\"", "\"balanced_accuracy\"",
    "{\"type\": \"top_k\", \"k\": 2}", "\"precision\"",
    "{\"type\": \"recall\", \"average\": \"macro\"}", "\"f1\"",
    "{\"type\": \"f_beta\", \"beta\": 2}", "\"roc_auc\"", "\"pr_auc\"", "\"log_loss\"",
    "\"brier\"", "\"matthews\"", "\"kappa\"", "\"mse\"", "\"rmse\"", "\"mae\"", "\"median_ae\"",
    "\"r2\"", "\"mape\"", "{\"type\": \"pinball\", \"q\": 0.3}", "\"coverage\"", "\"cost\"",
    "\"expected_calibration_error\""};
static const char *const optimizers[] = {
    "\"sgd\"", "\"sgd\", \"momentum\": 0.9, \"nesterov\": true", "\"adam\"",
    "\"adam\", \"amsgrad\": true", "\"adamw\"", "\"nadam\"",
    "\"rmsprop\", \"centered\": true, \"momentum\": 0.5", "\"adagrad\"", "\"adadelta\"",
    "\"rprop\"", "\"lion\""};
static const char *const schedules[] = {
    "constant", "step\", \"every\": 2, \"gamma\": 0.5, \"per\": \"step",
    "multi_step\", \"at\": [1, 3], \"gamma\": \"0.1", "exponential\", \"per\": \"step", "cosine",
    "one_cycle", "reduce_on_plateau\", \"metric\": \"loss", "polynomial"};
static const char *const odd_values[] = {
    "0", "-1", "1e308", "-1e-320", "1e999", "9223372036854775808", "18446744073709551615", "null",
    "true", "\"\"", "[]", "{}", "[[[[]]]]", "0.1", "\"\\u0000\"", "\"\\ud800\"", "1e-400", "3",
    "301", "4294967296", "-9223372036854775808"};

/* A number, or now and then something else. */
static void number(const char *usual) { add("%s", chance(2) ? ONE_OF(odd_values) : usual); }

static const char *const small[] = {"1", "2", "3", "4", "5", "8"};
static const char *const shares[] = {"0", "0.1", "0.3", "0.5", "0.9", "1"};

static void layers(uint64_t count, int depth);

/* Rows of any width come out as three, mostly as the shortcut's. */
static void residual(int depth) {
    add("{\"type\": \"residual\", \"layers\": [");
    layers(below(2), depth + 1);
    add("{\"type\": \"dense\", \"units\": "), number("3"), add("}]");
    if (chance(60)) add(", \"shortcut\": [{\"type\": \"dense\", \"units\": "), number("3"), add("}]");
    add("}");
}

static void layer(int depth) {
    if (depth < 3 && chance(6)) {
        residual(depth);
        return;
    }
    switch (below(10)) {
    case 0: add("{\"type\": \"dropout\", \"rate\": "), number(ONE_OF(shares)), add("}"); break;
    case 1: add("{\"type\": \"batch_norm\", \"momentum\": "), number(ONE_OF(shares)), add("}"); break;
    case 2: add(chance(50) ? "\"layer_norm\"" : "\"rms_norm\""); break;
    case 3: add("\"%s\"", chance(10) ? "prelu" : ONE_OF(activations)); break;
    default:
        add("{\"type\": \"dense\", \"units\": ");
        number(ONE_OF(small));
        if (chance(50)) add(", \"activation\": \"%s\"", ONE_OF(activations));
        if (chance(30)) add(", \"init\": \"%s\"", ONE_OF(inits));
        if (chance(20)) add(", \"bias\": false");
        add("}");
    }
}

/* Each with a comma behind it. */
static void layers(uint64_t count, int depth) {
    while (count-- > 0) layer(depth), add(", ");
}

/* A few bytes behind the first `kept` turned, dropped, doubled or cut. */
static void damage(size_t kept) {
    for (uint64_t edits = 1 + below(4); edits > 0 && length > kept; edits--) {
        size_t at = kept + below(length - kept), size = 1 + below(12);
        if (at + size > length) size = length - at;
        switch (below(5)) {
        case 0: text[at] = (char)(1 + below(255)); break;
        case 1:
            memmove(text + at, text + at + size, length - at - size + 1);
            length -= size;
            break;
        case 2:
            if (length + size >= CAPACITY) break;
            memmove(text + at + size, text + at, length - at + 1);
            length += size;
            break;
        case 3: text[length = at] = 0; break;
        default: text[at] = "{}[]\",:0-e.\\u"[below(13)];
        }
    }
}

/* In a block that ends where the text does. */
static const char *finished(int percent, size_t kept) {
    if (chance(1)) return NULL;
    if (chance(percent)) damage(kept);
    size_t size = strlen(text) + 1;
    return memcpy(block(size), text, size);
}

const char *spec_text(void) {
    static const char *const losses[] = {
        "\"softmax_cross_entropy\"", "\"softmax_cross_entropy\"", "\"binary_cross_entropy\"",
        "\"mse\"", "\"mae\"", "\"huber\"", "{\"type\": \"quantile\", \"q\": 0.3}", "\"poisson\"",
        "{\"type\": \"softmax_cross_entropy\", \"label_smoothing\": 0.2}"};
    static const char *const scalings[] = {"none", "standardize", "minmax", "scale", "robust", "quantile_normal", "clip"};
    begin();
    add("{\"input\": ");
    number(chance(85) ? "3" : ONE_OF(small));
    add(", \"layers\": [");
    layers(below(4), 0);
    add("{\"type\": \"dense\", \"units\": ");
    number(chance(75) ? "3" : ONE_OF(small));
    add("}], \"loss\": %s", ONE_OF(losses));
    if (chance(20)) add(", \"preprocess\": \"%s\"", ONE_OF(scalings));
    if (chance(40)) add(", \"seed\": "), number("11");
    if (chance(5)) add(", \"classes\": [\"a\", \"b\", \"c\"]");
    else if (chance(5)) add(chance(50) ? ", \"classes\": [3, -1, 7]" : ", \"classes\": [true, false]");
    if (chance(5)) add(", \"features\": [\"a\", \"b\", \"c\"]");
    if (chance(5)) add(", \"threshold\": "), number("0.4");
    add("}");
    return finished(6, 0);
}

static void metric(void) {
    if (chance(97)) {
        add("%s", ONE_OF(metrics));
        return;
    }
    add("{\"type\": %s, \"k\": ", ONE_OF(metrics));
    number(ONE_OF(small));
    add("}");
}

static int metric_list(void) {
    int count = chance(5) ? 0 : 1 + (int)below(3);
    add("[");
    for (int at = 0; at < count; at++) add(at ? ", " : ""), metric();
    add("]");
    return count;
}

const char *metrics_text(int *count) {
    begin();
    *count = metric_list();
    return finished(5, 0);
}

const char *metric_text(void) {
    begin();
    metric();
    return finished(5, 0);
}

const char *data_config_text(void) {
    if (chance(60)) return NULL;
    begin();
    add("{\"allow_nan\": %s}", chance(70) ? "true" : "false");
    return finished(10, 0);
}

static void optimizer(void) {
    static const char *const rates[] = {"0.01", "0.1", "1e-8", "0", "1e30", "1"};
    add(", \"optimizer\": {\"type\": %s, \"learning_rate\": ", ONE_OF(optimizers));
    number(ONE_OF(rates));
    if (chance(20)) add(", \"weight_decay\": "), number(ONE_OF(shares));
    if (chance(20)) add(", \"l1\": "), number(ONE_OF(shares));
    if (chance(2)) add(", \"momentum\": "), number(ONE_OF(shares));
    if (chance(10)) add(", \"decay_bias\": false");
    add("}");
}

static void stop_rules(void) {
    if (chance(15)) {
        add(", \"validation_fraction\": ");
        number("0.3");
        if (chance(30)) add(", \"stratify\": true");
    }
    if (chance(20))
        add(", \"early_stopping\": {\"metric\": \"%s\", \"patience\": 1, \"restore_best\": %s}",
            chance(80) ? "loss" : "val_loss", chance(50) ? "true" : "false");
}

const char *config_text(void) {
    if (chance(10)) return NULL;
    begin();
    /* Small numbers: a training is as long as it is asked to be. */
    add("{\"epochs\": %d, \"batch_size\": ", chance(3) ? 0 : 1 + (int)below(4));
    size_t kept = length;
    int is_search = chance(10);
    number(chance(20) || is_search ? "0" : ONE_OF(small));
    if (is_search)
        add(", \"optimizer\": {\"type\": \"lbfgs\", \"max_iterations\": 3, \"line_search\": \"%s\"}",
            chance(50) ? "none" : "strong_wolfe");
    else if (chance(70)) optimizer();
    if (chance(25)) {
        add(", \"schedule\": {\"type\": \"%s\", \"warmup_steps\": ", ONE_OF(schedules));
        number("2");
        add("}");
    }
    if (chance(20)) add(", \"metrics\": "), metric_list();
    if (chance(15)) add(", \"clip_norm\": "), number("0.5");
    if (chance(10)) add(", \"clip_value\": "), number("0.1");
    if (chance(4)) add(", \"class_weight\": %s", chance(50) ? "\"balanced\"" : "[1, 2, 0.5]");
    if (chance(15)) add(", \"continue\": true");
    if (chance(10)) add(", \"progress\": \"batch\"");
    if (chance(10)) add(", \"shuffle\": false, \"drop_last\": true");
    if (chance(2)) add(", \"threads\": %d", (int)below(4));
    if (chance(10)) add(", \"allow_nan\": true");
    stop_rules();
    add("}");
    /* What bounds how long it takes is not edited. */
    return finished(is_search ? 0 : 5, kept);
}
