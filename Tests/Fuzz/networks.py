"""Small networks and configs that together name every kind the library knows, and files of them."""

import json
import pathlib
import tempfile

import modelfile
import numpy as np
import tables

import nnswift

def examples(role):
    """What the library gives as an example of each member, options included."""
    return [member["example"] for member in nnswift.registry()[role]]


# Every member by its example, and what else its options allow.
ACTIVATIONS = examples("activation")
INITIALIZERS = examples("init")
LAYERS = [
    *[layer for layer in examples("layer") if layer["type"] != "dense" and layer not in ACTIVATIONS],
    {"type": "batch_norm", "affine": False}, {"type": "layer_norm", "affine": False}, {"type": "rms_norm", "affine": False},
    {"type": "residual", "layers": [{"type": "layer_norm"}, {"type": "tanh"}], "shortcut": [{"type": "relu"}]},
]  # fmt: skip
PREPROCESS = [*examples("preprocess"), {"type": "quantile_normal", "n_quantiles": 5}, ["robust", "clip"]]
# Each with the number of outputs it is given.
LOSSES = [
    (2, {"type": "softmax_cross_entropy", "label_smoothing": 0.1}), (1, {"type": "binary_cross_entropy", "pos_weight": 2}),
    (2, {"type": "binary_cross_entropy", "pos_weight": [1, 2], "label_smoothing": 0.1}), (1, "mse"), (2, "mae"),
    (1, {"type": "huber", "delta": 0.5}), (2, {"type": "quantile", "q": [0.1, 0.9]}), (1, "poisson"),
]  # fmt: skip
OPTIMIZERS = [
    *examples("optimizer"), {"type": "sgd", "learning_rate": 0.01}, {"type": "sgd", "momentum": 0.9, "weight_decay": 0.001},
    {"type": "adam", "eps": 1e-7, "l1": 0.001}, {"type": "adamw", "decay_bias": False}, {"type": "adagrad", "initial_accumulator": 0.1},
    {"type": "lbfgs", "history": 5, "max_iterations": 3, "line_search": "strong_wolfe"},
]  # fmt: skip
SCHEDULES = [
    *examples("schedule"), {"type": "cosine", "epochs": 3, "restarts": True, "multiplier": 2, "minimum": 1e-5},
    {"type": "one_cycle", "maximum": 0.05, "start_fraction": 0.4}, {"type": "reduce_on_plateau", "metric": "loss", "patience": 0, "cooldown": 1},
    {"type": "polynomial", "power": 2, "per": "step"},
]  # fmt: skip
METRICS = [
    "loss", "accuracy", "balanced_accuracy", {"type": "top_k", "k": 1}, {"type": "precision", "average": "macro"}, "recall",
    {"type": "f1", "average": "micro"}, {"type": "f_beta", "beta": 2}, "roc_auc", "pr_auc", "log_loss", "brier", "matthews",
    {"type": "kappa", "weights": "quadratic"}, "mse", "rmse", "mae", "median_ae", "r2", "mape", {"type": "pinball", "q": 0.3},
]  # fmt: skip

INPUTS = 3


def specs():
    """One spec for every member of every registry of the spec."""
    hidden = [[{"type": "dense", "units": 2, "activation": each}] for each in ACTIVATIONS]
    hidden += [[each] for each in ACTIVATIONS[1:]]
    hidden += [[{"type": "dense", "units": 3, "init": each, "bias_init": "zeros"}] for each in INITIALIZERS]
    hidden += [[{"type": "dense", "units": 2, "bias": False}, layer] for layer in LAYERS] + [[layer] for layer in LAYERS]
    for index, layers in enumerate(hidden):
        outputs, loss = LOSSES[index % len(LOSSES)]
        spec = {
            "input": INPUTS, "layers": layers + [{"type": "dense", "units": outputs}], "loss": loss,
            "seed": 2**63 + index, "preprocess": PREPROCESS[index % len(PREPROCESS)],
        }  # fmt: skip
        if outputs == 2 and index % 2 == 0 and index % len(LOSSES) == 0:
            spec["classes"] = ["no", "ja \u00e9\n\""]
        if index % 3 == 0:
            spec["threshold"] = 0.25
        yield spec


def configs():
    """One config for every optimiser, every schedule and every other key."""
    for optimizer in OPTIMIZERS:
        yield {"epochs": 2, "batch_size": 0, "optimizer": optimizer, "seed": 5}
    for schedule in SCHEDULES:
        yield {"epochs": 3, "batch_size": 4, "optimizer": "sgd", "schedule": schedule, "shuffle": False, "drop_last": True}
    stopping = {"metric": "val_loss", "mode": "min", "patience": 1, "min_delta": 0.01, "restore_best": True}
    yield {"epochs": 4, "validation_fraction": 0.25, "early_stopping": stopping, "threads": 1, "allow_nan": False, "sparse": True}
    yield {"clip_norm": 1.0, "clip_value": 0.5, "metrics": ["mse", {"type": "pinball", "q": 0.9}], "continue": False}
    yield {"class_weight": [1, 2], "metrics": ["accuracy", "f1"], "stratify": False, "progress": "batch"}
    yield {"class_weight": "balanced", "validation_fraction": 0.5, "stratify": True}


def rows(outputs, count=8):
    """Features, and targets of zeros and ones that every loss takes: each row has a single 1."""
    x = np.random.default_rng(1).normal(size=(count, INPUTS)).astype(np.float32)
    y = np.eye(outputs, dtype=np.float32)[np.arange(count) % outputs]
    if outputs == 1:
        y[::2] = 0
    return x, y


def without_times(content):
    """A checkpoint whose history took a second an epoch: the same file in every run."""
    header, data = modelfile.parsed(content)
    training = json.loads(header["__metadata__"]["nnswift.training"])
    for name in ("seconds", "samples_per_second"):
        training["history"][name] = [1.0] * len(training["history"]["epoch"])
    header["__metadata__"]["nnswift.training"] = json.dumps(training)
    return modelfile.written(header, data)


def files():
    """(name, bytes): every spec fresh and trained, with and without the state of its training."""
    choices = [config for config in configs() if "class_weight" not in config]
    for index, spec in enumerate(specs()):
        model = nnswift.Model(spec)
        yield f"{index:03}-fresh", model.to_bytes()
        config = {**choices[index % len(choices)]}
        x, y = rows(model.output_size)
        if any(layer["type"] == "batch_norm" for layer in spec["layers"] if isinstance(layer, dict)):
            config["batch_size"] = 0
        config["metrics"] = []
        model.train(x, y, config)
        yield f"{index:03}-weights", model.to_bytes()
        yield f"{index:03}-checkpoint", without_times(model.to_bytes(training=True))
    yield "interrupted-checkpoint", interrupted()
    for number, model in tables.learnt():
        yield f"table-{number}-weights", model.to_bytes()
        yield f"table-{number}-checkpoint", without_times(model.to_bytes(training=True))


def interrupted():
    """A checkpoint from between two epochs: it knows where early stopping stood, with the best weights."""
    model = nnswift.Model.mlp([INPUTS, 3, 2])
    x, y = rows(model.output_size)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "run.safetensors")
        config = {
            "epochs": 3, "validation_fraction": 0.5, "early_stopping": {"patience": 9},
            "checkpoint": {"path": str(path), "every_epochs": 1, "keep": 2},
        }  # fmt: skip
        model.train(x, y, config)
        return without_times(pathlib.Path(f"{path}.1").read_bytes())
