"""Small networks: optimisers, initialisers, schedules, scalings, types of input, ways to train."""

import functools
import pathlib

import numpy as np
from same_bytes import digest, file_parts, without_times
from same_bytes_outcome import ROWS, method, outcome, predictions, train, trained, weights

import nnswift

INPUTS, CLASSES, COUNT = 20, 5, 600

OPTIMIZERS = {
    "sgd": {"type": "sgd", "learning_rate": 0.05},
    "sgd momentum": {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9, "dampening": 0.1},
    "sgd nesterov": {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    "sgd decay": {"type": "sgd", "learning_rate": 0.05, "weight_decay": 0.01, "l1": 0.001, "decay_bias": False},
    "adam": "adam",
    "adam amsgrad": {"type": "adam", "amsgrad": True, "weight_decay": 0.01},
    "adamw": {"type": "adamw", "learning_rate": 0.01, "decay_bias": False},
    "nadam": "nadam",
    "rmsprop": "rmsprop",
    "rmsprop centered": {"type": "rmsprop", "centered": True, "momentum": 0.5, "l1": 0.001},
    "adagrad": {"type": "adagrad", "lr_decay": 0.01, "initial_accumulator": 0.1},
    "adadelta": "adadelta",
    "rprop": {"type": "rprop", "learning_rate": 0.001},
    "lbfgs": {"type": "lbfgs", "history": 5, "max_iterations": 4},
    "lbfgs strong_wolfe": {"type": "lbfgs", "line_search": "strong_wolfe", "max_iterations": 4, "weight_decay": 0.001},
}
DENSE = {"type": "dense", "units": 37, "activation": "relu"}
BARE = {"type": "dense", "units": 37}
BODIES = {
    "plain": [DENSE, {"type": "dense", "units": 16, "activation": "tanh"}],
    "dropout": [DENSE, {"type": "dropout", "rate": 0.3}],
    "batch_norm": [BARE, {"type": "batch_norm"}, "relu"],
    "layer_norm": [BARE, {"type": "layer_norm"}, "gelu", {"type": "dropout", "rate": 0.2}],
}
INITIALIZERS = [
    "zeros", {"type": "constant", "value": 0.1}, {"type": "uniform", "low": -0.2, "high": 0.3},
    {"type": "normal", "mean": 0.01, "std": 0.2}, {"type": "normal_l2", "std": 0.1}, "glorot_uniform", "glorot_normal",
    "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", {"type": "orthogonal", "gain": 1.5}, "pytorch",
]  # fmt: skip
SCHEDULES = [
    "constant", {"type": "step", "every": 2, "gamma": 0.5}, {"type": "multi_step", "at": [1, 3]},
    {"type": "exponential", "gamma": 0.9, "per": "step"}, "cosine",
    {"type": "cosine", "epochs": 2, "restarts": True, "multiplier": 2, "minimum": 0.001, "warmup_steps": 7},
    {"type": "one_cycle", "maximum": 0.1}, {"type": "reduce_on_plateau", "patience": 0, "metric": "loss"},
    {"type": "polynomial", "power": 2, "per": "step", "warmup_steps": 5},
]  # fmt: skip
METRICS = ["loss", "accuracy", "f1", "roc_auc", "log_loss", "matthews", {"type": "top_k", "k": 2}]


def features():
    generator = np.random.default_rng(1)
    return generator.standard_normal((COUNT, INPUTS)).astype(np.float32)


def labels(x):
    teacher = np.random.default_rng(2).standard_normal((np.shape(x)[1], CLASSES))
    return (np.asarray(x, np.float64) @ teacher).argmax(1)


def positive_weights():
    return np.random.default_rng(3).uniform(0, 2, COUNT).astype(np.float32)


def network(*body, inputs=INPUTS, outputs=CLASSES, loss="softmax_cross_entropy", **more):
    layers = list(body) + [{"type": "dense", "units": outputs}]
    return {"input": inputs, "layers": layers, "loss": loss, "seed": 3, **more}


def config(**options):
    return {"epochs": 4, "batch_size": 32, "seed": 5, **options}


def cases():
    """Yields (name, function that yields (part, value))."""
    for groups in (optimizers, trainings, inputs, starts):
        yield from groups()
    for function in (steps, resumed, checkpoints, prediction_rows, sessions, evaluated, splits, binary, regression):
        yield function.__name__, function


def optimizers():
    x = features()
    y = labels(x)
    for name, optimizer in OPTIMIZERS.items():
        size = {"batch_size": 0} if "lbfgs" in name else {}
        for body, layers in BODIES.items():
            made = functools.partial(trained, network(*layers), config(optimizer=optimizer, **size), x, y)
            yield f"optimizer {name}, {body}", made


def trainings():
    """What a config can ask for besides the optimiser."""
    x = features()
    y, spec = labels(x), network(*BODIES["plain"], {"type": "dropout", "rate": 0.1})
    asked = {f"schedule {digest(schedule)[:4]} {schedule}": {"schedule": schedule} for schedule in SCHEDULES}
    asked |= {
        "threads 1": {"threads": 1}, "threads 2": {"threads": 2}, "clip_norm": {"clip_norm": 0.1},
        "clip_value": {"clip_value": 0.01}, "drop_last": {"drop_last": True, "batch_size": 47},
        "no shuffle": {"shuffle": False}, "class_weight balanced": {"class_weight": "balanced"},
        "class_weight": {"class_weight": [1, 2, 0.5, 1, 3]}, "stratify": {"validation_fraction": 0.2, "stratify": True},
        "metrics": {"metrics": METRICS, "validation_fraction": 0.3},
        "early_stopping": {"epochs": 40, "validation_fraction": 0.2, "optimizer": {"type": "adam", "learning_rate": 0.05},
                           "early_stopping": {"patience": 2, "restore_best": True}},
        "early_stopping, last": {"epochs": 40, "validation_fraction": 0.2, "metrics": ["accuracy"],
                                 "early_stopping": {"metric": "val_accuracy", "patience": 2, "restore_best": False}},
        "batch of one": {"batch_size": 1, "epochs": 1}, "all rows": {"batch_size": 0},
        "l1 and clip": {"optimizer": {"type": "sgd", "l1": 0.01, "momentum": 0.9}, "clip_norm": 0.5},
    }  # fmt: skip
    for name, options in asked.items():
        yield f"config {name}", functools.partial(trained, spec, config(**options), x, y)
    weight = positive_weights()
    held = (x[:100], y[:100], weight[:100])
    yield "sample_weight", functools.partial(trained, spec, config(), x, y, sample_weight=weight)
    yield "sample_weight, class_weight, validation", functools.partial(
        trained, spec, config(class_weight="balanced", metrics=METRICS), x, y, sample_weight=weight, validation=held
    )
    yield "callback stops", functools.partial(trained, spec, config(), x, y, callback=lambda now: nnswift.STOP if now.epoch == 2 else None)


def inputs():
    """Types, strides, scalings, zeros."""
    wide = np.random.default_rng(4).integers(0, 256, (COUNT * 2, INPUTS * 3)).astype(np.uint8)
    narrow = wide[:COUNT, :INPUTS]
    forms = {
        "f32": narrow.astype(np.float32), "f32 columns": np.asfortranarray(narrow, np.float32),
        "f64": narrow.astype(np.float64), "f64 strided": wide.astype(np.float64)[::2, ::3], "u8": narrow.copy(),
        "u8 strided": wide[::2, 1::3], "u8 backwards": wide[::-2, ::-3], "u8 columns": np.asfortranarray(narrow),
        "i32": narrow.astype(np.int32), "i64 strided": wide.astype(np.int64)[1::2, 2::3], "bool": narrow > 128,
    }  # fmt: skip
    scalings = ["none", "standardize", "minmax", {"type": "scale", "factor": 1 / 255}]
    for name, x in forms.items():
        for scaling in scalings if name in ("f64 strided", "u8", "u8 strided") else scalings[1:2]:
            spec = network(DENSE, preprocess=scaling)
            made = functools.partial(trained, spec, config(epochs=2), x, labels(x), ROWS[:3])
            yield f"input {name}, {scaling}", made
    generator = np.random.default_rng(6)
    strokes = generator.integers(0, 256, (512, 784)).astype(np.uint8)
    strokes[generator.random(strokes.shape) < 0.8] = 0
    for units in (10, 64, 300):
        for scaling in (scalings[0], scalings[3]):
            x = strokes if scaling != "none" else strokes.astype(np.float32) / 256
            for options in ({}, {"threads": 2}, {"sparse": False}):
                spec = network({**DENSE, "units": units}, inputs=784, preprocess=scaling)
                made = functools.partial(trained, spec, config(epochs=2, **options), x, labels(x))
                yield f"zeros, {units} units, {scaling}, {options}", made


def starts():
    """Initial weights."""

    def made(spec):
        model = nnswift.Model(spec)
        yield "weights", weights(model)
        yield from file_parts(model.to_bytes())

    for initializer in INITIALIZERS:
        layer = {"type": "dense", "units": 33, "init": initializer, "bias_init": initializer}
        if isinstance(initializer, dict) and initializer["type"] == "orthogonal":
            del layer["bias_init"]
        yield f"initializer {initializer}", functools.partial(made, network(layer))


def steps():
    """train_batch, loss_grad and apply_grad in turn, with weights, for batches of many sizes."""
    x, weight = features(), positive_weights()
    y = labels(x)
    for name, body in BODIES.items():
        model = nnswift.Model(network(*body, preprocess="standardize"))
        model.fit_preprocess(x)
        model.configure(config(optimizer="adam", clip_norm=1.0, schedule="cosine"))
        for start, rows in ((0, 16), (16, 33), (49, 2), (51, 200)):
            part = slice(start, start + rows)
            yield f"{name} {rows} train_batch", np.float64(model.train_batch(x[part], y[part], weight[part])).tobytes()
            loss, gradient = model.loss_grad(x[part], y[part], weight[part])
            yield f"{name} {rows} loss_grad", [loss, {key: np.asarray(value) for key, value in gradient.items()}]
            model.apply_grad(gradient)
            yield f"{name} {rows} apply_grad", weights(model)
        for part, value in outcome(model, x):
            yield f"{name} {part}", value


def resumed():
    """A training that goes on: in the model, and in one read from its bytes."""
    x = features()
    y, made = labels(x), config(epochs=2, optimizer={"type": "adam", "amsgrad": True}, schedule="cosine")
    for name, body in BODIES.items():
        model = nnswift.Model(network(*body))
        train(model, x, y, config=made)
        other = nnswift.from_bytes(model.to_bytes(training=True))
        for title, one in (("model", model), ("read", other)):
            train(one, x, y, config=made | {"continue": True})
            for part, value in outcome(one, x):
                yield f"{name} {title} {part}", value
        yield from file_parts(model.copy().to_bytes(), f"{name} copy file")


def checkpoints():
    x = features()
    y, stopping = labels(x), {"patience": 3}
    for name, optimizer in OPTIMIZERS.items():
        path = pathlib.Path(f"{digest(name)[:8]}.safetensors")
        made = config(
            epochs=5, optimizer=optimizer, checkpoint={"path": str(path), "keep": 3}, validation_fraction=0.2,
            early_stopping=stopping, batch_size=0 if "lbfgs" in name else 64,
        )  # fmt: skip
        train(nnswift.Model(network(*BODIES["batch_norm"])), x, y, config=made)
        for file in (path, path.with_name(path.name + ".1"), path.with_name(path.name + ".2")):
            if file.exists():
                yield from file_parts(file.read_bytes(), f"{name}{file.suffix}", has_times=True)
        older = path.with_name(path.name + ".2")
        if not older.exists():
            continue
        model = nnswift.load(older)
        left = made["epochs"] - model.history["epoch"][-1]
        if model.history.stopped == "running":
            train(model, x, y, config=made | {"epochs": left, "continue": True})
        for part, value in outcome(model, x):
            yield f"{name} resumed {part}", value


def prediction_rows():
    """1, 3, 64 and 1,000 rows, one alone, several threads."""
    sizes = {"784-64-10": (784, 64, 10), "14-64-32-1": (14, 64, 32, 1), "13-10-1": (13, 10, 1), "300-700-3": (300, 700, 3)}
    for name, (inputs, *hidden, outputs) in sizes.items():
        loss = "softmax_cross_entropy" if outputs > 1 else "binary_cross_entropy"
        body = [{"type": "dense", "units": units, "activation": "relu"} for units in hidden]
        model = nnswift.Model(network(*body, inputs=inputs, outputs=outputs, loss=loss))
        x = np.random.default_rng(8).standard_normal((1001, inputs)).astype(np.float32)
        for threads in (1, 2):
            method(nnswift, "set_threads")(threads)
            for part, value in predictions(model, x, ROWS):
                yield f"{name} {threads} {part}", value
        method(nnswift, "set_threads")(1)
        yield f"{name} one", [np.asarray(model.predict(row)) for row in x[:20]]


def sessions():
    x = features()
    model = nnswift.Model(network(*BODIES["batch_norm"]))
    train(model, x, labels(x), config=config())
    session = model.session(64)
    for rows in (1, 3, 64):
        for kind in ("raw", "proba", "label"):
            yield f"{kind} {rows}", np.asarray(session.predict(x[:rows], kind=kind))


def evaluated():
    x = features()
    y, model = labels(x), nnswift.Model(network(*BODIES["layer_norm"]))
    train(model, x, y, config=config())
    wanted = METRICS + ["balanced_accuracy", "precision", "recall", "pr_auc", "brier", "kappa"]
    yield "plain", model.evaluate(x, y, wanted)
    yield "weighted", model.evaluate(x, y, wanted, positive_weights())


def splits():
    x = features()
    y, key = labels(x), np.arange(COUNT) // 7
    for kind in ("stratified", "random", "group", "time"):
        given = key if kind in ("group", "time") else None
        for seed in (0, 1):
            yield f"{kind} {seed}", [np.asarray(rows) for rows in nnswift.split_indices(y, 0.3, kind, given, seed)]


def binary():
    """One and several binary outputs."""
    x = features()
    y = (x[:, :3] > 0).astype(np.float32)
    for outputs in (1, 3):
        for threshold in (0.5, 0.2):
            loss = {"type": "binary_cross_entropy", "pos_weight": 2, "label_smoothing": 0.1}
            spec = network(*BODIES["plain"], outputs=outputs, loss=loss, threshold=threshold)
            made = config(metrics=["accuracy", "f1", "roc_auc"], validation_fraction=0.2)
            for part, value in trained(spec, made, x, y[:, :outputs], ROWS):
                yield f"{outputs} {threshold} {part}", value


def regression():
    x = features()
    y = np.stack([x[:, 0] * 2 + x[:, 1], np.abs(x[:, 2])], axis=1)
    for loss in ("mse", "mae", "huber", {"type": "quantile", "q": [0.1, 0.9]}, "poisson"):
        model = nnswift.Model(network(*BODIES["plain"], outputs=2, loss=loss, preprocess="standardize"))
        target = np.abs(y) if loss == "poisson" else y
        train(model, x, target, config=config(validation_fraction=0.2, metrics=["rmse"] if loss != "poisson" else []))
        for part, value in outcome(model, x, ROWS):
            yield f"{loss} {part}", value
        yield f"{loss} history", without_times(model.history)
