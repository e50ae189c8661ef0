"""Labels that NumPy would change without a word: missing ones among texts, numbers among texts, bytes."""

import numpy as np
import pytest

import nnswift

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
NAMES = ["a", "b", "c", "a"] * 10


def _untrained():
    return nnswift.Model.mlp([3, 4], loss="softmax_cross_entropy")


@pytest.mark.parametrize("missing", [None, float("nan")])
@pytest.mark.parametrize("kind", [list, tuple])
def test_a_missing_label_in_a_list_of_texts_is_no_class(kind, missing):
    labels = kind(NAMES[:7] + [missing] + NAMES[8:])
    with pytest.raises(nnswift.ArgumentError, match="missing label .* row 7"):
        _untrained().train(X, labels, epochs=1)


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="NumPy 2 has texts with missing values")
@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_missing_text_of_numpy_is_no_class(missing):
    labels = np.array(NAMES[:7] + [missing] + NAMES[8:], np.dtypes.StringDType(na_object=missing))
    with pytest.raises(nnswift.ArgumentError, match="missing label .* row 7"):
        _untrained().train(X, labels, epochs=1)


def test_a_number_among_texts_is_no_text():
    with pytest.raises(nnswift.DtypeError, match="^y must be"):
        _untrained().train(X, NAMES[:7] + [5] + NAMES[8:], epochs=1)


def test_bytes_that_are_no_texts_do_not_become_one_class():
    labels = np.array([b"\xff", b"\xfe", b"a", b"b", b"c"] * 8)
    with pytest.raises(nnswift.ArgumentError, match="UTF-8, got b'.xff'"):
        _untrained().train(X, labels, epochs=1)
