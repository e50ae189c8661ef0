"""Which weights a training leaves, however it ends, and what it says about a metric that it cannot compute."""

import numpy as np
import pytest

import nnswift

rng = np.random.default_rng(8)
X = rng.normal(size=(60, 3)).astype(np.float32)
y = X @ [1.0, -2.0, 0.5]
SPEC = {"input": 3, "layers": [{"type": "dense", "units": 16, "activation": "tanh"}, {"type": "dense", "units": 1}],
        "loss": "mse"}  # fmt: skip
# The validation rows ask for something else than the training rows: the first epochs are the best.
HELD_OUT = (X[:20], -y[:20])
CONFIG = {"epochs": 40, "optimizer": {"type": "adam", "learning_rate": 0.01}, "early_stopping": {"patience": 1000}}


def ended_by(how):
    model = nnswift.Model(SPEC)

    def callback(progress):
        if progress.epoch < 30:
            return None
        if how == "exception":
            raise KeyError("enough")
        if how == "interrupt":
            raise KeyboardInterrupt
        if how == "cancel":
            model.cancel()
        return nnswift.STOP if how == "stop" else None

    try:
        model.train(X, y, CONFIG, validation=HELD_OUT, callback=callback)
    except (KeyError, KeyboardInterrupt, nnswift.CancelledError):
        pass
    return model


@pytest.mark.parametrize("how", ["stop", "exception", "interrupt", "cancel", "completed"])
def test_the_best_weights_come_back(how):
    model = ended_by(how)
    best = model.history.best_epoch
    assert 1 <= best < 20 and len(model.history["loss"]) >= 30
    assert model.evaluate(*HELD_OUT)["loss"] == pytest.approx(min(model.history["val_loss"]), rel=1e-6)
    assert model.history["val_loss"][best - 1] == min(model.history["val_loss"])


def rare():
    """Validation rows of one class: their AUC is not defined."""
    labels = np.zeros(60, np.int64)
    labels[:30] = 1
    model = nnswift.Model({**SPEC, "loss": "binary_cross_entropy"})
    return model, labels, (X[30:], labels[30:])


def test_epochs_without_a_metric_do_not_count_against_patience():
    model, labels, held_out = rare()
    with pytest.warns(nnswift.TrainingWarning, match=r"val_roc_auc, which was not finite in 25 of 25 epochs"):
        history = model.train(
            X, labels, epochs=25, metrics=["roc_auc"], validation=held_out,
            early_stopping={"metric": "val_roc_auc", "patience": 3},
        )  # fmt: skip
    assert history.stopped == "completed" and history.best_epoch == 0


def test_an_infinite_metric_is_no_best():
    model = nnswift.Model(SPEC)
    with pytest.warns(nnswift.TrainingWarning, match="val_loss, which was not finite in 3 of 3 epochs"):
        history = model.train(X, y, epochs=3, validation=(X, np.full(60, 3e38)), early_stopping={"patience": 1})
    assert history.stopped == "completed" and history.best_epoch == 0


@pytest.mark.parametrize("source", ["trained", "loaded"])
@pytest.mark.parametrize("steep", [{"type": "adam", "learning_rate": 1e37}, {"type": "sgd", "learning_rate": 1e37}])
def test_a_divergence_keeps_the_optimiser_before_it(source, steep):
    whole, model = nnswift.Model(SPEC), nnswift.Model(SPEC)
    whole.train(X, y, epochs=6)
    model.train(X, y, epochs=3)
    if source == "loaded":
        model = nnswift.from_bytes(model.to_bytes(training=True))
    with pytest.raises(nnswift.DivergedError):
        model.train(X, y * 1e10, optimizer=steep)
    assert model.history.stopped == "diverged"
    history = model.train(X, y, epochs=3, continue_=True)
    assert history["epoch"] == [4, 5, 6] and history.warnings == []
    assert all((model.weights[name] == whole.weights[name]).all() for name in whole.weights)


def test_a_rate_does_not_fall_by_nan():
    model, labels, held_out = rare()
    history = model.train(
        X, labels, epochs=25, metrics=["roc_auc"], validation=held_out,
        schedule={"type": "reduce_on_plateau", "metric": "val_roc_auc", "patience": 1},
    )  # fmt: skip
    assert len(set(history["learning_rate"])) == 1


def test_going_on_without_a_state_is_told():
    model = nnswift.Model(SPEC)
    model.train(X, y, epochs=1, continue_=True)
    model.train(X, y, epochs=1, continue_=True)
    assert nnswift.from_bytes(model.to_bytes(training=True)).train(X, y, epochs=1, continue_=True)
    for other in (nnswift.from_bytes(model.to_bytes()), model.copy()):
        with pytest.warns(nnswift.TrainingWarning, match="found no optimiser to go on with"):
            other.train(X, y, epochs=1, continue_=True)
    with pytest.warns(nnswift.TrainingWarning, match="another kind"):
        model.train(X, y, epochs=1, optimizer="sgd", continue_=True)
