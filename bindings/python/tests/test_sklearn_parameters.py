"""What each parameter of the estimators does, and what is written otherwise than for MLPClassifier."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")
from sklearn.neural_network import MLPClassifier  # noqa: E402

import nnswift  # noqa: E402
from nnswift.sklearn import NNClassifier, NNRegressor  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

X = np.random.default_rng(0).normal(size=(240, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


def layers(**parameters):
    network = NNClassifier(max_iter=2, random_state=0, **parameters).fit(X, Y)
    return [
        (layer["type"], layer.get("units", layer.get("rate")), layer.get("activation", {}).get("type"))
        for layer in network.model_.spec["layers"]
    ]


def test_layers():
    assert layers() == [("dense", 100, "relu"), ("dense", 1, "identity")]
    assert layers(hidden_layer_sizes=5) == layers(hidden_layer_sizes=(5,)) == layers(hidden_layer_sizes=np.array([5]))
    assert layers(hidden_layer_sizes=()) == [("dense", 1, "identity")]
    assert layers(hidden_layer_sizes=(5, 3), activation="logistic", dropout=[0.5, 0]) == [
        ("dense", 5, "sigmoid"), ("dropout", 0.5, None), ("dense", 3, "sigmoid"), ("dense", 1, "identity"),
    ]  # fmt: skip
    assert layers(hidden_layer_sizes=(5,), activation="gelu", normalization="batch_norm", dropout=0.1) == [
        ("dense", 5, "identity"), ("batch_norm", None, None), ("gelu", None, None), ("dropout", 0.1, None),
        ("dense", 1, "identity"),
    ]  # fmt: skip


def test_preprocess():
    def kind(features, **parameters):
        network = NNClassifier(max_iter=2, random_state=0, **parameters).fit(features, Y)
        return network.model_.spec["preprocess"]

    assert kind(X) == {"type": "standardize"}
    assert kind(X, preprocess=None) == {"type": "none"}
    assert kind(X, preprocess=["robust", "clip"])[0] == {"type": "robust"}
    pixels = np.random.default_rng(1).integers(0, 256, (240, 20)) * (np.random.default_rng(2).random((240, 20)) < 0.2)
    assert kind(pixels.astype(np.uint8)) == {"type": "scale", "factor": 1 / pixels.max()}
    # One column of large counts among one-hot columns needs a scale of its own.
    assert kind(np.hstack([np.eye(240)[:, :20] > 0, 1000 * np.abs(X[:, :1])])) == {"type": "standardize"}


@pytest.mark.parametrize(("wanted", "parameters"), [
    ({"type": "adam"}, {}), ({"type": "adam", "learning_rate": 0.01}, {"learning_rate_init": 0.01}),
    ({"type": "sgd", "momentum": 0.9, "nesterov": True}, {"solver": "sgd"}), ({"type": "lion"}, {"optimizer": "lion"}),
    ({"type": "adamw", "weight_decay": 0.1}, {"optimizer": {"type": "adamw", "weight_decay": 0.1}}),
])  # fmt: skip
def test_optimisers(wanted, parameters, monkeypatch):
    seen = config_of(monkeypatch, **parameters)["optimizer"]
    assert {name: seen[name] for name in wanted} == wanted


def config_of(monkeypatch, kind=NNClassifier, **parameters):
    """The config that a fit trains with."""
    found = {}
    train = nnswift.Model.train

    def recorded(self, *arguments, **config):
        found.update(config)
        return train(self, *arguments, **config)

    monkeypatch.setattr(nnswift.Model, "train", recorded)
    kind(**{"max_iter": 2, "random_state": 0, **parameters}).fit(X, Y)
    return found


@pytest.mark.parametrize(("kind", "parameters", "share"), [
    (NNClassifier, {}, 1), (NNRegressor, {}, 2), (NNRegressor, {"loss": "poisson"}, 1),
])  # fmt: skip
def test_the_penalty_is_that_of_scikit_learn(kind, parameters, share, monkeypatch):
    """alpha / b for a batch of b rows, as docs/other-frameworks.md says; twice that where the squared error is whole."""
    optimizer = config_of(monkeypatch, kind, alpha=0.5, batch_size=60, **parameters)["optimizer"]
    assert optimizer["weight_decay"] == pytest.approx(share * 0.5 / 60) and optimizer["decay_bias"] is False


def test_a_training_ends_where_the_loss_rests():
    network = NNClassifier(random_state=0, max_iter=3000, learning_rate_init=0.02).fit(X, Y)
    assert network.n_iter_ < 3000 and network.history_.stopped == "early_stopping"
    assert len(network.loss_curve_) == network.n_iter_ and network.loss_ == network.loss_curve_[-1]
    assert NNClassifier(random_state=0, max_iter=300, learning_rate_init=0.1, tol=None).fit(X, Y).n_iter_ == 300
    assert NNClassifier(random_state=0, max_iter=300, n_iter_no_change=np.inf).fit(X, Y).n_iter_ == 300


def test_early_stopping():
    noisy = np.random.default_rng(1).integers(0, 2, 240)
    network = NNClassifier(random_state=0, early_stopping=True, learning_rate_init=0.05).fit(X, noisy)
    assert network.n_iter_ < 200 and 0 < network.history_.best_epoch < network.n_iter_
    chosen = NNClassifier(random_state=0, early_stopping={"metric": "val_roc_auc", "patience": 3}).fit(X, Y)
    assert "val_roc_auc" in chosen.history_
    held = NNClassifier(random_state=0, early_stopping=True).fit(X[:160], Y[:160], eval_set=[(X[160:], Y[160:])])
    assert "val_loss" in held.history_


def test_rows_to_look_at():
    network = NNClassifier(random_state=0, max_iter=5).fit(X, Y, eval_set=(X, Y, np.ones(240)))
    # The loss of an epoch is a mean over its steps, from before each; 0.2: it falls that fast.
    assert abs(network.history_["val_loss"][-1] - network.loss_) < 0.2
    with pytest.raises(ValueError, match="eval_set must be .X, y."):
        network.fit(X, Y, eval_set=X)


def test_callbacks_see_each_epoch_and_may_stop():
    seen = []

    def until_three(progress):
        seen.append(progress.epoch)
        return nnswift.STOP if progress.epoch == 3 else True

    network = NNClassifier(random_state=0, callbacks=[until_three, lambda progress: True]).fit(X, Y)
    assert seen == [1, 2, 3] and network.n_iter_ == 3


def test_early_stopping_as_a_callback():
    noisy = np.random.default_rng(1).integers(0, 2, 240)
    stop = nnswift.callbacks.EarlyStopping(patience=3)
    network = NNClassifier(random_state=0, callbacks=[stop], learning_rate_init=0.05)
    assert network.fit(X[:160], noisy[:160], eval_set=(X[160:], noisy[160:])).n_iter_ < 50
    assert network.history_.stopped == "early_stopping"


def test_an_exception_of_a_callback_comes_through():
    def failing(progress):
        raise KeyError(progress.epoch)

    with pytest.raises(KeyError, match="1"):
        NNClassifier(callbacks=failing).fit(X, Y)


def test_a_line_an_epoch(capsys):
    NNClassifier(random_state=0, max_iter=3, verbose=2).fit(X, Y)
    told = "".join(capsys.readouterr())
    assert len([line for line in told.splitlines() if "loss" in line]) == 3
    NNClassifier(random_state=0, max_iter=3).fit(X, Y)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("jobs", [1, 2, -1])
def test_threads_change_no_result(jobs):
    one = NNClassifier(random_state=0, max_iter=5).fit(X, Y)
    assert (NNClassifier(random_state=0, max_iter=5, n_jobs=jobs).fit(X, Y).predict_proba(X) == one.predict_proba(X)).all()


def test_random_states():
    def fitted(state):
        return NNClassifier(random_state=state, max_iter=3).fit(X, Y).predict_proba(X)

    assert (fitted(1) == fitted(1)).all() and (fitted(1) != fitted(2)).any() and (fitted(None) != fitted(None)).any()
    assert (fitted(np.random.RandomState(1)) == fitted(1)).all()


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "poisson", {"type": "quantile", "q": 0.5}],
                         ids=str)  # fmt: skip
def test_losses_of_regressions(loss):
    y = np.exp(X[:, 0])
    assert NNRegressor(random_state=0, loss=loss).fit(X, y).score(X, y) > 0.9


@pytest.mark.parametrize(("name", "value", "cure"), [
    ("momentum", 0.8, 'optimizer={"type": "sgd", "momentum": 0.8}'), ("learning_rate", "adaptive", "schedule="),
    ("beta_1", 0.8, '"beta1": 0.8'), ("shuffle", False, "always shuffled"), ("epochs", 5, "max_iter=5"),
])  # fmt: skip
def test_parameters_that_are_written_otherwise(name, value, cure):
    with pytest.raises(TypeError, match="has no parameter '" + name) as caught:
        NNClassifier(**{name: value})
    assert cure in str(caught.value)


def test_what_is_refused():
    for parameters, sentence in [
        ({"solver": "adamw"}, 'solver must be "adam", "sgd" or "lbfgs"'),
        ({"dropout": [0.1, 0.2]}, "dropout must be one rate, or one for each of 1 hidden layers"),
        ({"activation": "rleu"}, "relu"), ({"loss": "squared"}, "loss"), ({"hidden_layer_sizes": (0,)}, "units"),
        ({"alpha": -1}, "alpha must be a number >= 0, got -1"), ({"max_iter": 0}, "max_iter must be an integer >= 1, got 0"),
        ({"max_iter": 1.5}, "max_iter"), ({"batch_size": -1}, "batch_size"), ({"n_iter_no_change": 0}, "n_iter_no_change"),
        ({"class_weight": "balance"}, "class_weight"), ({"preprocess": "standard"}, "standardize"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            NNClassifier(**parameters).fit(X, Y)


def test_mlpclassifiers_parameters_mean_the_same():
    """One import changes, and the call works: those of the constructor that both have."""
    shared = {
        "hidden_layer_sizes": (20, 10), "activation": "tanh", "solver": "adam", "alpha": 1e-3, "batch_size": 32,
        "learning_rate_init": 0.005, "max_iter": 40, "random_state": 3, "tol": 1e-3, "verbose": False,
        "warm_start": False, "early_stopping": True, "validation_fraction": 0.2, "n_iter_no_change": 5,
    }  # fmt: skip
    for kind in (MLPClassifier, NNClassifier):
        assert kind(**shared).fit(X, Y).score(X, Y) > 0.9
