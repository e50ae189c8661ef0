/* Configs that are valid JSON and ask for the impossible. A text has ' for ". */
#include "badinput.h"

static int32_t configure(const char *text) { return nns_configure(g.model, json(text)); }
static int32_t train(const char *text) {
    return nns_train(g.model, g.data, NULL, json(text), NULL, NULL);
}

/* Both functions read the same text. */
#define CONFIG(what, fragment, text)                                \
    {"nns_configure", what, S(ARGUMENT), fragment, configure, text}, \
    {"nns_train", what, S(ARGUMENT), fragment, train, text},
#define OPTIMIZER(what, fragment, text) CONFIG(what, fragment, "{'optimizer': {'type': " text "}}")
#define SCHEDULE(what, fragment, text) CONFIG(what, fragment, "{'schedule': {'type': " text "}}")

static const bad_case numbers[] = {
    CONFIG("epochs 0", "epochs", "{'epochs': 0}")
    CONFIG("epochs -1", "epochs", "{'epochs': -1}")
    CONFIG("epochs 1.5", "1.5", "{'epochs': 1.5}")
    CONFIG("epochs a text", "epochs", "{'epochs': '3'}")
    CONFIG("epochs null", "epochs", "{'epochs': null}")
    CONFIG("epochs 1e30", "epochs", "{'epochs': 1e30}")
    CONFIG("batch_size -1", "batch_size", "{'batch_size': -1}")
    CONFIG("batch_size 1.5", "batch_size", "{'batch_size': 1.5}")
    CONFIG("batch_size 2^62", "batch_size", "{'batch_size': 4611686018427387904}")
    CONFIG("shuffle 1", "shuffle", "{'shuffle': 1}")
    CONFIG("drop_last a text", "drop_last", "{'drop_last': 'no'}")
    CONFIG("clip_norm 0", "clip_norm", "{'clip_norm': 0}")
    CONFIG("clip_norm -1", "clip_norm", "{'clip_norm': -1}")
    CONFIG("clip_value 0", "clip_value", "{'clip_value': 0}")
    CONFIG("clip_value a list", "clip_value", "{'clip_value': [1]}")
    CONFIG("validation_fraction 1", "validation_fraction", "{'validation_fraction': 1}")
    CONFIG("validation_fraction -0.1", "validation_fraction", "{'validation_fraction': -0.1}")
    CONFIG("stratify 1", "stratify", "{'stratify': 1}")
    CONFIG("threads -1", "threads", "{'threads': -1}")
    CONFIG("threads 100000", "threads", "{'threads': 100000}")
    CONFIG("threads 1.5", "threads", "{'threads': 1.5}")
    CONFIG("seed -1", "seed", "{'seed': -1}")
    CONFIG("seed 2^64", "seed", "{'seed': 18446744073709551616}")
    CONFIG("allow_nan 0", "allow_nan", "{'allow_nan': 0}")
    CONFIG("continue a text", "continue", "{'continue': 'yes'}")
    CONFIG("progress step", "progress", "{'progress': 'step'}")
    CONFIG("an unknown key", "did you mean \"epochs\"", "{'epoch': 3}")
    CONFIG("a British key", "did you mean \"optimizer\"", "{'optimiser': 'adam'}")
    CONFIG("a key far from all", "unknown", "{'xyzzyqwert': 1}")
    CONFIG("class_weight a word", "balanced", "{'class_weight': 'balansed'}")
    CONFIG("class_weight negative", "class_weight", "{'class_weight': [-1, 1, 1]}")
    CONFIG("class_weight empty", "class_weight", "{'class_weight': []}")
    CONFIG("class_weight below 0", "class_weight", "{'class_weight': {'0': -1}}")
    CONFIG("metrics a name", "metrics", "{'metrics': 'accuracy'}")
    CONFIG("metrics unknown", "did you mean \"accuracy\"", "{'metrics': ['acuracy']}")
    CONFIG("metrics of numbers", "metric", "{'metrics': [1]}")
    CONFIG("top_k of 0", "k", "{'metrics': [{'type': 'top_k', 'k': 0}]}")
    CONFIG("f_beta of -1", "beta", "{'metrics': [{'type': 'f_beta', 'beta': -1}]}")
    CONFIG("pinball q 2", "q", "{'metrics': [{'type': 'pinball', 'q': 2}]}")
    CONFIG("early_stopping a number", "early_stopping", "{'early_stopping': 5}")
    CONFIG("patience -1", "patience", "{'early_stopping': {'patience': -1}}")
    CONFIG("min_delta -1", "min_delta", "{'early_stopping': {'min_delta': -1}}")
    CONFIG("mode up", "mode", "{'early_stopping': {'mode': 'up'}}")
    CONFIG("restore_best 1", "restore_best", "{'early_stopping': {'restore_best': 1}}")
    CONFIG("restore the end", "start, best, last", "{'restore': 'end'}")
    CONFIG("restore true", "restore", "{'restore': true}")
    CONFIG("restore best without early stopping", "early_stopping", "{'restore': 'best'}")
    CONFIG("restore best that is not kept", "restore_best",
           "{'restore': 'best', 'early_stopping': {'metric': 'loss', 'restore_best': false}}")
    CONFIG("patients", "did you mean \"patience\"", "{'early_stopping': {'patients': 3}}")
};

static const bad_case optimizers[] = {
    CONFIG("an unknown optimizer", "did you mean \"adam\"", "{'optimizer': 'adm'}")
    CONFIG("an optimizer that is a number", "optimizer", "{'optimizer': 3}")
    OPTIMIZER("an unknown option", "did you mean \"learning_rate\"", "'adam', 'learning_rat': 1")
    OPTIMIZER("lr", "did you mean \"learning_rate\"", "'adam', 'lr': 1")
    OPTIMIZER("learning_rate -1", "learning_rate", "'sgd', 'learning_rate': -1")
    OPTIMIZER("learning_rate a text", "learning_rate", "'sgd', 'learning_rate': '0.1'")
    OPTIMIZER("learning_rate 1e308", "learning_rate", "'sgd', 'learning_rate': 1e308")
    OPTIMIZER("weight_decay -1", "weight_decay", "'adamw', 'weight_decay': -1")
    OPTIMIZER("l1 -1", "l1", "'sgd', 'l1': -1")
    OPTIMIZER("decay_bias 1", "decay_bias", "'sgd', 'decay_bias': 1")
    OPTIMIZER("momentum -0.1", "momentum", "'sgd', 'momentum': -0.1")
    OPTIMIZER("momentum 1.5", "momentum", "'sgd', 'momentum': 1.5")
    OPTIMIZER("dampening -1", "dampening", "'sgd', 'momentum': 0.9, 'dampening': -1")
    OPTIMIZER("nesterov without momentum", "nesterov", "'sgd', 'nesterov': true")
    OPTIMIZER("nesterov with dampening", "nesterov",
              "'sgd', 'nesterov': true, 'momentum': 0.9, 'dampening': 0.1")
    OPTIMIZER("beta1 1", "beta1", "'adam', 'beta1': 1")
    OPTIMIZER("beta1 -0.1", "beta1", "'adam', 'beta1': -0.1")
    OPTIMIZER("beta2 1", "beta2", "'nadam', 'beta2': 1")
    OPTIMIZER("betas of PyTorch", "beta", "'adam', 'betas': [0.9, 0.999]")
    OPTIMIZER("adam eps 0", "eps", "'adam', 'eps': 0")
    OPTIMIZER("adam eps -1", "eps", "'adam', 'eps': -1")
    OPTIMIZER("amsgrad 1", "amsgrad", "'adam', 'amsgrad': 1")
    OPTIMIZER("rmsprop alpha -0.1", "alpha", "'rmsprop', 'alpha': -0.1")
    OPTIMIZER("rmsprop alpha 1.5", "alpha", "'rmsprop', 'alpha': 1.5")
    OPTIMIZER("rmsprop eps 0", "eps", "'rmsprop', 'eps': 0")
    OPTIMIZER("rmsprop momentum 2", "momentum", "'rmsprop', 'momentum': 2")
    OPTIMIZER("adagrad eps 0", "eps", "'adagrad', 'eps': 0")
    OPTIMIZER("adadelta rho -1", "rho", "'adadelta', 'rho': -1")
    OPTIMIZER("adadelta rho 1.5", "rho", "'adadelta', 'rho': 1.5")
    OPTIMIZER("adadelta eps 0", "eps", "'adadelta', 'eps': 0")
    OPTIMIZER("lion beta1 1", "beta1", "'lion', 'beta1': 1")
    OPTIMIZER("lion beta2 -0.1", "beta2", "'lion', 'beta2': -0.1")
    OPTIMIZER("lbfgs history 0", "history", "'lbfgs', 'history': 0")
    OPTIMIZER("lbfgs max_iterations 0", "max_iterations", "'lbfgs', 'max_iterations': 0")
    OPTIMIZER("lbfgs line_search", "line_search", "'lbfgs', 'line_search': 'armijo'")
    OPTIMIZER("lbfgs l1", "l1", "'lbfgs', 'l1': 0.1")
};

static const bad_case schedules[] = {
    CONFIG("an unknown schedule", "did you mean \"cosine\"", "{'schedule': 'cosin'}")
    CONFIG("a schedule that is a list", "schedule", "{'schedule': []}")
    SCHEDULE("warmup_steps -1", "warmup_steps", "'constant', 'warmup_steps': -1")
    SCHEDULE("per year", "per", "'constant', 'per': 'year'")
    SCHEDULE("step without every", "every", "'step'")
    SCHEDULE("step every 0", "every", "'step', 'every': 0")
    SCHEDULE("step gamma -1", "gamma", "'step', 'every': 1, 'gamma': -1")
    SCHEDULE("multi_step without at", "at", "'multi_step'")
    SCHEDULE("multi_step at nothing", "at", "'multi_step', 'at': []")
    SCHEDULE("multi_step at -1", "at", "'multi_step', 'at': [-1]")
    SCHEDULE("multi_step at a number", "at", "'multi_step', 'at': 3")
    SCHEDULE("exponential gamma 0", "gamma", "'exponential', 'gamma': 0")
    SCHEDULE("cosine epochs -1", "epochs", "'cosine', 'epochs': -1")
    SCHEDULE("cosine minimum -1", "minimum", "'cosine', 'minimum': -1")
    SCHEDULE("one_cycle without maximum", "maximum", "'one_cycle'")
    SCHEDULE("one_cycle maximum 0", "maximum", "'one_cycle', 'maximum': 0")
    SCHEDULE("reduce_on_plateau factor 0", "factor", "'reduce_on_plateau', 'factor': 0")
    SCHEDULE("reduce_on_plateau factor 1", "factor", "'reduce_on_plateau', 'factor': 1")
    SCHEDULE("reduce_on_plateau patience -1", "patience", "'reduce_on_plateau', 'patience': -1")
    SCHEDULE("reduce_on_plateau metric 3", "metric", "'reduce_on_plateau', 'metric': 3")
    SCHEDULE("polynomial power -1", "power", "'polynomial', 'power': -1")
};

void refuse_configs(void) {
    RUN(numbers);
    RUN(optimizers);
    RUN(schedules);
}
