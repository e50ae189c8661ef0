"""Features far from 0 keep their differences: they are centred in their own type, then become float32."""

import numpy as np
import pytest

import nnswift

rng = np.random.default_rng(2)
SECONDS = 1.7e9 + np.arange(60.0)
COUNTERS = np.array([2**62 + 3 * i for i in range(60)])


def scaled(kind, X, data=None):
    """What the first layer gets."""
    units = X.shape[1]
    model = nnswift.Model({"input": units, "preprocess": kind, "layers": [{"type": "dense", "units": units}], "loss": "mse"})
    model.set_weights({"layers.0.weight": np.eye(units), "layers.0.bias": np.zeros(units)})
    model.fit_preprocess(X)
    return model, model.predict(X if data is None else data).reshape(-1, units)


@pytest.mark.parametrize("values", [SECONDS, SECONDS.astype(np.int64), -SECONDS, COUNTERS, 16777216 + np.arange(60), 1e12 + rng.normal(size=60)],
                         ids=["seconds", "int64", "negative", "beyond 53 bits", "int32", "normal"])  # fmt: skip
@pytest.mark.parametrize("kind", ["standardize", "minmax", "robust", {"type": "quantile_normal", "n_quantiles": 60},
                                  ["standardize", {"type": "clip", "limit": 9.0}]])  # fmt: skip
def test_against_numpy(kind, values):
    X = np.column_stack([values.astype(object), np.arange(60)]).astype(values.dtype)
    exact = np.array([float(v) for v in (values.astype(object) - values[0])])
    model, got = scaled(kind, X)
    _, wanted = scaled(kind, np.column_stack([exact, np.arange(60)]).astype(np.float32))
    # The center is rounded once to a float of the differences, at most 180: 2^-17 of them.
    assert np.allclose(got, wanted, atol=2e-5, rtol=1e-5)
    for twin in (nnswift.from_bytes(model.to_bytes()), model.copy()):
        assert (twin.predict(X) == got).all()
    assert (model.predict(X[3]) == got[3]).all()
    assert (model.session(60).predict(X) == got).all()


def test_the_issues_figures():
    _, got = scaled("standardize", SECONDS[:, None])
    assert got[0, 0] == pytest.approx(-1.70342, abs=1e-5) and got[-1, 0] == pytest.approx(1.70342, abs=1e-5)
    _, got = scaled("minmax", np.array([[16777216], [16777217], [16777218], [16777219]]))
    assert got.ravel().tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1], abs=1e-7)


def test_a_training_learns_from_them():
    X, y = SECONDS[:, None], np.sin(np.arange(60) / 10)
    model = nnswift.Model({"input": 1, "preprocess": "standardize", "layers": [
        {"type": "dense", "units": 32, "activation": "tanh"}, {"type": "dense", "units": 1}], "loss": "mse"})  # fmt: skip
    model.train(X, y, epochs=400, batch_size=0, optimizer={"type": "adam", "learning_rate": 0.02})
    assert model.evaluate(X, y, "r2")["r2"] > 0.99


def test_a_scaling_is_set_in_double():
    model, got = scaled("standardize", SECONDS[:, None])
    center, scale = model.scaling
    assert center[0] == pytest.approx(SECONDS.mean(), abs=1e-5) and scale[0] == pytest.approx(1 / SECONDS.std())
    other = nnswift.Model(model.spec)
    other.set_weights(model.weights)
    other.set_scaling(center, scale)
    assert np.allclose(other.predict(SECONDS[:, None]).ravel(), got.ravel(), atol=1e-6)
    assert (other.scaling[0] == center).all()


def test_floats_are_scaled_as_ever():
    X = (2000 + rng.normal(size=(60, 2))).astype(np.float32)
    _, single = scaled("standardize", X)
    model, double = scaled("standardize", X.astype(np.float64))
    assert (single == double).all() and b"preprocess.offset" not in model.to_bytes()


def test_a_forward_of_your_own():
    model, got = scaled("standardize", SECONDS[:, None])
    assert (model.forward_train(SECONDS[:, None]) == got).all()


@pytest.mark.parametrize("kind", ["standardize", "minmax", "robust"])
def test_an_old_scaling_is_told_of(kind):
    X = rng.normal(size=(60, 2)).astype(np.float32)
    model = nnswift.Model({"input": 2, "preprocess": kind, "layers": [{"type": "dense", "units": 1}], "loss": "mse"})
    assert model.train(X, X[:, 0], epochs=1).warnings == []
    assert model.train(X + 1, X[:, 0], epochs=1).warnings == []
    with pytest.warns(nnswift.TrainingWarning, match="feature 1 is now .* spreads from its center; .* fit_preprocess"):
        model.train(X + [0, 100], X[:, 0], epochs=1)
