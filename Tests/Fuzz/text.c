/* Changes of JSON texts that keep most of them JSON: numbers, and words of one family for
 * another. */
#include "fuzz.h"

static uint32_t state;

void seed_mutator(unsigned seed) { state = seed; }

uint32_t below(uint32_t bound)
{
    state = state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)state * bound) >> 32);
}

/* Families of words that stand in one another's place. */
static const char *const words[] = {
    "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus",
    "hard_sigmoid", "identity", "softmax", "log_softmax", "dropout", "batch_norm", "layer_norm", "rms_norm",
    "relu6", "hard_tanh", "celu", "mish", "hard_swish", "log_sigmoid", "tanh_shrink", "softsign", "prelu", "residual",
    "dense", "input", "units", NULL,
    "mse", "mae", "huber", "quantile", "poisson", "binary_cross_entropy", "softmax_cross_entropy", NULL,
    "none", "standardize", "minmax", "scale", "robust", "quantile_normal", "clip", NULL,
    "sgd", "adam", "adamw", "nadam", "rmsprop", "adagrad", "adadelta", "rprop", "lion", "lbfgs", NULL,
    "constant", "step", "multi_step", "exponential", "cosine", "one_cycle", "reduce_on_plateau", "polynomial", NULL,
    "loss", "val_loss", "accuracy", "top_k", "f1", "roc_auc", "log_loss", "kappa", "rmse", "r2", "pinball", "cost", "coverage", NULL,
    "zeros", "uniform", "normal", "glorot_uniform", "he_normal", "orthogonal", "pytorch", NULL,
    "exp_avg", "exp_avg_sq", "max_exp_avg_sq", "sum", "square_avg", "acc_delta", "momentum_buffer",
    "prev", "step_size", NULL,
    "weight", "bias", "running_mean", "running_var", "center", NULL,
    "true", "false", "null", "\\\"\\\"", "[]", "{}", "0", "-1", "1e308", "\\u0000", NULL,
};
enum { WORDS = sizeof words / sizeof *words };

static const char *const numbers[] = {
    "0", "1", "2", "3", "4", "7", "8", "12", "24", "64", "0.5", "0.25", "-0", "1e-30", "1e30", "1e-5", "1e308",
    "-1", "65536", "16777216", "2147483648", "4294967295", "9223372036854775807",
    "18446744073709551615", "18446744073709551616", "1e400", "0.1", "0.9999999", "null", "1099511627775",
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* Puts a text in the place of `length` bytes; the new size, or the old one where it does not
 * fit. */
static size_t put(uint8_t *text, size_t size, size_t most, size_t place, size_t length,
                  const char *other)
{
    size_t added = strlen(other);
    if (size - length + added > most) return size;
    memmove(text + place + added, text + place + length, size - place - length);
    memcpy(text + place, other, added);
    return size - length + added;
}

static int is_number(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' || byte == 'e';
}

/* Changes the first number behind a random place. */
static size_t change_number(uint8_t *text, size_t size, size_t most)
{
    size_t start = size ? below((uint32_t)size) : 0;
    while (start < size && !(text[start] >= '0' && text[start] <= '9')) start++;
    while (start > 0 && is_number(text[start - 1])) start--;
    size_t end = start;
    while (end < size && is_number(text[end])) end++;
    if (start == end) return size;
    if (below(2)) { /* one digit */
        size_t place = start + below((uint32_t)(end - start));
        if (text[place] >= '0' && text[place] <= '9') text[place] = (uint8_t)('0' + below(10));
        return size;
    }
    return put(text, size, most, start, end - start, numbers[below(NUMBERS)]);
}

/* Changes one word of a family, the first behind a random place, into another. */
static size_t change_word(uint8_t *text, size_t size, size_t most)
{
    int index = (int)below(WORDS), first, last;
    if (!words[index]) return size;
    for (first = index; first > 0 && words[first - 1]; first--) {}
    for (last = index; words[last + 1]; last++) {}
    const char *other = words[first + (int)below((uint32_t)(last - first + 1))];
    size_t length = strlen(words[index]);
    for (size_t place = size ? below((uint32_t)size) : 0; place + length <= size; place++)
        if (!memcmp(text + place, words[index], length))
            return put(text, size, most, place, length, other);
    return size;
}

size_t change_text(uint8_t *text, size_t size, size_t most)
{
    switch (below(8)) {
    case 0: return LLVMFuzzerMutate(text, size, most);
    case 1: case 2: case 3: return change_word(text, size, most);
    default: return change_number(text, size, most);
    }
}
