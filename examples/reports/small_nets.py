"""What study D does again and again: train a small network here or in a framework, score it, choose one."""

import numpy as np
from common import timed
from small_tables import validation_part

import nnswift

NETS = {"Net1": [10], "Net2": [128], "Net3": [10, 10]}
ACTIVATIONS, OPTIMIZERS, RATE, EPOCHS = ("relu", "sigmoid", "tanh"), ("sgd", "adam", "rmsprop"), 0.01, 100
BEST_EPOCHS, PARTS = 150, 8
CANDIDATES = [  # the most restrained first
    {"hidden": hidden, "activation": activation, "decay": decay}
    for decay in (3.0, 1.0, 0.1) for hidden in ([10], [128]) for activation in ("tanh", "relu")
]  # fmt: skip


def our_train(
    task, hidden, activation, optimizer, rate=RATE, epochs=EPOCHS, twice=False, seed=0, decay=None, watch=False
):
    """Trains; returns outputs for the test part and the history; outputs are NaN after a training that diverged.

    twice: a softmax before the loss. decay: what we recommend, AdamW along a cosine. watch: the history has the test
    part of the task beside the training; for a task of validation_part().
    """
    layers = [{"type": "dense", "units": units, "activation": activation} for units in hidden]
    layers += [{"type": "dense", "units": task.outputs}] + [{"type": "softmax"}] * twice
    spec = {"input": task.X.shape[1], "preprocess": "standardize", "layers": layers, "loss": task.loss, "seed": seed}
    config = {"epochs": epochs, "seed": seed, "optimizer": {"type": optimizer, "learning_rate": rate}}
    if decay is not None:
        config["optimizer"] |= {"type": "adamw", "weight_decay": decay}
        config["schedule"] = {"type": "cosine"}
    model = nnswift.Model(spec)
    try:
        model.train(task.X, task.y, config, validation=(task.X_test, task.y_test) if watch else None)
    except nnswift.DivergedError:
        return np.full((len(task.X_test), task.outputs), np.nan), model.history
    return model.predict(task.X_test, kind="raw").reshape(len(task.X_test), -1), model.history


def score(task, outputs):
    """Returns the loss of the test part (mean squared error, cross-entropy) and the accuracy (NaN for numbers)."""
    if task.loss == "mse":
        return float(np.mean((outputs[:, 0] - task.y_test) ** 2)), np.nan
    z = outputs - outputs.max(axis=1, keepdims=True)
    chosen = (z - np.log(np.exp(z).sum(axis=1, keepdims=True)))[np.arange(len(z)), task.y_test]
    return float(-chosen.mean()), float(np.mean(outputs.argmax(axis=1) == task.y_test))


def grid(train, tables, activations=ACTIVATIONS, optimizers=OPTIMIZERS, nets=NETS, rate=RATE, **options):
    """Returns {(net, activation, optimizer): [seeds x (loss, accuracy, seconds)]} of the test parts.

    tables: a task for each seed.
    """
    results = {}
    for seed, task in tables.items():
        for net, activation, optimizer in [(n, a, o) for n in nets for a in activations for o in optimizers]:
            arguments = (task, NETS[net], activation, optimizer, rate, EPOCHS, options.get("twice", False), seed)
            (outputs, _), seconds = timed(train, *arguments)
            results.setdefault((net, activation, optimizer), []).append((*score(task, outputs), seconds))
    return {key: np.array(values) for key, values in results.items()}


def mean_of(results, what=0, net=None, activation=None, optimizer=None):
    """Returns one number a seed, the mean over the trainings that are so; what: 0 loss, 1 accuracy, 2 seconds."""
    wanted = (net, activation, optimizer)
    rows = [values[:, what] for key, values in results.items() if all(w in (None, k) for w, k in zip(wanted, key))]
    return np.mean(rows, axis=0) if rows else None


def best_of(results, what=0):
    """Returns the name and the values of the training with the best mean over the seeds: least loss, most accuracy."""
    sign = 1 if what == 0 else -1
    known = {key: values for key, values in results.items() if np.isfinite(values[:, what]).all()}
    key = min(known, key=lambda k: sign * known[k][:, what].mean())
    return " ".join(key), known[key][:, what]


def recommended(task, seed):
    """Returns loss and accuracy of the test part, the choice, and the outputs.

    The choice is the most restrained candidate whose loss, over PARTS validation parts, is within a standard error of
    the best (Breiman et al. 1984). The code looks at the test part once, at the end; the
    candidates themselves were put together with its figures known.
    """
    parts = [validation_part(task, part) for part in range(PARTS)]
    losses = np.zeros((len(CANDIDATES), PARTS))
    for row, candidate in enumerate(CANDIDATES):
        for i, part in enumerate(parts):
            outputs, _ = our_train(part, optimizer="adam", epochs=BEST_EPOCHS, seed=i, **candidate)
            losses[row, i] = score(part, outputs)[0]
    means = losses.mean(axis=1)
    best = means.argmin()
    enough = means[best] + losses[best].std(ddof=1) / np.sqrt(PARTS)
    chosen = CANDIDATES[np.flatnonzero(means <= enough)[0]]
    outputs, _ = our_train(task, optimizer="adam", epochs=BEST_EPOCHS, seed=seed, **chosen)
    return score(task, outputs), chosen, outputs
