"""What stands behind a network's outputs, calibration and range of targets, in other frameworks."""

import os

import numpy as np
import pytest

import nnswift
from nnswift import convert
from nnswift.convert._stored_tensors import stored

# Both sides compute in float32: this times the largest output, and at least this.
TOLERANCE = 1e-6


def features(rows, seed=1):
    return np.random.default_rng(seed).normal(size=(rows, 4)).astype(np.float32)


def calibrated(loss):
    """A classifier that has learnt by heart, so that its temperature is not 1."""
    X = features(120)
    score = X[:, 0] + np.random.default_rng(2).normal(size=120)
    y = (score > 0).astype(int) + (score > 1 if loss == "softmax_cross_entropy" else 0)
    units = 3 if loss == "softmax_cross_entropy" else 1
    layers = [{"type": "dense", "units": 24, "activation": "relu"}, {"type": "dense", "units": units}]
    model = nnswift.Model(input=4, layers=layers, loss=loss, calibration="temperature", seed=4)
    model.train(X[:60], y[:60], epochs=60, optimizer={"type": "adam", "learning_rate": 0.01}, validation=(X[60:], y[60:]), early_stopping=False)
    assert stored(model)["temperature"][0] != 1
    return model


def ranged(scale):
    X = features(200)
    layers = [{"type": "dense", "units": 8, "activation": "relu"}, {"type": "dense", "units": 2}]
    model = nnswift.Model(input=4, layers=layers, loss="mse", target={"scale": scale, "clamp": True}, seed=4)
    model.train(X, np.stack([X[:, 0] + X[:, 1], X[:, 2] * 2 + 1], axis=1), epochs=40, optimizer={"type": "adam", "learning_rate": 0.01})
    return model


def computed(proto, X):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"input": X})[0]


@pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "binary_cross_entropy"])
def test_calibrated_probabilities(loss):
    pytest.importorskip("onnx")
    model, X = calibrated(loss), features(33, 5)
    wanted = model.predict(X).reshape(33, -1)
    proto = nnswift.to_onnx(model)
    assert abs(computed(proto, X) - wanted).max() <= TOLERANCE
    assert abs(nnswift.from_onnx(proto).predict(X).reshape(33, -1) - wanted).max() <= TOLERANCE
    os.environ.setdefault("KERAS_BACKEND", "torch")
    pytest.importorskip("keras")
    for kind in ("proba", "raw"):
        wanted = model.predict(X, kind=kind).reshape(33, -1)
        found = np.asarray(convert.to_keras(model, kind=kind)(X).detach())
        assert abs(found - wanted).max() <= TOLERANCE * max(1, abs(wanted).max())


@pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")
@pytest.mark.parametrize("scale", ["none", "standardize"])
def test_predictions_within_the_range_of_the_targets(scale):
    pytest.importorskip("onnx")
    model, X = ranged(scale), 4 * features(200, 5)
    wanted = model.predict(X)
    assert (wanted.max(axis=0) == wanted).sum() > 3
    assert abs(computed(nnswift.to_onnx(model), X) - wanted).max() <= TOLERANCE * abs(wanted).max()
    with pytest.raises(ValueError, match='within the range of the targets .* has no counterpart there'):
        convert.to_sklearn(model, None)
    os.environ.setdefault("KERAS_BACKEND", "torch")
    pytest.importorskip("keras")
    with pytest.raises(ValueError, match='within the range of the targets .* has no counterpart there'):
        convert.to_keras(model, kind="proba")
    wanted = model.predict(X, kind="raw")
    assert abs(np.asarray(convert.to_keras(model)(X).detach()) - wanted).max() <= TOLERANCE * abs(wanted).max()
