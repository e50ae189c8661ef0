"""Splits are those of the C library."""

import numpy as np
import pytest

import nnswift
from nnswift import _arrays, _library
from nnswift.data import DataSet, _rows

Y = np.arange(40) % 4
X = np.arange(80, dtype=np.float32).reshape(40, 2)


def c_split(kind, fraction, seed, key=None):
    rest, part = _library.Data(), _library.Data()
    key = _arrays.borrow_optional(key, "key")
    with DataSet(_arrays.borrow(X, "x"), _arrays.borrow(Y, "y")) as data:
        _library.lib.nns_data_split(data.handle, kind, fraction, key, seed, rest, part)
    return _rows(rest), _rows(part)


@pytest.mark.parametrize(
    ("kind", "number", "key"),
    [
        ("random", _library.NNS_SPLIT_RANDOM, None),
        ("stratified", _library.NNS_SPLIT_STRATIFIED, None),
        ("group", _library.NNS_SPLIT_GROUP, np.arange(40) // 5),
        ("time", _library.NNS_SPLIT_TIME, np.arange(40)[::-1] * 0.5),
        ("time", _library.NNS_SPLIT_TIME, None),
    ],
)
def test_equals_the_c_split(kind, number, key):
    rest, part = c_split(number, 0.3, 11, key)
    found = nnswift.split_indices(Y, 0.3, kind, key, 11)
    np.testing.assert_array_equal(found[0], rest)
    np.testing.assert_array_equal(found[1], part)
    assert sorted([*rest, *part]) == list(range(40))
    X_rest, X_part, y_rest, y_part = nnswift.split(X, Y, 0.3, kind, key, 11)
    np.testing.assert_array_equal(X_rest, X[rest])
    np.testing.assert_array_equal(X_part, X[part])
    np.testing.assert_array_equal(y_rest, Y[rest])
    np.testing.assert_array_equal(y_part, Y[part])


def test_meaning_of_the_kinds():
    _, part = nnswift.split_indices(Y, 0.5)
    assert np.bincount(Y[part]).tolist() == [5, 5, 5, 5]
    groups = np.arange(40) // 5
    rest, part = nnswift.split_indices(Y, 0.25, "group", groups)
    assert not set(groups[rest]) & set(groups[part])
    _, part = nnswift.split_indices(Y, 0.25, "time")
    np.testing.assert_array_equal(part, np.arange(30, 40))


def test_same_seed_same_split():
    assert all((a == b).all() for a, b in zip(nnswift.split_indices(Y, seed=1), nnswift.split_indices(Y, seed=1)))
    assert any((nnswift.split_indices(Y, seed=1)[1] != nnswift.split_indices(Y, seed=2)[1]).tolist())


def test_texts_and_dates():
    names = np.array(["d", "a", "c", "b"])
    codes = np.unique(names[Y], return_inverse=True)[1]
    np.testing.assert_array_equal(
        nnswift.split_indices(names[Y].tolist(), seed=3)[1], nnswift.split_indices(codes, seed=3)[1]
    )
    groups = np.array(list("abcdefgh"))[np.arange(40) // 5]
    np.testing.assert_array_equal(
        nnswift.split_indices(Y, 0.25, "group", groups)[1],
        nnswift.split_indices(Y, 0.25, "group", np.arange(40) // 5)[1],
    )
    days = np.datetime64("2024-01-01") + np.arange(40)[::-1]
    np.testing.assert_array_equal(nnswift.split_indices(Y, 0.25, "time", days)[1], np.arange(10))
    days[0] = "NaT"
    with pytest.raises(ValueError, match="NaT"):
        nnswift.split_indices(Y, 0.25, "time", days)


def test_anything_with_rows_can_be_split():
    images = np.zeros((40, 3, 3), np.uint8)
    texts = [f"row {i}" for i in range(40)]
    a, b, c, d = nnswift.split(images, texts, 0.25, "random")
    assert (a.shape, b.shape, len(c), len(d)) == ((30, 3, 3), (10, 3, 3), 30, 10)
    frame = Frame(np.arange(40))
    assert isinstance(nnswift.split(frame, Y)[0], Frame)


class Frame:
    """As much of a pandas object as a split uses."""

    def __init__(self, values):
        self.values = values
        self.shape = values.shape

    @property
    def iloc(self):
        return self

    def __getitem__(self, rows):
        return Frame(self.values[rows])


def test_errors():
    with pytest.raises(nnswift.ArgumentError, match="stratified, group, time"):
        nnswift.split(X, Y, kind="straified")
    for fraction in (0, 1, -0.5, float("nan")):
        with pytest.raises(nnswift.ArgumentError, match="fraction"):
            nnswift.split(X, Y, fraction)
    with pytest.raises(nnswift.ShapeError, match="39 and 40"):
        nnswift.split(X[:39], Y)
    with pytest.raises(nnswift.ShapeError, match="key"):
        nnswift.split(X, Y, kind="group", key=[1, 2])
    with pytest.raises(nnswift.NullError, match="key"):
        nnswift.split(X, Y, kind="group")
    with pytest.raises(nnswift.DtypeError, match="class"):
        nnswift.split(X, Y * 0.5)
    with pytest.raises(nnswift.ShapeError, match="2 rows"):
        nnswift.split(X[:1], Y[:1], kind="random")


@pytest.mark.parametrize("kind", ["time", "group"])
def test_a_key_of_nan_is_refused(kind):
    key = np.arange(20.0)
    key[5] = np.nan
    with pytest.raises(nnswift.ArgumentError, match="key must not be NaN, row 5 is"):
        nnswift.split(np.ones((20, 2)), np.arange(20) % 2, 0.2, kind, key=key)
