"""Class names of a spec: to the indices that the library computes with, and back."""

from __future__ import annotations

from typing import Any, Optional, Sequence, Tuple

import numpy as np

from .errors import ArgumentError, DtypeError


def is_text(array: np.ndarray) -> bool:
    """Whether an array holds texts: of NumPy's text types, or Python's in an object array."""
    if array.dtype.kind in "UST":
        return True
    return array.dtype.kind == "O" and array.size > 0 and all(isinstance(v, (str, bytes)) for v in array.flat)


def _texts(array: np.ndarray) -> list:
    return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in array.ravel().tolist()]


def encode(labels: Any, classes: Sequence[Any], name: str = "y") -> Any:
    """Returns labels as indices into classes [int64, same shape]: texts, or numbers where the classes are numbers.

    Anything else is returned as it is.

    Raises
    ------
    ArgumentError
        A label that is no class.
    DtypeError
        Texts, but no classes are known.
    """
    if classes and not isinstance(classes[0], str):
        return _encode_values(labels, classes, name)
    if isinstance(labels, np.ndarray) and labels.dtype.kind in "biuf":
        return labels
    array = np.asarray(labels)
    if not is_text(array):
        return labels
    if not classes:
        raise DtypeError(f'{name} has text labels, but the spec has no "classes"; name them there, in order')
    index = {label: number for number, label in enumerate(classes)}
    texts = _texts(array)
    try:
        return np.array([index[text] for text in texts], dtype=np.int64).reshape(array.shape)
    except KeyError as unknown:
        row = texts.index(unknown.args[0])
        raise ArgumentError(
            f'{name} has the unknown label "{unknown.args[0]}" in row {row}; the classes are {_listing(classes)}'
        ) from None


def _encode_values(labels: Any, classes: Sequence[Any], name: str) -> Any:
    """`encode` where the classes are integers or booleans: a label is the class that it equals, 1 is True."""
    array = np.asarray(labels)
    if array.ndim > 1 and array.shape[1] != 1:
        # One-hot, soft labels, or an answer for each output.
        return labels
    if array.dtype.kind == "O":
        array = np.asarray(array.tolist())
    if array.dtype.kind not in "biuf":
        raise DtypeError(f"{name} must be of the classes' type, which are {_listing(classes)}; got {array.dtype}")
    values = np.asarray(classes).astype(np.int64)
    order = np.argsort(values)
    places = np.searchsorted(values, array, sorter=order).clip(max=len(values) - 1)
    indices = order[places].astype(np.int64)
    unknown = (values[indices] != array).ravel()
    if unknown.any():
        row = int(unknown.argmax())
        label = array.ravel()[row]
        raise ArgumentError(f"{name} has the unknown label {label} in row {row}; the classes are {_listing(classes)}")
    return indices


def _listing(classes: Sequence[Any], limit: int = 20) -> str:
    shown = ", ".join(f'"{label}"' if isinstance(label, str) else str(label) for label in classes[:limit])
    return shown if len(classes) <= limit else f"{shown} and {len(classes) - limit} more"


def encode_together(*arrays: Any) -> Tuple[Tuple[Any, ...], Optional[list]]:
    """Returns arrays with texts as indices into all their sorted names, and these; None if none is text."""
    texts = [_texts(array) if is_text(array) else None for array in map(np.asarray, arrays)]
    if not any(texts):
        return arrays, None
    names = sorted(set().union(*(labels for labels in texts if labels)))
    return tuple(array if labels is None else encode(array, names) for array, labels in zip(arrays, texts)), names
