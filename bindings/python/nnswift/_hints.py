"""Where to find what other libraries call differently: cures for names that a model or a training does not have."""

from __future__ import annotations

import difflib
from typing import Any, Dict, Mapping

from .errors import ArgumentError

# Options of a training elsewhere, and what to write here; {0} is the value that came.
_OPTIONS = {
    **dict.fromkeys(
        ["learning_rate", "lr", "learning_rate_init", "eta0"],
        'it belongs to the optimizer: optimizer={{"type": "adam", "learning_rate": {0}}}',
    ),
    **dict.fromkeys(
        ["weight_decay", "l2"], 'it belongs to the optimizer: optimizer={{"type": "adam", "weight_decay": {0}}}'
    ),
    "alpha": 'it is the optimizer\'s weight_decay: optimizer={{"type": "adam", "weight_decay": {0}}}',
    "momentum": 'it belongs to the optimizer: optimizer={{"type": "sgd", "momentum": {0}}}',
    "solver": "write optimizer={0}",
    **dict.fromkeys(
        ["patience", "min_delta", "restore_best"], "it belongs to early_stopping: early_stopping={{{1}: {0}}}"
    ),
    "n_iter_no_change": 'write early_stopping={{"patience": {0}}}',
    "tol": 'write early_stopping={{"min_delta": {0}}}',
    "monitor": 'write early_stopping={{"metric": {0}}}',
    "restore_best_weights": 'write early_stopping={{"restore_best": {0}}}',
    **dict.fromkeys(["n_jobs", "num_threads", "workers"], "write threads=..., 0 to choose by the size of the work"),
    **dict.fromkeys(["validation_data", "eval_set", "X_val"], "write validation=(X, y)"),
    **dict.fromkeys(["validation_split", "test_size"], "write validation_fraction={0}"),
    "callbacks": "write callback=..., a function of a Progress or a list",
    **dict.fromkeys(["verbose", "verbosity"], "it is an argument of train: train(X, y, verbose=1), a bar, or 2, a line an epoch"),
    **dict.fromkeys(
        ["random_state", "random_seed"], "write seed={0}, of the order of rows and of dropout; the spec has a seed, too"
    ),
    **dict.fromkeys(["max_iter", "n_epochs", "num_epochs", "nb_epoch"], "write epochs={0}"),
    **dict.fromkeys(["warm_start", "resume"], "write continue_={0}"),
    **dict.fromkeys(
        ["loss", "activation", "hidden_layer_sizes", "layers", "preprocess", "classes", "dropout", "features"],
        "it belongs to the spec, nnswift.Model({{...}})",
    ),
}
_EARLY_STOPPING = {
    "monitor": "metric", "restore_best_weights": "restore_best", "n_iter_no_change": "patience", "tol": "min_delta",
}  # fmt: skip

# What a model's methods are called elsewhere.
_ATTRIBUTES = {
    "fit": "train(X, y)",
    **dict.fromkeys(["partial_fit", "train_on_batch"], "train_batch(X, y)"),
    "predict_proba": "predict(X), which gives probabilities",
    **dict.fromkeys(["predict_classes", "predict_label"], 'predict(X, kind="label")'),
    **dict.fromkeys(["decision_function", "predict_raw"], 'predict(X, kind="raw")'),
    "score": 'evaluate(X, y, "accuracy"), or "r2"',
    **dict.fromkeys(["get_params", "get_config", "set_params"], "spec, a dict; Model(spec, ...) makes another model"),
    "compile": 'train(X, y, optimizer=..., metrics=[...]); the loss is a key of the spec',
    **dict.fromkeys(["get_weights", "state_dict", "parameters", "coefs_"], "weights, a dict of arrays"),
    "load_state_dict": "set_weights(weights)",
    **dict.fromkeys(["save_weights", "save_model"], "save(path)"),
    **dict.fromkeys(["load", "load_weights", "load_model"], "nnswift.load(path)"),
    "layers": 'spec["layers"], or weights',
    "add": "nnswift.Sequential(4, [...]), with all layers",
    **dict.fromkeys(["reset", "reset_weights"], "Model(model.spec), an untrained model"),
    **dict.fromkeys(["classes_", "n_classes_"], "classes"),
    "feature_names_in_": "feature_names",
    "n_features_in_": "input_size",
    **dict.fromkeys(["history_", "loss_", "loss_curve_", "n_iter_"], "history"),
    **dict.fromkeys(["clone", "clone_model"], "copy(), or Model(model.spec) for an untrained one"),
}


def refuse_foreign(config: Mapping[str, Any]) -> None:
    """Raises ArgumentError for an option that other libraries have, with what to write instead."""
    for name, value in config.items():
        if name in _OPTIONS:
            raise ArgumentError(f'unknown option "{name}": {_OPTIONS[name].format(_shown(value), _shown(name))}')
    stopping = config.get("early_stopping")
    for name in stopping if isinstance(stopping, Mapping) else ():
        if name in _EARLY_STOPPING:
            raise ArgumentError(f'early_stopping: unknown option "{name}": write "{_EARLY_STOPPING[name]}"')


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else "..."


def missing_attribute(kind: type, name: str) -> str:
    """Returns the sentence about an attribute that a model does not have."""
    sentence = f"{kind.__name__} has no attribute '{name}'"
    if name in _ATTRIBUTES:
        return f"{sentence}; use {_ATTRIBUTES[name]}"
    if name.startswith("_"):
        return sentence
    near = difflib.get_close_matches(name, [own for own in dir(kind) if not own.startswith("_")], 1)
    return f"{sentence}; did you mean '{near[0]}'?" if near else sentence


def spec_of(spec: Any, keys: Dict[str, Any]) -> Mapping[str, Any]:
    """Returns a spec with keyword arguments laid over it.

    Raises
    ------
    ArgumentError
        No dict.
    """
    if spec is None and keys:
        return keys
    if isinstance(spec, Mapping):
        return {**spec, **keys}
    is_sizes = isinstance(spec, (list, tuple)) and spec and all(isinstance(size, int) for size in spec)
    cure = f"; nnswift.Model.mlp({list(spec)}) makes a network of these sizes" if is_sizes else ""
    raise ArgumentError(f'spec must be a dict such as {{"input": 4, "layers": [...]}}, got {_shown(spec)}{cure}')
