"""Rows of a data set by number, its targets, and the scaling of a model as numbers."""

import numpy as np
import pytest

import nnswift
from nnswift import _arrays
from nnswift.data import DataSet

X = np.random.default_rng(5).normal(size=(20, 3)).astype(np.float32) * [1, 5, 0.1] + [0, 3, -2]
SPEC = {"input": 3, "layers": [{"type": "dense", "units": 2}], "loss": "softmax_cross_entropy", "seed": 3}


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.uint8])
def test_subset_and_targets(dtype):
    y = (np.arange(20) % 4).astype(dtype)
    with DataSet(_arrays.borrow(X, "x"), _arrays.borrow(y, "y")) as data:
        part = data.subset([7, 0, 7])
        inner = part.subset(np.array([2, 1]))
    with part, inner:
        assert part.rows().tolist() == [7, 0, 7] and inner.rows().tolist() == [7, 0]
        assert part.targets().tolist() == [[3], [0], [3]] and inner.targets().tolist() == [[3], [0]]
        assert part.targets().dtype == (np.float32 if dtype is np.float32 else np.int64)
        with pytest.raises(nnswift.ArgumentError, match="indices must be in 0..<3, number 1 is 3"):
            part.subset([0, 3])
        with pytest.raises(nnswift.ShapeError):
            part.subset([])


@pytest.mark.parametrize("kind", ["standardize", "minmax"])
def test_scaling(kind):
    model, other = (nnswift.Model({**SPEC, "preprocess": kind}) for _ in range(2))
    with pytest.raises(nnswift.StateError, match="no data"):
        model.scaling
    model.fit_preprocess(X)
    center, scale = model.scaling
    wanted = (X.mean(0), 1 / X.std(0)) if kind == "standardize" else (X.min(0), 1 / np.ptp(X, axis=0))
    assert np.allclose(center, wanted[0], rtol=1e-5) and np.allclose(scale, wanted[1], rtol=1e-5)
    other.set_scaling(center, scale)
    assert other.to_bytes() == model.to_bytes() and (other.predict(X) == model.predict(X)).all()


def test_scaling_refused():
    model = nnswift.Model({**SPEC, "preprocess": "standardize"})
    ones = np.ones(3)
    with pytest.raises(nnswift.ArgumentError, match="scale must be finite and above 0, value 1 is 0"):
        model.set_scaling(ones, [1, 0, 1])
    with pytest.raises(nnswift.ShapeError, match=r"\(3,\), got \(2,\)"):
        model.set_scaling(ones[:2], ones)
    with pytest.raises(nnswift.StateError):
        model.predict(X)
    for spec in (SPEC, {**SPEC, "preprocess": {"type": "scale", "factor": 0.5}}):
        with pytest.raises(nnswift.ArgumentError, match="preprocess"):
            nnswift.Model(spec).set_scaling(ones, ones)
