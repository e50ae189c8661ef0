"""Training, evaluation, single steps."""

import pickle

import warnings

import numpy as np
import pytest

import nnswift

ADAM = {"type": "adam", "learning_rate": 0.02}


def test_training_learns_and_records(model, blobs):
    X, y = blobs
    history = model.train(
        X[:180], y[:180], {"epochs": 20, "optimizer": ADAM, "metrics": ["accuracy"]}, validation=(X[180:], y[180:])
    )
    assert history["epoch"] == list(range(1, 21))
    assert history["loss"][-1] < 0.2 < history["loss"][0]
    assert history["val_accuracy"][-1] >= 0.95
    assert history.stopped == history["stopped"] == "completed"
    assert history.best_epoch == 0
    names = ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert history.curves() == names
    assert set(history) == {*names, "epoch", "learning_rate", "seconds", "samples_per_second", "stopped", "best_epoch"}
    assert dict(model.history) == dict(history)
    assert "20 epochs" in repr(history)
    assert "val_accuracy" in repr(history)
    held_out = model.evaluate(X[180:], y[180:], ["loss", "accuracy"])
    assert held_out == {"loss": history["val_loss"][-1], "accuracy": history["val_accuracy"][-1]}


def test_a_history_is_of_its_own_training(model, blobs):
    first = model.train(*blobs, epochs=3, optimizer=ADAM)
    model.train(*blobs, epochs=2, optimizer=ADAM)
    assert first["epoch"] == [1, 2, 3]
    assert pickle.loads(pickle.dumps(first)) == first
    assert len(model.history["epoch"]) == 2


def test_same_seed_same_bytes(spec, blobs):
    def trained(**options):
        model = nnswift.Model(spec)
        model.train(*blobs, epochs=5, optimizer=ADAM, **options)
        return model.to_bytes()

    assert trained(seed=1) == trained(seed=1) == trained(seed=1, threads=2)
    assert trained(seed=1) != trained(seed=2)


def test_keyword_arguments_lie_over_the_config(model, blobs):
    assert len(model.train(*blobs, {"epochs": 9, "batch_size": 60}, epochs=2)["loss"]) == 2
    assert model.train(*blobs, epochs=1, continue_=True)["epoch"] == [3]
    numpy_numbers = {"epochs": np.int64(3), "optimizer": {"type": "sgd", "learning_rate": np.float32(0.5)}}
    assert model.train(*blobs, numpy_numbers)["learning_rate"] == [0.5] * 3


def test_early_stopping_restores_the_best(model, blobs):
    X, y = blobs
    history = model.train(
        X, y, epochs=200, validation_fraction=0.3, stratify=True, optimizer={"type": "sgd", "learning_rate": 0.5},
        early_stopping={"patience": 2, "min_delta": 0.01},
    )  # fmt: skip
    assert history.stopped == "early_stopping"
    assert history.best_epoch == len(history["loss"]) - 2
    assert f"best_epoch {history.best_epoch}" in repr(history)


def test_sample_weights_pick_rows(spec, blobs):
    X, y = blobs
    weight = (np.arange(len(y)) < 100).astype(float)
    model = nnswift.Model(spec)
    weighted = model.evaluate(X, y, ["loss", "accuracy"], sample_weight=weight)
    picked = model.evaluate(X[:100], y[:100], ["loss", "accuracy"])
    assert weighted == pytest.approx(picked, rel=1e-6)
    still = {"type": "sgd", "learning_rate": 1e-12}
    history = model.train(X, y, epochs=2, sample_weight=weight, validation=(X, y, weight), optimizer=still)
    assert history["val_loss"][-1] == pytest.approx(picked["loss"], rel=1e-5)


def test_train_batch_is_a_step(model, blobs):
    X, y = blobs
    model.configure({"optimizer": ADAM})
    losses = [model.train_batch(X[:60], y[:60]) for _ in range(50)]
    assert losses[-1] < 0.5 * losses[0]
    before = model.evaluate(X[:60], y[:60])["loss"]
    assert model.train_batch(X[:60], y[:60], sample_weight=np.ones(60)) == pytest.approx(before, rel=1e-5)


def test_one_hot_and_index_targets_agree(spec, blobs):
    X, y = blobs
    by_index = nnswift.Model(spec).train(X, y, epochs=2)["loss"]
    by_share = nnswift.Model(spec).train(X, np.eye(3)[y], epochs=2)["loss"]
    np.testing.assert_allclose(by_index, by_share, rtol=1e-6)


def test_metric_names_with_options(model, blobs):
    wanted = ["loss", {"type": "top_k", "k": 1}, {"type": "top_k", "k": 2}, "accuracy", {"type": "top_k", "k": 3}]
    values = model.evaluate(*blobs, wanted)
    assert list(values) == ["loss", "top_k", "top_k_2", "accuracy", "top_k_3"]
    assert values["top_k"] == values["accuracy"]
    assert values["top_k_3"] == 1
    history = model.train(*blobs, epochs=1, metrics=wanted)
    assert history.curves() == list(values)
    assert model.evaluate(*blobs, "accuracy").keys() == {"accuracy"}
    assert model.evaluate(*blobs).keys() == {"loss"}


def test_preprocess_can_be_fitted_alone(spec, blobs):
    X, y = blobs
    model = nnswift.Model({**spec, "preprocess": "standardize"})
    with pytest.raises(nnswift.StateError, match="fitted"):
        model.predict(X)
    model.fit_preprocess(X * 100 + 7)
    plain = nnswift.Model(spec)
    Z = ((X - X.mean(0)) / X.std(0)).astype(np.float32)
    np.testing.assert_allclose(model.predict(X * 100 + 7), plain.predict(Z), atol=2e-5)


def test_features_that_are_not_finite_are_refused_then_allowed(model, blobs):
    X, y = blobs
    X = X.copy()
    X[3, 1] = np.nan
    for attempt in (
        lambda: model.train(X, y, epochs=1),
        lambda: model.predict(X),
        lambda: model.evaluate(X, y),
        lambda: model.fit_preprocess(X),
        lambda: model.session(240).predict(X),
    ):
        with pytest.raises(nnswift.ArgumentError, match="row 3, column 1"):
            attempt()
    assert np.isnan(model.predict(X, allow_nan=True)[3]).all()
    assert np.isfinite(model.predict(X, allow_nan=True)[4]).all()
    assert np.isnan(model.session(240).predict(X, allow_nan=True)[3]).all()
    assert np.isnan(model.evaluate(X, y, allow_nan=True)["loss"])
    with pytest.raises(nnswift.DivergedError, match="row 3, column 1 is nan"):
        model.train(X, y, epochs=1, allow_nan=True)
    assert model.history.stopped == "diverged"
    assert all(np.isfinite(values).all() for values in model.weights.values())


@pytest.mark.parametrize("restore", [None, "start", "last"])
def test_a_divergence_leaves_a_good_model_good(model, blobs, restore):
    model.train(*blobs, epochs=20)
    before, weights = model.evaluate(*blobs, ["loss", "accuracy"]), model.weights
    wild = {"epochs": 50, "optimizer": {"type": "sgd", "learning_rate": 1e6}}
    with pytest.raises(nnswift.DivergedError, match="kept" if restore == "last" else "of its start"):
        model.train(*blobs, wild if restore is None else {**wild, "restore": restore})
    same = all(np.array_equal(model.weights[name], values) for name, values in weights.items())
    assert same == (restore != "last")
    if same:
        assert model.evaluate(*blobs, ["loss", "accuracy"]) == before
        assert model.train(*blobs, epochs=5).stopped == "completed"


def test_a_description_makes_an_equal_model(spec):
    model = nnswift.Model({**spec, "preprocess": {"type": "scale", "factor": 0.5}, "classes": ["a", "b", "c"]})
    again = nnswift.Model(model.spec)
    assert again.spec == model.spec
    assert again.to_bytes() == model.to_bytes()
    assert (model.input_size, model.output_size, model.param_count) == (4, 3, 4 * 8 + 8 + 8 * 3 + 3)


def test_repr_shows_layers_parameters_and_loss():
    spec = {
        "input": 4,
        "preprocess": "standardize",
        "layers": [
            {"type": "dense", "units": 1200, "activation": {"type": "leaky_relu", "slope": 0.1}},
            {"type": "dropout", "rate": 0.2},
            {"type": "batch_norm"},
            {"type": "dense", "units": 2},
        ],
        "loss": {"type": "huber", "delta": 2},
    }
    text = "4 -> standardize -> dense 1200 leaky_relu -> dropout 0.2 -> batch_norm -> dense 2; huber; 10,802 parameters"
    assert repr(nnswift.Model(spec)) == f"<nnswift.Model {text}>"


def test_classes_without_a_row_are_a_warning():
    spec = {"input": 2, "layers": [{"type": "dense", "units": 3}], "classes": ["cat", "dog", "owl"]}
    model = nnswift.Model({**spec, "loss": "softmax_cross_entropy"})
    X = np.random.default_rng(0).normal(size=(8, 2)).astype(np.float32)
    with pytest.warns(nnswift.TrainingWarning, match=r'1 of 3 classes have no training row \("owl"\)') as caught:
        history = model.train(X, ["cat", "dog"] * 4, epochs=1)
    assert caught[0].filename == __file__
    assert [str(warning.message) for warning in caught] == history.warnings


def test_a_loss_that_grew_is_a_warning():
    model = nnswift.Model({"input": 1, "layers": [{"type": "dense", "units": 1}], "loss": "mse"})
    X = np.array([[1.0], [2.0], [3.0]], np.float32)
    with pytest.warns(nnswift.TrainingWarning, match="the loss grew from .* lower learning_rate"):
        model.train(X, X, epochs=3, batch_size=0, optimizer={"type": "sgd", "learning_rate": 0.5})


def test_an_ordinary_training_warns_of_nothing():
    model = nnswift.Model({"input": 1, "layers": [{"type": "dense", "units": 1}], "loss": "mse"})
    X = np.array([[1.0], [2.0], [3.0]], np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = model.train(X, X, epochs=3)
    assert history.warnings == [] and "warnings" not in history
