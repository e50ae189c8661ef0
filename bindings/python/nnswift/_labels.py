"""Labels of classes, as the library takes them."""

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
    array = np.asarray(labels)
    _refuse_missing(array, name)
    if not is_text(array):
        return np.asarray(array.tolist()) if array.dtype.kind == "O" else labels
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
    array = np.asarray(labels)
    if not is_text(array):
        return None
    _refuse_missing(array, "y")
    names = sorted(set(_texts(array)))
    count = max(outputs, 2)
    if len(names) == count:
        return names
    cure = (
        f'give the last layer {len(names)} units'
        if len(names) > count
        else 'name all of them in the spec, "classes": [...], one an output'
    )
    raise ArgumentError(f"y has {len(names)} different labels ({_listing(names)}), the model has {count} classes; {cure}")


def _refuse_missing(array: np.ndarray, name: str) -> None:
    """Raises ArgumentError for None or NaN among Python objects."""
    if array.dtype.kind != "O":
        return
    for row, label in enumerate(array.ravel().tolist()):
        if label is None or label != label:
            raise ArgumentError(f"{name} has a missing label ({label}) in row {row}; fill or drop such rows")


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
