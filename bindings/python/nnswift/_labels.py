"""Labels of classes, as the library takes them."""

from __future__ import annotations

from typing import Any, Optional, Sequence, Tuple

import numpy as np

from . import _elements
from .errors import ArgumentError, DtypeError, ShapeError


def is_text(array: np.ndarray) -> bool:
    """Whether an array holds texts: of NumPy's text types, or Python's in an object array."""
    if array.dtype.kind in "UST":
        return True
    return array.dtype.kind == "O" and array.size > 0 and all(isinstance(v, (str, bytes)) for v in array.flat)


def _texts(array: np.ndarray) -> list:
    try:
        return [v.decode("utf-8") if isinstance(v, bytes) else str(v) for v in array.ravel().tolist()]
    except UnicodeDecodeError as problem:
        # Replaced, different labels would become one.
        raise ArgumentError(f"labels of bytes must be UTF-8, got {problem.object!r}; decode them to texts") from None


def array_of(labels: Any, name: str) -> np.ndarray:
    """Returns labels or targets as an array of any type; a sparse matrix as a dense one.

    What NumPy would make texts beside texts, such as None and NaN, stays what it is.

    Raises
    ------
    ShapeError
        Rows of different lengths.
    """
    if hasattr(labels, "tocsr"):
        labels = labels.toarray()
    try:
        array = np.asarray(labels)
        if array.dtype.kind == "T" and hasattr(array.dtype, "na_object"):
            return array.astype(object)
        if array.dtype.kind in "US" and isinstance(labels, (list, tuple)):
            kept = np.array(labels, object)
            return array if is_text(kept) else kept
        return array
    except ValueError:
        lengths = _elements.ragged(labels) if isinstance(labels, (list, tuple)) else None
        if not lengths:
            raise
        raise ShapeError(f"{name} must have rows of one length, {lengths}") from None


def encode(labels: Any, classes: Sequence[Any], name: str = "y") -> Any:
    """Returns labels as the library takes them: texts as indices into classes [int64, same shape], numbers as they are.

    Raises
    ------
    ArgumentError
        A text that is no class, a missing label.
    DtypeError
        Texts, but no classes of texts are known.
    """
    if isinstance(labels, np.ndarray) and labels.dtype.kind in "biuf":
        return labels
    array = array_of(labels, name)
    _refuse_missing(array, name)
    if not is_text(array):
        return np.asarray(array.tolist()) if array.dtype.kind == "O" else array
    if not classes:
        raise DtypeError(
            f'{name} has text labels, but the model has no "classes"; name them in its spec, in order, '
            "or train a new model, which learns them"
        )
    if not isinstance(classes[0], str):
        raise DtypeError(f"{name} must be of the classes' type, which are {_listing(classes)}; got texts")
    index = {label: number for number, label in enumerate(classes)}
    texts = _texts(array)
    try:
        return np.array([index[text] for text in texts], dtype=np.int64).reshape(array.shape)
    except KeyError as unknown:
        row = texts.index(unknown.args[0])
        raise ArgumentError(
            f'{name} has the unknown label "{unknown.args[0]}" in row {row}; the classes are {_listing(classes)}'
        ) from None


def learnt(labels: Any, outputs: int) -> Optional[list]:
    """Returns the sorted texts among the labels of a first training: the classes. None: they are no texts.

    Parameters
    ----------
    outputs
        Of the model; one answers between two classes.

    Raises
    ------
    ArgumentError
        More texts than classes, or fewer.
    """
    array = array_of(labels, "y")
    if array.dtype.kind not in "OUST":
        return None
    _refuse_missing(array, "y")
    if not is_text(array):
        return None
    names = sorted(set(_texts(array)))
    if any(isinstance(label, bytes) for label in array.ravel().tolist()):
        raise DtypeError("y must have texts as labels, not bytes, to learn classes; decode them: numpy.char.decode(y)")
    count = max(outputs, 2)
    if len(names) == count:
        return names
    cure = (
        f'give the last layer {len(names)} units'
        if len(names) > count
        else 'name all of them in the spec, "classes": [...], one an output'
    )
    raise ArgumentError(
        f"y has {len(names)} different labels ({_listing(names)}), the model has {count} classes; {cure}"
    )


def _refuse_missing(array: np.ndarray, name: str) -> None:
    """Raises ArgumentError for None or NaN among Python objects."""
    if array.dtype.kind != "O":
        return
    for place, label in enumerate(array.ravel().tolist()):
        if _elements.is_missing(label):
            row = place // max(1, array.size // array.shape[0])
            raise ArgumentError(f"{name} has a missing label ({label}) in row {row}; fill or drop such rows")


def _listing(classes: Sequence[Any], limit: int = 20) -> str:
    shown = ", ".join(f'"{label}"' if isinstance(label, str) else str(label) for label in classes[:limit])
    return shown if len(classes) <= limit else f"{shown} and {len(classes) - limit} more"


def encode_together(
    *arrays: Any, names: Sequence[str] = ("y_true", "y_pred")
) -> Tuple[Tuple[Any, ...], Optional[list]]:
    """Returns arrays with texts as indices into all their sorted texts, and these; None if none is text.

    Parameters
    ----------
    names
        Of the arrays, for sentences about a missing label.
    """
    plain = [array_of(array, name) for array, name in zip(arrays, names)]
    for array, name in zip(plain, names):
        # Numbers among objects are refused as such.
        if array.dtype.kind == "O" and any(isinstance(label, (str, bytes, bool)) for label in array.flat):
            _refuse_missing(array, name)
    texts = [_texts(array) if is_text(array) else None for array in plain]
    if not any(texts):
        return arrays, None
    found = sorted(set().union(*(labels for labels in texts if labels)))
    return tuple(array if labels is None else encode(array, found) for array, labels in zip(arrays, texts)), found


def indices_of_one_hot(targets: np.ndarray) -> Optional[np.ndarray]:
    """Returns which column of each row is 1, if all others are 0; None for other targets."""
    if targets.ndim != 2 or targets.shape[1] < 2 or targets.dtype.kind not in "biuf":
        return None
    is_one = targets == 1
    if not (is_one.sum(axis=1) == 1).all() or np.count_nonzero(targets) != len(targets):
        return None
    return is_one.argmax(axis=1)


def for_stratifying(targets: Any, classes: Sequence[Any]) -> Any:
    """Returns one-hot targets as labels, by which rows can be divided; others as they are."""
    indices = indices_of_one_hot(array_of(targets, "y"))
    if indices is None:
        return targets
    return np.array(classes)[indices] if classes else indices


def whole(y_true: Any, y_pred: Any) -> Tuple[Any, Any]:
    """Returns labels that are whole numbers in floats, as a CSV file gives them, as integers.

    Where all truth is 0 or 1, predictions in floats are scores.
    """
    arrays = [np.asarray(values) for values in (y_true, y_pred)]
    if any(array.ndim != 1 or array.dtype.kind not in "biuf" for array in arrays) or arrays[1].dtype.kind != "f":
        return y_true, y_pred
    is_whole = all((np.abs(array) < 2**31).all() and (array == np.floor(array)).all() for array in arrays)
    if not is_whole or np.isin(arrays[0], (0, 1)).all():
        return y_true, y_pred
    return arrays[0].astype(np.int64), arrays[1].astype(np.int64)
