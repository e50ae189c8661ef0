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


def encode(labels: Any, classes: Sequence[str], name: str = "y") -> Any:
    """Returns texts as indices into classes [int64, same shape]; anything else as it is.

    Raises
    ------
    ArgumentError
        A label that is no class.
    DtypeError
        Texts, but no classes are known.
    """
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


def _listing(classes: Sequence[str], limit: int = 20) -> str:
    shown = ", ".join(f'"{label}"' for label in classes[:limit])
    return shown if len(classes) <= limit else f"{shown} and {len(classes) - limit} more"


def encode_together(*arrays: Any) -> Tuple[Tuple[Any, ...], Optional[list]]:
    """Returns arrays with texts as indices into all their sorted names, and these; None if none is text."""
    texts = [_texts(array) if is_text(array) else None for array in map(np.asarray, arrays)]
    if not any(texts):
        return arrays, None
    names = sorted(set().union(*(labels for labels in texts if labels)))
    return tuple(array if labels is None else encode(array, names) for array, labels in zip(arrays, texts)), names
