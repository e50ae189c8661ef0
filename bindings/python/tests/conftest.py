"""Small problems that every test file uses."""

import re
import signal

import numpy as np
import pytest

# A shell starts what runs in the background with SIGINT ignored, and Python leaves it so: tests of
# Ctrl-C would wait for ever.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

CLASSIFIER = {
    "input": 4,
    "layers": [{"type": "dense", "units": 8, "activation": "relu"}, {"type": "dense", "units": 3}],
    "loss": "softmax_cross_entropy",
    "seed": 7,
}


@pytest.fixture
def spec():
    """A classifier of 4 features and 3 classes."""
    return {**CLASSIFIER, "layers": [dict(layer) for layer in CLASSIFIER["layers"]]}


@pytest.fixture
def blobs():
    """Three clouds that a small network tells apart: X [240 x 4] float32, y [240] int64."""
    rng = np.random.default_rng(3)
    y = np.arange(240) % 3
    centres = np.array([[2, 0, 0, 1], [0, 2, 0, -1], [0, 0, 2, 0]])
    X = centres[y] + 0.4 * rng.normal(size=(240, 4))
    return X.astype(np.float32), y.astype(np.int64)


@pytest.fixture
def model(spec):
    import nnswift

    return nnswift.Model(spec)


@pytest.fixture(autouse=True)
def sentences_are_of_python(monkeypatch):
    """Every test: what the library refuses, it says without names of C. What stands in quotes is the test's own."""
    from nnswift import _library

    told, made = [], _library.error_for

    def listening(status, message, number=0):
        told.append(message)
        return made(status, message, number)

    monkeypatch.setattr(_library, "error_for", listening)
    yield
    assert [text for text in told if re.search(r"NNS_|nns_", re.sub(r'"[^"]*"', "", text))] == []
