"""What a model learns of the first training besides weights: its classes, and the names of its features."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator

from . import _columns, _labels
from ._library import lib, text_of
from .errors import BusyError, LimitError


@contextlib.contextmanager
def learning(model: Any, X: Any, y: Any) -> Iterator[None]:
    """Lets a model learn classes and names from what it is trained on; a training that is refused teaches nothing."""
    with _classes(model, y), _feature_names(model, X):
        yield


@contextlib.contextmanager
def _classes(model: Any, y: Any) -> Iterator[None]:
    """Names the classes by the labels of a first training: texts here, others in the library."""
    if not model._learns_classes or model._form.is_regression:
        yield
        return
    names = None if model.classes else _labels.learnt(y, model.output_size)
    if names:
        model.classes = names
    try:
        yield
    finally:
        # A second Ctrl-C leaves before the training ends.
        with contextlib.suppress(BusyError):
            model._learns_classes = model.history.stopped == "none"
            if names and model._learns_classes:
                model.classes = None
            model._describe()


@contextlib.contextmanager
def _feature_names(model: Any, X: Any) -> Iterator[None]:
    """Keeps the names before the training, as its checkpoints have them, too."""
    if not keep_feature_names(model, X):
        yield
        return
    before = text_of(lib.nns_history, model._handle)
    try:
        yield
    except BaseException:
        with contextlib.suppress(BusyError):
            if text_of(lib.nns_history, model._handle) == before:
                model.feature_names = None
        raise


def keep_feature_names(model: Any, X: Any) -> bool:
    """Makes the names of a table those of a model that knows none; returns whether it did."""
    names = None if model._form.feature_names else _columns.names(X)
    if not names or len(names) != model.input_size:
        return False
    try:
        model.feature_names = names
    except LimitError:
        # Too long for a note.
        return False
    return True
