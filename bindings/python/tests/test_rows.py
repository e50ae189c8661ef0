"""A training of columns that lie together, of float64 or of integers gives the bytes of one of its rows as they are."""

import numpy as np
import pytest

import nnswift
from nnswift import _rows

pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")

ROWS = 1200  # more numbers than are left where they are
Y = np.arange(ROWS) % 3


def _features(kind):
    values = np.random.default_rng(5).normal(size=(ROWS, 4))
    if kind == "times":
        values[:, 1] += 1.7e9
    elif kind == "constant":
        values[:, 1] = 0.1
    elif kind == "integers":
        return (values * 100).astype(np.int64)
    elif kind == "counters":
        return (values * 100).astype(np.int64) + 2**53
    elif kind == "int32":
        return (values * 100).astype(np.int32) + 10_000
    return values


@pytest.mark.parametrize("preprocess", ["standardize", "none", "quantile_normal", ["robust", "clip"]])
@pytest.mark.parametrize("kind", ["numbers", "times", "constant", "integers", "counters", "int32"])
def test_the_bytes_of_a_training_do_not_depend_on_the_copy(kind, preprocess, monkeypatch):
    values = _features(kind)

    def trained(X):
        model = nnswift.Model.mlp([4, 5, 3], preprocess=preprocess, seed=1)
        history = model.train(X, Y, epochs=3, validation=(X[:900], Y[:900]), seed=2)
        return model.to_bytes(), history["val_loss"]

    found = [trained(np.asfortranarray(values)), trained(np.ascontiguousarray(values))]
    monkeypatch.setattr(_rows, "_SMALL", 10**9)
    assert found == [trained(values)] * 2


@pytest.mark.parametrize("kind, is_copied", [
    ("numbers", True), ("times", False), ("constant", False), ("integers", True), ("counters", False), ("int32", True),
])  # fmt: skip
def test_what_becomes_float32(kind, is_copied):
    values = _features(kind)
    for array in (np.asfortranarray(values), values):
        found = _rows.together(array)
        assert found.dtype == (np.float32 if is_copied else values.dtype) and found.flags.c_contiguous
        assert _rows.together(array, may_round=False).dtype == values.dtype


def test_what_stays_where_it_is():
    values = np.random.default_rng(0).normal(size=(ROWS, 4))
    odd = values.copy()
    odd[7, 2] = 1e300
    gaps = values.copy()
    gaps[3, 0] = np.nan
    plain, images = values.astype(np.float32), (values > 0).astype(np.uint8)
    for array in (odd, gaps, plain, images, values[:100], values[:, 0]):
        assert _rows.together(array) is array
    assert _rows.together(np.asfortranarray(plain)).flags.c_contiguous


def test_a_number_that_no_feature_may_be_is_still_named():
    values = _features("numbers")
    values[700, 3] = np.nan
    with pytest.raises(nnswift.ArgumentError, match="row 700, column 3"):
        nnswift.Model.mlp([4, 3]).train(np.asfortranarray(values), Y, epochs=1)
