/* Creating, describing, copying. */
#include "lifecycle.h"

static void check_sizes(void) {
    nns_model *model = model_from(classifier);
    int64_t inputs = 0, outputs = 0, parameters = 0;
    check_status("input size", nns_input_size(model, &inputs), NNS_OK);
    check_integer("input size: value", inputs, 4);
    check_status("output size", nns_output_size(model, &outputs), NNS_OK);
    check_integer("output size: value", outputs, 3);
    check_status("param count", nns_param_count(model, &parameters), NNS_OK);
    check_integer("param count: 4*8 + 8 + 8*3 + 3", parameters, 67);
    nns_free(model);
}

/* One of each layer, each with options of its own. */
static const char *const round_trips[] = {
    classifier,
    regressor,
    "{\"input\": 3, \"layers\": [{\"type\": \"dense\", \"units\": 5, \"activation\": "
    "{\"type\": \"leaky_relu\", \"slope\": 0.2}, \"init\": \"he_uniform\", \"bias_init\": "
    "{\"type\": \"constant\", \"value\": 0.1}}, {\"type\": \"batch_norm\", \"momentum\": 0.25}, "
    "{\"type\": \"dropout\", \"rate\": 0.3}, \"gelu\", {\"type\": \"layer_norm\", \"affine\": "
    "false}, {\"type\": \"dense\", \"units\": 2, \"bias\": false}], \"loss\": "
    "{\"type\": \"softmax_cross_entropy\", \"label_smoothing\": 0.1}, \"preprocess\": "
    "\"standardize\", \"classes\": [\"gr\xc3\xbc" "n\", \"rot\"], \"seed\": 18446744073709551615}",
    "{\"input\": 2, \"layers\": [{\"type\": \"dense\", \"units\": 3}], \"loss\": "
    "{\"type\": \"quantile\", \"q\": [0.1, 0.5, 0.9]}, \"preprocess\": "
    "{\"type\": \"scale\", \"factor\": 0.00392156862745098}}",
    "{\"input\": 2, \"layers\": [{\"type\": \"dense\", \"units\": 1}], \"loss\": "
    "{\"type\": \"binary_cross_entropy\", \"pos_weight\": 3}, \"threshold\": 0.3}",
};

static void check_description(const char *spec) {
    nns_model *first = model_from(spec);
    char *text = text_of(nns_describe, first);
    nns_model *second = NULL;
    if (check_status("describe: create takes it back", nns_create(text, &second), NNS_OK)) {
        char *again = text_of(nns_describe, second);
        check_text("describe: create: describe is identical", again, text);
        check(same_weights(first, second), "describe: create: same initial weights",
              "weights differ for %s", text);
        free(again);
    }
    free(text);
    nns_free(second);
    nns_free(first);
}

static void check_text_buffers(void) {
    nns_model *model = model_from(classifier);
    size_t need = 0, small_need = 0;
    char *text = text_of(nns_describe, model);
    char buffer[8] = "1234567";
    check_status("describe: asking", nns_describe(model, NULL, 0, &need), NNS_OK);
    check_integer("describe: need is the length and a 0", (int64_t)need,
                  (int64_t)strlen(text) + 1);
    check_status("describe: small buffer", nns_describe(model, buffer, 8, &small_need),
                 NNS_E_ARGUMENT);
    check_text("describe: small buffer untouched", buffer, "1234567");
    check_status("describe: one byte short", nns_describe(model, text, need - 1, NULL),
                 NNS_E_ARGUMENT);
    check_status("describe: exact buffer", nns_describe(model, text, need, NULL), NNS_OK);
    check_contains("describe: defaults are filled in", text, "\"bias\": true");
    free(text);
    nns_free(model);
}

static void check_mlp(void) {
    const int64_t sizes[] = {4, 8, 3};
    nns_model *plain = NULL, *same = model_from(classifier), *other = NULL, *named = NULL;
    must(nns_create_mlp(sizes, 3, NULL, NULL, 7, &plain), "create_mlp: defaults");
    char *a = text_of(nns_describe, plain), *b = text_of(nns_describe, same);
    check_text("create_mlp: NULL is relu and softmax_cross_entropy", a, b);
    check(same_weights(plain, same), "create_mlp: weights as create with the same seed",
          "weights differ");
    must(nns_create_mlp(sizes, 3, NULL, NULL, 8, &other), "create_mlp: another seed");
    check(!same_weights(plain, other), "create_mlp: another seed, other weights", "weights equal");
    must(nns_create_mlp(sizes, 2, "tanh", "mse", 1, &named), "create_mlp: two sizes");
    int64_t outputs = 0;
    must(nns_output_size(named, &outputs), "create_mlp: output size");
    check_integer("create_mlp: two sizes, no hidden layer", outputs, 8);
    free(a);
    free(b);
    nns_free(plain);
    nns_free(same);
    nns_free(other);
    nns_free(named);
}

static void check_clone(void) {
    static samples set;
    fill_samples(&set);
    nns_data *data = labelled(&set);
    nns_model *model = model_from(classifier), *copy = NULL;
    must(nns_train(model, data, NULL, "{\"epochs\": 2}", NULL, NULL), "clone: a training");
    char *history = text_of(nns_history, model);
    uint64_t hash = hash_of_weights(model);
    must(nns_clone(model, &copy), "clone");
    check(same_weights(model, copy), "clone: same weights", "weights differ");
    char *copied = text_of(nns_history, copy);
    check_text("clone: same history", copied, history);
    must(nns_train(copy, data, NULL, "{\"epochs\": 1}", NULL, NULL), "clone: training the copy");
    check(hash == hash_of_weights(model), "clone: training the copy leaves the original",
          "weights changed");
    nns_free(model);
    int64_t size = 0;
    check_status("clone: outlives the original", nns_input_size(copy, &size), NNS_OK);
    check_status("free: the freed handle is refused", nns_input_size(model, &size), NNS_E_STATE);
    free(history);
    free(copied);
    nns_free(copy);
    nns_data_free(data);
}

void check_models(void) {
    check_sizes();
    for (size_t at = 0; at < sizeof round_trips / sizeof *round_trips; at++)
        check_description(round_trips[at]);
    check_text_buffers();
    check_mlp();
    check_clone();
    nns_free(NULL);
    nns_data_free(NULL);
    nns_session_free(NULL);
    nns_buffer_free(NULL);
    check(1, "free: NULL is fine", " ");
}
