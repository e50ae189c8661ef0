"""What the preprocessing kinds learn and compute, against NumPy in float64."""

from statistics import NormalDist

import numpy as np
import pytest

import nnswift

SEEN = np.random.default_rng(3).lognormal(size=(200, 4)).astype(np.float32)
SEEN[:, 2] = np.round(SEEN[:, 2])  # many equal values
SEEN[:, 3] = 0.1  # constant


def scaled(preprocess, seen=SEEN, X=SEEN):
    """What reaches layer 0."""
    spec = {"input": seen.shape[1], "layers": ["identity"], "loss": "mse", "preprocess": preprocess}
    model = nnswift.Model(spec)
    model.fit_preprocess(seen)
    for other in (nnswift.from_bytes(model.to_bytes()), model.copy()):
        assert (other.predict(X) == model.predict(X)).all()
    return model.predict(X)


def minmax(seen, X):
    least, largest = seen.min(0), seen.max(0)
    return (X - least) / np.where(largest > least, largest - least, 1)


def standardize(seen, X):
    deviation = seen.std(0)
    return (X - seen.mean(0)) / np.where(seen.max(0) > seen.min(0), deviation, 1)


def robust(seen, X):
    low, middle, high = np.quantile(seen, [0.25, 0.5, 0.75], axis=0)
    return (X - middle) / np.where(high > low, high - low, 1)


def quantile_normal(seen, X, count=100):
    """As sklearn.preprocessing.QuantileTransformer, constant columns apart."""
    shares = np.linspace(0, 1, count)
    made = np.zeros_like(X)
    for column, known in enumerate(np.quantile(seen, shares, axis=0).T):
        if known[0] < known[-1]:
            x = X[:, column]
            share = (np.interp(x, known, shares) - np.interp(-x, -known[::-1], -shares[::-1])) / 2
            share = np.where(x <= known[0], 0, np.where(x >= known[-1], 1, share))
            made[:, column] = [NormalDist().inv_cdf(min(max(each, 1e-7), 1 - 1e-7)) for each in share]
    return made


def clip(_, X):
    return X / np.sqrt(1 + (X / 3) ** 2)


def test_clip_has_a_limit():
    huge = np.array([[3e38, -3e38, 1e-30, 0]], np.float32)
    assert scaled({"type": "clip", "limit": 2}, huge, huge).tolist() == [[2, -2, np.float32(1e-30), 0]]


#: The kind, what NumPy makes of it, and the largest difference of a value of about 1.
KINDS = [("minmax", minmax, 1e-6), ("standardize", standardize, 1e-5), ("robust", robust, 1e-6), ({"type": "quantile_normal", "n_quantiles": 100}, quantile_normal, 2e-5), ("clip", clip, 1e-6)]


@pytest.mark.parametrize(("kind", "formula", "tolerance"), KINDS, ids=[str(kind) for kind, _, _ in KINDS])
def test_a_kind_is_its_formula(kind, formula, tolerance):
    seen = SEEN.astype(float)
    X = np.concatenate([SEEN, -SEEN, SEEN * 3])
    wanted = formula(seen, X.astype(float))
    assert abs(scaled(kind, X=X) - wanted).max() <= tolerance * max(1, abs(wanted).max())


@pytest.mark.parametrize(("kind", "formula", "tolerance"), KINDS, ids=[str(kind) for kind, _, _ in KINDS])
def test_a_list_is_applied_in_order(kind, formula, tolerance):
    one = scaled("minmax")
    assert (scaled(["minmax", kind]) == scaled(kind, one, one)).all()
    assert nnswift.Model({"input": 1, "layers": ["identity"], "loss": "mse", "preprocess": [kind]}).spec[
        "preprocess"] == nnswift.Model({"input": 1, "layers": ["identity"], "loss": "mse", "preprocess": kind}).spec["preprocess"]


def test_a_model_says_its_preprocess():
    model = nnswift.Model({"input": 1, "layers": ["identity"], "loss": "mse", "preprocess": ["minmax", "standardize"]})
    assert "1 -> minmax -> standardize -> identity" in repr(model)
    with pytest.raises(nnswift.ArgumentError, match=r"preprocess\[1\]: unknown preprocess"):
        nnswift.Model({"input": 1, "layers": ["identity"], "loss": "mse", "preprocess": ["minmax", "none of these"]})
