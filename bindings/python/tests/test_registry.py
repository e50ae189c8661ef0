"""Every name of the reference page can be made and trained from Python."""

import re

import numpy as np
import pytest

import nnswift

def examples(role):
    """What the library gives as an example of each member, options included."""
    return [member["example"] for member in nnswift.registry()[role]]


# Every member by its example, and what else its options allow.
ACTIVATIONS = [*examples("activation"), "relu", "gelu"]
LAYERS = [
    *examples("layer"), {"type": "dense", "units": 5, "bias": False}, {"type": "dense", "units": 5, "bias_init": "zeros"},
    {"type": "batch_norm", "affine": False}, {"type": "layer_norm", "affine": False}, {"type": "rms_norm", "affine": False},
    {"type": "residual", "layers": [{"type": "dense", "units": 6}], "shortcut": [{"type": "tanh"}]},
]  # fmt: skip
INITIALISERS = examples("init")
PREPROCESS = examples("preprocess")
LOSSES = [
    "softmax_cross_entropy", {"type": "softmax_cross_entropy", "label_smoothing": 0.1}, "binary_cross_entropy",
    {"type": "binary_cross_entropy", "pos_weight": 2, "label_smoothing": 0.1}, "mse", "mae",
    {"type": "huber", "delta": 2}, "quantile", {"type": "quantile", "q": [0.1, 0.5, 0.9]}, "poisson",
]  # fmt: skip
OPTIMISERS = [
    *examples("optimizer"), "sgd", {"type": "sgd", "momentum": 0.9, "dampening": 0.1}, "adam", {"type": "adam", "l1": 0.01},
    {"type": "adam", "weight_decay": 0.1, "decay_bias": False}, "rmsprop", "lbfgs",
]  # fmt: skip
SCHEDULES = [*examples("schedule"), "constant", "cosine", {"type": "cosine", "per": "step"}]
CLASS_METRICS = [
    "loss", "accuracy", "balanced_accuracy", {"type": "top_k", "k": 2}, "precision", "recall", "f1",
    {"type": "f_beta", "beta": 2, "average": "macro"}, "roc_auc", "pr_auc", "log_loss", "brier", "matthews", "kappa",
    "expected_calibration_error",
]  # fmt: skip
NUMBER_METRICS = ["loss", "mse", "rmse", "mae", "median_ae", "r2", "mape", {"type": "pinball", "q": 0.9}, "coverage"]
BINARY_METRICS = ["cost", {"type": "cost", "false_positive": 2}]
CONFIGS = [
    {"batch_size": 7}, {"shuffle": False}, {"batch_size": 7, "drop_last": True}, {"clip_norm": 1.0},
    {"clip_value": 0.1}, {"class_weight": "balanced"}, {"class_weight": [1, 2, 3]}, {"validation_fraction": 0.25},
    {"validation_fraction": 0.25, "stratify": True}, {"threads": 2}, {"threads": 0}, {"seed": 5}, {"continue": True},
    {"validation_fraction": 0.5, "metrics": ["accuracy"],
     "early_stopping": {
         "metric": "val_accuracy", "mode": "max", "patience": 1, "min_delta": 0.1, "restore_best": False}},
]  # fmt: skip

RNG = np.random.default_rng(2)
X = RNG.normal(size=(42, 4)).astype(np.float32)
CLASSES = np.arange(42) % 3


def name_of(kind):
    return kind if isinstance(kind, str) else kind["type"]


def options_id(kind):
    if isinstance(kind, list):
        return "-".join(options_id(each) for each in kind)
    return kind if isinstance(kind, str) else "-".join(f"{k}_{v}" for k, v in kind.items())


def network(loss="softmax_cross_entropy", hidden=(), **keys):
    layers = [{"type": "dense", "units": 6, "activation": "tanh"}, *hidden, {"type": "dense", "units": 3}]
    return {"input": 4, "layers": layers, "loss": loss, "seed": 1, **keys}


def train(spec, y=CLASSES, **config):
    """Trains for two epochs; the description makes an equal model, the history is finite."""
    model = nnswift.Model(spec)
    assert nnswift.Model(model.spec).to_bytes() == model.to_bytes()
    before = model.weights
    history = model.train(X, y, {"epochs": 2, **config})
    assert history.stopped in ("completed", "early_stopping")
    assert np.isfinite(history["loss"]).all()
    assert np.isfinite(model.predict(X)).all()
    assert any((model.weights[name] != before[name]).any() for name in before)
    return history


@pytest.mark.parametrize("layer", LAYERS, ids=options_id)
def test_layers(layer):
    train(network(hidden=[layer]))


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=options_id)
def test_activations_of_dense(activation):
    train(network(hidden=[{"type": "dense", "units": 5, "activation": activation}]))


@pytest.mark.parametrize("init", INITIALISERS, ids=options_id)
def test_initialisers(init):
    train(network(hidden=[{"type": "dense", "units": 5, "init": init, "bias_init": init}]))


@pytest.mark.parametrize("preprocess", [*PREPROCESS, ["minmax", "standardize"]], ids=options_id)
def test_preprocess(preprocess):
    train(network(preprocess=preprocess))


TARGETS = {
    "softmax_cross_entropy": CLASSES,
    "binary_cross_entropy": np.eye(3)[CLASSES],
    "poisson": RNG.integers(0, 5, size=(42, 3)),
}


@pytest.mark.parametrize("loss", LOSSES, ids=options_id)
def test_losses(loss):
    train(network(loss), TARGETS.get(name_of(loss), RNG.normal(size=(42, 3))))


@pytest.mark.parametrize("optimizer", OPTIMISERS, ids=options_id)
def test_optimisers(optimizer):
    train(network(), optimizer=optimizer, batch_size=0 if name_of(optimizer) == "lbfgs" else 8)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=options_id)
def test_schedules(schedule):
    assert len(train(network(), schedule=schedule)["learning_rate"]) == 2


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: "-".join(config))
def test_config(config):
    train(network(), **config)


def test_metrics_of_classes():
    history = train(network(), metrics=CLASS_METRICS, validation_fraction=0.3)
    names = [name_of(metric) for metric in CLASS_METRICS]
    assert history.curves() == names + [f"val_{name}" for name in names]
    binary = nnswift.Model(network("binary_cross_entropy", hidden=[{"type": "dense", "units": 1}])).spec
    binary["layers"].pop()
    values = nnswift.Model(binary).evaluate(X, CLASSES == 1, CLASS_METRICS)
    assert all(np.isfinite(list(values.values())))


def test_metrics_of_numbers():
    history = train(network("mse"), RNG.normal(size=(42, 3)), metrics=NUMBER_METRICS)
    assert history.curves() == [name_of(metric) for metric in NUMBER_METRICS]


def test_metrics_of_two_classes():
    spec = network(layers=[{"type": "dense", "units": 2}])
    assert train(spec, CLASSES % 2, metrics=BINARY_METRICS).curves() == ["loss", "cost", "cost_2"]


def known(attempt):
    """Returns the names that an error of the library lists."""
    with pytest.raises(nnswift.ArgumentError) as caught:
        attempt()
    return set(re.search(r"known: (.*)$", str(caught.value)).group(1).split(", "))


@pytest.mark.parametrize(
    ("role", "tables"),
    [
        ("layer", [LAYERS]),
        ("activation", [ACTIVATIONS]),
        ("init", [INITIALISERS]),
        ("preprocess", [PREPROCESS]),
        ("loss", [LOSSES]),
        ("optimizer", [OPTIMISERS]),
        ("schedule", [SCHEDULES]),
        ("metrics", [CLASS_METRICS, NUMBER_METRICS, BINARY_METRICS]),
    ],
)
def test_the_tables_above_are_complete(role, tables):
    nowhere = "no such name anywhere"
    dense = {"type": "dense", "units": 3}
    attempts = {
        "layer": lambda: nnswift.Model(network(hidden=[{"type": nowhere}])),
        "activation": lambda: nnswift.Model(network(hidden=[{**dense, "activation": nowhere}])),
        "init": lambda: nnswift.Model(network(hidden=[{**dense, "init": nowhere}])),
        "preprocess": lambda: nnswift.Model(network(preprocess=nowhere)),
        "loss": lambda: nnswift.Model(network(nowhere)),
    }
    config = {role: [nowhere] if role == "metrics" else nowhere}
    names = known(attempts.get(role, lambda: nnswift.Model(network()).configure(config)))
    assert names - {"loss"} == {name_of(kind) for table in tables for kind in table} - {"loss"}
