/* A training step allocates nothing after the first epoch, nor does a session. */
#include "counter.h"

/* The callback itself must not allocate: it only remembers. */
typedef struct watch {
    int64_t last, calls;
    int64_t in_epoch, between_epochs; /* the largest numbers seen from the second epoch on */
} watch;

static int32_t observe(void *user, const nns_progress *told) {
    watch *seen = user;
    int64_t now = allocated(), fresh = now - seen->last;
    if (!told->epoch_end) {
        int64_t *largest = told->batch > 1 ? &seen->in_epoch : &seen->between_epochs;
        int is_warm = told->epoch > 2 || (told->epoch == 2 && told->batch > 1);
        if (is_warm && fresh > *largest) *largest = fresh;
        seen->calls++;
        seen->last = now;
    }
    return 0;
}

enum { MANY = 200, WIDE = 20 };

typedef struct numbers {
    float f32[MANY * WIDE], targets[MANY];
    double f64[MANY * WIDE * 2]; /* every second one is used */
    uint8_t u8[MANY * WIDE];
    int32_t labels[MANY];
} numbers;

static numbers all;

static void fill(void) {
    uint32_t state = 3;
    for (int at = 0; at < MANY * WIDE; at++) {
        all.u8[at] = (uint8_t)(next_random(&state) * 256);
        all.f32[at] = all.u8[at] / 255.0f;
        all.f64[2 * at] = all.f32[at];
    }
    for (int row = 0; row < MANY; row++) {
        all.labels[row] = row % 3;
        all.targets[row] = all.f32[row * WIDE];
    }
}

typedef struct features {
    const char *name;
    nns_array array;
} features;

static void layouts(features list[3]) {
    const features made[3] = {
        {"float32", array_of(NNS_F32, all.f32, MANY, WIDE)},
        {"uint8", array_of(NNS_U8, all.u8, MANY, WIDE)},
        {"strided float64",
         {(uint32_t)sizeof(nns_array), NNS_F64, all.f64, MANY, WIDE, 16 * WIDE, 16}},
    };
    memcpy(list, made, sizeof made);
}

#define HEAD "{\"input\": 20, \"layers\": [{\"type\": \"dense\", \"units\": 32}, "
#define TAIL "{\"type\": \"dense\", \"units\": 3}], \"loss\": \"softmax_cross_entropy\"}"

static const struct {
    const char *name, *spec, *config;
    int is_regression;
} nets[] = {
    {"relu", HEAD "\"relu\", " TAIL, "", 0},
    {"dropout", HEAD "\"relu\", {\"type\": \"dropout\", \"rate\": 0.2}, " TAIL, "", 0},
    {"batch_norm", HEAD "\"batch_norm\", \"gelu\", " TAIL, "", 0},
    {"rms_norm", HEAD "\"rms_norm\", \"tanh\", " TAIL, "", 0},
    {"layer_norm", HEAD "\"layer_norm\", \"tanh\", " TAIL, "", 0},
    {"prelu", HEAD "\"prelu\", {\"type\": \"prelu\", \"shared\": false}, " TAIL, "", 0},
    {"mish", HEAD "\"mish\", \"celu\", \"softsign\", \"hard_tanh\", " TAIL, "", 0},
    {"mse",
     HEAD "\"relu\", {\"type\": \"dense\", \"units\": 1}], \"loss\": \"mse\", \"preprocess\": "
          "\"standardize\"}",
     "", 1},
    {"momentum, clipping, l1", HEAD "\"relu\", " TAIL,
     ", \"optimizer\": {\"type\": \"sgd\", \"momentum\": 0.9, \"l1\": 0.001}, \"clip_norm\": 1", 0},
    {"metrics, class weights, validation", HEAD "\"relu\", " TAIL,
     ", \"metrics\": [\"accuracy\"], \"class_weight\": \"balanced\", "
     "\"validation_fraction\": 0.2", 0},
    {"a schedule by steps, 2 threads", HEAD "\"relu\", " TAIL,
     ", \"schedule\": {\"type\": \"one_cycle\", \"maximum\": 0.01}, \"threads\": 2", 0},
};
enum { NETS = sizeof nets / sizeof *nets };

static nns_array targets_of(int is_regression) {
    return is_regression ? array_of(NNS_F32, all.targets, MANY, 1)
                         : array_of(NNS_I32, all.labels, MANY, 1);
}

static void check_training(size_t net, const features *x) {
    char name[200], config[400];
    watch seen = {0, 0, 0, 0};
    snprintf(config, sizeof config,
             "{\"epochs\": 5, \"batch_size\": 32, \"progress\": \"batch\"%s}", nets[net].config);
    nns_model *model = model_from(nets[net].spec);
    nns_data *data = data_from(x->array, targets_of(nets[net].is_regression));
    must(nns_train(model, data, NULL, config, observe, &seen), nets[net].name);
    snprintf(name, sizeof name, "training %s on %s: no allocation from batch to batch",
             nets[net].name, x->name);
    check(seen.calls > 0 && seen.in_epoch == 0, name, "expected 0, the largest of %lld was %lld",
          (long long)seen.calls, (long long)seen.in_epoch);
    printf("   largest number within an epoch %lld, from one epoch to the next %lld\n",
           (long long)seen.in_epoch, (long long)seen.between_epochs);
    nns_data_free(data);
    nns_free(model);
}

static void check_steps(size_t net, features *x) {
    char name[200];
    nns_model *model = model_from(nets[net].spec);
    nns_data *data = data_from(x->array, targets_of(nets[net].is_regression));
    nns_array y = targets_of(nets[net].is_regression);
    int64_t largest = 0;
    double loss = 0;
    must(nns_fit_preprocess(model, data), "fit preprocess");
    for (int call = 0; call < 20; call++) {
        int64_t before = allocated();
        must(nns_train_batch(model, &x->array, &y, NULL, &loss), "train batch");
        int64_t fresh = allocated() - before;
        if (call >= 2 && fresh > largest) largest = fresh;
    }
    snprintf(name, sizeof name, "train batch %s on %s: no allocation after the second call",
             nets[net].name, x->name);
    check(largest == 0, name, "expected 0, the largest was %lld", (long long)largest);
    nns_data_free(data);
    nns_free(model);
}

static void check_session(features *x, int32_t kind, const char *kind_name) {
    static int64_t out[MANY * 3];
    char name[200];
    nns_model *model = model_from(nets[0].spec);
    nns_session *session = NULL;
    int64_t largest = 0;
    must(nns_session_create(model, MANY, &session), "session");
    for (int call = 0; call < 20; call++) {
        nns_array some = x->array;
        if (call % 2) some.rows = 7;
        int64_t before = allocated();
        nns_array to = kind == NNS_LABEL ? array_of(NNS_I64, out, some.rows, 1)
                                         : array_of(NNS_F32, out, some.rows, 3);
        must(nns_session_predict(session, &some, kind, &to), "session predict");
        int64_t fresh = allocated() - before;
        if (call >= 2 && fresh > largest) largest = fresh;
    }
    snprintf(name, sizeof name, "session predict, %s of %s: no allocation", kind_name, x->name);
    check(largest == 0, name, "expected 0, the largest was %lld", (long long)largest);
    nns_session_free(session);
    nns_free(model);
}

void check_steps_and_sessions(void) {
    features list[3];
    fill();
    layouts(list);
    for (int x = 0; x < 3; x++) {
        for (size_t net = 0; net < NETS; net++) check_training(net, &list[x]);
        for (size_t net = 0; net < 5; net++) check_steps(net, &list[x]);
        check_session(&list[x], NNS_PROBA, "PROBA");
        check_session(&list[x], NNS_LABEL, "LABEL");
        check_session(&list[x], NNS_RAW, "RAW");
    }
}
