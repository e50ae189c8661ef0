"""Targets of a regression are standardised inside, and predictions come back in their units."""

import numpy as np
import pytest

import nnswift

rng = np.random.default_rng(6)
X = rng.normal(size=(200, 3)).astype(np.float32)
FAR = 5e6 + 2e5 * (X @ [0.5, 0.3, -0.8])
SPEC = {"input": 3, "layers": [{"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense", "units": 1}],
        "loss": "mse", "seed": 1}  # fmt: skip
SCALED = {**SPEC, "target": {"scale": "standardize"}}
CONFIG = {"epochs": 60, "optimizer": {"type": "adam", "learning_rate": 0.02}, "seed": 2}


def trained(spec=SCALED, y=FAR, **options):
    model = nnswift.Model(spec)
    model.train(X, y, CONFIG, **options)
    return model


def test_it_is_the_training_on_scaled_targets():
    mean, deviation = FAR.mean(), FAR.std()
    model, by_hand = trained(), trained(SPEC, (FAR - mean) / deviation)
    # The center is a float near 5e6: steps of half a unit, and of a target of 2e5 units' deviation.
    assert np.allclose(model.predict(X), by_hand.predict(X).astype(float) * deviation + mean, rtol=1e-5)
    assert np.allclose(model.predict(X, "raw"), by_hand.predict(X), atol=1e-3)
    assert model.history["loss"][-1] == pytest.approx(by_hand.history["loss"][-1], rel=1e-3)
    assert model.evaluate(X, FAR, "r2")["r2"] > 0.99
    found = model.evaluate(X, FAR, ["mse", "loss"])
    assert found["mse"] == pytest.approx(found["loss"] * deviation**2, rel=1e-3)


def test_it_is_kept():
    model = trained()
    wanted = model.predict(X)
    swapped = nnswift.Model(SCALED)
    swapped.swap(model.copy())
    for twin in (model.copy(), nnswift.from_bytes(model.to_bytes()), swapped):
        assert (twin.predict(X) == wanted).all() and twin.spec["target"] == {"scale": "standardize"}
    assert (model.session(200).predict(X) == wanted).all()
    assert float(model.predict(X[3])) == wanted[3]


def test_a_resumed_training_goes_on(tmp_path):
    whole = trained()
    half = nnswift.Model(SCALED)
    path = tmp_path / "half.safetensors"
    half.train(X, FAR, CONFIG, epochs=30, checkpoint={"path": path, "every_epochs": 10})
    loaded = nnswift.load(path)
    loaded.train(X, FAR, CONFIG, epochs=30, continue_=True)
    assert (loaded.predict(X) == whole.predict(X)).all()


def test_several_outputs_and_validation():
    y = np.column_stack([FAR, X[:, 0] / 1000, np.full(200, 7.0)])
    spec = {**SCALED, "layers": [SPEC["layers"][0], {"type": "dense", "units": 3}], "loss": "huber"}
    model = trained(spec, y, validation_fraction=0.2, metrics=["r2"], early_stopping={"patience": 60})
    assert model.evaluate(X, y[:, :], "mae")["mae"] < 2e4
    p = model.predict(X)
    assert np.allclose(p[:, 1], y[:, 1], atol=5e-4) and np.allclose(p[:, 2], 7, atol=0.2)


def test_before_any_data():
    model = nnswift.Model(SCALED)
    with pytest.raises(nnswift.StateError, match="target must be fitted"):
        model.predict(X)
    with pytest.raises(nnswift.StateError, match="target must be fitted"):
        model.train_batch(X, FAR)
    with pytest.raises(nnswift.ArgumentError, match="give y"):
        model.fit_preprocess(X)
    model.fit_preprocess(X, FAR)
    assert np.isfinite(model.predict(X)).all() and model.train_batch(X, FAR) < 10


def test_a_divergence_takes_it_back():
    model = nnswift.Model(SCALED)
    with pytest.raises(nnswift.DivergedError):
        model.train(X, FAR, optimizer={"type": "sgd", "learning_rate": 1e30})
    with pytest.raises(nnswift.StateError):
        model.predict(X)


@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "binary_cross_entropy", "poisson"])
def test_only_numbers_are_scaled(loss):
    spec = {**SCALED, "layers": [{"type": "dense", "units": 2}], "loss": loss}
    with pytest.raises(nnswift.ArgumentError, match="target is scaled for losses of numbers"):
        nnswift.Model(spec)
    assert nnswift.Model({**spec, "target": {"scale": "none"}})
    with pytest.raises(nnswift.ArgumentError, match="scale must be"):
        nnswift.Model({**spec, "target": {"scale": "minmax"}})


def test_onnx_has_it_inside():
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    import onnxruntime

    model = trained({**SCALED, "preprocess": "standardize"})
    proto = nnswift.to_onnx(model)
    onnx.checker.check_model(proto)
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    # The weights are rounded once more: 6e-8 of 5e6.
    assert np.allclose(session.run(None, {"input": X})[0][:, 0], model.predict(X), rtol=3e-7)
    assert np.allclose(nnswift.from_onnx(proto).predict(X), model.predict(X), rtol=3e-7)


def test_a_training_without_epochs_ends_on_a_plateau():
    y = X @ [0.5, 0.3, -0.8]
    model = nnswift.Model({**SPEC, "layers": [{"type": "dense", "units": 1}]})
    history = model.train(X, y, optimizer={"type": "adam", "learning_rate": 0.05})
    assert history.stopped in ("converged", "completed")
    flat = model.train(X, y, optimizer={"type": "sgd", "learning_rate": 1e-12})
    assert flat.stopped == "converged" and len(flat["loss"]) == 11
    assert len(model.train(X, y, epochs=25, optimizer={"type": "sgd", "learning_rate": 1e-12})["loss"]) == 25


def test_a_training_that_ends_far_from_converged_says_so():
    model = nnswift.Model(SPEC)
    with pytest.warns(nnswift.TrainingWarning, match="no better than .* scale the targets") as found:
        model.train(X, FAR)
    assert '"target"' in str(found[0].message)
    with pytest.warns(nnswift.TrainingWarning, match="still falling"):
        nnswift.Model(SCALED).train(X, FAR, epochs=10, optimizer={"type": "adam", "learning_rate": 0.003})
    assert "warnings" not in trained().history


@pytest.mark.parametrize("loss, outputs, y", [
    ("softmax_cross_entropy", 3, np.arange(200) % 3), ("binary_cross_entropy", 1, np.arange(200) % 2),
    ("mae", 1, X[:, 0]), ("poisson", 1, np.arange(200) % 4),
])  # fmt: skip
def test_a_model_that_learns_nothing_is_told_of(loss, outputs, y):
    model = nnswift.Model({"input": 3, "layers": [{"type": "dense", "units": outputs, "init": "zeros",
                                                   "bias_init": "zeros"}], "loss": loss})  # fmt: skip
    with pytest.warns(nnswift.TrainingWarning, match="no better than"):
        model.train(X, y, epochs=5, optimizer={"type": "sgd", "learning_rate": 1e-9})
