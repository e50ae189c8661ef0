/* Specs that are JSON and yet no network. A text has ' for ". */
#include "badinput.h"

static int32_t spec(const char *text) { return nns_create(json(text), &made.model); }

/* A whole spec; one layer before a dense one of three; a loss for three outputs, for one. */
#define SPEC(what, fragment, text) {"nns_create", what, S(ARGUMENT), fragment, spec, text},
#define LAYER(what, fragment, text)                                              \
    SPEC(what, fragment, "{'input': 4, 'layers': [" text ", {'type': 'dense', " \
                         "'units': 3}], 'loss': 'softmax_cross_entropy'}")
#define DENSE(what, fragment, options) \
    LAYER(what, fragment, "{'type': 'dense', 'units': 5, " options "}")
#define LOSS(what, fragment, outputs, text)                                              \
    SPEC(what, fragment, "{'input': 4, 'layers': [{'type': 'dense', 'units': " #outputs \
                         "}], 'loss': " text "}")
#define MORE(what, fragment, options) LOSS(what, fragment, 3, "'softmax_cross_entropy', " options)

static const bad_case specs[] = {
    SPEC("without anything", "input", "{}")
    SPEC("without input", "input", "{'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input 0", "input", "{'input': 0, 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input -1", "-1", "{'input': -1, 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input 1.5", "1.5", "{'input': 1.5, 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input a text", "input", "{'input': '4', 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input an empty list", "input", "{'input': [], 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input a list with 0", "input", "{'input': [4, 0], 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input of five sizes", "input", "{'input': [1, 1, 1, 1, 1], 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input too large a product", "input", "{'input': [65536, 65536], 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("residual without layers", "layers must be a list",
         "{'input': 4, 'layers': [{'type': 'residual'}], 'loss': 'mse'}")
    SPEC("residual of two shapes", "one shape",
         "{'input': 4, 'layers': [{'type': 'residual', 'layers': [{'type': 'dense', 'units': 3}]}], 'loss': 'mse'}")
    SPEC("residual with a bad layer", "layers[0].shortcut[0]",
         "{'input': 4, 'layers': [{'type': 'residual', 'layers': ['relu'], 'shortcut': ['rela']}], 'loss': 'mse'}")
    SPEC("input null", "input", "{'input': null, 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input 1e18", "input", "{'input': 1e18, 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("input 2^64", "input", "{'input': 18446744073709551616, 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("without layers", "layers", "{'input': 4, 'loss': 'mse'}")
    SPEC("no layers", "layers", "{'input': 4, 'layers': [], 'loss': 'mse'}")
    SPEC("layers an object", "layers", "{'input': 4, 'layers': {}, 'loss': 'mse'}")
    SPEC("layers a name", "layers", "{'input': 4, 'layers': 'relu', 'loss': 'mse'}")
    SPEC("an unknown key", "did you mean \"layers\"",
         "{'input': 4, 'layer': [], 'layers': ['relu'], 'loss': 'mse'}")
    SPEC("another unknown key", "did you mean \"input\"",
         "{'inputs': 4, 'input': 4, 'layers': ['relu'], 'loss': 'mse'}")
    LAYER("an unknown layer", "did you mean \"dense\"", "{'type': 'dence', 'units': 5}")
    LAYER("an unknown layer by name", "did you mean \"dropout\"", "'dropuot'")
    LAYER("an unknown option", "did you mean \"units\"", "{'type': 'dense', 'unit': 5, 'units': 5}")
    LAYER("a layer without type", "layer", "{'units': 5}")
    LAYER("a layer that is a number", "layer", "5")
    LAYER("a layer that is null", "layer", "null")
    LAYER("a type that is a number", "layer", "{'type': 5}")
    LAYER("without units", "units", "{'type': 'dense'}")
    LAYER("units 0", "units", "{'type': 'dense', 'units': 0}")
    LAYER("units -1", "units", "{'type': 'dense', 'units': -1}")
    LAYER("units 2.5", "units", "{'type': 'dense', 'units': 2.5}")
    LAYER("units a text", "units", "{'type': 'dense', 'units': '8'}")
    LAYER("units true", "units", "{'type': 'dense', 'units': true}")
    LAYER("units 1e18", "units", "{'type': 'dense', 'units': 1e18}")
    DENSE("an unknown activation", "did you mean \"relu\"", "'activation': 'rleu'")
    DENSE("an option of another activation", "slope", "'activation': {'type': 'relu', 'slope': 1}")
    DENSE("an activation that is a number", "activation", "'activation': 1")
    DENSE("bias 1", "bias", "'bias': 1")
    DENSE("an unknown init", "did you mean \"he_uniform\"", "'init': 'he_unifrom'")
    DENSE("uniform without bounds", "low", "'init': 'uniform'")
    DENSE("uniform upside down", "low", "'init': {'type': 'uniform', 'low': 1, 'high': -1}")
    DENSE("constant without value", "value", "'init': 'constant'")
    DENSE("normal std -1", "std", "'init': {'type': 'normal', 'std': -1}")
    DENSE("normal_l2 std 0", "std", "'init': {'type': 'normal_l2', 'std': 0}")
    DENSE("orthogonal gain a text", "gain", "'init': {'type': 'orthogonal', 'gain': 'x'}")
    DENSE("an unknown bias_init", "zeros", "'bias_init': 'zero'")
    LAYER("dropout without rate", "rate", "'dropout'")
    LAYER("dropout rate 1", "rate", "{'type': 'dropout', 'rate': 1}")
    LAYER("dropout rate -0.1", "-0.1", "{'type': 'dropout', 'rate': -0.1}")
    LAYER("dropout rate 1e308", "rate", "{'type': 'dropout', 'rate': 1e308}")
    LAYER("batch_norm momentum -0.1", "momentum", "{'type': 'batch_norm', 'momentum': -0.1}")
    LAYER("batch_norm momentum 1.5", "momentum", "{'type': 'batch_norm', 'momentum': 1.5}")
    LAYER("batch_norm eps 0", "eps", "{'type': 'batch_norm', 'eps': 0}")
    LAYER("batch_norm affine null", "affine", "{'type': 'batch_norm', 'affine': null}")
    LAYER("rms_norm eps 0", "eps", "{'type': 'rms_norm', 'eps': 0}")
    LAYER("rms_norm momentum", "momentum", "{'type': 'rms_norm', 'momentum': 0.1}")
    LAYER("layer_norm eps 0", "eps", "{'type': 'layer_norm', 'eps': 0}")
    LAYER("layer_norm eps -1", "eps", "{'type': 'layer_norm', 'eps': -1}")
    LAYER("leaky_relu slope a text", "slope", "{'type': 'leaky_relu', 'slope': 'x'}")
    LAYER("elu alpha null", "alpha", "{'type': 'elu', 'alpha': null}")
    LAYER("hard_tanh upside down", "min must be less", "{'type': 'hard_tanh', 'min': 1, 'max': -1}")
    LAYER("hard_tanh min 1e39", "min", "{'type': 'hard_tanh', 'min': 1e39}")
    LAYER("celu alpha 0", "alpha", "{'type': 'celu', 'alpha': 0}")
    LAYER("prelu shared 1", "shared", "{'type': 'prelu', 'shared': 1}")
    LAYER("prelu slope 1e9", "slope", "{'type': 'prelu', 'slope': 1e9}")
    DENSE("a layer as activation", "layer of its own", "'activation': 'prelu'")
    LAYER("gelu approximate", "approximate", "{'type': 'gelu', 'approximate': 'erf'}")
    LAYER("softplus beta 0", "beta", "{'type': 'softplus', 'beta': 0}")
    LAYER("relu straight_through 1", "straight_through", "{'type': 'relu', 'straight_through': 1}")
    SPEC("without loss", "loss", "{'input': 4, 'layers': ['relu']}")
    LOSS("an unknown loss", "did you mean \"softmax_cross_entropy\"", 3, "'softmax_cross_entropie'")
    LOSS("a loss that is null", "loss", 3, "null")
    LOSS("softmax_cross_entropy on one output", "output", 1, "'softmax_cross_entropy'")
    LOSS("label_smoothing 1.5", "label_smoothing", 3,
         "{'type': 'softmax_cross_entropy', 'label_smoothing': 1.5}")
    LOSS("label_smoothing -0.1", "label_smoothing", 1,
         "{'type': 'binary_cross_entropy', 'label_smoothing': -0.1}")
    LOSS("pos_weight -1", "pos_weight", 1, "{'type': 'binary_cross_entropy', 'pos_weight': -1}")
    LOSS("pos_weights for other outputs", "pos_weight", 3,
         "{'type': 'binary_cross_entropy', 'pos_weight': [1, 2]}")
    LOSS("huber delta 0", "delta", 1, "{'type': 'huber', 'delta': 0}")
    LOSS("huber delta -1", "delta", 1, "{'type': 'huber', 'delta': -1}")
    LOSS("quantile q 0", "q", 1, "{'type': 'quantile', 'q': 0}")
    LOSS("quantile q 1", "q", 1, "{'type': 'quantile', 'q': 1}")
    LOSS("quantile q empty", "q", 1, "{'type': 'quantile', 'q': []}")
    LOSS("quantile q with a text", "q", 2, "{'type': 'quantile', 'q': [0.1, 'x']}")
    LOSS("two quantiles for one output", "q", 1, "{'type': 'quantile', 'q': [0.1, 0.9]}")
    LOSS("two quantiles for three outputs", "q", 3, "{'type': 'quantile', 'q': [0.1, 0.9]}")
    LOSS("an option of another loss", "delta", 1, "{'type': 'mse', 'delta': 1}")
    MORE("seed -1", "seed", "'seed': -1")
    MORE("seed 1.5", "seed", "'seed': 1.5")
    MORE("seed 2^64", "seed", "'seed': 18446744073709551616")
    MORE("seed a text", "seed", "'seed': '7'")
    MORE("threshold -0.1", "threshold", "'threshold': -0.1")
    MORE("threshold 1.5", "threshold", "'threshold': 1.5")
    MORE("an unknown preprocess", "did you mean \"standardize\"", "'preprocess': 'standardise'")
    MORE("scale without factor", "factor", "'preprocess': 'scale'")
    MORE("one quantile", "n_quantiles", "'preprocess': {'type': 'quantile_normal', 'n_quantiles': 1}")
    MORE("too many quantiles", "n_quantiles",
         "'preprocess': {'type': 'quantile_normal', 'n_quantiles': 65537}")
    MORE("clip limit 0", "limit", "'preprocess': {'type': 'clip', 'limit': 0}")
    MORE("a list without a preprocess", "1 to 16 kinds", "'preprocess': []")
    MORE("an unknown preprocess in a list", "preprocess[1]: unknown", "'preprocess': ['minmax', 'max']")
    MORE("a list in a list", "must be a name", "'preprocess': [['minmax']]")
    MORE("an option of another preprocess", "factor",
         "'preprocess': {'type': 'minmax', 'factor': 2}")
    MORE("two classes for three outputs", "classes", "'classes': ['a', 'b']")
    MORE("four classes for three outputs", "classes", "'classes': ['a', 'b', 'c', 'd']")
    MORE("no classes", "classes", "'classes': []")
    MORE("a class twice", "classes", "'classes': ['a', 'b', 'a']")
    MORE("a class that is a number", "classes", "'classes': ['a', 'b', 3]")
    MORE("a class of every type", "classes", "'classes': ['a', 2, true]")
    MORE("a class that is half a number", "classes", "'classes': [1, 2, 2.5]")
    MORE("a class beyond 64 bits", "classes", "'classes': [1, 2, 9223372036854775808]")
    MORE("a class that is null", "classes", "'classes': ['a', 'b', null]")
    MORE("a number twice", "classes", "'classes': [1, 2, 1.0]")
    MORE("true twice", "classes", "'classes': [true, false, true]")
    MORE("classes an object", "classes", "'classes': {}")
    MORE("three features for four columns", "features", "'features': ['a', 'b', 'c']")
    MORE("a feature twice", "features", "'features': ['a', 'b', 'c', 'a']")
    MORE("a feature that is a number", "features", "'features': ['a', 'b', 'c', 4]")
    MORE("features an object", "features", "'features': {}")
    LOSS("classes of a regression", "classes", 1, "'mse', 'classes': ['a']")
};

#define LARGE(what, text) {"nns_create", what, TOO_LARGE, NULL, spec, text},

static const bad_case large[] = {
    LARGE("units 2^62", "{'input': 4, 'layers': [{'type': 'dense', 'units': 4611686018427387904}], "
                        "'loss': 'mse'}")
    LARGE("input 2^62", "{'input': 4611686018427387904, 'layers': ['relu'], 'loss': 'mse'}")
    LARGE("input 2^63 - 1", "{'input': 9223372036854775807, 'layers': ['relu'], 'loss': 'mse'}")
    LARGE("2^24 times 2^24 weights", "{'input': 16777216, 'layers': [{'type': 'dense', 'units': "
                                     "16777216}], 'loss': 'mse'}")
    LARGE("10^6 times 10^6 weights", "{'input': 4, 'layers': [{'type': 'dense', 'units': 1000000}, "
                                     "{'type': 'dense', 'units': 1000000}], 'loss': 'mse'}")
};

/* More layers than the default limit of 1,000. */
static void refuse_many_layers(void) {
    size_t size = 100 + 2000 * 10;
    char *text = room_for(size);
    strcpy(text, "{\"input\": 4, \"loss\": \"mse\", \"layers\": [");
    for (int layer = 0; layer < 2000; layer++) strcat(text, layer ? ",\"relu\"" : "\"relu\"");
    strcat(text, "]}");
    forget_results();
    judge("nns_create", "2,000 layers", S(LIMIT) | S(ARGUMENT), "2000",
          nns_create(text, &made.model));
    free(text);
}

void refuse_specs(void) {
    RUN(specs);
    RUN(large);
    refuse_many_layers();
}
