"""Options of a config in the form of callbacks: the library does the work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Union

from .._callback import Callback

if TYPE_CHECKING:
    from ..model import Model


def _given(options: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


class EarlyStopping(Callback):
    """Ends a training when a metric no longer improves, and brings the best weights back.

    The same as the config's ``"early_stopping": {...}``; None takes the library's default.

    Parameters
    ----------
    metric : str
        A name of the history; the default is "val_loss", which needs validation.
    patience : int
        So many epochs without an improvement end the training.
    min_delta : float
        An improvement is more than that.
    mode : {"auto", "min", "max"}
        Which values are better; "auto" knows the metrics.
    restore_best : bool
        Whether the weights of the best epoch come back.

    Examples
    --------
    >>> import nnswift
    >>> model = nnswift.Model.mlp([2, 8, 2])
    >>> stop = nnswift.callbacks.EarlyStopping("loss", patience=3, min_delta=1.0)
    >>> model.train([[0, 1], [1, 0]] * 20, [0, 1] * 20, epochs=50, callback=stop).stopped
    'early_stopping'
    """

    def __init__(
        self,
        metric: Optional[str] = None,
        *,
        patience: Optional[int] = None,
        min_delta: Optional[float] = None,
        mode: Optional[str] = None,
        restore_best: Optional[bool] = None,
    ):
        names = ("metric", "patience", "min_delta", "mode", "restore_best")
        self._options = _given(dict(zip(names, (metric, patience, min_delta, mode, restore_best))))

    def options(self, model: "Model", config: Mapping[str, Any]) -> Dict[str, Any]:
        return {"early_stopping": self._options}


class Checkpoint(Callback):
    """Saves the model with the state of its training while that runs, so that it can be resumed bit for bit.

    The same as the config's ``"checkpoint": {...}``; None takes the library's default. The reference page says how to
    resume. For the best model alone train with `EarlyStopping` and save what it leaves.

    Parameters
    ----------
    path : str or os.PathLike
        Its folder must exist. The file is replaced whole or not at all.
    every_epochs : int
        After the epochs whose number it divides; the default is after each one.
    every_seconds : float
        Instead of it: after the first epoch that ends so long after the checkpoint before.
    keep : int
        Files in all: the newest at path, those before it at ``path.1``, ``path.2`` ...

    Raises
    ------
    FileError
        From `train`: path cannot be written.

    Examples
    --------
    >>> import nnswift, tempfile
    >>> model, path = nnswift.Model.mlp([2, 8, 2]), tempfile.mkdtemp() + "/run.safetensors"
    >>> rows = [[0, 1], [1, 0]] * 20, [0, 1] * 20
    >>> history = model.train(*rows, epochs=3, callback=nnswift.callbacks.Checkpoint(path))
    >>> nnswift.load(path).train(*rows, epochs=3, continue_=True)["epoch"]
    [4, 5, 6]
    """

    def __init__(
        self,
        path: "Union[str, os.PathLike[str]]",
        *,
        every_epochs: Optional[int] = None,
        every_seconds: Optional[float] = None,
        keep: Optional[int] = None,
    ):
        names = ("path", "every_epochs", "every_seconds", "keep")
        self._options = _given(dict(zip(names, (os.fspath(path), every_epochs, every_seconds, keep))))

    def options(self, model: "Model", config: Mapping[str, Any]) -> Dict[str, Any]:
        return {"checkpoint": self._options}
