"""What comes out of each layer, against the formulas in NumPy."""

import numpy as np
import pytest

import nnswift
from nnswift.layers import BatchNorm, Dense, Dropout, LayerNorm, Residual
from people import QUICK, people

X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
Y = np.array(["low", "high", "mid"])[np.arange(60) % 3]
# The sums of a row have at most 5 terms of size 1, in another order: 1e-6 is 8 units of their last place.
CLOSE = {"rtol": 1e-6, "atol": 1e-6}

pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")


@pytest.fixture(scope="module")
def model():
    block = Residual([LayerNorm(), Dense(5, "tanh")])
    model = nnswift.Sequential(
        4, [Dense(5, "relu"), BatchNorm(), Dropout(0.5), block, Dense(3)], preprocess="standardize", seed=3
    )
    model.train(X, Y, epochs=2)
    model.notes["build"] = "4711"
    return model


def test_layers_against_their_formulas(model):
    weights, (center, scale) = model.weights, model.scaling
    rows = ((X - center) * scale).astype(np.float32)
    hidden = np.maximum(rows @ weights["layers.0.weight"].T + weights["layers.0.bias"], 0)
    np.testing.assert_allclose(model.activations(X, 0), hidden, **CLOSE)
    spread = np.sqrt(weights["layers.1.running_var"] + 1e-5)
    normed = (hidden - weights["layers.1.running_mean"]) / spread * weights["layers.1.weight"] + weights["layers.1.bias"]
    np.testing.assert_allclose(model.activations(X, 1), normed, **CLOSE)
    np.testing.assert_array_equal(model.activations(X, 2), model.activations(X, 1))
    block = model.activations(X, 3)
    logits = block @ weights["layers.4.weight"].T + weights["layers.4.bias"]
    np.testing.assert_allclose(model.activations(X, 4), logits, **CLOSE)


def test_the_last_layer_gives_the_raw_outputs(model):
    np.testing.assert_array_equal(model.activations(X, -1), model.predict(X, "raw"))
    np.testing.assert_array_equal(model.activations(X, -5), model.activations(X, 0))
    np.testing.assert_array_equal(model.activations(X[0], 0), model.activations(X, 0)[0])
    before = model.to_bytes()
    model.activations(X, 1)
    assert model.to_bytes() == before


@pytest.mark.parametrize("layer", [5, -6, 1.5, "dense", None])
def test_a_layer_that_there_is_not(model, layer):
    with pytest.raises(nnswift.ArgumentError, match=r"layer must be an integer in -5...4, got"):
        model.activations(X, layer)


@pytest.mark.parametrize("target", ["came", "visits"])
def test_models_of_tables(target):
    frame = people()
    model = nnswift.fit_table(frame, target, spec={"members": 1}, config=QUICK, seed=3)
    layers = model.spec["layers"]
    first, last = model.activations(frame, 0), model.activations(frame, -1)
    assert first.shape == (len(frame["age"]), layers[0]["units"])
    before = model.activations(frame, -2)
    weights, bias = (model.weights[f"layers.{len(layers) - 1}.{name}"] for name in ("weight", "bias"))
    # 64 terms of size 1 at most.
    np.testing.assert_allclose(last, (before @ weights.T + bias)[:, 0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("preprocess", [["robust", "clip"], "quantile_normal", {"type": "scale", "factor": 0.5}])
def test_every_preprocess_comes_along(preprocess):
    model = nnswift.Sequential(4, [Dense(5), Dense(1)], loss="mse", target={"scale": "standardize"},
                               preprocess=preprocess, seed=1)  # fmt: skip
    model.train(X, X[:, 0] * 7 + 3, epochs=1)
    hidden = model.activations(X, 0)
    logits = hidden @ model.weights["layers.1.weight"].T + model.weights["layers.1.bias"]
    np.testing.assert_allclose(model.activations(X, 1), logits[:, 0], **CLOSE)
    assert model.predict(X).std() > 1
