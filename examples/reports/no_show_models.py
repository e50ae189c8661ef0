"""The trainings of study A. Each takes X, y, seed and returns: probabilities of rows as a function, losses by epoch."""

import numpy as np
from common import torch, torch_fit
from peers import torch_dense

import nnswift
from nnswift import metrics

HIDDEN, SAMPLES, EPOCHS, ADAM_RATE = 32, 2_000, 1_000, 0.01
SPREAD, RATE = 0.7, 0.003  # weights and steps from scratch: what brings the reported losses
CANDIDATES = [{"dropout": dropout, "epochs": epochs} for dropout in (0.2, 0.4) for epochs in (10, 20)]


def trained(X, y, seed, hidden, config, dropout=0.0, **options):
    """options: how the dense layers are initialised."""
    layers = [{"type": "dense", "units": hidden, "activation": "relu", **options}]
    layers += [{"type": "dropout", "rate": dropout}] * (dropout > 0) + [{"type": "dense", "units": 1, **options}]
    spec = {"input": X.shape[1], "preprocess": "standardize", "layers": layers, "loss": "binary_cross_entropy"}
    model = nnswift.Model(spec | {"seed": seed})
    history = model.train(X, y, config, seed=seed)
    return lambda rows: model.predict(rows)[:, 0], history["loss"]


def from_scratch(X, y, seed, epochs=EPOCHS):
    """By the report's rules: 2,000 rows, all of them in every step, plain gradient descent."""
    normal = {"type": "normal", "std": SPREAD}
    config = {"epochs": epochs, "batch_size": 0, "optimizer": {"type": "sgd", "learning_rate": RATE}}
    return trained(X[:SAMPLES], y[:SAMPLES], seed, HIDDEN, config, init=normal, bias_init=normal)


def well_scaled(X, y, seed, epochs=EPOCHS):
    """The same 2,000 rows, network and steps with PyTorch's initial weights and a rate 100 times as large."""
    config = {"epochs": epochs, "batch_size": 0, "optimizer": {"type": "sgd", "learning_rate": 100 * RATE}}
    return trained(X[:SAMPLES], y[:SAMPLES], seed, HIDDEN, config)


def adam(X, y, seed, epochs=EPOCHS):
    """The report's PyTorch training, in our library: all rows in every step, Adam."""
    config = {"epochs": epochs, "batch_size": 0, "optimizer": {"type": "adam", "learning_rate": ADAM_RATE}}
    return trained(X, y, seed, HIDDEN, config)


def recommended(X, y, seed, dropout=0.2, epochs=10, batch_size=256):
    config = {"epochs": epochs, "batch_size": batch_size, "schedule": "cosine",
              "optimizer": {"type": "adamw", "learning_rate": 0.002, "weight_decay": 0.01}}  # fmt: skip
    return trained(X, y, seed, 64, config, dropout)


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
    network, optimizer = lambda: torch_dense(sizes, "relu"), lambda weights: optim.SGD(weights, lr=RATE)
    return torch_trained(X[:SAMPLES], y[:SAMPLES], seed, network, optimizer, epochs)


def torch_adam(X, y, seed, epochs=EPOCHS):
    sizes, optim = [X.shape[1], HIDDEN, 1], torch().optim
    network, optimizer = lambda: torch_dense(sizes, "relu"), lambda weights: optim.Adam(weights, lr=ADAM_RATE)
    return torch_trained(X, y, seed, network, optimizer, epochs)


def torch_recommended(X, y, seed, dropout=0.2, epochs=10, batch_size=256):
    """The work of recommended(), at a constant rate."""
    nn, optim = torch().nn, torch().optim
    layers = (nn.Linear(X.shape[1], 64), nn.ReLU(), nn.Dropout(dropout), nn.Linear(64, 1))
    network, optimizer = lambda: nn.Sequential(*layers), lambda weights: optim.AdamW(weights, lr=0.002)
    return torch_trained(X, y, seed, network, optimizer, epochs, batch_size)
