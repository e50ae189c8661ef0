"""The trainings of study A. Each takes X, y, seed and returns: probabilities of rows as a function, losses by epoch."""

import numpy as np
from common import timed, torch, torch_fit
from peers import torch_dense

import nnswift
from nnswift import metrics

SAMPLES, EPOCHS, ADAM_HIDDEN, ADAM_RATE = 2_000, 1_000, 16, 0.01
# From scratch: sigmoid units, the spread of their weights, and the rate; the others weights and biases are N(0, 1).
HIDDEN, SPREAD, RATE = 128, 0.06, 0.00025
NAMES = ("accuracy", "F1", "PR-AUC", "ROC-AUC", "TN", "FP", "FN", "TP")
CANDIDATES = [{"dropout": 0.2}, {"dropout": 0.4}]


def trained(X, y, seed, hidden, config, output={"type": "dense", "units": 1}, dropout=0.0):
    """hidden, output: the two dense layers."""
    layers = [{"type": "dense", **hidden}, *[{"type": "dropout", "rate": dropout}] * (dropout > 0), output]
    spec = {"input": X.shape[1], "preprocess": "standardize", "layers": layers, "loss": "binary_cross_entropy"}
    model = nnswift.Model(spec | {"seed": seed})
    history = model.train(X, y, config, seed=seed)
    return lambda rows: model.predict(rows), history["loss"]


def sample(X, y, seed):
    """Returns 2,000 rows at random: the file is in the order of the days."""
    rows = np.random.default_rng(seed).choice(len(X), SAMPLES, replace=False)
    return X[rows], y[rows]


def from_scratch(X, y, seed, epochs=EPOCHS):
    """By the report's rules: 2,000 rows, all of them in every step, plain gradient descent."""
    wide, narrow = {"type": "normal"}, {"type": "normal", "std": SPREAD}
    hidden = {"units": HIDDEN, "activation": "sigmoid", "init": narrow, "bias_init": wide}
    output = {"type": "dense", "units": 1, "init": wide, "bias_init": wide}
    config = {"epochs": epochs, "batch_size": 0, "optimizer": {"type": "sgd", "learning_rate": RATE}}
    return trained(*sample(X, y, seed), seed, hidden, config, output)


def well_scaled(X, y, seed, epochs=EPOCHS):
    """The same 2,000 rows, network and number of steps with PyTorch's initial weights and 1,000 times the rate."""
    config = {"epochs": epochs, "batch_size": 0, "optimizer": {"type": "sgd", "learning_rate": 1000 * RATE}}
    return trained(*sample(X, y, seed), seed, {"units": HIDDEN, "activation": "sigmoid"}, config)


def adam(X, y, seed, epochs=EPOCHS):
    """The report's PyTorch training, in our library: all rows in every step, Adam."""
    config = {"epochs": epochs, "batch_size": 0, "optimizer": {"type": "adam", "learning_rate": ADAM_RATE}}
    return trained(X, y, seed, {"units": ADAM_HIDDEN, "activation": "relu"}, config)


def recommended(X, y, seed, dropout=0.2, epochs=10, batch_size=256):
    config = {"epochs": epochs, "batch_size": batch_size, "schedule": "cosine",
              "optimizer": {"type": "adamw", "learning_rate": 0.002, "weight_decay": 0.01}}  # fmt: skip
    return trained(X, y, seed, {"units": 64, "activation": "relu"}, config, dropout=dropout)


def chosen(X, y, seed, candidates=CANDIDATES):
    """Returns also threshold and candidate; everything is chosen on an eighth of the rows given."""
    X_fit, X_held, y_fit, y_held = nnswift.split(X, y, fraction=0.125, kind="stratified", seed=seed)
    tried = [recommended(X_fit, y_fit, seed, **candidate) for candidate in candidates]
    areas = [metrics.pr_auc(y_held, predict(X_held)) for predict, _ in tried]
    best = int(np.argmax(areas))
    predict, losses = tried[best]
    return predict, losses, metrics.best_threshold("f1", y_held, predict(X_held)).threshold, candidates[best]


def torch_trained(X, y, seed, network, optimizer, epochs, batch_size=0):
    """network, optimizer: functions that make them; PyTorch's own initial weights."""
    torch_ = torch()
    torch_.manual_seed(seed)
    center, scale = X.mean(axis=0), np.where(X.std(axis=0) > 0, X.std(axis=0), 1)

    def inputs(rows):
        return torch_.from_numpy(((rows - center) / scale).astype(np.float32))

    net, target = network(), torch_.from_numpy(y.reshape(-1, 1).astype(np.float32))
    rule = optimizer(net.parameters())
    losses = torch_fit(net, rule, torch_.nn.BCEWithLogitsLoss(), inputs(X), target, epochs, batch_size)
    return lambda rows: net(inputs(rows)).sigmoid().detach().numpy()[:, 0], losses


def torch_sgd(X, y, seed, epochs=EPOCHS):
    sizes, optim = [X.shape[1], HIDDEN, 1], torch().optim
    network, optimizer = lambda: torch_dense(sizes, "sigmoid"), lambda weights: optim.SGD(weights, lr=RATE)
    return torch_trained(*sample(X, y, seed), seed, network, optimizer, epochs)


def torch_adam(X, y, seed, epochs=EPOCHS):
    sizes, optim = [X.shape[1], ADAM_HIDDEN, 1], torch().optim
    network, optimizer = lambda: torch_dense(sizes, "relu"), lambda weights: optim.Adam(weights, lr=ADAM_RATE)
    return torch_trained(X, y, seed, network, optimizer, epochs)


def torch_recommended(X, y, seed, dropout=0.2, epochs=10, batch_size=256):
    """The work of recommended(), at a constant rate."""
    nn, optim = torch().nn, torch().optim
    layers = (nn.Linear(X.shape[1], 64), nn.ReLU(), nn.Dropout(dropout), nn.Linear(64, 1))
    network, optimizer = lambda: nn.Sequential(*layers), lambda weights: optim.AdamW(weights, lr=0.002)
    return torch_trained(X, y, seed, network, optimizer, epochs, batch_size)


def measure(y, p, threshold=0.5):
    """Returns the figures NAMES."""
    label = (p >= threshold).astype(np.int64)
    counts = metrics.confusion_matrix(y, label, classes=2).ravel()
    return metrics.accuracy(y, label), metrics.f1(y, label), metrics.pr_auc(y, p), metrics.roc_auc(y, p), *counts


def run(train, X, y, parts):
    """Trains once a seed; returns figures by part, seconds, losses, and what the last training gave."""
    figures, seconds, losses = {"training": [], "test": []}, [], []
    for seed, rows in parts.items():
        result, spent = timed(train, X[rows[0]], y[rows[0]], seed)
        for part, some in zip(figures, rows):
            figures[part].append(measure(y[some], result[0](X[some])))
        seconds.append(spent)
        losses.append(result[1])
    return {"figures": figures, "seconds": seconds, "losses": losses, "predict": result[0]}
